# crash.bats - kill -9 of anything at any moment: nothing is lost or left.
load ../lib/common

# victim CLIENT - the supervisor, the client, or the container's first process.
victim() {
	case $((RANDOM % 3)) in
	0) state job Supervisor ;;
	1) state job Pid ;;
	2) echo "$1" ;;
	esac 2>/dev/null
}

# life COMMAND... - one of them; something of it is killed at some moment.
life() {
	"$RL" "$@" </dev/null >/dev/null 2>&1 3>&- &
	local client=$! pid
	sleep "0.0$((RANDOM % 90 + 10))"
	pid=$(victim $client) || pid=
	case $pid in '' | 0 | None) ;; *) kill -9 "$pid" 2>/dev/null || : ;; esac
	sleep "0.0$((RANDOM % 3))"
}

# is_true - what the next command says of every container fits the machine.
is_true() {
	local dir status pid
	# a torn record or state would fail it
	"$RL" ps -a --format '{{json .}}' >/dev/null || return 1
	for dir in "$RL_ROOT"/containers/[0-9a-f]*[0-9a-f]; do
		[ -d "$dir" ] || continue
		[ "${dir%.rm}" = "$dir" ] || continue
		status=$(state job Status) pid=$(state job Pid)
		[ "$status" != running ] || kill -0 "$pid" || {
			# it may have ended just now
			sleep 1
			"$RL" ps -a >/dev/null
			! grep -q '"running"' "$dir/state.json" || return 1
		}
	done
}

# left - processes, mounts, sockets and folders of this store.
left() {
	find "$RL_ROOT/containers" -mindepth 1 -maxdepth 1 ! -name '.*'
	ls "$RL_ROOT/containers/.names"
	grep -F "$RL_ROOT" /proc/self/mountinfo || :
	pgrep -u "$(id -u)" -f "$BATS_TEST_TMPDIR/mark" || :
	find "$RL_RUNROOT" -name '*.sock'
}

@test "250 lives, of each of which something is killed" {
	export RL_RUNROOT=$BATS_TEST_TMPDIR/run
	load_busybox
	"$RL" run --rm --network none busybox true </dev/null
	for i in $(seq 250); do
		case $((RANDOM % 4)) in
		0) life run -d --name job --network none busybox sleep 1000 "$BATS_TEST_TMPDIR/mark" ;;
		1) life run --name job --network none busybox sh -c 'echo x; sleep 1000' "$BATS_TEST_TMPDIR/mark" ;;
		2) life run --rm --name job --network none busybox sleep 1000 "$BATS_TEST_TMPDIR/mark" ;;
		3) life run -d --rm --name job --restart no --network none busybox sleep 1000 "$BATS_TEST_TMPDIR/mark" ;;
		esac
		is_true
		"$RL" rm -f job >/dev/null
		wait
	done
	# the name is free, and the next command sweeps
	[ "$("$RL" run --name job --network none busybox echo fine </dev/null)" = fine ]
	"$RL" rm job
	for i in $(seq 100); do
		[ -n "$(left)" ] || break
		"$RL" container prune -f >/dev/null
		sleep 0.05
	done
	left
	[ -z "$(left)" ]
}

@test "stop, exec, rm -f, pause and restart of one container at once" {
	load_busybox
	for i in $(seq 15); do
		detached job busybox sleep 1000 >/dev/null
		for command in "stop -t 0" "exec -d" "rm -f" pause "restart -t 0" kill; do
			case $command in
			exec*) "$RL" $command job true ;;
			*) "$RL" $command job ;;
			esac </dev/null >"$BATS_TEST_TMPDIR/said.${command%% *}" 2>&1 3>&- &
		done
		wait
		"$RL" rm -f job >/dev/null 2>&1
		[ "$(containers)" = 0 ]
	done
	# whoever lost said why
	cat "$BATS_TEST_TMPDIR"/said.*
	refute grep -hvE "^(job|rl: .*(job|No such container|container.s).*)$" "$BATS_TEST_TMPDIR"/said.*
}

@test "a clock that jumps back breaks no order" {
	load_busybox
	"$RL" create --name first busybox true
	# as if the clock had been a day ahead when the first one was made
	touch -d tomorrow "$RL_ROOT/containers/.mountpoints"
	"$RL" create --name second busybox true
	"$RL" create --name third busybox true
	[ "$("$RL" ps -a --format '{{.Names}}' | tr '\n' ' ')" = "third second first " ]
}

@test "a supervisor that is killed before its state names its socket" {
	load_busybox
	export RL_RUNROOT=$BATS_TEST_TMPDIR/run
	for how in --rm ""; do
		detached job $how busybox sleep 1000
		[ "$(find "$RL_RUNROOT" -name '*.sock' | wc -l)" = 1 ]
		kill -9 "$(state job Supervisor)"
		sed -i 's/"Socket":"[^"]*",\{0,1\}//' "$RL_ROOT"/containers/[0-9a-f]*/state.json
		# the one goes with the next start, the other when it is removed
		[ "$how" = --rm ] || "$RL" rm -f job
		for i in $(seq 100); do
			[ "$(containers)" != 0 ] || break
			"$RL" run --rm --network none busybox true
		done
		[ "$(containers)" = 0 ]
		[ -z "$(find "$RL_RUNROOT" -name '*.sock')" ]
	done
}
