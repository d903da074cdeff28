#!/bin/bash
# bench.sh BUILD [RUNS] - boot the machine, measure what limits cost in it.
set -eu
build=$1 runs=${2:-20}
[ "$(id -u)" = 0 ] || {
	echo "the machine is made by root"
	exit 0
}
here=$(cd "$(dirname "$0")/../.." && pwd)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir "$stage/build"
for p in rl rl-transfer rl-slirp rl-scope; do
	cp "$here/$build/$p" "$stage/build/"
done
cp -r "$here/tests" "$stage/"
cc -O2 -Wall -o "$stage/timer" "$here/tests/bench/timer.c"
chmod -R a+rX "$stage"
chmod 755 "$stage"
"$here/tests/vm/machine.sh" run "$stage" "${RL_VM_SECONDS:-900}" \
	env RL_BENCH_TOOLS=/work bash tests/bench/limits.sh build "$runs"
