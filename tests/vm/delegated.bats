# delegated.bats - rung 1: the cgroup we are in is ours to divide.
bats_require_minimum_version 1.5.0
load ../lib/common
load limits

own() {
	sed -n 's/^0:://p' /proc/self/cgroup
}

@test "what was in the group moves to a leaf, the container is beside it" {
	detached job --memory 64m busybox sleep 100
	[ "$(basename "$(own)")" = rl.host ]
	[ "$(dirname "$(group job)")" = "/sys/fs/cgroup$(dirname "$(own)")" ]
	"$RL" doctor | grep -q "delegated cgroup.*yes"
	for c in cpu cpuset io memory pids; do
		"$RL" doctor --json | jq -e --arg c "$c" \
			'select(.rung == $c).works' >/dev/null || {
			"$RL" doctor
			return 1
		}
	done
}

@test "--cgroup-parent: below the delegation; --cgroups=split" {
	detached job --cgroup-parent jobs/today --memory 64m busybox sleep 100
	[ "$(dirname "$(group job)")" = \
		"/sys/fs/cgroup$(dirname "$(own)")/jobs/today" ]
	[ "$(read_number job memory.max)" = 67108864 ]
	detached other --cgroups split --memory 64m busybox sleep 100
	[ "$(dirname "$(group other)")" = "/sys/fs/cgroup$(dirname "$(own)")" ]
	run -125 "$RL" run --rm --network none --cgroup-parent ../up busybox true
	[[ $output == *"'..'"* ]]
}

@test "a hog in a container does not take its supervisor with it" {
	detached job --restart on-failure:1 --memory 16m --memory-swap 16m \
		busybox tail /dev/zero
	until_state job exited
	[ "$("$RL" inspect -f '{{.RestartCount}} {{.State.OOMKilled}}' job)" = \
		"1 true" ]
}
