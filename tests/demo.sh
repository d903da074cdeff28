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
$rl load -i "$1/busybox.tar"
for ns in user pid mnt net; do
	echo "outside : $ns namespace $(readlink /proc/self/ns/$ns)"
done
exec $rl run --rm --network none busybox sh -c '
echo "inside  : $(id)"
echo "inside  : pid $$, hostname $(hostname)"
echo "inside  : uid map (inside, outside, count)"; cat /proc/self/uid_map
for ns in user pid mnt net; do
	echo "inside  : $ns namespace $(readlink /proc/self/ns/$ns)"
done
echo "inside  : mounts"; cut -d" " -f2,3 /proc/mounts'
SHOW
if [ "$(id -u)" = 0 ]; then
	make_accounts
	run_as rltest bash "$stage/show" "$stage"
else
	bash "$stage/show" "$stage"
fi
