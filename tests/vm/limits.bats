# limits.bats - limits, on the controllers of a real cgroup v2 machine.
bats_require_minimum_version 1.5.0
load ../lib/common
load limits

@test "the files have what was asked for" {
	detached job --memory 64m --memory-reservation 32m --memory-swap 96m \
		--cpus 1.5 --cpu-shares 512 --pids-limit 50 --cpuset-cpus 1 \
		--cpuset-mems 0 busybox sleep 100
	[ "$(read_number job memory.max)" = 67108864 ]
	[ "$(read_number job memory.low)" = 33554432 ]
	[ "$(read_number job memory.swap.max)" = 33554432 ]
	[ "$(read_number job cpu.max)" = "150000 100000" ]
	[ "$(read_number job cpu.weight)" = 59 ]
	[ "$(read_number job pids.max)" = 50 ]
	[ "$(read_number job cpuset.cpus)" = 1 ]
	[ "$(read_number job cpuset.mems)" = 0 ]
	[ "$("$RL" inspect -f '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}} {{.HostConfig.CpusetCpus}}' job)" = \
		"67108864 1500000000 50 1" ]
	[ "$("$RL" exec job nproc)" = 1 ]
}

@test "a hog is killed at its limit, is told so, and its neighbour lives" {
	detached neighbour --memory 64m busybox sleep 100
	run -137 "$RL" run --name hog --network none --memory 32m \
		--memory-swap 32m busybox tail /dev/zero
	[[ $output == *"out of memory"*"limit 32MiB"*"peak 32MiB"* ]]
	[ "$("$RL" inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' hog)" = \
		"true 137" ]
	[ "$("$RL" inspect -f '{{.State.Running}} {{.State.OOMKilled}}' neighbour)" = \
		"true false" ]
	[ "$("$RL" exec neighbour echo alive)" = alive ]
	"$RL" events --since 1h --until "$(($(date +%s) + 1))" --filter container=hog \
		--format '{{.Action}}' >"$BATS_TEST_TMPDIR/events"
	grep -qx oom "$BATS_TEST_TMPDIR/events"
	"$RL" rm hog
}

@test "a fork bomb meets --pids-limit" {
	run "$RL" run --rm --name bomb --network none --pids-limit 20 busybox \
		sh -c 'for i in $(seq 100); do sleep 5 & done; echo done'
	[[ $output == *"can't fork"* ]]
	detached bomb --pids-limit 20 busybox sh -c \
		'for i in $(seq 18); do sleep 100 & done; wait'
	until_true has_processes bomb 19
	run "$RL" run --rm --network none busybox echo "others start"
	[ "$output" = "others start" ]
}

# share NAME - hundredths of a processor that it has in four seconds.
share() {
	local a b from to
	a=$(read_number "$1" cpu.stat usage_usec) from=$(date +%s%N)
	sleep 4
	b=$(read_number "$1" cpu.stat usage_usec) to=$(date +%s%N)
	echo $(((b - a) * 1000 * 100 / (to - from)))
}

@test "yes is held to half a processor, and to a fifth once updated" {
	detached busy --cpus 0.5 busybox sh -c 'yes >/dev/null'
	n=$(share busy)
	echo "$n"
	[ "$n" -ge 45 ] && [ "$n" -le 55 ]
	[ "$("$RL" update --cpus 0.2 busy)" = busy ]
	[ "$(read_number busy cpu.max)" = "20000 100000" ]
	n=$(share busy)
	echo "$n"
	[ "$n" -ge 18 ] && [ "$n" -le 22 ]
}

@test "what is written to a disk is held to its rate" {
	disk=$(stat -fc %T /work >/dev/null; findmnt -no SOURCE -T "$RL_ROOT")
	detached writer --device-write-bps "$disk:1m" -v "$BATS_TEST_TMPDIR:/data" \
		busybox sleep 100
	grep -q "wbps=1048576" "$(group writer)/io.max"
	from=$(date +%s%N)
	"$RL" exec writer dd if=/dev/zero of=/data/file bs=65536 count=64 \
		oflag=direct
	to=$(date +%s%N)
	# 4 MiB, of which the first second's are free
	echo "$(((to - from) / 1000000)) ms"
	[ $(((to - from) / 1000000)) -ge 2500 ]
	written=$(sed -n 's/.* wbytes=\([0-9]*\).*/\1/p' "$(group writer)/io.stat" |
		sort -n | tail -1)
	[ "$written" -ge 4194304 ]
}

# timed NAME COMMAND... - milliseconds that it takes in the container.
timed() {
	local from
	from=$(date +%s%N)
	"$RL" exec "$@" >/dev/null 2>&1
	echo $((($(date +%s%N) - from) / 1000000))
}

@test "what is read from a disk, and how often it is asked: held to their rates" {
	disk=$(findmnt -no SOURCE -T "$RL_ROOT")
	head -c 4194304 /dev/urandom >"$BATS_TEST_TMPDIR/file"
	sync
	detached reader --device-read-bps "$disk:1m" -v "$BATS_TEST_TMPDIR:/data" \
		busybox sleep 1000
	grep -q "rbps=1048576 wbps=max riops=max wiops=max" "$(group reader)/io.max"
	ms=$(timed reader dd if=/data/file of=/dev/null bs=65536 iflag=direct)
	echo "$ms ms for 4 MiB"
	[ "$ms" -ge 2500 ]
	detached asker --device-read-iops "$disk:40" --device-write-iops "$disk:50" \
		-v "$BATS_TEST_TMPDIR:/data" busybox sleep 1000
	grep -q "rbps=max wbps=max riops=40 wiops=50" "$(group asker)/io.max"
	ms=$(timed asker dd if=/data/file of=/dev/null bs=4096 count=160 iflag=direct)
	echo "$ms ms for 160 reads"
	[ "$ms" -ge 2500 ]
	ms=$(timed asker dd if=/dev/zero of=/data/more bs=4096 count=200 oflag=direct)
	echo "$ms ms for 200 writes"
	[ "$ms" -ge 2500 ]
}

@test "--blkio-weight: the kernel's file, or an error that names both" {
	detached job busybox sleep 100
	if [ -e "$(group job)/io.bfq.weight" ] || [ -e "$(group job)/io.weight" ]; then
		detached heavy --blkio-weight 500 busybox sleep 100
		cat "$(group heavy)/"io*weight | grep -Eqx '(default )?(500|4950)'
	else
		run -125 "$RL" run --rm --network none --blkio-weight 500 busybox true
		echo "$output"
		[[ $output == *"--blkio-weight: this kernel has no file io.weight"* ]]
		[[ $output != *mkdir* ]]
		run "$RL" run --rm --network none --blkio-weight 500 \
			--limits best-effort busybox echo runs
		[[ $output == *"--blkio-weight is not kept: this kernel has no file io.weight"*runs ]]
	fi
}

@test "--cpu-quota of --cpu-period: as they are, and kept" {
	detached busy --cpu-period 50000 --cpu-quota 10000 busybox sh -c 'yes >/dev/null'
	[ "$(read_number busy cpu.max)" = "10000 50000" ]
	n=$(share busy)
	echo "$n"
	[ "$n" -ge 18 ] && [ "$n" -le 22 ]
	"$RL" update --cpu-quota -1 busy
	[ "$(read_number busy cpu.max)" = "max 50000" ]
}

@test "a hog in the background: its State.Error has the line" {
	"$RL" run -d --name hog --network none --memory 32m --memory-swap 32m \
		busybox tail /dev/zero
	[ "$("$RL" wait hog)" = 137 ]
	until_state hog exited
	run "$RL" inspect -f '{{.State.OOMKilled}} {{.State.Error}}' hog
	echo "$output"
	[[ $output == "true out of memory: the kernel killed 1 process of the container (limit 32MiB, peak 32MiB)" ]]
	"$RL" logs hog 2>&1 | grep -q "out of memory"
}

@test "no limit is written as one, and lifts one" {
	detached job --memory 0 --pids-limit 0 --cpu-quota -1 busybox sleep 100
	[ "$(read_number job memory.max)" = max ]
	[ "$(read_number job pids.max)" = max ]
	"$RL" update --memory 32m --pids-limit 20 job
	[ "$(read_number job pids.max)" = 20 ]
	"$RL" update --memory 0 --pids-limit -1 job
	[ "$(read_number job memory.max)" = max ]
	[ "$(read_number job memory.swap.max)" = max ]
	[ "$(read_number job pids.max)" = max ]
}

@test "update: limits of one that runs, kept for its later lives" {
	detached job --memory 64m busybox sleep 100
	"$RL" update --memory 48m --memory-swap 48m --pids-limit 30 \
		--cpuset-cpus 0 job
	[ "$(read_number job memory.max)" = 50331648 ]
	[ "$(read_number job memory.swap.max)" = 0 ]
	[ "$(read_number job pids.max)" = 30 ]
	[ "$(read_number job cpuset.cpus)" = 0 ]
	"$RL" restart -t 0 job
	[ "$(read_number job memory.max)" = 50331648 ]
	[ "$(read_number job pids.max)" = 30 ]
	[ "$("$RL" inspect -f '{{.HostConfig.Memory}}' job)" = 50331648 ]
	run "$RL" update --memory 1k job
	[ "$status" -eq 1 ]
	[[ $output == *"--memory '1k'"* ]]
}

@test "stats says what the files say" {
	detached job --memory 64m --pids-limit 50 busybox sh -c \
		'dd if=/dev/zero of=/tmp/f bs=1M count=8; sleep 100 & wait'
	until_true has_processes job 2
	"$RL" stats --no-stream --format json job >"$BATS_TEST_TMPDIR/stats.json"
	jq -e '.PIDs == "2"' "$BATS_TEST_TMPDIR/stats.json"
	jq -e '.MemUsage | endswith("/ 64MiB")' "$BATS_TEST_TMPDIR/stats.json"
	memory=$(($(read_number job memory.current) -
		$(read_number job memory.stat inactive_file)))
	jq -e --argjson want "$memory" '.MemUsage | capture(
		"^(?<n>[0-9.]+)(?<u>[KM]iB)") |
		(.n | tonumber) * (if .u == "MiB" then 1048576 else 1024 end) |
		(. - $want) / 1048576 | fabs < 1' "$BATS_TEST_TMPDIR/stats.json"
	"$RL" stats --no-stream job | grep -q "64MiB"
}

@test "pause stops all in it by the freezer, kill ends all of it" {
	detached job busybox sh -c 'setsid sleep 1000 & sleep 1000 & wait'
	until_true has_processes job 3
	"$RL" pause job
	[ "$(read_number job cgroup.events frozen)" = 1 ]
	"$RL" unpause job
	[ "$(read_number job cgroup.events frozen)" = 0 ]
	where=$(group job)
	"$RL" kill job
	"$RL" wait job
	[ ! -e "$where" ]
}

@test "an exec and a health check are in the container's cgroup" {
	detached job --memory 64m --pids-limit 20 busybox sleep 1000
	"$RL" exec -d job sleep 1000
	until_true has_processes job 2
	[ "$("$RL" exec job cat /proc/self/cgroup)" = 0::/ ]
	run "$RL" exec job tail /dev/zero
	[ "$status" -eq 137 ]
	[ "$("$RL" inspect -f '{{.State.Running}}' job)" = true ]
}

@test "a cgroup divided inside the container" {
	detached manager --memory 64m --security-opt writable-cgroups=true \
		busybox sh -c 'mkdir /sys/fs/cgroup/init.scope &&
		echo $$ >/sys/fs/cgroup/init.scope/cgroup.procs &&
		echo "+memory +pids" >/sys/fs/cgroup/cgroup.subtree_control &&
		mkdir /sys/fs/cgroup/app && echo 5 >/sys/fs/cgroup/app/pids.max &&
		echo divided; sleep 1000'
	until_log manager divided
	[ "$(cat "$(group manager)/app/pids.max")" = 5 ]
	[ "$("$RL" exec manager cat /proc/self/cgroup)" = 0::/init.scope ]
	where=$(group manager)
	"$RL" rm -f manager
	[ ! -e "$where" ]
}

@test "the cgroup inside is read-only unless it is asked for" {
	run "$RL" run --rm --network none --memory 64m busybox sh -c \
		'mkdir /sys/fs/cgroup/x; echo max >/sys/fs/cgroup/memory.max'
	[ "$status" -ne 0 ]
	[[ $output == *"ead-only"* ]]
}

@test "--cgroup-conf: a file of the cgroup, as it is" {
	detached job --cgroup-conf memory.high=33554432 busybox sleep 100
	[ "$(read_number job memory.high)" = 33554432 ]
	run -125 "$RL" run --rm --network none --cgroup-conf ../memory.high=1 \
		busybox true
	run -125 "$RL" run --rm --network none --cgroup-conf memory.none=1 \
		busybox true
	[[ $output == *"--cgroup-conf: this kernel has no file memory.none"* ]]
	[[ $output != *mkdir* ]]
	run -125 "$RL" run --rm --network none --cgroup-conf nosuch.max=1 \
		busybox true
	[[ $output == *"no nosuch controller in /sys/fs/cgroup/cgroup.controllers"* ]]
}

@test "nothing is left: ended, failed, killed with everything" {
	"$RL" run --rm --network none --memory 64m busybox true
	run -127 "$RL" run --rm --network none --memory 64m busybox no-such
	until_true no_groups
	detached job --memory 64m busybox sleep 1000
	[ "$(groups)" = 1 ]
	# the supervisor and all that is in the container
	kill -9 "$(state job Supervisor)" \
		"$(state job Pid)"
	where=$(group job)
	[ ! -e "$where" ] || until_true grep -q "populated 0" "$where/cgroup.events"
	"$RL" run --rm --network none --memory 64m busybox true
	until_true no_groups
}

@test "100 containers at once, each with its limits" {
	for i in $(seq 100); do
		echo "$RL run -d --name c$i --network none --memory 16m --pids-limit 9 busybox sleep 1000"
	done | xargs -P 8 -I {} sh -c '{} </dev/null >/dev/null'
	[ "$("$RL" ps -q | wc -l)" = 100 ]
	[ "$(groups)" = 100 ]
	for i in 1 50 100; do
		[ "$(read_number c$i memory.max)" = 16777216 ]
	done
	"$RL" ps -q | xargs "$RL" rm -f >/dev/null
	until_true no_groups
}

@test "best effort has nothing to say where all is kept" {
	run "$RL" run --rm --network none --memory 64m --limits best-effort \
		busybox cat /sys/fs/cgroup/memory.max
	[ "$output" = 67108864 ]
}

@test "nothing is printed, and a cgroup is made for those that stay" {
	run "$RL" run -d --name quiet --network none busybox sleep 100
	[ "${#lines[@]}" = 1 ]
	[ -d "$(group quiet)" ]
	run "$RL" run -d --name without --cgroups disabled --network none busybox \
		sleep 100
	[ -z "$(group without)" ]
}
