# terminal.bats - terminals, signals, ends: as users of a shell see them.
bats_require_minimum_version 1.5.0
load ../lib/common

setup_file() {
	cp "$BATS_TEST_DIRNAME/../lib/ptyrun.py" "$BATS_FILE_TMPDIR/"
	export PYTHONPATH=$BATS_FILE_TMPDIR PYTHONDONTWRITEBYTECODE=1
}

# on_a_terminal - a Python program on stdin drives a shell `s`; `rl` is the
# command line up to the image.
on_a_terminal() {
	{
		echo 'import os, time, signal, re'
		echo 'from ptyrun import Shell'
		echo 's = Shell()'
		echo 'rl = os.environ["RL"] + " run --rm --network none "'
		echo 'from ptyrun import pids'
		cat
	} >"$BATS_TEST_TMPDIR/drive.py"
	RL=$RL run timeout -s KILL 90 python3 "$BATS_TEST_TMPDIR/drive.py" </dev/null
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "-it has the terminal's size, and follows it" {
	load_busybox
	on_a_terminal <<-'PY'
	s.resize(31, 97)
	s.run(rl + "-it busybox sh -c 'tty; stty size; trap \"stty size\" WINCH;"
	      " echo ready; while :; do sleep 0.1; done'")
	s.expect("/dev/(pts/0|console)")
	s.expect("31 97")
	s.expect("ready")
	for rows, cols in ((40, 120), (10, 20), (50, 132)):
	    s.resize(rows, cols)
	    s.expect("%d %d" % (rows, cols))
	s.send("\x03")
	s.expect(r"\$ ")
	PY
}

@test "^C and ^\\ go to the program with -t, not to rl" {
	load_busybox
	on_a_terminal <<-'PY'
	s.run(rl + "-it busybox sh -c 'trap \"echo got-int; exit 5\" INT;"
	      " echo ready; while :; do sleep 0.1; done'")
	s.expect("ready\r")
	s.send("\x03")
	s.expect("got-int\r")
	s.expect(r"\$ ")
	assert s.status() == 5
	PY
}

@test "with -t ^Z is a byte" {
	load_busybox
	on_a_terminal <<-'PY'
	s.run(rl + "-it busybox sh -c 'stty raw -echo; echo ready;"
	      " dd bs=1 count=1 2>/dev/null | hexdump -C'")
	s.expect("ready\r?\n")
	s.send("\x1a")
	s.expect("00000000  1a")
	s.expect(r"\$ ")
	assert s.status() == 0
	PY
}

@test "without -t ^Z stops rl and the program, fg goes on, ^C ends" {
	load_busybox
	on_a_terminal <<-'PY'
	def count():
	    path = os.environ["BATS_TEST_TMPDIR"] + "/n"
	    return int(open(path).read()) if os.path.exists(path) else 0
	for init in ("", "--init "):
	    s.run(rl + init + "-v $BATS_TEST_TMPDIR:/d busybox sh -c 'trap \"exit 7\" INT;"
	          " echo rea\"\"dy; i=0; while :; do i=$((i+1)); echo $i >/d/n.new;"
	          " mv /d/n.new /d/n; usleep 20000; done'")
	    s.expect("ready\r")
	    s.wait(lambda: count() > 3, "it counts")
	    s.send("\x1a")
	    s.expect("Stopped")
	    time.sleep(0.3)
	    before = count()
	    time.sleep(0.5)
	    assert count() == before, (before, count())
	    s.run("fg")
	    s.wait(lambda: count() > before + 3, "it counts on")
	    s.send("\x03")
	    s.expect(r"\$ ")
	    assert s.status() == 7
	PY
}

@test "the terminal is restored: after the end, after kill -9 of either side" {
	load_busybox
	on_a_terminal <<-'PY'
	mine = rl + "-e T=%d " % os.getpid()
	def start():
	    s.run(mine + "-it busybox sh -c 'echo rea\"\"dy; exec sleep 1234.%d'" % os.getpid())
	    s.expect("ready\r")
	    s.wait(lambda: not s.cooked(), "raw while it runs")
	    s.wait(lambda: pids("sleep 1234.%d" % os.getpid()), "it sleeps")
	s.run(rl + "-it busybox true")
	s.expect(r"\$ ")
	assert s.status() == 0
	s.wait(s.cooked, "cooked after the end")
	start()
	os.kill(pids(mine)[0], signal.SIGKILL)
	s.expect("Killed")
	s.wait(s.cooked, "cooked after kill -9 of rl")
	assert s.status() == 137
	s.wait(lambda: not pids("sleep 1234.%d" % os.getpid()), "the container went too")
	start()
	os.kill(pids("sleep 1234.%d" % os.getpid())[0], signal.SIGKILL)
	s.expect(r"\$ ")
	s.wait(s.cooked, "cooked after kill -9 of the program")
	assert s.status() == 137
	PY
}

@test "a large paste arrives whole, output too" {
	load_busybox
	on_a_terminal <<-'PY'
	import hashlib
	data = bytes(33 + i % 90 for i in range(300000))
	s.run(rl + "-it busybox sh -c 'stty raw -echo; echo ready;"
	      " head -c 300000 | md5sum'")
	s.expect("ready\r?\n")
	s.send(data)
	s.expect(hashlib.md5(data).hexdigest())
	s.expect(r"\$ ")
	s.run(rl + "-it busybox sh -c 'seq 100000; echo end'")
	s.expect("\r\n99999\r\n100000\r\nend\r\n")
	PY
}

@test "^D ends the input of -it, and of -i from a terminal" {
	load_busybox
	on_a_terminal <<-'PY'
	for o in ("-it ", "-i "):
	    s.run(rl + o + "busybox sh -c 'echo ready; cat; echo en\"\"ded'")
	    s.expect("ready\r")
	    s.send("line\n")
	    s.expect("line\r\nline\r\n")
	    s.send("\x04")
	    s.expect("ended")
	    s.expect(r"\$ ")
	PY
}

@test "without -t the program sees no terminal, and without -i no input" {
	load_busybox
	on_a_terminal <<-'PY'
	s.run(rl + "busybox sh -c 'for i in 0 1 2; do test -t $i && echo tty$i;"
	      " done; cat; (: </dev/tty) 2>&1; echo do\"\"ne'")
	m = s.expect("done\r")
	s.expect(r"\$ ")
	s.run(rl + "busybox sh -c 'test -t 1 || echo p\"\"ipe'")
	s.expect("pipe\r")
	PY
	[[ $output != *tty1* ]]
}

@test "-t with -i and no terminal on stdin is docker's error; -t alone is not" {
	load_busybox
	run "$RL" run --rm -it busybox true </dev/null
	[ "$status" -eq 125 ]
	[[ $output == *"cannot attach stdin to a TTY-enabled container because stdin is not a terminal"* ]]
	"$RL" run --rm -t busybox sh -c 'test -t 1 && echo hi; echo err >&2' \
		</dev/null >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
	[ "$(od -An -c "$BATS_TEST_TMPDIR/out" | tr -d ' \n')" = \
	  'hi\r\nerr\r\n' ]
	[ ! -s "$BATS_TEST_TMPDIR/err" ]
	[ "$(printf 'a\nb' | "$RL" run --rm -i busybox cat)" = $'a\nb' ]
	[ "$(printf 'a\nb' | "$RL" run --rm busybox cat)" = "" ]
}

# started ARG... - run in the background with output in $out; pid in $pid.
started() {
	out=$BATS_TEST_TMPDIR/out
	: >"$out"
	"$RL" run --rm --network none "$@" </dev/null >"$out" 2>&1 &
	pid=$!
	for i in $(seq 200); do
		! grep -q ready "$out" || return 0
		sleep 0.05
	done
	return 1
}

@test "signals go to the program" {
	load_busybox
	for sig in HUP INT QUIT USR1 USR2 TERM CONT WINCH ALRM; do
		started busybox sh -c "trap 'echo got-$sig; exit 9' $sig
			echo ready; while :; do sleep 0.05; done"
		kill -$sig $pid
		rc=0; wait $pid || rc=$?
		[ $rc = 9 ]
		grep -q got-$sig "$out"
	done
}

@test "--sig-proxy=false: the program hears nothing" {
	load_busybox
	started --sig-proxy=false busybox sh -c "trap 'echo got; exit 9' USR1 TERM
		echo ready; while :; do sleep 0.05; done"
	kill -USR1 $pid
	sleep 0.3
	kill -0 $pid
	kill -TERM $pid
	rc=0; wait $pid || rc=$?
	[ $rc != 9 ]
	[ $rc -ge 128 ]
	refute grep -q got "$out"
	refute "$RL" run --rm --sig-proxy=maybe busybox true
}

@test "a program that ignores TERM is ended by asking three times" {
	load_busybox
	started busybox sh -c "trap '' TERM; echo ready; while :; do sleep 0.05; done"
	for i in 1 2 3; do kill -TERM $pid; sleep 0.2; done
	rc=0; wait $pid || rc=$?
	[ $rc = 137 ]
}

@test "ends by signal are 128+n; texts of 125, 126, 127" {
	load_busybox
	for n in 9 15 6; do
		started --init busybox sh -c "echo ready; sleep 0.1; kill -$n \$\$"
		rc=0; wait $pid || rc=$?
		[ $rc = $((128 + n)) ]
	done
	run -127 "$RL" run --rm busybox nope </dev/null
	[[ $output == *'exec: "nope": executable file not found in $PATH'* ]]
	run -127 "$RL" run --rm busybox /no/such </dev/null
	[[ $output == *'"/no/such"'*[Nn]"o such file or directory"* ]]
	run "$RL" run --rm busybox /etc/passwd </dev/null
	[ "$status" -eq 126 ]
	[[ $output == *[Pp]"ermission denied"* ]]
	run "$RL" run --rm --nope busybox </dev/null
	[ "$status" -eq 125 ]
	[[ $output == *"Run 'rl run --help' for more information"* ]]
}
