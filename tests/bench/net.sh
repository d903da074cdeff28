#!/bin/bash
# net.sh BUILD [RUNS] - starts with a network, beside a floor that makes a
# namespace and a tap, and beside podman with its default network.
set -eu
. "$(dirname "$0")/net_lib.sh"
runs=${2:-40}
net_open "$1"
kind=ranges
[ -n "$ranges" ] || kind=one
tool timer
tool floor -static
make_busybox_root "$stage/layer"
mkdir -p "$stage/layer/proc" "$stage/layer/sys" "$stage/layer/dev"
touch "$stage/layer/etc/hosts" "$stage/layer/etc/hostname" \
	"$stage/layer/etc/resolv.conf"
chmod -R a+rX "$stage/layer"
as "$account" mkdir -p floor/root floor/texts

contest() { printf '%s\t%s\t%s\t%s\n' "$1" "$account" "floor, a tap" "$2" >>"$stage/list"; }
contest "floor, a tap" "$stage/floor $kind-tap $stage/layer $stage/$account/floor"
contest "rl, the default network" "$rl run --rm busybox /bin/true"
contest "rl, --network none" "$rl run --rm --network none busybox /bin/true"
contest "rl, -p 127.0.0.1::80" "$rl run --rm -p 127.0.0.1::80 busybox /bin/true"
[ -z "$podman" ] || contest "podman, its default network" \
	"$podman --rm busybox /bin/true"
echo "A start with a network, $runs runs of each in turn:"
echo
"$stage/timer" "$runs" "$stage" <"$stage/list"
[ -n "$podman" ] || echo "podman does not run here"
