# attach.bats - rl attach: our stdio on a container that runs.
load ../lib/common

setup_file() {
	cp "$BATS_TEST_DIRNAME/../lib/ptyrun.py" "$BATS_FILE_TMPDIR/"
	export PYTHONPATH=$BATS_FILE_TMPDIR PYTHONDONTWRITEBYTECODE=1
}

# on_a_terminal - a Python program on stdin drives a shell `s`.
on_a_terminal() {
	{
		echo 'import glob, json, os, time, signal, re'
		echo 'from ptyrun import Shell, pids'
		echo 's = Shell()'
		echo 'rl = os.environ["RL"]'
		cat
	} >"$BATS_TEST_TMPDIR/drive.py"
	RL=$RL run timeout -s KILL 90 python3 "$BATS_TEST_TMPDIR/drive.py" </dev/null
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "attach has the output from now on, and the exit code" {
	load_busybox
	mkdir "$BATS_TEST_TMPDIR/go"
	detached job -v "$BATS_TEST_TMPDIR/go:/go" busybox sh -c 'echo before; until [ -e /go/on ]; do sleep 0.05; done; echo after; exit 8'
	until_log job before
	"$RL" attach job >"$BATS_TEST_TMPDIR/out" 3>&- &
	sleep 0.3
	touch "$BATS_TEST_TMPDIR/go/on"
	status=0
	wait $! || status=$?
	[ "$status" -eq 8 ]
	[ "$(cat "$BATS_TEST_TMPDIR/out")" = after ]
}

@test "several may look on; stdin goes to a container that has one" {
	load_busybox
	detached job -i busybox sh -c 'read line; echo got $line; exit 9'
	"$RL" attach --no-stdin job >"$BATS_TEST_TMPDIR/one" </dev/null 3>&- &
	sleep 0.3
	run timeout 10 "$RL" attach job <<<"a line"
	[ "$status" -eq 9 ]
	[ "$output" = "got a line" ]
	wait || :
	[ "$(cat "$BATS_TEST_TMPDIR/one")" = "got a line" ]
}

@test "attach refuses what does not run, and what has our own stdio" {
	load_busybox
	"$RL" create --name job --network none busybox true
	run "$RL" attach job
	[ "$status" -eq 1 ]
	[[ $output == *"cannot attach to a stopped container, start it first"* ]]
	run "$RL" attach nobody
	[[ $output == *"No such container: nobody"* ]]
	"$RL" run --rm --name direct --network none busybox sleep 1000 </dev/null 3>&- &
	for i in $(seq 100); do
		run "$RL" attach direct
		[[ $output == *"No such container"* ]] || break
		sleep 0.05
	done
	[[ $output == *"nothing to attach to"* ]]
	"$RL" kill direct
	wait || :
}

@test "a shell in a terminal: typed at, left by the keys, entered again" {
	load_busybox
	on_a_terminal <<-'PY'
	s.resize(30, 90)
	s.run(rl + " run -dit --name job --network none busybox sh")
	s.expect("[0-9a-f]{64}")
	s.run(rl + " attach job")
	s.send("stty size\r")
	s.expect("30 90")
	s.send("echo al''ive\r")
	s.expect("alive")
	s.send("\x10\x11")
	s.expect(r"\$ ")
	s.run("stty -a | grep -c ' icanon'")
	s.expect("1\r")
	s.run(rl + " attach --detach-keys ctrl-x,x job")
	s.send("echo ag''ain\r")
	s.expect("again")
	s.resize(41, 77)
	time.sleep(0.2)
	s.send("stty size\r")
	s.expect("41 77")
	s.send("\x18x")
	s.expect(r"\$ ")
	s.run(rl + " attach job")
	s.send("exit 5\r")
	s.expect(r"\$ ")
	assert s.status() == 5
	PY
}

@test "run -it: the detach keys leave it running" {
	load_busybox
	on_a_terminal <<-'PY'
	s.run(rl + " run -it --name job --network none busybox sh")
	s.expect("# ")
	s.send("\x10\x11")
	s.expect(r"\$ ")
	assert s.status() == 0
	s.run(rl + " kill job")
	s.expect("kill job\r\n")
	s.expect("job\r\n")
	PY
	until_state job exited
	[ "$(state job ExitCode)" = 137 ]
}

@test "kill -9 of the supervisor: the terminal is as it was" {
	load_busybox
	on_a_terminal <<-'PY'
	s.run(rl + " run -it --name job --network none busybox sh")
	s.expect("# ")
	state = glob.glob(os.environ["RL_ROOT"] + "/containers/*/state.json")[0]
	os.kill(json.load(open(state))["Supervisor"], signal.SIGKILL)
	s.expect("supervisor was killed")
	s.expect(r"\$ ")
	s.run("stty -a | grep -c ' icanon'")
	s.expect("1\r")
	PY
}
