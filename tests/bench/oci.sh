#!/bin/bash
# oci.sh BUILD [RUNS] - create, start and delete of a bundle: rl-oci, its floor
# and its peers.
set -eu
# crun 1.8 starts nothing on a host that has both versions of cgroups
if [ "$(id -u)" = 0 ] && mountpoint -q /sys/fs/cgroup/unified; then
	exec unshare --mount sh -c 'umount /sys/fs/cgroup/unified &&
		exec "$@"' sh "$0" "$@"
fi
. "$(dirname "$0")/lib.sh"
runs=${2:-60}
bench_open "$1"
tool timer
tool oci_life
tool oci_floor -static
make_layer
ln -s rl "$stage/rl-oci"

# config ACCOUNT - the same bundle for all: one id, no cgroup, no filter.
config() {
	as "$1" mkdir bundle floor floor/texts
	as "$1" "$stage/rl-oci" spec --rootless -b bundle
	jq --arg root "$stage/layer" '.ociVersion = "1.0.2" |
		.process.terminal = false |
		.process.args = ["/bin/true"] | .root.path = $root |
		.linux.namespaces |= map(select(.type != "cgroup")) |
		.mounts |= map(select(.type != "cgroup"))' \
		"$stage/$1/bundle/config.json" >"$stage/config.json"
	cat "$stage/config.json" >"$stage/$1/bundle/config.json"
}

# runtime NAME ACCOUNT COMMAND... - its three commands take part.
runtime() {
	contest "$1" "$2" "floor" "$stage/oci_life" "$stage/$2/bundle" \
		"bench-${1%% *}" "${@:3}"
}

account=${one:-$ranges}
config "$account"
runtime floor "$account" "$stage/oci_floor" "$stage/layer" \
	"$stage/$account/floor"
runtime rl-oci "$account" "$stage/rl-oci" --root "$stage/$account/rl.state"
for peer in crun runc; do
	installed $peer || continue
	how=--cgroup-manager=disabled
	[ $peer = crun ] || how=--rootless=true
	runtime $peer "$account" $peer --root "$stage/$account/$peer.state" $how
done
echo "create, start and delete of a bundle with busybox /bin/true, all three"
echo "processes, $runs runs of each in turn:"
echo
"$stage/timer" "$runs" "$stage" <"$stage/list"
echo
! installed strace || {
	calls "rl-oci" "$account" "$stage/oci_life" "$stage/$account/bundle" \
		one "$stage/rl-oci" --root "$stage/$account/rl.state"
}
[ ! -e "$stage/out" ] || cat "$stage/out"
