#!/bin/bash
# exec.sh BUILD [RUNS] - how long a further program takes, beside its floor
# and peers.
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
tool join -static
make_layer

# first_process ACCOUNT - of the account's container.
first_process() {
	sed 's/.*"Pid":\([0-9]*\).*/\1/' \
		"$stage/$1/store/containers/"*/state.json
}

# us KIND ACCOUNT - the floor and rl, in one container.
us() {
	as "$2" "$stage/rl" load -q -i "$stage/busybox.tar" >/dev/null
	as "$2" "$stage/rl" run -d --name bench --network none busybox \
		sleep 100000 >/dev/null
	started="${started:-} $(sed 's/.*"Supervisor":\([0-9]*\).*/\1/' \
		"$stage/$2/store/containers/"*/state.json) $(first_process "$2")"
	stops+=("as $2 $stage/rl rm -f bench")
	contest "floor, $1" "$2" "floor, $1" "$stage/join" \
		"$(first_process "$2")" /bin/true
	contest "rl, $1" "$2" "floor, $1" "$stage/rl" exec bench /bin/true
}

# runtime TOOL ACCOUNT OPTION... - an OCI runtime takes part.
runtime() {
	local r="$1 --root $stage/$2/$1.state ${*:3}"
	installed "$1" || return 0
	bundle "$2" "$1"
	sed 's|"/bin/true"|"/bin/sleep","100000"|' "$stage/$2/$1/config.json" \
		>"$stage/config.json"
	cat "$stage/config.json" >"$stage/$2/$1/config.json"
	as "$2" timeout 20 $r run -d -b "$stage/$2/$1" "bench-$1" \
		>"$stage/said" 2>&1 || true
	contest "$1" "$2" "floor, one id" $r exec "bench-$1" /bin/true
	stops+=("as $2 $r delete -f bench-$1")
}

peer_podman() {
	local p way
	p=$(podman_of "$1")
	as "$1" $p load -q -i "$stage/busybox.tar" >/dev/null 2>&1 || true
	for way in "$p" "$p --runtime runc"; do
		as "$1" timeout 60 $way run -d --name bench --network none \
			$([ "$way" != "$p" ] || echo --cgroups=disabled) \
			busybox sleep 100000 >"$stage/said" 2>&1 && break
		as "$1" $way rm -f bench >/dev/null 2>&1 || true
	done
	contest "podman" "$1" "floor, ranges of ids" $way exec bench /bin/true
	stops+=("as $1 $p rm -f -t 0 bench")
}

stops=()
[ -z "$ranges" ] || us "ranges of ids" "$ranges"
[ -z "$one" ] || us "one id" "$one"
[ -z "$one" ] || runtime crun "$one" --cgroup-manager=disabled
[ -z "$one" ] || runtime runc "$one" --rootless=true
[ -z "$ranges" ] || ! installed podman || peer_podman "$ranges"
echo "A further busybox /bin/true in a container, whole process, $runs runs of"
echo "each in turn:"
echo
"$stage/timer" "$runs" "$stage" <"$stage/list"
echo
[ -z "$one" ] || ! installed strace || {
	calls "floor, one id" "$one" "$stage/join" "$(first_process "$one")" \
		/bin/true
	calls "rl, one id" "$one" "$stage/rl" exec bench /bin/true
}
[ ! -e "$stage/out" ] || cat "$stage/out"
for stop in "${stops[@]}"; do
	$stop >/dev/null 2>&1 || true
done
