# exec.bats - rl exec: further programs in a container that runs.
bats_require_minimum_version 1.5.0
load ../lib/common

setup_file() {
	cp "$BATS_TEST_DIRNAME/../lib/ptyrun.py" "$BATS_FILE_TMPDIR/"
	export PYTHONPATH=$BATS_FILE_TMPDIR PYTHONDONTWRITEBYTECODE=1
	export RL_RUNROOT=$BATS_FILE_TMPDIR/run
}

# What still runs goes with its supervisor.
teardown() {
	local f pid
	for f in "$RL_ROOT"/containers/*/state.json; do
		pid=$([ ! -e "$f" ] || state_of "$f" Supervisor)
		[ "${pid:-0}" = 0 ] || kill -9 "$pid" || true
	done 2>/dev/null
	sleep 0.1
	unshare -U --map-root-user --map-auto rm -rf "$RL_ROOT" 2>/dev/null ||
		unshare -U --map-root-user rm -rf "$RL_ROOT"
}

# state_of FILE KEY - a number of a container's state.json.
state_of() { sed "s/.*\"$2\":\([0-9]*\).*/\1/" "$1"; }

# up NAME OPTION... - a container that waits.
up() {
	[ -e "$RL_ROOT" ] || load_busybox
	"$RL" run -d --name "$1" --network none "${@:2}" busybox \
		sleep 5432 >/dev/null
}

x() { "$RL" exec "$@" </dev/null; }

# until_true COMMAND... - within ten seconds.
until_true() {
	for _ in $(seq 200); do
		! "$@" || return 0
		sleep 0.05
	done
	return 1
}

# id_of NAME - the ID of a container.
id_of() {
	local d
	for d in "$RL_ROOT"/containers/*/; do
		[ "$(cat "$d/name")" != "$1" ] || basename "$d"
	done
}

@test "a further process of the container: ids, namespaces, mounts, hostname" {
	up c1 -h there --tmpfs /t
	[ "$(x c1 id -u)" = 0 ]
	[ "$(x c1 hostname)" = there ]
	for ns in user mnt pid ipc uts net cgroup; do
		[ "$(x c1 readlink /proc/self/ns/$ns)" = \
		  "$(x c1 readlink /proc/1/ns/$ns)" ]
	done
	x c1 sh -c 'echo hello >/t/f'
	[ "$(x c1 cat /t/f)" = hello ]
	[ "$(x c1 cat /proc/1/cmdline | tr '\0' ' ')" = "sleep 5432 " ]
	# by any beginning of its ID, and by docker's other name
	id=$(id_of c1)
	[ "$("$RL" container exec "${id:0:8}" echo yes)" = yes ]
}

@test "what the container changed is seen: its hostname, its mounts" {
	up c1 --cap-add SYS_ADMIN
	x c1 mkdir -p /srv
	x c1 hostname changed
	x c1 mount -t tmpfs none /srv
	x c1 touch /srv/f
	[ "$(x c1 hostname)" = changed ]
	x c1 test -e /srv/f
}

@test "exit codes are docker's: own, 125, 126, 127, 128+n" {
	up c1
	run x c1 sh -c 'exit 7'
	[ "$status" -eq 7 ]
	run -127 x c1 nope
	[ "$output" = 'rl: exec: "nope": executable file not found in $PATH' ]
	run -127 x c1 /no/such
	run x c1 /etc/passwd
	[ "$status" -eq 126 ]
	run x c1 sh -c 'kill -9 $$'
	[ "$status" -eq 137 ]
	run x c1 sh -c 'kill -TERM $$'
	[ "$status" -eq 143 ]
	run x --nope c1 true
	[ "$status" -eq 125 ]
	run x c1
	[ "$status" -eq 125 ]
	run -127 x -d c1 nope
	[[ $output == *'executable file not found in $PATH' ]]
}

@test "texts: no such container, not running, paused, a missing folder" {
	load_busybox
	run x nobody true
	[ "$status" -eq 125 ]
	[ "$output" = "rl: No such container: nobody" ]
	"$RL" run --name done --network none busybox true </dev/null
	run x done true
	[ "$status" -eq 125 ]
	[ "$output" = "rl: container done is not running" ]
	up c1
	touch "$RL_ROOT/containers/$(id_of c1)/paused"
	run x c1 true
	[ "$status" -eq 125 ]
	[ "$output" = "rl: Container c1 is paused, unpause the container before exec" ]
	rm "$RL_ROOT/containers/$(id_of c1)/paused"
	run -127 x -w /no/such c1 pwd
	[[ $output == *'chdir to cwd ("/no/such")'*"No such file or directory" ]]
	x c1 test ! -e /no/such
	run x -w here c1 pwd
	[ "$status" -eq 125 ]
	[[ $output == *"absolute path"* ]]
	run "$RL" exec -it c1 true </dev/null
	[ "$status" -eq 125 ]
	[[ $output == *"stdin is not a terminal"* ]]
}

@test "environment, user, groups, home, working directory" {
	up c1 -e A=container -e B=container -w /tmp
	printf 'B=file\nC=file\n' >"$BATS_TEST_TMPDIR/env"
	cd "$BATS_TEST_TMPDIR"
	D=ours run x --env-file env -e C=option -e D -e A= c1 \
		sh -c 'echo "$A,$B,$C,$D,$HOME,${TERM-none}"; pwd'
	[ "${lines[0]}" = ",file,option,ours,/root,none" ]
	[ "${lines[1]}" = /tmp ]
	run x -e A c1 sh -c 'echo ${A-unset}'
	[ "$output" = unset ]
	[ "$(x -u www c1 sh -c 'echo $(id -u):$(id -g):$HOME')" = "33:33:/var/www" ] ||
		x -u www c1 sh -c 'echo $(id -u):$(id -g):$HOME; cat /etc/passwd' >&3
	[ "$(x -u 5:6 c1 sh -c 'echo $(id -u):$(id -g):$HOME')" = 5:6:/ ]
	[ "$(x -w /etc c1 pwd)" = /etc ]
	run x -u nobody-such c1 true
	[ "$status" -eq 125 ]
	[[ $output == *"unable to find user nobody-such"* ]]
	# that of the container, when it has one
	up d1 -u 5
	[ "$(x d1 id -u)" = 5 ]
}

@test "rights are the container's own: capabilities, filter, masks, limits" {
	up c1 --security-opt no-new-privileges --cap-drop CHOWN --ulimit nofile=77
	for key in CapBnd CapEff CapInh NoNewPrivs Seccomp; do
		[ "$(x c1 grep "^$key" /proc/self/status)" = \
		  "$(x c1 grep "^$key" /proc/1/status)" ]
	done
	x c1 grep -q '^Seccomp:[[:space:]]*2' /proc/self/status
	[ "$(x c1 sh -c 'ulimit -n')" = 77 ]
	run x c1 unshare -U true
	[ "$status" -ne 0 ]
	[ -z "$(x c1 cat /proc/keys)" ]
	refute x c1 sh -c 'echo 1 >/proc/sys/kernel/domainname'
	# --privileged: all that the user namespace has, and no more
	[ "$(x --privileged c1 sh -c 'grep CapBnd /proc/self/status')" = \
	  "$("$RL" run --rm --privileged --network none busybox \
		grep CapBnd /proc/self/status)" ]
	up p1 --privileged
	for key in CapEff Seccomp; do
		[ "$(x p1 grep "^$key" /proc/self/status)" = \
		  "$(x p1 grep "^$key" /proc/1/status)" ]
	done
}

@test "with one id, ids are answered in an exec as well" {
	requires nosubuid
	up c1
	x c1 chown 5:6 /etc/passwd
	[ "$(x -u 42 c1 id -u)" = 42 ]
	x -d c1 sh -c 'id -u >/tmp/before; sleep 0.3; chown 7 /tmp/before &&
		echo fine >/tmp/after'
	until_true x c1 test -e /tmp/after
}

@test "stdin, stdout and stderr, whole" {
	up c1
	[ "$(printf 'a\nb' | "$RL" exec -i c1 cat)" = $'a\nb' ]
	[ "$(printf 'a\nb' | "$RL" exec c1 cat)" = "" ]
	x c1 sh -c 'echo out; echo err >&2' >"$BATS_TEST_TMPDIR/out" \
		2>"$BATS_TEST_TMPDIR/err"
	[ "$(cat "$BATS_TEST_TMPDIR/out")" = out ]
	[ "$(cat "$BATS_TEST_TMPDIR/err")" = err ]
	[ "$(x c1 sh -c 'seq 200000' | md5sum)" = "$(seq 200000 | md5sum)" ]
	[ "$(seq 200000 | "$RL" exec -i c1 cat | md5sum)" = \
	  "$(seq 200000 | md5sum)" ]
	# -t without -i needs no terminal of ours
	[ "$("$RL" exec -t c1 sh -c 'test -t 1 && echo hi' </dev/null |
		od -An -c | tr -d ' \n')" = 'hi\r\n' ]
}

@test "-d comes back at once; it lives on after that, leaves no zombie" {
	up c1
	run timeout 5 "$RL" exec -d c1 sh -c 'sleep 0.5; echo end >/tmp/end;
		exec sleep 777' </dev/null
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	until_true x c1 test -e /tmp/end
	refute grep -qs Z <(ps -o stat= --ppid $$)
	parent=$(pgrep -u "$(id -u)" -x rl-exec)
	kill -HUP $parent
	sleep 0.2
	kill -0 $parent
	x c1 sh -c 'kill $(pidof sleep | tr " " "\n" | grep -v "^1$")'
	until_true refute kill -0 $parent 2>/dev/null
	[ -z "$(x c1 ps | grep 'Z')" ]
}

@test "it goes with the container, also without a PID namespace" {
	for o in "--read-only" "--pid host" "--init"; do
		up "n${o//[ -]/}" $o
		: >"$BATS_TEST_TMPDIR/out"
		x "n${o//[ -]/}" sh -c 'echo ready; exec sleep 4321' \
			>"$BATS_TEST_TMPDIR/out" &
		pid=$!
		until_true grep -q ready "$BATS_TEST_TMPDIR/out"
		pid1=$(state_of "$RL_ROOT/containers/$(id_of "n${o//[ -]/}")/state.json" Pid)
		kill -9 $pid1
		rc=0; wait $pid || rc=$?
		[ $rc = 137 ]
	done
}

@test "--init: further programs join it, and no runtime is in reach" {
	up c1 --init
	[ "$(x c1 sh -c 'cat /proc/1/comm')" = rl-init ]
	[ "$(x c1 readlink /proc/self/ns/mnt)" != "$(readlink /proc/self/ns/mnt)" ]
	[ "$(x c1 sh -c 'readlink /proc/1/exe || echo no')" = no ]
}

@test "signals go to the program; kill -9 of rl exec ends it" {
	up c1
	for sig in HUP INT QUIT USR1 TERM; do
		: >"$BATS_TEST_TMPDIR/out"
		"$RL" exec c1 sh -c "trap 'echo got; exit 9' $sig
			echo ready; while :; do sleep 0.05; done" \
			>"$BATS_TEST_TMPDIR/out" </dev/null &
		pid=$!
		until_true grep -q ready "$BATS_TEST_TMPDIR/out"
		kill -$sig $pid
		rc=0; wait $pid || rc=$?
		echo "$sig: $rc $(cat "$BATS_TEST_TMPDIR/out")"
		[ $rc = 9 ]
	done
	: >"$BATS_TEST_TMPDIR/out"
	"$RL" exec c1 sh -c 'echo ready; exec sleep 4321' \
		>"$BATS_TEST_TMPDIR/out" </dev/null &
	pid=$!
	until_true grep -q ready "$BATS_TEST_TMPDIR/out"
	kill -9 $pid
	until_true refute x c1 sh -c 'ps | grep -q "[s]leep 4321"'
}

@test "events: create, start and die, with the command and its exit code" {
	up c1
	run x c1 sh -c 'exit 3'
	sed 's/"time.*//' "$RL_ROOT/containers/.events" >"$BATS_TEST_TMPDIR/ev"
	grep -q '"Action":"exec_create: sh -c exit 3"' "$BATS_TEST_TMPDIR/ev"
	grep -q '"Action":"exec_start: sh -c exit 3"' "$BATS_TEST_TMPDIR/ev"
	grep '"Action":"exec_die"' "$BATS_TEST_TMPDIR/ev" |
		grep '"exitCode":"3"' | grep '"execID":"[0-9a-f]\{64\}"' |
		grep -q '"name":"c1"'
}

@test "many at a time" {
	up c1
	pids=
	for i in $(seq 20); do
		x c1 sh -c "echo $i >/tmp/n$i; exit $i" \
			2>"$BATS_TEST_TMPDIR/err$i" &
		pids="$pids $!"
	done
	n=0
	for pid in $pids; do
		n=$((n + 1))
		rc=0; wait $pid || rc=$?
		echo "$n: $rc $(cat "$BATS_TEST_TMPDIR/err$n")"
		[ $rc = $n ]
	done
	[ "$(x c1 sh -c 'ls /tmp/n* | wc -l')" = 20 ]
}

# on_a_terminal - a Python program on stdin drives a shell `s`; `c1` runs.
on_a_terminal() {
	{
		echo 'import os, time, signal, re'
		echo 'from ptyrun import Shell, pids'
		echo 's = Shell()'
		echo 'rl = os.environ["RL"]'
		cat
	} >"$BATS_TEST_TMPDIR/drive.py"
	RL=$RL run timeout -s KILL 90 python3 "$BATS_TEST_TMPDIR/drive.py" </dev/null
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "-it: a terminal of its own, its size, ^C and ^Z as bytes" {
	up c1
	on_a_terminal <<-'PY'
	s.resize(31, 97)
	s.run(rl + " exec -it c1 stty size")
	s.expect("31 97")
	s.expect(r"\$ ")
	s.run(rl + " exec -it c1 sh -c 'tty; echo $TERM; trap \"stty size\" WINCH;"
	      " echo rea\"\"dy; while :; do sleep 0.1; done'")
	s.expect("/dev/pts/")
	s.expect("xterm")
	s.expect("ready\r")
	for rows, cols in ((40, 120), (10, 20)):
	    s.resize(rows, cols)
	    s.expect("%d %d" % (rows, cols))
	s.send("\x03")
	s.expect(r"\$ ")
	assert s.status() == 130
	s.wait(s.cooked, "cooked after the end")
	s.run(rl + " exec -it c1 sh -c 'stty raw -echo; echo rea\"\"dy;"
	      " dd bs=1 count=1 2>/dev/null | hexdump -C'")
	s.expect("ready\r?\n")
	s.send("\x1a")
	s.expect("00000000  1a")
	s.expect(r"\$ ")
	s.run(rl + " exec -it c1 sh -c 'exit 5'")
	s.expect(r"\$ ")
	assert s.status() == 5
	s.run(rl + " exec -it c1 nope")
	s.expect("executable file not found")
	s.expect(r"\$ ")
	assert s.status() == 127
	# what is typed as it ends is nobody's, and hides no exit code
	for i in range(20):
	    s.run(rl + " exec -it c1 sh -c 'stty raw -echo; echo rea\"\"dy;"
	          " usleep 9000; exit 6'; echo code=$?=")
	    s.expect("ready\r?\n")
	    for _ in range(30):
	        s.send("x")
	        time.sleep(0.001)
	    s.send("\n")
	    assert s.expect(r"code=(\d+)=\r").group(1) == "6"
	PY
}

@test "-it: detach keys leave the program; kill -9 of rl exec does not" {
	up c1
	on_a_terminal <<-'PY'
	def go(more, n):
	    s.run(rl + " exec " + more + " -it c1 sh -c 'echo rea\"\"dy; exec sleep %d'" % n)
	    s.expect("ready\r")
	    s.wait(lambda: not s.cooked(), "raw while it runs")
	def inside(n):
	    return os.popen(rl + " exec c1 ps").read().count("sleep %d" % n)
	go("", 4001)
	s.send("\x10\x11")
	s.expect(r"\$ ")
	assert s.status() == 0
	s.wait(s.cooked, "cooked after the keys")
	time.sleep(0.3)
	assert inside(4001) == 1
	go("--detach-keys ctrl-x", 4002)
	s.send("\x18")
	s.expect(r"\$ ")
	time.sleep(0.3)
	assert inside(4002) == 1
	before = pids(rl + " exec")
	go("", 4003)
	os.kill([p for p in pids(rl + " exec") if p not in before][0],
	        signal.SIGKILL)
	s.expect("Killed")
	s.wait(s.cooked, "cooked after kill -9")
	s.wait(lambda: inside(4003) == 0, "the program went too")
	PY
}

@test "without -t: ^Z stops both, fg goes on, ^C ends; no terminal is seen" {
	up c1
	on_a_terminal <<-'PY'
	s.run(rl + " exec c1 sh -c 'for i in 0 1 2; do test -t $i && echo tty$i;"
	      " done; (: </dev/tty) 2>&1; echo do\"\"ne'")
	assert "tty1" not in s.expect("(?s).*done\r").group(0).replace("tty$i", "")
	s.run(rl + " exec c1 sh -c 'trap \"exit 7\" INT; echo rea\"\"dy;"
	      " i=0; while :; do i=$((i+1)); echo $i >/tmp/n; usleep 20000; done'")
	s.expect("ready\r")
	time.sleep(0.5)
	s.send("\x1a")
	s.expect("Stopped")
	time.sleep(0.3)
	count = lambda: os.popen(rl + " exec c1 cat /tmp/n").read()
	before = count()
	time.sleep(0.5)
	assert count() == before
	s.run("fg")
	s.wait(lambda: count() != before, "it counts on")
	s.send("\x03")
	s.expect(r"\$ ")
	assert s.status() == 7
	s.expect(r"\$ ")
	s.run("echo typed | " + rl + " exec -i c1 cat")
	s.expect("\ntyped\r\n")
	s.expect(r"\$ ")
	s.run(rl + " exec -i c1 sh -c 'echo rea\"\"dy; cat'")
	s.expect("ready\r\n")
	s.send("line\n")
	s.expect("line\r\nline\r\n")
	s.send("\x04")
	s.expect(r"\$ ")
	PY
}

@test "a flood of output and a reader that is slow or gone" {
	up c1
	[ "$(x c1 yes | head -n 1)" = y ]
	[ "$(x c1 seq 50000 | { sleep 0.5; md5sum; })" = "$(seq 50000 | md5sum)" ]
	until_true refute x c1 sh -c 'ps | grep -q "[y]es"'
}

# ---- a hostile container ----

@test "the process that comes in is out of reach" {
	spy=$BATS_TEST_TMPDIR/spy
	cc -static -O1 -o "$spy" "$BATS_TEST_DIRNAME/../hostile/spy.c"
	up c1 --cap-add SYS_PTRACE -v "$spy:/spy:ro"
	: >"$BATS_TEST_TMPDIR/out"
	x c1 /spy /bin/busybox 40 >"$BATS_TEST_TMPDIR/out" &
	pid=$!
	until_true grep -q ready "$BATS_TEST_TMPDIR/out"
	for i in $(seq 5000); do
		kill -0 $pid 2>/dev/null || break
		RL_SECRET=1 x c1 true
	done
	x c1 touch /tmp/end
	wait $pid
	cat "$BATS_TEST_TMPDIR/out"
	refute grep reached "$BATS_TEST_TMPDIR/out"
	grep -qx 'met: 40' "$BATS_TEST_TMPDIR/out"
}

@test "the runtime's own file stays what it is (CVE-2019-5736)" {
	own=$BATS_TEST_TMPDIR/own
	mkdir "$own"
	cp "$RL" "$own/rl"
	chmod 700 "$own/rl"
	sum=$(sha256sum <"$own/rl")
	up c1
	x c1 sh -c 'printf "#!/proc/self/exe\n" >/script; chmod 755 /script;
		while :; do for p in /proc/[0-9]*; do
			(echo x >>$p/exe) 2>/dev/null
		done; done' &
	for program in /proc/self/exe /script /proc/1/exe; do
		for i in 1 2 3 4 5; do
			timeout -s KILL 10 "$own/rl" exec c1 $program || true
		done
	done
	[ "$(sha256sum <"$own/rl")" = "$sum" ]
	"$own/rl" exec c1 true
}

@test "a working directory that is an fd of the runtime (CVE-2024-21626)" {
	up c1
	for n in $(seq 3 16); do
		refute x -w /proc/self/fd/$n c1 ls
		x c1 ln -sfn /proc/self/fd/$n/../../.. /wd
		refute x -w /wd c1 ls
	done
	refute x -w /proc/1/cwd c1 ls
}

@test "no fd but 0, 1 and 2 comes in; the caller's environment does not" {
	up c1
	exec 7<"$RL" 8</ 9<"$HOME"
	for o in "" -i "-u 33" --privileged -t; do
		run "$RL" exec $o c1 sh -c 'ls -1 /proc/$$/fd; :' </dev/null
		[ "$(echo "$output" | tr -d '\r' | grep -vx 10 | tr '\n' ' ')" = "0 1 2 " ]
	done
	exec 7<&- 8<&- 9<&-
	[ -z "$(RL_SECRET=1 x c1 env | grep SECRET)" ]
}

@test "nothing in the container's /proc and /dev is trusted" {
	up c1 --cap-add SYS_ADMIN --oom-score-adj 500
	x c1 sh -c 'mkdir -p /fake/self; echo untouched >/fake/file
		ln -s /fake/file /fake/self/oom_score_adj
		mknod /fake/pipe p; cp /etc/passwd /tmp/passwd'
	[ "$(x c1 cat /proc/self/oom_score_adj)" = 500 ]
	x c1 mount --bind /fake /proc
	x c1 true
	[ "$(x c1 cat /fake/file)" = untouched ]
	# a pipe that nobody writes to
	x c1 mount --bind /fake/pipe /dev/null
	timeout 10 "$RL" exec c1 true </dev/null
	x c1 sh -c 'mkdir /pts; mknod /pts/ptmx p; mount --bind /pts /dev/pts'
	run timeout 10 "$RL" exec -t c1 true </dev/null
	[ "$status" -eq 125 ]
	[[ $output == *"/dev/pts/ptmx is no terminal multiplexer"* ]]
	x c1 sh -c 'rm /etc/passwd; mknod /etc/passwd p'
	timeout 10 "$RL" exec c1 true </dev/null
}
