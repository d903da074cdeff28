#!/bin/bash
# demo.sh BUILD - a container of a real image, as a user without root.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/tests/lib/accounts.sh"
. "$here/tests/lib/images.sh"
stage=$(mktemp -d /var/tmp/rl-demo.XXXXXX)
trap 'rm -rf "$stage"' EXIT
chmod 755 "$stage"
cp "$here/$1/rl" "$here/$1/rl-transfer" "$here/$1/rl-slirp" "$stage/"
make_busybox_archive "$stage/busybox.tar"
chmod a+r "$stage"/*
cat >"$stage/show" <<'SHOW'
echo "outside : $(id -un), uid $(id -u)"
rl=$1/rl
export RL_ROOT=$2 # apart from what this user may have
$rl load -i "$1/busybox.tar"
for ns in user mnt pid ipc uts cgroup net time; do
	echo "outside : $ns namespace $(readlink /proc/self/ns/$ns)"
done
exec $rl run --rm --network none --time-offset 3600 busybox sh -c '
echo "inside  : $(id)"
echo "inside  : pid $$, hostname $(hostname)"
echo "inside  : uid map (inside, outside, count)"; cat /proc/self/uid_map
for ns in user mnt pid ipc uts cgroup net time; do
	echo "inside  : $ns namespace $(readlink /proc/self/ns/$ns)"
done
echo "inside  : mounts"; cut -d" " -f2,3 /proc/mounts'
SHOW
# The folder's files belong to ids that only its user's namespace has.
cat >"$stage/go" <<'GO'
store=$(mktemp -d /var/tmp/rl-demo-store.XXXXXX)
bash "$1/show" "$1" "$store"
"$1/rl" unshare rm -rf "$store/layers" "$store/containers"
rm -rf "$store"
GO
if [ "$(id -u)" = 0 ]; then
	make_accounts
	echo "== rltest, who has ranges of ids"
	run_as rltest bash "$stage/go" "$stage"
	echo
	echo "== rltest1, who has one id"
	run_as rltest1 bash "$stage/go" "$stage"
else
	bash "$stage/go" "$stage"
fi
