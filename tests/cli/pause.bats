# pause.bats - rl pause, rl unpause: processes that stand still.
load ../lib/common

# ticks NAME - how often it wrote.
ticks() {
	grep -c tick "$RL_ROOT"/containers/[0-9a-f]*/container.log
}

@test "a paused container does nothing, all of it, until it goes on" {
	load_busybox
	detached job busybox sh -c '(while :; do echo tick; sleep 0.02; done) & wait'
	until_log job tick
	[ "$("$RL" pause job)" = job ]
	sleep 0.1
	before=$(ticks)
	sleep 0.3
	[ "$(ticks)" = "$before" ]
	run "$RL" pause job
	[ "$status" -eq 1 ]
	[[ $output == *"already paused"* ]]
	run "$RL" start job
	[[ $output == *"unpause"* ]]
	[ "$("$RL" unpause job)" = job ]
	for i in $(seq 100); do
		[ "$(ticks)" = "$before" ] || break
		sleep 0.05
	done
	[ "$(ticks)" -gt "$before" ]
	run "$RL" unpause job
	[ "$status" -eq 1 ]
	[[ $output == *"is not paused"* ]]
}

@test "pause with --init; rm -f of one that is paused" {
	load_busybox
	detached job --init busybox sh -c 'while :; do echo tick; sleep 0.02; done'
	until_log job tick
	"$RL" pause job
	before=$(ticks)
	sleep 0.2
	[ "$(($(ticks) - before))" -le 1 ]
	run "$RL" rm job
	[ "$status" -eq 1 ]
	[[ $output == *"container is paused"* ]]
	"$RL" rm -f job
	[ "$(containers)" = 0 ]
}

@test "pause of what does not run" {
	load_busybox
	"$RL" create --name job --network none busybox true
	run "$RL" pause job
	[ "$status" -eq 1 ]
	[[ $output == *"job is not running"* ]]
	run "$RL" unpause job nobody
	[ "$status" -eq 1 ]
	[[ $output == *"No such container: nobody"* ]]
}
