#!/bin/bash
# start.sh BUILD [RUNS] - how long a start takes, beside the floor and peers.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
. "$here/tests/lib/accounts.sh"
. "$here/tests/lib/images.sh"
runs=${2:-60}
stage=$(mktemp -d /var/tmp/rl-bench.XXXXXX)
trap 'rm -rf "$stage"' EXIT
chmod 755 "$stage"
cc -O2 -static -o "$stage/timer" "$here/tests/bench/timer.c"
cc -O2 -static -o "$stage/floor" "$here/tests/bench/floor.c"
cp "$here/$1/rl" "$here/$1/rl-transfer" "$stage/"
make_busybox_archive "$stage/busybox.tar"
make_busybox_root "$stage/layer"
mkdir "$stage/layer/proc" "$stage/layer/sys" "$stage/layer/dev"
chmod -R a+rX "$stage"
cat >"$stage/one" <<'ONE'
kind=$1 stage=$2 runs=$3
scratch=$(mktemp -d /var/tmp/rl-bench-floor.XXXXXX)
export RL_ROOT=$scratch/store
mkdir "$scratch/floor"
$stage/rl load -q -i "$stage/busybox.tar"
set -- "floor, $kind" "$stage/floor $kind $stage/layer $scratch/floor" \
	"rl, $kind" "$stage/rl run --rm --network none busybox /bin/true"
! command -v bwrap >/dev/null || set -- "$@" "bwrap (no image, no filter)" \
	"bwrap --unshare-all --bind $stage/layer / --proc /proc --dev /dev /bin/true"
$stage/timer $runs "$@"
rm -rf "$scratch" 2>/dev/null || true
ONE
if [ "$(id -u)" = 0 ]; then
	make_accounts
	run_as rltest bash "$stage/one" ranges "$stage" "$runs" </dev/null
	run_as rltest1 bash "$stage/one" one "$stage" "$runs" </dev/null
elif grep -q "^$(id -un):" /etc/subuid; then
	bash "$stage/one" ranges "$stage" "$runs" </dev/null
else
	bash "$stage/one" one "$stage" "$runs" </dev/null
fi
