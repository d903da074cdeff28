# restart.bats - rl restart: down and up again.
load ../lib/common

@test "restart of one that runs: another process, the same container" {
	load_busybox
	detached job busybox sh -c 'echo x >>/n; echo life $(wc -l </n); sleep 1000'
	until_log job 'life 1'
	pid=$(state job Pid)
	run "$RL" restart -t 0 job
	[ "$status" -eq 0 ]
	[ "$output" = job ]
	[ "$(state job Status)" = running ]
	[ "$(state job Pid)" != "$pid" ]
	until_log job 'life 2'
	# not the policy's doing
	[ "$(state job RestartCount)" = 0 ]
	"$RL" kill job
	[ "$(state job Status)" = exited ]
}

@test "restart of one that has ended, or never began, starts it" {
	load_busybox
	"$RL" create --name job --network none busybox sleep 1000
	"$RL" restart job
	[ "$(state job Status)" = running ]
	"$RL" kill job
	"$RL" restart job
	[ "$(state job Status)" = running ]
}

@test "restart keeps --rm -d; in the foreground it says that it cannot" {
	load_busybox
	detached job --rm busybox sleep 1000
	"$RL" restart -t 0 job
	[ "$(containers)" = 1 ]
	"$RL" rm -f job
	[ "$(containers)" = 0 ]
	"$RL" run --rm --name direct --network none busybox sleep 1000 </dev/null 3>&- &
	for i in $(seq 100); do
		run "$RL" restart direct
		[[ $output == *"No such container"* ]] || break
		sleep 0.05
	done
	[ "$status" -eq 1 ]
	[[ $output == *"cannot be restarted"* ]]
	"$RL" kill direct
	wait || :
}
