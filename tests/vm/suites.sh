#!/bin/bash
# suites.sh [cli NAME...] - within the machine, as root: each suite where it
# belongs.  With names: those suites of the command line, as alice.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/vm/accounts.bash
export RL=$PWD/rl
failed=0

# suite TITLE COMMAND... - run it, say where.
suite() {
	echo "== $1"
	"${@:2}" || failed=1
}

ready alice || exit 1
if [ "${1:-}" = cli ]; then
	shift
	suite "alice, in a login session" in_session alice bats --tap \
		$(printf "tests/cli/%s.bats " "$@")
	exit "$failed"
fi
suite "delegated scope of alice" in_scope alice \
	bats --tap tests/vm/delegated.bats tests/vm/limits.bats tests/vm/oci.bats
suite "login session of alice" in_session alice \
	bats --tap tests/vm/session.bats tests/vm/limits.bats \
	tests/vm/oci.bats tests/vm/oci_session.bats \
	tests/vm/oci_podman.bats
suite "delegated service of bob, who has one id" in_service bob \
	bats --tap tests/vm/limits.bats tests/vm/oci.bats
suite "bob, alone" alone bob bats --tap tests/vm/alone.bats
exit "$failed"
