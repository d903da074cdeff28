#!/bin/sh
# run.sh BUILD SECONDS [SEED] - a hostile guest against an ASan build of
# rl-slirp, in a network namespace where every address is local.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
cd "$here"
make -s SAN=address,undefined B="$1-san" "$1-san/rl-slirp" "$1-san/tests/hostile/guest" >&2
ASAN_OPTIONS=detect_leaks=0 exec unshare -Urn sh -c '
	ip link set lo up
	ip route add local default dev lo
	ip -6 route add local default dev lo
	exec "$@"' sh "$1-san/tests/hostile/guest" "$1-san/rl-slirp" "$2" ${3:+"$3"}
