# start.bats - rl start: again, with the same files.
load ../lib/common

@test "a container starts again with its files, its volumes and its name" {
	load_busybox
	detached job -v /vol busybox sh -c 'echo x >>/vol/n; echo x >>/n; wc -l </vol/n; wc -l </n'
	until_state job exited
	[ "$("$RL" start -a job)" = "2
2" ]
	[ "$("$RL" start -a "$(basename "$RL_ROOT"/containers/[0-9a-f]*)")" = "3
3" ]
}

@test "start -a has the exit code, -ai passes stdin on" {
	load_busybox
	"$RL" create -i --name job --network none busybox sh -c 'cat; exit 6'
	run "$RL" start -ai job <<<"by hand"
	[ "$status" -eq 6 ]
	[ "$output" = "by hand" ]
}

@test "one that runs is no error, one that is not there is" {
	load_busybox
	detached job busybox sleep 1000
	run "$RL" start job
	[ "$status" -eq 0 ]
	[ "$output" = job ]
	run "$RL" start nobody job
	[ "$status" -eq 1 ]
	[[ $output == *"No such container: nobody"*job ]]
	run "$RL" start -a job job
	[ "$status" -eq 1 ]
	[[ $output == *"cannot start and attach multiple containers at once"* ]]
}

@test "a start that fails says why, and can be mended" {
	load_busybox
	mkdir "$BATS_TEST_TMPDIR/data"
	"$RL" create --name job --network none --mount \
		"type=bind,src=$BATS_TEST_TMPDIR/data,dst=/data" busybox echo fine
	rmdir "$BATS_TEST_TMPDIR/data"
	run "$RL" start job
	[ "$status" -eq 1 ]
	[[ $output == *"$BATS_TEST_TMPDIR/data"* ]]
	[ "$(state job Status)" = created ]
	mkdir "$BATS_TEST_TMPDIR/data"
	[ "$("$RL" start -a job)" = fine ]
}

@test "20 starts of one container at once: it runs once, and all come back" {
	load_busybox
	"$RL" create --name job --network none busybox sh -c 'echo life; sleep 1000'
	for i in $(seq 20); do
		"$RL" start job >"$BATS_TEST_TMPDIR/$i" 2>&1 3>&- &
	done
	wait
	cat "$BATS_TEST_TMPDIR"/[0-9]*
	until_log job life
	[ "$(grep -c life "$RL_ROOT"/containers/[0-9a-f]*/container.log)" = 1 ]
	[ "$(grep -lE '^job$|another command works on it' "$BATS_TEST_TMPDIR"/[0-9]* | wc -l)" = 20 ]
}

@test "start and rm at once: never half a container" {
	load_busybox
	for i in $(seq 10); do
		"$RL" create --name job --network none busybox sleep 1000 >/dev/null
		"$RL" start job >/dev/null 2>&1 3>&- &
		"$RL" rm job >/dev/null 2>&1 || :
		wait
		[ "$(containers)" -le 1 ]
		"$RL" rm -f job >/dev/null
		[ "$(containers)" = 0 ]
	done
}
