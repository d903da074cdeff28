# oci_fault.bats - create, start and run of the OCI command line fail, or are
# killed, at every step; nothing may be left behind.
load ../lib/common
load ../lib/oci

setup() {
	requires userns
	bundle
	mark=$BATS_TEST_TMPDIR/mark
	program sh -c ": $mark; true"
	config '.hooks = {createRuntime: [{path: "/bin/true"}],
		startContainer: [{path: "/bin/true"}]}'
	faults=$BATS_TEST_DIRNAME/../../rl-faults
}

teardown() {
	end_oci
}

# left - states, processes and mounts of this test's.
left() {
	ls "$BATS_TEST_TMPDIR/state" 2>/dev/null || :
	grep -F "$b" /proc/self/mountinfo || :
	pgrep -u "$(id -u)" -f "$mark" || :
	pgrep -u "$(id -u)" -f "oci --root $BATS_TEST_TMPDIR" || :
}

steps() {
	oci --debug run -b "$b" steps </dev/null 2>&1 |
		sed -n 's/^rl: step \([a-z-]*\).*/\1/p'
}

@test "every step of init can fail, at run, create or start" {
	[ -x "$faults" ] || skip "no rl-faults: make check builds it"
	all=$(steps)
	[ "$(wc -w <<<"$all")" -gt 20 ]
	before=$(left)
	RL=$faults
	for step in $all; do
		echo "# step $step"
		# to files: what waits to be started would hold a pipe open
		status=0
		RL_FAIL_AT=$step oci run -b "$b" one </dev/null >"$b/said" 2>&1 ||
			status=$?
		cat "$b/said"
		[ "$status" -eq 1 ]
		grep -q "a failure was asked for" "$b/said"
		[ "$(left)" = "$before" ]
		status=0
		RL_FAIL_AT=$step oci create -b "$b" one </dev/null \
			>"$b/said" 2>&1 || status=$?
		if [ "$status" -eq 0 ]; then
			refute oci start one >"$b/said" 2>&1
			[[ $step =~ ^(start-hooks|exec)$ ]]
			until_status one stopped
			oci delete one
		fi
		cat "$b/said"
		grep -q "a failure was asked for" "$b/said"
		[ "$(left)" = "$before" ]
	done
}

@test "create killed at any moment leaves nothing that is in the way" {
	for i in $(seq 30); do
		"$RL" oci --root "$BATS_TEST_TMPDIR/state" create -b "$b" one \
			</dev/null >/dev/null 2>&1 3>&- &
		pid=$!
		sleep "0.0$((RANDOM % 30))"
		kill -9 "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
		oci delete -f one
	done
	oci create -b "$b" one </dev/null
	oci start one
	until_status one stopped
	oci delete one
	for i in $(seq 50); do
		[ -n "$(left)" ] || break
		sleep 0.1
	done
	left
	[ -z "$(left)" ]
}

@test "two at once with one ID: one of them wins" {
	program sleep 100
	for i in 1 2 3 4 5 6; do
		("$RL" oci --root "$BATS_TEST_TMPDIR/state" run -d -b "$b" one \
			</dev/null >/dev/null 2>"$b/err$i" 3>&- &&
			echo won >>"$b/won") &
	done
	wait
	[ "$(cat "$b/won")" = won ]
	[ "$(cat "$b"/err* | grep -c 'already exists')" -eq 5 ]
	[ "$(oci state one | jq -r .status)" = running ]
}

@test "two starts at once: one of them wins, and the container goes on" {
	program sleep 100
	for round in 1 2 3 4 5 6 7 8; do
		oci create -b "$b" one </dev/null
		rm -f "$b/won"
		for i in 1 2 3 4; do
			("$RL" oci --root "$BATS_TEST_TMPDIR/state" start one \
				2>"$b/err$i" 3>&- && echo won >>"$b/won") &
		done
		wait
		[ "$(cat "$b/won")" = won ]
		[ "$(oci state one | jq -r .status)" = running ]
		oci delete -f one
	done
}
