# fault.bats - each step of a start fails once; nothing may be left behind.
load ../lib/common

# steps - what init does, as --debug tells it.
steps() {
	"$RL" run --debug --rm --network none busybox true </dev/null 2>&1 |
		sed -n 's/^rl: step \([a-z-]*\).*/\1/p'
}

# left - containers, locks, processes and mounts of this test's store.
left() {
	find "$RL_ROOT/containers" -mindepth 1 -maxdepth 1 \
		! -name '.*' 2>/dev/null
	grep -F "$RL_ROOT" /proc/self/mountinfo || :
	pgrep -u "$(id -u)" -f "$BATS_TEST_TMPDIR/mark" | while read -r pid; do
		echo "process $pid: $(tr '\0' ' ' <"/proc/$pid/cmdline")"
	done
}

@test "every step of init can fail: its code, its name, and nothing is left" {
	faults=$BATS_TEST_DIRNAME/../../rl-faults
	[ -x "$faults" ] || skip "no rl-faults: make check builds it"
	load_busybox
	all=$(steps)
	[ "$(wc -w <<<"$all")" -gt 15 ]
	before=$(left)
	for step in $all; do
		echo "# step $step"
		status=0
		out=$(RL_FAIL_AT=$step timeout 20 "$faults" run --rm \
			--network none busybox echo "$BATS_TEST_TMPDIR/mark" \
			</dev/null 2>&1) || status=$?
		echo "$out"
		# exec is the program's own failure: 126, and no step's name
		[ "$step" = exec ] && [ "$status" -eq 126 ] ||
			{ [ "$status" -eq 125 ] && [[ $out == *"$step: "* ]]; }
		[[ $out == *"a failure was asked for"* ]]
		[ "$(left)" = "$before" ]
	done
	[ "$("$RL" run --rm --network none busybox echo fine </dev/null)" = fine ]
}

@test "runs killed at any moment: the next command sweeps what they left" {
	load_busybox
	"$RL" run --rm --network none busybox true </dev/null
	for i in $(seq 30); do
		"$RL" run --rm --name again --network none busybox \
			sleep 1000 "$BATS_TEST_TMPDIR/mark" </dev/null \
			>/dev/null 2>&1 3>&- &
		pid=$!
		sleep "0.0$((RANDOM % 100))"
		kill -9 "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	[ "$("$RL" run --rm --name again --network none busybox echo fine </dev/null)" = fine ]
	for i in $(seq 50); do
		[ -n "$(left)" ] || break
		sleep 0.1
	done
	left
	[ -z "$(left)" ]
}

@test "too few fds: an error that says so, and nothing is left" {
	load_busybox
	for n in 4 6 8 10; do
		run bash -c "ulimit -n $n; '$RL' run --rm --network none busybox true" </dev/null
		echo "$n: $output"
		[ "$status" -eq 125 ]
		[[ $output == *"Too many open files"* ]]
	done
	run bash -c "ulimit -n 32; '$RL' run --rm --network none busybox true" </dev/null
	[ "$status" -eq 0 ]
	[ -z "$(left)" ]
	[ "$("$RL" run --rm --network none busybox echo fine </dev/null)" = fine ]
}
