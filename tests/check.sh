#!/bin/bash
# check.sh BUILD - run every test; as root, through unprivileged accounts.
set -u
build=$1
here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/tests/lib/accounts.sh"
log=$(mktemp)
passed=0 failed=0 skipped=0

# tally - add up the TAP lines of the last suite.
tally() {
	local ok not skip
	skip=$(grep -cE '^ok .*# skip' "$log")
	ok=$(grep -cE '^ok ' "$log")
	not=$(grep -cE '^not ok ' "$log")
	passed=$((passed + ok - skip)) failed=$((failed + not))
	skipped=$((skipped + skip))
}

# report TITLE STATUS - show the log of a suite that has ended, count it.
report() {
	echo "== $1"
	cat "$log"
	tally
	if [ "$2" -ne 0 ] && ! grep -q '^not ok ' "$log"; then
		echo "not ok - the suite ended with $2"
		failed=$((failed + 1))
	fi
}

# suite TITLE COMMAND... - run it, show it, count it.
suite() {
	local rc=0
	"${@:2}" >"$log" 2>&1 </dev/null || rc=$?
	report "$1" $rc
}

# cli USER... - the suites of the command line, of all accounts at once: they
# wait more than they work.
cli() {
	local user pids=() pid rc
	for user in "$@"; do
		run_as "$user" sh -c \
			"cd '$stage' && exec timeout 2400 bats --tap tests/cli" \
			>"$log.$user" 2>&1 </dev/null &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		rc=0
		wait "$pid" || rc=$?
		mv "$log.$1" "$log"
		report "bats as $1" $rc
		shift
	done
}

# callers COMMAND... - the programs that run containers with rl-oci; the
# daemons of Slurm take root.
callers() {
	local script name as
	for script in "$stage"/tests/integration/*.sh; do
		name=$(basename "$script" .sh)
		as=("$@")
		[ "$name" != slurm ] || as=()
		[ "$name" = lib ] || suite "rl-oci under $name" \
			"${as[@]}" timeout 600 bash "$script"
	done
}

# A copy that every account may read.
stage=$(mktemp -d /var/tmp/rl-check.XXXXXX)
trap 'rm -rf "$stage" "$log"' EXIT
chmod 755 "$stage"
cp "$here/$build/rl" "$here/$build/rl-transfer" \
	"$here/$build/rl-slirp" "$here/$build/rl-scope" "$stage/"
cp -r "$here/tests" "$here/docs" "$stage/"
[ ! -x "$here/$build/rl-faults" ] || cp "$here/$build/rl-faults" "$stage/"
chmod -R a+rX "$stage"
export RL=$stage/rl
RL_TEST_DEBIAN=$("$here/tests/lib/debian.sh") || RL_TEST_DEBIAN=
export RL_TEST_DEBIAN

suite layers sh -c \
	"cd '$here' && tests/lint/layers.sh && tests/lint/docs.sh &&
	tests/lint/source.sh"
for t in "$here/$build"/tests/unit/*_test; do
	suite "$(basename "$t")" "$t"
done
for t in "$here/$build"-san/tests/unit/*_test; do
	[ -x "$t" ] && suite "$(basename "$t") with ASan and UBSan" "$t"
done
suite fuzzers "$here/tests/fuzz/run.sh" "$here/$build-fuzz" 3
suite "hostile guest" "$here/tests/hostile/run.sh" "$build" 5
if [ "$(id -u)" = 0 ]; then
	make_accounts
	cli rltest rltest1
	callers run_as rltest
	suite "machine with systemd and cgroup v2" "$here/tests/vm/check.sh" \
		"$build"
else
	echo "# skip the machine with systemd and cgroup v2: root makes it"
	suite "bats as $(id -un)" sh -c "cd '$stage' && exec bats --tap tests/cli"
	callers env
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
