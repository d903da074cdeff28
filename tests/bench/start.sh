#!/bin/bash
# start.sh BUILD [RUNS] - how long a start takes, beside its floor and peers.
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
tool floor -static

make_layer

# us KIND ACCOUNT - the floor and rl.
us() {
	as "$2" mkdir -p "floor/root" "floor/texts"
	as "$2" "$stage/rl" load -q -i "$stage/busybox.tar" >/dev/null
	contest "floor, $1" "$2" "floor, $1" "$stage/floor" \
		"$([ "$1" = 'one id' ] && echo one || echo ranges)" \
		"$stage/layer" "$stage/$2/floor"
	contest "rl, $1" "$2" "floor, $1" "$stage/rl" run --rm \
		--network none busybox /bin/true
}

# runtime TOOL ACCOUNT OPTION... - an OCI runtime takes part.
runtime() {
	installed "$1" || return 0
	bundle "$2" "$1"
	contest "$1 (a bundle)" "$2" "floor, one id" "$1" \
		--root "$stage/$2/$1.state" "${@:3}" run \
		-b "$stage/$2/$1" "bench-$1"
}

# peers of one id: no image, no overlay; runc and crun have no filter.
peers_one() {
	! installed bwrap || contest "bwrap (a folder, no filter)" "$1" \
		"floor, one id" bwrap --unshare-all --bind "$stage/layer" / \
		--proc /proc --dev /dev --ro-bind /sys /sys /bin/true
	runtime runc "$1" --rootless=true
	runtime crun "$1" --cgroup-manager=disabled
}

peer_podman() {
	local p
	p=$(podman_of "$1")
	local tail="run --rm --network none"
	as "$1" $p load -q -i "$stage/busybox.tar" >/dev/null 2>&1 || true
	for way in "$p $tail --cgroups=disabled" "$p --runtime runc $tail"; do
		if as "$1" timeout 60 $way busybox /bin/true >/dev/null 2>&1; then
			contest "podman" "$1" "floor, ranges of ids" \
				$way busybox /bin/true
			return
		fi
	done
	contest "podman" "$1" "floor, ranges of ids" $way busybox /bin/true
}

[ -z "$ranges" ] || us "ranges of ids" "$ranges"
[ -z "$one" ] || us "one id" "$one"
[ -z "$one" ] || peers_one "$one"
[ -z "$ranges" ] || ! installed podman || peer_podman "$ranges"
echo "A start of busybox /bin/true, whole process, $runs runs of each in turn:"
echo
"$stage/timer" "$runs" "$stage" <"$stage/list"
echo
# newuidmap has no rights under strace: counted with one id only
[ -z "$one" ] || ! installed strace || {
	calls "floor, one id" "$one" "$stage/floor" one "$stage/layer" \
		"$stage/$one/floor"
	calls "rl, one id" "$one" "$stage/rl" run --rm --network none busybox \
		/bin/true
}
[ ! -e "$stage/out" ] || cat "$stage/out"
