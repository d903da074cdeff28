# kill.bats - rl kill: a signal to a container.
load ../lib/common

@test "kill is SIGKILL; the restart policy rests" {
	load_busybox
	detached job --restart always busybox sleep 1000
	[ "$("$RL" kill job)" = job ]
	[ "$(state job Status)" = exited ]
	[ "$(state job ExitCode)" = 137 ]
	sleep 0.4
	[ "$(state job Status)" = exited ]
}

@test "kill -s is for the program to hear" {
	load_busybox
	detached job busybox sh -c 'trap "echo hup" HUP; trap "exit 44" SIGUSR2; echo ready; while :; do sleep 0.05; done'
	until_log job ready
	"$RL" kill -s HUP job
	until_log job hup
	[ "$(state job Status)" = running ]
	"$RL" kill --signal 12 job
	until_state job exited
	[ "$(state job ExitCode)" = 44 ]
}

@test "kill of what does not run, and of what is not there" {
	load_busybox
	"$RL" create --name job --network none busybox true
	run "$RL" kill job nobody
	[ "$status" -eq 1 ]
	[[ $output == *"cannot kill container"*"job is not running"* ]]
	[[ $output == *"No such container: nobody"* ]]
	run "$RL" kill -s BAD job
	[ "$status" -eq 1 ]
	[[ $output == *"Invalid signal: BAD"* ]]
}
