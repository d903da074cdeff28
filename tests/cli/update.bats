# update.bats - rl update.
load ../lib/common

@test "update --restart changes what happens next" {
	load_busybox
	detached job busybox sh -c 'sleep 0.5; exit 1'
	[ "$("$RL" update --restart on-failure:1 job)" = job ]
	until_state job exited
	[ "$(state job RestartCount)" = 1 ]
	detached other --restart always busybox sh -c 'sleep 0.2'
	"$RL" update --restart no other
	until_state other exited
	sleep 0.3
	[ "$(state other Status)" = exited ]
}

@test "update refuses what cannot be" {
	load_busybox
	detached job --rm busybox sleep 1000
	run "$RL" update --restart always job
	[ "$status" -eq 1 ]
	[[ $output == *"--rm"* ]]
	run "$RL" update --restart sometimes job
	[ "$status" -eq 1 ]
	[[ $output == *"sometimes"* ]]
	run "$RL" update job
	[ "$status" -eq 1 ]
	[[ $output == *"one or more flags"* ]]
}
