#!/bin/sh
# setup.sh - install what is missing: setup.sh build|check|vm|bench.
set -eu
build="gcc make pkg-config libc6-dev libseccomp-dev libcap-dev libjansson-dev
libarchive-dev libcurl4-openssl-dev libssl-dev libzstd-dev libisal-dev zlib1g-dev libslirp-dev
libsystemd-dev"
network="bind9-dnsutils iproute2 iperf3 dnsmasq-base slirp4netns passt netcat-openbsd nginx-light curl wrk"
vm="qemu-system-x86 qemu-system-data seabios linux-image-cloud-amd64 mmdebstrap cpio e2fsprogs kmod"
check="$build $network $vm busybox-static bats jq uidmap umoci skopeo fuse-overlayfs python3 podman
buildah containerd docker.io rootlesskit slurm-wlm munge tmux zstd acl procps docker-registry apache2-utils openssl
clang libclang-rt-14-dev"
# what is measured beside rl (bwrap, crun, runc) is not installed
bench="$check binutils strace"
case ${1:-} in
build) want="$build busybox-static uidmap" ;;
check) want="$check keyutils" ;;
vm) want="$build $vm" ;;
bench) want=$bench ;;
*) echo "usage: setup.sh build|check|vm|bench" >&2; exit 2 ;;
esac
need=
for p in $want; do
	dpkg -s "$p" 2>/dev/null | grep -q '^Status: .* installed' || need="$need $p"
done
[ -n "$need" ] || exit 0
echo "installing what the $1 needs:$need"
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq
# no daemon is started by being installed
$sudo env DEBIAN_FRONTEND=noninteractive SYSTEMD_OFFLINE=1 \
	apt-get install -y -qq --no-install-recommends $need >/dev/null
