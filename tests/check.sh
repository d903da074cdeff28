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

# suite TITLE COMMAND... - run it, show it, count it.
suite() {
	echo "== $1"
	shift
	"$@" >"$log" 2>&1 </dev/null
	local rc=$?
	cat "$log"
	tally
	if [ $rc -ne 0 ] && ! grep -q '^not ok ' "$log"; then
		echo "not ok - the suite ended with $rc"
		failed=$((failed + 1))
	fi
}

# A copy that every account may read.
stage=$(mktemp -d /var/tmp/rl-check.XXXXXX)
trap 'rm -rf "$stage" "$log"' EXIT
chmod 755 "$stage"
cp "$here/$build/rl" "$here/$build/rl-transfer" \
	"$here/$build/rl-slirp" "$stage/"
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
	for user in rltest rltest1; do
		suite "bats as $user" run_as "$user" sh -c \
			"cd '$stage' && exec timeout 1200 bats --tap tests/cli"
	done
else
	suite "bats as $(id -un)" sh -c "cd '$stage' && exec bats --tap tests/cli"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
