# logs.bats - rl logs: what a container has written, and writes.
load ../lib/common

@test "logs gives back what was written, to the stream it was written to" {
	load_busybox
	"$RL" run --name job --network none busybox sh -c \
		'echo one; echo two >&2; printf "three \303\244 \\\\ \" \001\n"; printf end' \
		</dev/null >/dev/null 2>&1
	"$RL" logs job >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
	[ "$(cat "$BATS_TEST_TMPDIR/err")" = two ]
	printf 'one\nthree \303\244 \\ " \001\nend' | cmp - "$BATS_TEST_TMPDIR/out"
}

@test "--tail, also across files and over the number there is" {
	load_busybox
	"$RL" run --name job --network none --log-opt max-size=1k --log-opt max-file=5 \
		busybox seq 1000 1050 </dev/null >/dev/null
	[ -e "$RL_ROOT"/containers/[0-9a-f]*/container.log.3 ]
	[ "$("$RL" logs -n 3 job)" = "$(seq 1048 1050)" ]
	[ "$("$RL" logs --tail 30 job)" = "$(seq 1021 1050)" ]
	[ "$("$RL" logs --tail 1 job)" = 1050 ]
	[ "$("$RL" logs --tail 0 job)" = "" ]
	[ "$("$RL" logs --tail 5000 job)" = "$("$RL" logs --tail all job)" ]
	[ "$("$RL" logs job | tail -n 1)" = 1050 ]
	run "$RL" logs --tail few job
	[ "$status" -eq 1 ]
	[[ $output == *"'few'"* ]]
}

@test "-t, --since, --until" {
	load_busybox
	"$RL" run --name job --network none busybox sh -c 'echo early; sleep 1.2; echo late' </dev/null >/dev/null
	run "$RL" logs -t job
	[[ ${lines[0]} =~ ^20[0-9-]+T[0-9:]+\.[0-9]{9}Z\ early$ ]]
	late=${lines[1]% late}
	[ "$("$RL" logs --since "$late" job)" = late ]
	[ "$("$RL" logs --until "$late" job | tail -n 1)" = late ]
	early=${lines[0]% early}
	[ "$("$RL" logs --until "$early" job)" = early ]
	[ "$("$RL" logs --since 1h job)" = "early
late" ]
	[ "$("$RL" logs --until 1h job)" = "" ]
	run "$RL" logs --since whenever job
	[ "$status" -eq 1 ]
	[[ $output == *whenever* ]]
}

@test "-f follows through rotations and a restart, to the container's end" {
	load_busybox
	detached job --log-opt max-size=2k --log-opt max-file=3 busybox sh -c \
		'i=1; while [ $i -le 300 ]; do echo line $i; i=$((i + 1)); [ $((i % 20)) != 0 ] || sleep 0.05; done'
	timeout 60 "$RL" logs -f job >"$BATS_TEST_TMPDIR/out"
	[ "$(state job Status)" = exited ]
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/out")" = "line 300" ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/out")" = 300 ]
	detached other busybox sh -c 'echo begun; sleep 1000'
	timeout 60 "$RL" logs -f other >"$BATS_TEST_TMPDIR/out" 3>&- &
	until_log other begun
	"$RL" restart -t 0 other
	for i in $(seq 100); do
		[ "$(grep -c begun "$BATS_TEST_TMPDIR/out")" != 2 ] || break
		sleep 0.05
	done
	[ "$(grep -c begun "$BATS_TEST_TMPDIR/out")" = 2 ]
	"$RL" kill other
	wait
}

@test "-f ends when the supervisor was killed; the log is there" {
	load_busybox
	detached job busybox sh -c 'echo begun; sleep 1000'
	until_log job begun
	timeout 30 "$RL" logs -f job >"$BATS_TEST_TMPDIR/out" 3>&- &
	sleep 0.2
	kill -9 "$(state job Supervisor)"
	wait $!
	[ "$(cat "$BATS_TEST_TMPDIR/out")" = begun ]
	[ "$("$RL" logs job)" = begun ]
}

@test "a long line comes back whole; a damaged one is told" {
	load_busybox
	"$RL" run --name job --network none busybox sh -c \
		'head -c 100000 /dev/zero | tr "\0" x; echo; echo last' </dev/null >/dev/null
	[ "$("$RL" logs job | head -n 1 | wc -c)" = 100001 ]
	log=$(echo "$RL_ROOT"/containers/[0-9a-f]*/container.log)
	sed -i '3s/.*/{"log":"torn/' "$log"
	"$RL" logs job >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/out")" = last ]
	[ "$(cat "$BATS_TEST_TMPDIR/err")" = "rl: a line of the log is damaged" ]
	# what a kill tore is no line
	printf '{"log":"half' >>"$log"
	[ "$("$RL" logs --tail 1 job 2>&1)" = last ]
	"$RL" start -a job >/dev/null
	[ "$("$RL" logs --tail 1 job 2>&1)" = last ]
	[ "$("$RL" logs job 2>/dev/null | grep -c last)" = 2 ]
}

@test "-f goes on with a log that was emptied" {
	load_busybox
	mkdir "$BATS_TEST_TMPDIR/flag"
	detached job -v "$BATS_TEST_TMPDIR/flag:/flag" busybox sh -c \
		'echo begun; while [ ! -e /flag/go ]; do sleep 0.05; done; echo more'
	timeout 30 "$RL" logs -f job >"$BATS_TEST_TMPDIR/out" 3>&- &
	pid=$!
	until_text begun "$BATS_TEST_TMPDIR/out"
	: >"$(echo "$RL_ROOT"/containers/[0-9a-f]*/container.log)"
	sleep 1
	touch "$BATS_TEST_TMPDIR/flag/go"
	wait $pid
	[ "$(cat "$BATS_TEST_TMPDIR/out")" = "begun
more" ]
}

@test "-f, and events, where no inotify is left" {
	load_busybox
	detached job busybox sh -c 'echo begun; sleep 1.5; echo more'
	cat >"$BATS_TEST_TMPDIR/inside" <<-'SH'
	echo 0 >/proc/sys/user/max_inotify_instances
	"$RL" events >"$1/events" 2>&1 3>&- &
	timeout 30 "$RL" logs -f job
	sleep 0.3
	kill $!
	SH
	timeout 60 unshare -U --map-root-user sh "$BATS_TEST_TMPDIR/inside" \
		"$BATS_TEST_TMPDIR" >"$BATS_TEST_TMPDIR/out"
	[ "$(cat "$BATS_TEST_TMPDIR/out")" = "begun
more" ]
	grep -q 'container die' "$BATS_TEST_TMPDIR/events"
}

@test "output that cannot be written is told once; a reader may go away" {
	load_busybox
	"$RL" run --name job --network none busybox seq 10000 </dev/null >/dev/null
	for n in 5 all; do
		run sh -c '"$1" logs --tail $2 job >/dev/full' sh "$RL" $n
		[ "$status" -eq 1 ]
		[ "$output" = "rl: write to standard output: No space left on device" ]
	done
	detached slow busybox sh -c 'while echo x; do sleep 0.1; done'
	run timeout 30 bash -c '"$1" logs -f slow | head -n 1; exit ${PIPESTATUS[0]}' bash "$RL"
	[ "$status" -eq 1 ]
	[ "$output" = x ]
}

@test "no log: --log-driver none, the foreground with --rm, nobody" {
	load_busybox
	detached job --log-driver none busybox echo x
	run "$RL" logs job
	[ "$status" -eq 1 ]
	[[ $output == *"configured logging driver does not support reading"* ]]
	"$RL" create --name idle busybox true
	run "$RL" logs idle
	[ "$status" -eq 0 ]
	[ "$output" = "" ]
	run "$RL" logs nobody
	[ "$status" -eq 1 ]
	[[ $output == *"No such container: nobody"* ]]
}

@test "a full disk: the container goes on, no torn line, and logs says it" {
	load_busybox
	archive=$(busybox_archive)
	cat >"$BATS_TEST_TMPDIR/inside" <<-'SH'
	set -e
	mkdir "$1/disk"
	mount -t tmpfs -o mode=700,size=12m none "$1/disk"
	export RL_ROOT=$1/disk RL_RUNROOT=$1/run
	mkdir "$1/flag"
	"$RL" load -q -i "$2"
	"$RL" run -d --name job --network none -v "$1/flag:/flag" busybox sh -c '
		while [ ! -e /flag/go ]; do
			echo line 01234567890123456789012345678901234567890123456789012345678901234567890123456789
		done
		touch /flag/done
		while [ ! -e /flag/end ]; do sleep 0.05; done
		echo the end; exit 7'
	for i in $(seq 300); do
		! df "$1/disk" | grep -q '100%' || break
		sleep 0.1
	done
	df "$1/disk" | grep -q '100%'
	sleep 0.3
	touch "$1/flag/go"
	for i in $(seq 300); do
		[ ! -e "$1/flag/done" ] || break
		sleep 0.1
	done
	# the container has gone on
	[ -e "$1/flag/done" ]
	"$RL" logs job >"$1/out" 2>"$1/err"
	touch "$1/flag/end"
	[ "$("$RL" wait job)" = 7 ]
	SH
	unshare -U --map-root-user -m sh "$BATS_TEST_TMPDIR/inside" \
		"$BATS_TEST_TMPDIR" "$archive"
	grep -q 'lines* w.* lost here: No space left on device' "$BATS_TEST_TMPDIR/err"
	# all the others are whole
	[ "$(grep -vc '^line [0-9]*$' "$BATS_TEST_TMPDIR/out")" = 0 ]
	[ "$(awk '{ print length($0) }' "$BATS_TEST_TMPDIR/out" | sort -u | wc -l)" = 1 ]
}
