#!/usr/bin/env bash
# machine.sh - a real machine with systemd and cgroup v2, in qemu without KVM.
#
#   machine.sh build                       make it, once (as root)
#   machine.sh run DIR SECONDS CMD [ARG]   copy DIR in as /work, run CMD there
#
# CMD runs as root once the machine is up; what it prints comes out here and
# its exit status is ours (124: it took longer than SECONDS).  Nothing that it
# does lasts.  RL_VM_PACKAGES: more of Debian's packages, RL_VM_MEMORY: in MB.
# There is no network.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${RL_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rl-vm}
modules="virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev
virtio_pci virtio_blk"

# what systemd needs for login sessions, what rl needs, what tests need
packages=systemd-sysv,dbus,dbus-user-session,libpam-systemd,kmod,udev
packages+=,uidmap,fuse-overlayfs,slirp4netns,libsystemd0,libseccomp2,libcap2
packages+=,libjansson4,libslirp0,libisal2,libarchive13,libcurl4,ca-certificates
packages+=,iproute2,procps,util-linux,busybox-static,jq,bats,python3-minimal
packages+=,tmux,podman${RL_VM_PACKAGES:+,$RL_VM_PACKAGES}

die() {
	echo "machine.sh: $*" >&2
	exit 1
}

# names - the files of the cache, by what they are made of.
names() {
	local key
	kernel=$(compgen -G '/boot/vmlinuz-*-cloud-amd64' | sort -V | tail -1) ||
		die "no kernel: apt-get install linux-image-cloud-amd64"
	release=${kernel#/boot/vmlinuz-}
	key=$(cat "$here/machine.sh" "$here/guest.sh" <(echo "$packages $release") |
		sha256sum | cut -c1-16)
	disk=$cache/$key.ext4
	initrd=$cache/$key.initrd
}

# accounts ROOT - alice has ranges and a service manager that lingers, bob
# has neither.
accounts() {
	useradd --root "$1" -m -s /bin/bash -u 1001 alice
	useradd --root "$1" -m -s /bin/bash -u 1002 bob
	echo alice:100000:65536 | tee "$1/etc/subuid" >"$1/etc/subgid"
	mkdir -p "$1/var/lib/systemd/linger"
	touch "$1/var/lib/systemd/linger/alice"
}

# units ROOT - delegate every controller, start the guest's part, and nothing
# that only takes time.
units() {
	local unit etc=$1/etc/systemd/system
	mkdir -p "$etc/user@.service.d" "$etc/multi-user.target.wants"
	printf '[Service]\nDelegate=cpu cpuset io memory pids\n' \
		>"$etc/user@.service.d/delegate.conf"
	install -m 755 "$here/guest.sh" "$1/usr/local/sbin/guest"
	cat >"$etc/guest.service" <<-UNIT
	[Unit]
	After=multi-user.target systemd-logind.service
	[Service]
	ExecStart=/usr/local/sbin/guest
	UNIT
	ln -s ../guest.service "$etc/multi-user.target.wants/"
	for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
		e2scrub_reap.service getty@tty1.service systemd-timesyncd.service \
		serial-getty@ttyS0.service systemd-update-utmp.service; do
		ln -sf /dev/null "$etc/$unit"
	done
	printf 'overlay\nfuse\ntun\n' >"$1/etc/modules-load.d/rl.conf"
}

# make_initrd ROOT FILE - busybox and the modules that reach the disk.
make_initrd() {
	local tree m
	tree=$(mktemp -d)
	mkdir -p "$tree/bin" "$tree/modules" "$tree/dev" "$tree/root"
	cp "$1/bin/busybox" "$tree/bin/"
	for m in $modules; do
		find "$1/lib/modules" -name "$m.ko" -exec cp {} "$tree/modules/" \;
	done
	cat >"$tree/init" <<-INIT
	#!/bin/busybox sh
	/bin/busybox mount -t devtmpfs dev /dev
	for m in $(echo $modules); do
		[ ! -f /modules/\$m.ko ] || /bin/busybox insmod /modules/\$m.ko
	done
	until /bin/busybox mount -t ext4 /dev/vda /root 2>/dev/null; do
		/bin/busybox sleep 0.1
	done
	exec /bin/busybox switch_root /root /lib/systemd/systemd
	INIT
	chmod 755 "$tree/init"
	(cd "$tree" && find . | cpio --quiet -o -H newc) | gzip -1 >"$2"
	rm -rf "$tree"
}

build() {
	local root
	names
	[[ ! -s $disk || ! -s $initrd ]] || return 0
	[[ $(id -u) == 0 ]] || die "the machine is made as root"
	mkdir -p "$cache"
	rm -f "$cache"/*
	root=$(mktemp -d)
	mmdebstrap --quiet --variant=minbase --include="$packages" bookworm \
		"$root" >&2
	mkdir -p "$root/work" "$root/lib/modules"
	cp -a "/lib/modules/$release" "$root/lib/modules/"
	accounts "$root"
	units "$root"
	make_initrd "$root" "$initrd"
	truncate -s 4G "$disk.new"
	mke2fs -q -t ext4 -F -O ^has_journal -d "$root" "$disk.new"
	mv "$disk.new" "$disk"
	rm -rf "$root"
}

# boot WORK-DISK OUT CONSOLE SECONDS
boot() {
	timeout -k 5 "$4" qemu-system-x86_64 -accel tcg,thread=multi -cpu max \
		-smp 2 -m "${RL_VM_MEMORY:-2048}" -nic none -nographic -no-reboot \
		-monitor none -kernel "$kernel" -initrd "$initrd" -append \
		"console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off
		systemd.unified_cgroup_hierarchy=1 systemd.show_status=0" \
		-drive "file=$disk,format=raw,if=virtio,snapshot=on" \
		-drive "file=$1,format=raw,if=virtio,cache=unsafe" \
		-serial "file:$3" -serial "file:$2" >/dev/null 2>&1 </dev/null
}

run() {
	local dir=$1 seconds=$2 vm rc=0
	shift 2
	build
	scratch=$(mktemp -d)
	trap 'rm -rf "$scratch"' EXIT
	cp -a "$dir" "$scratch/work"
	printf '%q ' "$@" >"$scratch/work/.vm-command"
	truncate -s $(($(du -sm "$scratch/work" | cut -f1) * 2 + 2048))M \
		"$scratch/disk"
	mke2fs -q -t ext4 -F -d "$scratch/work" "$scratch/disk"
	rm -rf "$scratch/work"
	: >"$scratch/out"
	boot "$scratch/disk" "$scratch/out" "$scratch/console" "$seconds" &
	vm=$!
	tail -n +1 -f --pid="$vm" "$scratch/out" | sed -u '/^RL-VM-EXIT /d'
	wait "$vm" || rc=$?
	if grep -aq '^RL-VM-EXIT ' "$scratch/out"; then
		rc=$(grep -a '^RL-VM-EXIT ' "$scratch/out" | tr -dc 0-9)
	else
		[[ $rc != 0 ]] || rc=1
		echo "the machine did not answer; its console:" >&2
		tail -n 20 "$scratch/console" >&2
	fi
	return "$rc"
}

case ${1:-} in
build) build ;;
run) shift && run "$@" ;;
*) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
