# stop.bats - rl stop: the gentle way, then the other.
load ../lib/common

@test "stop sends the stop signal and waits; the name is printed" {
	load_busybox
	detached job busybox sh -c 'trap "echo asked; exit 3" TERM; echo ready; while :; do sleep 0.05; done'
	until_log job ready
	run "$RL" stop job
	[ "$status" -eq 0 ]
	[ "$output" = job ]
	[ "$(state job Status)" = exited ]
	[ "$(state job ExitCode)" = 3 ]
	until_log job asked
	[ "$("$RL" stop job)" = job ]
}

@test "one that does not listen is killed: 137" {
	load_busybox
	detached job busybox sleep 1000
	"$RL" stop -t 0 job
	[ "$(state job ExitCode)" = 137 ]
	detached other --stop-timeout 0 busybox sleep 1000
	timeout 5 "$RL" stop other
	[ "$(state other ExitCode)" = 137 ]
}

@test "the signal: --stop-signal of the container, or -s" {
	load_busybox
	program='trap "exit 11" INT; trap "exit 12" USR1; echo ready; while :; do sleep 0.05; done'
	detached first --stop-signal INT busybox sh -c "$program"
	detached second busybox sh -c "$program"
	until_log first ready
	until_log second ready
	"$RL" stop first
	"$RL" stop -s USR1 second
	[ "$(state first ExitCode)" = 11 ]
	[ "$(state second ExitCode)" = 12 ]
	run "$RL" stop -s NOPE second
	[ "$status" -eq 1 ]
	[[ $output == *"Invalid signal: NOPE"* ]]
	run "$RL" stop -t soon second
	[[ $output == *"'soon'"* ]]
}

@test "--init passes the signal on; one in the foreground stops too" {
	load_busybox
	detached job --init busybox sh -c 'trap "exit 21" TERM; echo ready; while :; do sleep 0.05; done'
	until_log job ready
	"$RL" stop job
	[ "$(state job ExitCode)" = 21 ]
	"$RL" run --rm --name direct --network none busybox sleep 1000 </dev/null 3>&- &
	for i in $(seq 100); do
		! "$RL" stop -t 0 direct 2>/dev/null || break
		sleep 0.05
	done
	status=0
	wait $! || status=$?
	[ "$status" -eq 137 ]
	[ "$(find "$RL_ROOT/containers" -name '*.rm')" = "" ]
}

@test "a paused container can be stopped" {
	load_busybox
	detached job busybox sh -c 'trap "exit 3" TERM; echo ready; while :; do sleep 0.05; done'
	until_log job ready
	"$RL" pause job
	"$RL" stop job
	[ "$(state job ExitCode)" = 3 ]
}

@test "no number is ever signalled that was given to another process" {
	load_busybox
	detached job busybox sleep 1000
	sleep 0.1
	sleep 1000 3>&- &
	stranger=$!
	# as if the number had been reused: same pid, another start time
	sed -i "s/\"Pid\":[0-9]*/\"Pid\":$stranger/" "$RL_ROOT"/containers/[0-9a-f]*/state.json
	run "$RL" kill job
	[ "$status" -eq 1 ]
	[[ $output == *"not running any more"* ]]
	kill -0 $stranger
	kill $stranger
	kill -9 "$(state job Supervisor)"
}

@test "those that begin again and again end all the same" {
	load_busybox
	for i in $(seq 30); do
		detached "c$i" --restart always busybox true >/dev/null
	done
	"$RL" stop -t 0 $("$RL" ps -aq)
	[ "$("$RL" ps -aq -f status=exited | wc -l)" = 30 ]
	"$RL" start $("$RL" ps -aq)
	"$RL" rm -f $("$RL" ps -aq)
	[ -z "$("$RL" ps -aq)" ]
}
