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

# v1 COMMAND... - on a host of v1, or of v1 and v2 mixed: this one, or, where
# it has v2 alone, one whose /sys/fs/cgroup is what such a host's is.
v1() {
	[ -e /sys/fs/cgroup/cgroup.controllers ] || { "$@"; return; }
	mkdir -p -m 700 "$BATS_TEST_TMPDIR/run"
	RL_RUNROOT=$BATS_TEST_TMPDIR/run unshare -Urm sh -c \
		'mount -t tmpfs none /sys/fs/cgroup && exec "$@"' sh "$@"
}

@test "without cgroup v2: an error with the options, the controllers and the line" {
	load_busybox
	line="systemd.unified_cgroup_hierarchy=1 /' /etc/default/grub && sudo update-grub && sudo reboot"
	for opt in "--memory 64m|--memory: no cgroup to keep it in (controllers: memory)" \
		"--pids-limit 9 --cpus 0.5|--cpus, --pids-limit: no cgroup to keep it in (controllers: cpu, pids)" \
		"--memory 64m --memory-swap 64m|--memory, --memory-swap: no cgroup to keep it in (controllers: memory)" \
		"--cpuset-mems 0|--cpuset-mems: no cgroup to keep it in (controllers: cpuset)" \
		"--cgroup-parent jobs|--cgroup-parent: no cgroup to keep it in: this" \
		"--cgroups split|--cgroups=split: no cgroup to keep it in: this"; do
		run -125 v1 "$RL" run --rm --network none ${opt%%|*} busybox true
		echo "$output"
		[[ $output == *"${opt#*|}"* ]]
		[[ $output == *"$line"*"--limits=best-effort"* ]]
	done
	[ -z "$("$RL" ps -aq)" ]
	"$RL" create --name job --network none --memory 64m busybox true
	run -1 v1 "$RL" start job
	[[ $output == *"--memory: no cgroup"*"$line"* ]]
	# it has no such option
	[[ $output != *"best-effort"* ]]
	[ "$(state job Status)" = created ]
}

@test "v1, v2 and both side by side are told apart" {
	requires userns
	load_busybox
	# hosts TEST COMMAND... - with a /sys/fs/cgroup of one's own
	own() {
		unshare -UrmC sh -c 'mount -t tmpfs none /sys/fs/cgroup && eval "$1" &&
			shift && exec "$@"' sh "$@"
	}
	run -125 own true "$RL" run --rm --network none --memory 64m busybox true
	[[ $output == *"mounts cgroup v1 on /sys/fs/cgroup"* ]]
	run -125 own 'mkdir /sys/fs/cgroup/unified &&
		mount -t cgroup2 none /sys/fs/cgroup/unified' \
		"$RL" run --rm --network none --memory 64m busybox true
	echo "$output"
	[[ $output == *"cgroup v1 and v2 side by side"* ]]
	# rung 3 runs all the same
	run -0 own 'mkdir /sys/fs/cgroup/unified &&
		mount -t cgroup2 none /sys/fs/cgroup/unified' \
		"$RL" run --rm --network none busybox echo runs
	[ "$output" = runs ]
}

@test "doctor has the line for cgroup v2 once" {
	run v1 "$RL" doctor
	[ "$(grep -c unified_cgroup_hierarchy <<<"$output")" = 1 ]
	[ "$(grep -c 'see the line of "cgroup v2"' <<<"$output")" = 7 ]
	v1 "$RL" doctor --json | jq -e 'select(.rung == "cgroup v2" and (.works | not)) | .fix' |
		grep -q unified_cgroup_hierarchy
}

@test "no limit needs no cgroup, and says nothing" {
	load_busybox
	for opt in "--pids-limit -1" "--pids-limit 0" "--memory 0" \
		"--memory-reservation 0" "--memory-swap 0" "--memory-swap -1" \
		"--cpu-quota -1" "--cpu-quota 0" "--cpu-shares 0" "--cpu-period 0" \
		"--blkio-weight 0" "--cpuset-cpus=" "--cpuset-mems=" \
		"--cgroup-parent=" "--cgroups disabled --pids-limit -1"; do
		run v1 "$RL" run --rm --network none $opt busybox echo fine
		echo "$opt: $output"
		[ "$status" -eq 0 ]
		[ "$output" = fine ]
	done
	run -0 v1 "$RL" run -d --name job --network none --pids-limit 0 --memory 0 \
		busybox sleep 100
	[ "${#lines[@]}" = 1 ]
	[ "$("$RL" update --pids-limit -1 --memory-swap -1 job)" = job ]
	[ "$("$RL" inspect -f '{{.HostConfig.PidsLimit}} {{.HostConfig.MemorySwap}}' job)" = "-1 -1" ]
}

@test "a parent that leads out, a file that is none" {
	load_busybox
	refused "--cgroup-parent '../../x': '..' leads out" --cgroup-parent ../../x
	refused "--cgroup-parent '../../x': '..' leads out" --cgroup-parent ../../x \
		--limits best-effort
	refused "--cgroup-conf 'foo': it is a file of the cgroup" --cgroup-conf foo
}

@test "without cgroup v2: best effort keeps what it can, and says which" {
	load_busybox
	run --separate-stderr v1 "$RL" run --rm --network none --limits best-effort \
		--memory 64m --pids-limit 20 --cpuset-cpus 0 --cpu-quota 50000 \
		--memory-swap 128m --cgroup-parent jobs --cgroups enabled busybox sh -c \
		'ulimit -v; ulimit -u; sed -n "s/^Cpus_allowed_list:.//p" /proc/self/status'
	[ "$status" -eq 0 ]
	[ "$output" = "65536
20
0" ]
	echo "$stderr"
	[[ $stderr == *"--memory is kept for each process alone (RLIMIT_AS)"* ]]
	[[ $stderr == *"--pids-limit is kept for each user inside alone (RLIMIT_NPROC)"* ]]
	[[ $stderr == *"--cpuset-cpus is kept as affinity"* ]]
	[[ $stderr == *"--cpu-quota is not kept"* ]]
	[[ $stderr == *"--memory-swap is not kept"* ]]
	[[ $stderr == *"--cgroup-parent is not kept"* ]]
	[[ $stderr == *"--cgroups=enabled is not kept"* ]]
	[ "$(wc -l <<<"$stderr")" = 7 ]
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
