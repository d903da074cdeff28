# limits.bats - the options that limit a container, on any host.  That the
# limits hold is tests/vm's to show.
bats_require_minimum_version 1.5.0
load ../lib/common

# refused TEXT OPTION... - by run, create and update; TEXT is in the message.
refused() {
	local text=$1
	shift
	run -125 "$RL" run --rm --network none "$@" busybox true
	[[ $output == *"$text"* ]] || { echo "$output"; return 1; }
	run -125 "$RL" create --network none "$@" busybox true
	[[ $output == *"$text"* ]] || { echo "$output"; return 1; }
	[ -z "$("$RL" ps -aq)" ]
}

@test "a bad limit is refused by flag, value and rule, before anything" {
	load_busybox
	refused "--memory '1k': the least is 6m" --memory 1k
	refused "--memory '10T': this machine has" --memory 10T
	refused "--memory '-1': it is a number" --memory -1
	refused "--memory 'lots': it is a number" -m lots
	refused "--memory-swap '64m': it counts memory and swap together, and needs" --memory-swap 64m
	refused "--cpus '0': it is from 0.01 to $(nproc).00" --cpus 0
	refused "--cpus '$(($(nproc) + 1))': it is from" --cpus $(($(nproc) + 1))
	refused "--cpus 'all': it is a number of processors" --cpus all
	refused "--cpuset-cpus '0,4000': 4000 is not available" --cpuset-cpus 0,4000
	refused "--cpuset-mems '900': 900 is not available" --cpuset-mems 900
	refused "--pids-limit 'few': it is a number of processes" --pids-limit few
	refused "--blkio-weight '5': it is 10 to 1000" --blkio-weight 5
	refused "/dev/null is no block device" --device-read-bps /dev/null:1m
	refused "--cgroups 'perhaps': it is enabled, disabled or split" --cgroups perhaps
}

@test "update refuses the same" {
	load_busybox
	"$RL" create --name job --network none busybox true
	run -1 "$RL" update --memory 1k job
	[[ $output == *"--memory '1k': the least is 6m"* ]]
	run -1 "$RL" update --cpus 0 job
	[[ $output == *"--cpus '0'"* ]]
	[ "$("$RL" inspect -f '{{.HostConfig.Memory}}' job)" = 0 ]
}

@test "the record has the limits, also those of update" {
	load_busybox
	"$RL" create --name job --memory 64m --cpus 0.5 --pids-limit 9 busybox true
	[ "$("$RL" inspect -f '{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}' job)" = \
		"67108864 134217728 500000000 9" ]
	"$RL" update --memory 32m --memory-swap 32m job
	[ "$("$RL" inspect -f '{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.NanoCpus}}' job)" = \
		"33554432 33554432 500000000" ]
}

@test "without cgroup v2: a limit is an error that has the way out" {
	[ ! -e /sys/fs/cgroup/cgroup.controllers ] || skip "this host has cgroup v2"
	load_busybox
	for opt in "--memory 64m" "--pids-limit 9" "--cgroup-parent jobs" "--cgroups split"; do
		run -125 "$RL" run --rm --network none $opt busybox true
		[[ $output == *"cgroup v1"*"rl doctor"*"--limits=best-effort"* ]]
	done
	[ -z "$("$RL" ps -aq)" ]
	"$RL" doctor --json | jq -e 'select(.rung == "cgroup v2" and (.works | not)) | .fix' |
		grep -q .
	"$RL" create --name job --network none --memory 64m busybox true
	run -1 "$RL" start job
	[[ $output == *"cgroup v1"* ]]
	[ "$(state job Status)" = created ]
}

@test "without cgroup v2: best effort keeps what it can, and says which" {
	[ ! -e /sys/fs/cgroup/cgroup.controllers ] || skip "this host has cgroup v2"
	load_busybox
	run --separate-stderr "$RL" run --rm --network none --limits best-effort \
		--memory 64m --pids-limit 20 --cpuset-cpus 0 --cpus 0.5 busybox sh -c \
		'ulimit -v; ulimit -u; sed -n "s/^Cpus_allowed_list:.//p" /proc/self/status'
	[ "$status" -eq 0 ]
	[ "$output" = "65536
20
0" ]
	[[ $stderr == *"--memory is kept for each process alone (RLIMIT_AS)"* ]]
	[[ $stderr == *"--pids-limit is kept for each user inside alone (RLIMIT_NPROC)"* ]]
	[[ $stderr == *"--cpuset-cpus is kept as affinity"* ]]
	[[ $stderr == *"--cpus is not kept"* ]]
}

@test "without a limit there is nothing to say" {
	load_busybox
	run "$RL" run --rm --network none busybox true
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	run "$RL" run --rm --network none --cgroups disabled busybox true
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	run "$RL" run --rm --network none --oom-kill-disable busybox true
	[ "$status" -eq 0 ]
	[[ $output == *"--oom-kill-disable is discarded"* ]]
}
