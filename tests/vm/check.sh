#!/bin/bash
# check.sh BUILD [cli NAME...] - boot the machine, run its suites (suites.sh).
set -eu
build=$1
here=$(cd "$(dirname "$0")/../.." && pwd)
shift
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
for p in rl rl-transfer rl-slirp rl-scope; do
	cp "$here/$build/$p" "$stage/"
done
cp -r "$here/tests" "$here/docs" "$stage/"
chmod -R a+rX "$stage"
chmod 755 "$stage"
"$here/tests/vm/machine.sh" run "$stage" "${RL_VM_SECONDS:-3000}" \
	bash tests/vm/suites.sh "$@"
