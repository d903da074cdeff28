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
		"$RL" exec c1 sh -c "trap 'echo got; exit 9' $sig
			echo ready; while :; do sleep 0.05; done" \
			>"$BATS_TEST_TMPDIR/out" </dev/null &
		pid=$!
		until_true grep -q ready "$BATS_TEST_TMPDIR/out"
		kill -$sig $pid
		rc=0; wait $pid || rc=$?
		[ $rc = 9 ]
	done
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
