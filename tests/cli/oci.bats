# oci.bats - rl-oci: the commands, as podman, containerd and people call them.
bats_require_minimum_version 1.5.0
load ../lib/common
load ../lib/oci

setup() {
	requires userns
	bundle
}

teardown() {
	end_oci
}

@test "run: the program's output and exit code" {
	program sh -c 'echo $$ $(id -u):$(id -g) $(hostname); exit 7'
	run oci run -b "$b" one
	[ "$status" -eq 7 ]
	[ "$output" = "1 0:0 rl" ]
	[ -z "$(oci list -q)" ]
}

@test "the link rl-oci, and rl oci, are the same" {
	ln -s "$RL" "$BATS_TEST_TMPDIR/rl-oci"
	run -0 "$BATS_TEST_TMPDIR/rl-oci" --version
	[ "$output" = "$("$RL" oci --version)" ]
	[[ "$output" == "rl-oci version "*"spec: 1."* ]]
	run -1 "$BATS_TEST_TMPDIR/rl-oci" creat
	[[ "$output" == *"did you mean 'create'?"* ]]
	run -0 "$RL" oci
	[[ "$output" == *"features"* ]]
	run -0 "$RL" oci create --help
	[[ "$output" == "Usage:  rl-oci create "* ]]
}

@test "create waits, start lets it go, delete forgets it" {
	program sh -c 'echo began >/began; sleep 100'
	oci create -b "$b" --pid-file "$b/pid" web </dev/null
	[ ! -e "$b/rootfs/began" ]
	run -0 oci state web
	[ "$(jq -r .status <<<"$output")" = created ]
	[ "$(jq -r .pid <<<"$output")" = "$(cat "$b/pid")" ]
	[ "$(jq -r .bundle <<<"$output")" = "$b" ]
	[ "$(jq -r .ociVersion <<<"$output")" = 1.2.0 ]
	run -1 oci create -b "$b" web
	[[ "$output" == *"container with given ID already exists: web"* ]]
	oci start web
	until_text began "$b/rootfs/began"
	until_status web running
	run -1 oci start web
	[[ "$output" == *"cannot start an already running container"* ]]
	run -1 oci delete web
	[[ "$output" == *"cannot delete container web that is not stopped: running"* ]]
	oci kill web KILL
	until_status web stopped
	[ "$(oci state web | jq .pid)" = 0 ]
	run -1 oci kill web
	[[ "$output" == *"container not running"* ]]
	run -1 oci start web
	[[ "$output" == *"cannot start a container that has stopped"* ]]
	oci delete web
	run -1 oci state web
	[[ "$output" == *"container does not exist"* ]]
	run -1 oci delete web
	oci delete --force web
	[ -z "$(ls "$BATS_TEST_TMPDIR/state")" ]
}

@test "a container that was not started can be deleted" {
	program true
	oci create -b "$b" web </dev/null
	pid=$(oci state web | jq .pid)
	run -255 oci exec web true
	[[ "$output" == *"not started"* ]]
	oci delete web
	until_gone "$pid"
}

@test "its parent is who takes orphans, and is told how it ended" {
	program sh -c 'exit 5'
	run -0 tool reap sh -c "'$RL' oci --root '$BATS_TEST_TMPDIR/state' \
		create -b '$b' web </dev/null &&
		'$RL' oci --root '$BATS_TEST_TMPDIR/state' start web"
	[ "$output" = "$(printf 'command 0\norphan 5' )" ] ||
		[ "$output" = "$(printf 'orphan 5\ncommand 0')" ]
	until_status web stopped
}

@test "a short exec -d is its caller's to wait for, too" {
	program sleep 100
	oci run -d -b "$b" web </dev/null
	for i in 1 2 3 4 5 6 7 8; do
		run -0 tool reap "$RL" oci --root "$BATS_TEST_TMPDIR/state" \
			exec -d web sh -c 'exit 6' </dev/null
		[ "$(sort <<<"$output")" = "$(printf 'command 0\norphan 6')" ]
	done
}

@test "what cannot be executed is told at create, with the usual words" {
	program nosuch
	run -1 oci create -b "$b" web
	[[ "$output" == *'exec: "nosuch": executable file not found in $PATH'* ]]
	program /etc/passwd
	run -1 oci create -b "$b" web
	[[ "$output" == *"permission denied" ]]
	[ -z "$(oci list -q)" ]
	program /bin/busybox true
	oci run -b "$b" web
}

@test "errors have the path in config.json; a log gets runc's lines" {
	config '.process.rlimits[0].type = 7'
	run -1 oci --log "$b/log" --log-format json create -b "$b" web
	[[ "$output" == *"process.rlimits[0].type: a string is wanted"* ]]
	[ "$(jq -r .level "$b/log")" = error ]
	[ "$(jq -r .msg "$b/log")" = "process.rlimits[0].type: a string is wanted" ]
	date -d "$(jq -r .time "$b/log")"
	run -1 oci --log "$b/text" state none
	grep -q '^time="20.*Z" level=error msg="container none: .*"$' "$b/text"
	rm "$b/config.json"
	run -1 oci create -b "$b" web
	[[ "$output" == *config.json* ]]
}

@test "exec: a command, its user, folder, environment and exit code" {
	program sleep 100
	oci run -d -b "$b" web </dev/null
	run -0 oci exec --cwd /tmp -e X=y web sh -c 'echo $PWD $X $HOSTNAME; ps'
	[[ "$output" == "/tmp y"*"sleep 100"* ]]
	run -9 oci exec web sh -c 'exit 9'
	run -255 oci exec web nosuch
	[[ "$output" == *"executable file not found"* ]]
	run -0 oci exec --cap CAP_NET_RAW web grep CapEff /proc/self/status
	[ "$output" = "CapEff:	0000000020002420" ]
	[ "$(echo in | oci exec web cat)" = in ]
	run -255 oci exec nobody true
	run -255 oci exec web
}

@test "exec: the process from a file, detached, with a pid file" {
	program sleep 100
	oci run -d -b "$b" web </dev/null
	echo '{"args": ["sh", "-c", "echo $A >/out; exec sleep 50"], "cwd": "/",
		"env": ["PATH=/bin", "A=from-file"]}' >"$b/process.json"
	oci exec -d --process "$b/process.json" --pid-file "$b/pid" web </dev/null
	until_text from-file "$b/rootfs/out"
	grep -q 'sleep' "/proc/$(cat "$b/pid")/cmdline"
	run -0 oci ps -f json web
	[ "$output" = "[$(oci state web | jq .pid),$(cat "$b/pid")]" ]
	run -0 oci ps web
	[[ "${lines[0]}" == *PID* ]]
	[ "${#lines[@]}" -eq 3 ]
	kill -9 "$(cat "$b/pid")"
}

@test "a terminal goes to the console socket" {
	program sh -c 'tty; ls -l /dev/console; stty size; exit 3'
	config '.process.terminal = true | .process.consoleSize =
		{height: 30, width: 90}'
	run -1 oci create -b "$b" web
	[[ "$output" == *"--console-socket"* ]]
	tool console "$b/sock" >"$b/out" 3>&- &
	until_text listening "$b/out"
	oci create -b "$b" --console-socket "$b/sock" web </dev/null
	oci start web
	until_text "30 90" "$b/out"
	grep -q '^/dev/pts/0' "$b/out"
	grep -q '^crw.*/dev/console' "$b/out"
	wait $!
	config '.process.terminal = false'
	run -1 oci create -b "$b" --console-socket "$b/sock" other
}

@test "a terminal in the foreground" {
	program sh -c 'tty; exit 3'
	config '.process.terminal = true'
	run -3 script -qec "'$RL' oci --root '$BATS_TEST_TMPDIR/state' run \
		-b '$b' web" /dev/null </dev/null
	[[ "$output" == *"/dev/pts/0"* ]]
	program sleep 100
	config '.process.terminal = false'
	oci run -d -b "$b" web </dev/null
	run -4 script -qec "'$RL' oci --root '$BATS_TEST_TMPDIR/state' exec \
		-t web sh -c 'tty; exit 4'" /dev/null </dev/null
	[[ "$output" == *"/dev/pts/0"* ]]
}

@test "fds are passed on that were asked for, and no others" {
	program sh -c 'cat <&3; ls /proc/self/fd | tr "\n" " "'
	run -0 oci run -b "$b" --preserve-fds 1 web 3<<<"from three" 5</dev/null
	[ "$output" = "from three
0 1 2 3 4 " ]
	run -0 oci run -b "$b" web 3</dev/null 5</dev/null
	[[ "$output" == *"0 1 2 3 "* ]]
	run -1 oci run -b "$b" --preserve-fds 30 web
	[[ "$output" == *"--preserve-fds: fd "* ]]
}

@test "pause and resume" {
	program sh -c 'while :; do echo x >>/ticks; sleep 0.02; done'
	oci run -d -b "$b" web </dev/null
	until_text x "$b/rootfs/ticks"
	oci pause web
	[ "$(oci state web | jq -r .status)" = paused ]
	before=$(wc -l <"$b/rootfs/ticks")
	run -255 oci exec web true
	run -1 oci pause web
	sleep 0.2
	[ "$(wc -l <"$b/rootfs/ticks")" = "$before" ]
	oci resume web
	[ "$(oci state web | jq -r .status)" = running ]
	for i in $(seq 100); do
		[ "$(wc -l <"$b/rootfs/ticks")" = "$before" ] || break
		sleep 0.05
	done
	[ "$(wc -l <"$b/rootfs/ticks")" != "$before" ]
	run -1 oci resume web
}

# What containerd does in rootlesskit: the user namespace is the caller's.
@test "pause where the user namespace is the caller's own" {
	program sh -c 'while :; do echo x >>/ticks; sleep 0.02; done'
	config 'del(.linux.uidMappings, .linux.gidMappings) |
		.linux.namespaces |= map(select(.type != "user"))'
	run -0 unshare -U --map-root-user bash -c '
		set -e
		oci() { "$RL" oci --root "$BATS_TEST_TMPDIR/state" "$@"; }
		b=$1 ticks=$1/rootfs/ticks
		oci run -d -b "$b" web </dev/null
		trap "oci delete -f web" EXIT
		until [ -s "$ticks" ]; do sleep 0.05; done
		oci pause web
		before=$(wc -l <"$ticks")
		[ "$(oci state web | jq -r .status)" = paused ]
		sleep 0.2
		[ "$(wc -l <"$ticks")" = "$before" ]
		oci resume web
		for i in $(seq 100); do
			[ "$(wc -l <"$ticks")" = "$before" ] || exit 0
			sleep 0.05
		done
		exit 1' bash "$b"
}

# SIGSTOP to everybody would be to everybody in it.
@test "pause does not stop a pid namespace that the container only shares" {
	program sleep 100
	config 'del(.linux.uidMappings, .linux.gidMappings) |
		.linux.namespaces |= map(select(.type != "user" and
		.type != "pid")) | .mounts |= map(select(.type != "proc"))'
	run -0 timeout 20 unshare -U --map-root-user -fp --mount-proc bash -c '
		oci() { "$RL" oci --root "$BATS_TEST_TMPDIR/state" "$@"; }
		oci run -d -b "$1" web </dev/null || exit
		oci pause web && exit 9
		oci state web | jq -r .status
		oci delete -f web' bash "$b"
	[[ "$output" == *"no pid namespace of its own"*running* ]]
}

# Slurm's --pty is such a one.
@test "a terminal of the caller is handed on, and does not become the container's" {
	program sh -c 'test -t 0 && test -t 1 && test -t 2 && echo all
		(true </dev/tty) || echo not ours'
	run -0 env SHELL=/bin/sh script -qec \
		"'$RL' oci --root '$BATS_TEST_TMPDIR/state' run -b '$b' web" \
		/dev/null </dev/null
	[[ "$output" == *all*"/dev/tty: "*"not ours"* ]]
}

# Slurm's stepd asks and kills as root.
@test "what is another user's, root does as that user" {
	requires subuid
	program sleep 100
	config 'del(.linux.uidMappings, .linux.gidMappings) |
		.linux.namespaces |= map(select(.type != "user")) |
		.hooks = {poststop: [{path: "/bin/sh", args: ["sh", "-c",
		"echo as $(id -u) $(id -G) >&2; exit 1"]}]}'
	run unshare -U --map-root-user --map-auto bash -c '
		oci() { "$RL" oci --root "$BATS_TEST_TMPDIR/state" "$@"; }
		oci run -d -b "$1" web </dev/null || exit
		chown -R 33:4 "$BATS_TEST_TMPDIR/state"
		oci kill web KILL
		oci state web | jq -r .status
		kill -9 $(oci state web | jq .pid)
		for i in $(seq 100); do
			[ "$(oci state web | jq -r .status)" != stopped ] || break
			sleep 0.05
		done
		oci delete -f web
		rm -rf "$BATS_TEST_TMPDIR/state"' bash "$b"
	echo "$output"
	[[ "$output" == *"operation not permitted"*running*"as 33 4"* ]]
}

@test "list, events, spec, features" {
	program sleep 100
	oci run -d -b "$b" web </dev/null
	run -0 oci list
	[[ "${lines[0]}" == ID*PID*STATUS*BUNDLE*CREATED*OWNER ]]
	[[ "${lines[1]}" == web*running*"$b"* ]]
	run -0 oci list -f json
	[ "$(jq -r '.[0].id + .[0].status' <<<"$output")" = webrunning ]
	run -0 oci events --stats web
	[ "$(jq -r .type <<<"$output")" = stats ]
	[ "$(jq .data.pids.current <<<"$output")" = 1 ]
	[ "$(jq '.data.memory.usage.usage > 0' <<<"$output")" = true ]
	run -0 oci features
	jq -e '.linux.seccomp.actions | index("SCMP_ACT_NOTIFY")' <<<"$output"
	jq -e '.hooks | length == 6' <<<"$output"
	jq -e '.mountOptions | index("rro")' <<<"$output"
	run -1 oci spec -b "$b"
	[[ "$output" == *"config.json exists"* ]]
}

@test "kill: to the first process, or to all" {
	program sh -c 'trap "echo term >>/got" TERM; while :; do sleep 0.05; done'
	oci run -d -b "$b" web </dev/null
	for i in $(seq 100); do
		oci kill web
		! grep -q term "$b/rootfs/got" 2>/dev/null || break
		sleep 0.05
	done
	grep -q term "$b/rootfs/got"
	run -1 oci kill web NOSUCH
	oci kill --all web 9
	until_status web stopped
}

@test "a create that is killed leaves nothing in the way" {
	mkdir -p "$BATS_TEST_TMPDIR/state/web"
	run -1 oci state web
	[[ "$output" == *"does not exist"* ]]
	program true
	oci run -b "$b" web
	mkdir -p "$BATS_TEST_TMPDIR/state/web"
	oci delete -f web
	[ ! -e "$BATS_TEST_TMPDIR/state/web" ]
	for id in '' . .. a/b 'a b'; do
		run -1 oci create -b "$b" "$id"
		[[ "$output" == *"invalid container ID"* ]]
	done
}

@test "run ends with who runs it" {
	program sleep 1000
	"$RL" oci --root "$BATS_TEST_TMPDIR/state" run -b "$b" web \
		</dev/null 3>&- &
	for i in $(seq 100); do
		! oci state web >/dev/null 2>&1 || break
		sleep 0.05
	done
	pid=$(oci state web | jq .pid)
	kill -9 $!
	until_gone "$pid"
	until_status web stopped
}

@test "umoci's bundle of an image runs" {
	make_busybox_image "$BATS_TEST_TMPDIR/layout"
	umoci unpack --rootless --image "$BATS_TEST_TMPDIR/layout:latest" \
		"$BATS_TEST_TMPDIR/umoci"
	b=$BATS_TEST_TMPDIR/umoci
	config '.process.terminal = false'
	program sh -c 'echo from umoci; id -u'
	run -0 oci run -b "$b" web
	[ "$output" = "from umoci
0" ]
}
