# rm.bats - rl rm: containers removed, with everything that was theirs.
load ../lib/common

@test "rm removes what does not run, -f also what does" {
	load_busybox
	detached job busybox sleep 1000
	run "$RL" rm job
	[ "$status" -eq 1 ]
	[[ $output == *'cannot remove container "job": container is running'* ]]
	pid=$(state job Pid) supervisor=$(state job Supervisor)
	[ "$("$RL" rm -f job)" = job ]
	[ "$(containers)" = 0 ]
	until_gone "$pid"
	until_gone "$supervisor"
	[ "$(ls "$RL_ROOT/containers/.names")" = "" ]
	"$RL" create --name job busybox true
	"$RL" rm job
	[ "$(containers)" = 0 ]
}

@test "nobody: exit 1, with -f 0, as with docker" {
	load_busybox
	run "$RL" rm nobody
	[ "$status" -eq 1 ]
	[[ $output == *"No such container: nobody"* ]]
	run "$RL" rm -f nobody
	[ "$status" -eq 0 ]
}

@test "files of mapped ids go too" {
	requires subuid
	load_busybox
	"$RL" run --name job --network none busybox sh -c \
		'mkdir -p /d/e; echo x >/d/e/f; chown -R 7:7 /d; chmod 700 /d /d/e' </dev/null
	"$RL" rm job
	[ "$(containers)" = 0 ]
}

@test "-v takes the anonymous volumes, and leaves the others" {
	load_busybox
	"$RL" run --name job --network none -v /anon -v keep:/named busybox true </dev/null
	[ "$("$RL" volume ls -q | wc -l)" = 2 ]
	"$RL" rm -v job
	[ "$("$RL" volume ls -q)" = keep ]
	"$RL" run --name job --network none -v /anon busybox true </dev/null
	"$RL" rm job
	[ "$("$RL" volume ls -q | wc -l)" = 2 ]
}

@test "one whose supervisor was killed can be removed, its socket too" {
	load_busybox
	detached job busybox sleep 1000
	socket=$(state job Socket)
	[ -S "$socket" ]
	kill -9 "$(state job Supervisor)"
	sleep 0.2
	"$RL" rm job
	[ "$(containers)" = 0 ]
	[ ! -e "$socket" ]
}

@test "rm -f of one that is just being started" {
	load_busybox
	for i in $(seq 40); do
		"$RL" run -d --name job --network none busybox sleep 1000 \
			</dev/null >/dev/null 2>&1 3>&- &
		# not ID.rm, which is no container yet
		until compgen -G "$RL_ROOT/containers/[0-9a-f]*[0-9a-f]" >/dev/null; do
			sleep 0.001
		done
		"$RL" rm -f job
		wait
		[ "$(containers)" = 0 ]
	done
}
