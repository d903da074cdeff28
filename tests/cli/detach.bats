# detach.bats - rl run -d: a container that is left to itself.
load ../lib/common

@test "-d prints the ID and returns; the container goes on, and is logged" {
	load_busybox
	run detached job busybox sh -c 'echo begun; sleep 1000'
	[ "$status" -eq 0 ]
	[[ $output =~ ^[0-9a-f]{64}$ ]]
	until_log job begun
	[ "$(state job Status)" = running ]
	kill -0 "$(state job Pid)"
	"$RL" kill job
}

@test "-d fails as a foreground start does: 125, 126, 127, and stays created" {
	load_busybox
	run detached gone busybox no-such-program
	[ "$status" -eq 127 ]
	[[ $output == *no-such-program* ]]
	[ "$(state gone Status)" = created ]
	run detached noexec busybox /etc
	[ "$status" -eq 126 ]
	run detached bad --workdir relative busybox true
	[ "$status" -eq 125 ]
	run detached both -a stdout busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"cannot specify both --attach and --detach"* ]]
}

@test "-d outlives the shell that started it, its session and SIGHUP" {
	load_busybox
	setsid -w sh -c "'$RL' run -d --name job --network none busybox sh -c 'trap \"\" HUP; sleep 1000' </dev/null; kill -HUP 0" || :
	[ "$(state job Status)" = running ]
	supervisor=$(state job Supervisor)
	kill -HUP "$supervisor"
	sleep 0.2
	kill -0 "$supervisor"
	[ "$(state job Status)" = running ]
	# nobody's terminal, nobody's pipes, nobody's folder
	[ "$(readlink "/proc/$supervisor/cwd")" = / ]
	for fd in 0 1 2; do
		[ "$(readlink "/proc/$supervisor/fd/$fd")" = /dev/null ]
	done
}

@test "--rm -d leaves nothing when it ends" {
	load_busybox
	detached job --rm busybox sh -c 'sleep 0.2; exit 3'
	[ "$("$RL" wait job)" = 3 ]
	[ "$(containers)" = 0 ]
	detached job --rm busybox true
}

@test "without --rm the foreground leaves a container with log and exit code" {
	load_busybox
	run "$RL" run --name job --network none busybox sh -c 'echo out; echo err >&2; exit 4' </dev/null
	[ "$status" -eq 4 ]
	[ "$(state job ExitCode)" = 4 ]
	until_log job '"log":"err.n","stream":"stderr"'
}

@test "kill -9 of a foreground client ends its container" {
	load_busybox
	"$RL" run --name job --network none busybox sleep 1000 </dev/null &
	client=$!
	until_state job running
	kill -9 $client
	until_state job exited
	[ "$(state job ExitCode)" = 137 ]
}

@test "kill -9 of the supervisor ends its container, and the state says so" {
	load_busybox
	detached job busybox sleep 1000
	pid=$(state job Pid)
	kill -9 "$(state job Supervisor)"
	run "$RL" wait job
	[ "$output" = 137 ]
	for i in $(seq 100); do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.05
	done
	refute kill -0 "$pid"
	[ "$("$RL" start job)" = job ]
	[ "$(state job Status)" = running ]
}

@test "--restart: on-failure counts, always goes on, stop ends it" {
	load_busybox
	detached fails --restart on-failure:2 busybox sh -c 'echo life; exit 9'
	until_state fails exited
	[ "$(state fails RestartCount)" = 2 ]
	[ "$(state fails ExitCode)" = 9 ]
	detached fine --restart on-failure busybox true
	until_state fine exited
	[ "$(state fine RestartCount)" = 0 ]
	detached again --restart always busybox sh -c 'sleep 0.1'
	for i in $(seq 100); do
		[ "$(state again RestartCount)" -lt 2 ] || break
		sleep 0.05
	done
	[ "$(state again RestartCount)" -ge 2 ]
	"$RL" stop -t 0 again
	[ "$(state again Status)" = exited ]
	sleep 0.5
	[ "$(state again Status)" = exited ]
	run "$RL" run --rm --restart always busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"cannot specify both --restart and --rm"* ]]
}

@test "20 at once with one name: one wins, the others say whose it is" {
	load_busybox
	"$RL" run --rm --network none busybox true </dev/null
	for i in $(seq 20); do
		detached same busybox sleep 1000 >"$BATS_TEST_TMPDIR/$i" 2>&1 3>&- &
	done
	wait
	[ "$(grep -lxE '[0-9a-f]{64}' "$BATS_TEST_TMPDIR"/[0-9]* | wc -l)" = 1 ]
	[ "$(grep -l 'The container name "/same" is already in use' "$BATS_TEST_TMPDIR"/[0-9]* | wc -l)" = 19 ]
	[ "$(containers)" = 1 ]
}
