# alone.bats - rung 3: neither a group of our own nor a service manager.
bats_require_minimum_version 1.5.0
load ../lib/common
load limits

@test "containers run, and say nothing about cgroups" {
	run "$RL" run --rm --network none busybox echo works
	[ "$output" = works ]
	[ "$("$RL" run -d --name job --network none busybox sleep 100 2>&1 |
		wc -l)" = 1 ]
	[ -z "$(group job)" ]
	"$RL" pause job
	"$RL" unpause job
	"$RL" stats --no-stream job
	"$RL" kill job
}

@test "a limit that cannot be kept is exit 125 with the line that fixes it" {
	run -125 "$RL" run --rm --network none --memory 64m busybox true
	[[ $output == *"systemd-run --user --scope"* ]]
	[[ $output == *"enable-linger"* ]]
}

@test "best effort keeps what a process can put on itself, and says so" {
	run "$RL" run --rm --network none --limits best-effort --memory 64m \
		--cpuset-cpus 1 --cpus 0.5 busybox sh -c 'ulimit -v; nproc'
	[ "$status" -eq 0 ]
	[[ $output == *"--memory is kept for each process alone"* ]]
	[[ $output == *"--cpus is not kept"* ]]
	[[ $output == *$'\n65536\n1'* ]]
}
