#!/bin/bash
# limits.sh BUILD [RUNS] - what a limit adds to a start: in a cgroup that is
# ours to divide, and by a scope of systemd where a manager of the user runs.
set -eu
[ "$(id -u)" = 0 ] || {
	echo "limits are measured as root, who makes the cgroup"
	exit 0
}
# a host of version 1 still has the second one, for what nothing else counts
if [ ! -e /sys/fs/cgroup/cgroup.controllers ]; then
	exec unshare --mount sh -c 'mount -t cgroup2 cgroup2 /sys/fs/cgroup &&
		exec "$@"' sh "$0" "$@"
fi
. "$(dirname "$0")/lib.sh"
runs=${2:-60}
bench_open "$1"
account=$ranges
tool timer
make_layer
as "$account" "$stage/rl" load -q -i "$stage/busybox.tar" >/dev/null
run="run --rm --network none"

# a limit that this host can keep
limit="--pids-limit 50" controller=pids
if ! grep -qw pids /sys/fs/cgroup/cgroup.controllers; then
	limit="--cgroup-conf hugetlb.2MB.max=0" controller=hugetlb
fi

# leave - go back, and remove what was made.
leave() {
	echo $$ >"/sys/fs/cgroup$home/cgroup.procs"
	find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
	bench_close
}

# manager - of the account, or fail.
manager() {
	local uid i
	uid=$(id -u "$account")
	loginctl enable-linger "$account" 2>/dev/null || return 1
	for ((i = 0; i < 600; i++)); do
		[ ! -S "/run/user/$uid/systemd/private" ] || return 0
		sleep 0.1
	done
	return 1
}

# table - of those on the list, once in turn.
table() {
	echo
	"$stage/timer" "$runs" "$stage" <"$stage/list" | grep '^|'
	[ ! -e "$stage/out" ] || cat "$stage/out"
	rm -f "$stage/list" "$stage/out"
}

if manager; then
	user="env XDG_RUNTIME_DIR=/run/user/$(id -u "$account")"
	contest "systemd-run --user --scope true" "$account" "no limit" \
		$user systemd-run --user --scope --quiet true
	contest "no limit" "$account" "no limit" $user "$stage/rl" $run \
		busybox true
	contest "a limit, in a scope of systemd" "$account" "no limit" \
		$user "$stage/rl" $run $limit busybox true
	echo "Starts outside a cgroup of our own, $runs runs of each in turn:"
	table
	echo
fi
home=$(sed -n 's/^0:://p' /proc/self/cgroup)
group=/sys/fs/cgroup/rl-bench.$$
trap leave EXIT
mkdir "$group"
echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control
chown -R "$account:" "$group"
echo $$ >"$group/cgroup.procs"
contest "no limit" "$account" "no limit" "$stage/rl" $run busybox true
contest "a limit, in a cgroup of our own" "$account" "no limit" \
	"$stage/rl" $run $limit busybox true
echo "Starts in a delegated cgroup ($limit), $runs runs of each in turn:"
table
