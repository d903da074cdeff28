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
		"$RL" doctor --json | jq -se --arg c "$c" \
			'any(.[]; .rung == $c and .works)' >/dev/null || {
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

@test "a controller that was not delegated: named, with the drop-in" {
	"$RL" run --rm --network none --memory 64m busybox true
	top=$(dirname "/sys/fs/cgroup$(own)")
	mkdir -p "$top/few/inner"
	echo +memory >"$top/few/cgroup.subtree_control"
	# few COMMAND... - where there is memory alone
	few() {
		local at=$top/few/inner
		[ ! -d "$at/rl.host" ] || at=$at/rl.host
		sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' sh "$at" "$@"
	}
	run -125 few "$RL" run --rm --network none --pids-limit 9 busybox true
	echo "$output"
	[[ $output == *"--pids-limit: the pids controller is not delegated to this user (these are: memory)"* ]]
	[[ $output == *"sudo mkdir -p /etc/systemd/system/user@.service.d"*"Delegate=cpu cpuset io memory pids"*"daemon-reload"* ]]
	run -0 few "$RL" run --rm --network none --memory 64m busybox echo fits
	[ "$output" = fits ]
	run -0 few "$RL" run --rm --network none --pids-limit 9 --memory 64m \
		--limits best-effort busybox sh -c 'ulimit -u; cat /sys/fs/cgroup/memory.max'
	echo "$output"
	[[ $output == *"--pids-limit is kept for each user inside alone"*$'\n9\n67108864' ]]
	until_true rmdir "$top/few/inner/rl.host"
	rmdir "$top/few/inner" "$top/few"
}
