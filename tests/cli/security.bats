# security.bats - what a hostile image, a hostile process inside and another
# user of the machine try, and do not get.
load ../lib/common

r() { "$RL" run --rm --network none "$@" </dev/null; }

# hostile_root - a root filesystem that the test may spoil; prints its path.
hostile_root() {
	make_busybox_root "$BATS_TEST_TMPDIR/root"
	echo "$BATS_TEST_TMPDIR/root"
}

# victim - a folder of the host with a file that must stay as it is.
victim() {
	mkdir -p "$BATS_TEST_TMPDIR/victim"
	echo precious >"$BATS_TEST_TMPDIR/victim/file"
	echo "$BATS_TEST_TMPDIR/victim"
}

# unharmed - the victim is as it was.
unharmed() {
	[ "$(cat "$BATS_TEST_TMPDIR/victim/file")" = precious ]
	[ "$(ls -A "$BATS_TEST_TMPDIR/victim")" = file ]
}

# image_of ROOT CONFIG - load it as the image "evil"; CONFIG is inner JSON.
image_of() {
	local dir=$BATS_TEST_TMPDIR/image layer
	mkdir -p "$dir"
	tar --owner=0 --group=0 --numeric-owner -C "$1" -cf "$dir/layer.tar" .
	layer=$(sha256sum "$dir/layer.tar" | cut -d' ' -f1)
	printf '{"architecture":"%s","os":"linux","config":%s,"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
		"$(dpkg --print-architecture)" "$2" "$layer" >"$dir/config.json"
	echo '[{"Config":"config.json","RepoTags":["evil:latest"],"Layers":["layer.tar"]}]' \
		>"$dir/manifest.json"
	tar -C "$dir" -cf "$dir.tar" config.json manifest.json layer.tar
	"$RL" load -q -i "$dir.tar"
}

# ---- a hostile image: its files ----

@test "passwd and group: a link to the host's, a fifo, a folder, a huge file" {
	root=$(hostile_root) v=$(victim)
	echo "evil:x:77:77::/:/bin/sh" >"$v/file"
	for link in "$v/file" "../../../../../../../..$v/file"; do
		ln -sf "$link" "$root/etc/passwd"
		run r -u evil --rootfs "$root" id
		[ "$status" -eq 125 ]
		[[ $output == *"unable to find user evil"* ]]
	done
	rm "$root/etc/passwd" "$root/etc/group"
	mkfifo "$root/etc/passwd" "$root/etc/group"
	run timeout -s KILL 10 "$RL" run --rm --rootfs -u 5 "$root" echo ran </dev/null
	[ "$output" = ran ]
	rm "$root/etc/passwd" "$root/etc/group"
	mkdir "$root/etc/passwd"
	ln -s /dev/zero "$root/etc/group"
	run timeout -s KILL 10 "$RL" run --rm --rootfs -u 5 "$root" echo ran </dev/null
	[ "$output" = ran ]
	rmdir "$root/etc/passwd"
	truncate -s 8E "$root/etc/passwd" 2>/dev/null ||
		truncate -s 1T "$root/etc/passwd"
	run timeout -s KILL 10 "$RL" run --rm --rootfs -u 5 "$root" echo ran </dev/null
	[ "$status" -eq 125 ]
	[[ $output == */etc/passwd* ]]
}

@test "hosts, resolv.conf, hostname that are links: nothing outside is touched" {
	root=$(hostile_root) v=$(victim)
	for name in hosts resolv.conf hostname; do
		ln -sf "$v/file" "$root/etc/$name"
		r --rootfs "$root" cat "/etc/$name" >/dev/null
		ln -sf "../../../../../../../../..$v/made-$name" "$root/etc/$name"
		r --rootfs "$root" cat "/etc/$name" >/dev/null
	done
	unharmed
	rm -r "$root/etc"
	ln -s "$v" "$root/etc"
	r --rootfs "$root" true
	unharmed
}

@test "hosts that is a fifo, and one that is a folder" {
	root=$(hostile_root)
	mkfifo "$root/etc/hosts"
	run timeout -s KILL 10 "$RL" run --rm --network none --rootfs "$root" \
		grep -c localhost /etc/hosts </dev/null
	[ "$status" -eq 0 ]
	rm "$root/etc/hosts"
	mkdir "$root/etc/hosts"
	run r --rootfs "$root" true
	[ "$status" -eq 125 ]
	[[ $output == */etc/hosts* ]]
}

@test "/dev, /tmp and mount targets that are links lead nowhere outside" {
	root=$(hostile_root) v=$(victim)
	ln -s "/not-there$v" "$root/dev"
	ln -s "$v" "$root/data"
	ln -s "$v/file" "$root/one"
	ln -s ../../../../../../../../../.. "$root/up"
	mkdir "$BATS_TEST_TMPDIR/src"
	echo inside >"$BATS_TEST_TMPDIR/src/file"
	r --rootfs -v "$BATS_TEST_TMPDIR/src:/data" \
		-v "$BATS_TEST_TMPDIR/src/file:/one" --tmpfs "/up$v/t" \
		-w "/up/made/wd" "$root" \
		sh -c 'echo x >/dev/null; [ "$(cat /data/file)" = inside ]; pwd'
	unharmed
	[ -d "$root/made/wd" ]
}

@test "/proc and /sys that are links are refused (CVE-2019-19921)" {
	for name in proc sys; do
		root=$(hostile_root)
		ln -s /elsewhere "$root/$name"
		mkdir -p "$root/elsewhere"
		run r --rootfs "$root" true
		[ "$status" -eq 125 ]
		[[ $output == *"/$name"* ]]
		rm -r "$root"
	done
}

@test "a working directory that is an fd of the runtime (CVE-2024-21626)" {
	load_busybox
	for n in $(seq 3 24); do
		run r -w /proc/self/fd/$n busybox ls
		[ "$status" -ne 0 ]
		run r -w /proc/self/fd/$n/.. busybox ls
		[ "$status" -ne 0 ]
	done
	root=$(hostile_root)
	ln -s /proc/self/fd/7/../../.. "$root/wd"
	run r -w /wd --rootfs "$root" ls
	[ "$status" -ne 0 ]
	run r -w /proc/1/cwd busybox ls
	[ "$status" -ne 0 ]
}

# ---- a hostile image: its config ----

@test "an entrypoint that is the runtime, with the runtime's file writable" {
	own=$BATS_TEST_TMPDIR/own
	mkdir "$own"
	cp "$RL" "$own/rl"
	cp "$(dirname "$RL")"/rl-transfer "$(dirname "$RL")"/rl-slirp "$own/"
	chmod 700 "$own/rl"
	sum=$(sha256sum <"$own/rl")
	root=$(hostile_root)
	printf '#!/proc/self/exe\n' >"$root/script"
	chmod 755 "$root/script"
	image_of "$root" '{"Entrypoint":["/proc/self/exe"],"Cmd":["sh"]}'
	for c in "" "--entrypoint /script" "--entrypoint /proc/1/exe" "--init"; do
		run timeout -s KILL 10 "$own/rl" run --rm $c evil </dev/null
	done
	# write through every /proc/PID/exe while it starts, runs and is waited for
	for o in --init "--pid host"; do
		run "$own/rl" run --rm $o --entrypoint sh evil -c '
			for i in $(seq 20); do for p in /proc/[0-9]*; do
				(echo x >>$p/exe) 2>/dev/null
			done; done; echo tried' </dev/null
		[[ $output == *tried* ]]
	done
	[ "$(sha256sum <"$own/rl")" = "$sum" ]
}

@test "the image's environment does not reach our programs" {
	bin=$BATS_TEST_TMPDIR/bin
	mkdir "$bin"
	for name in newuidmap newgidmap fuse-overlayfs rl-transfer fusermount3; do
		printf '#!/bin/sh\ntouch %s/ran\n' "$BATS_TEST_TMPDIR" >"$bin/$name"
		chmod 755 "$bin/$name"
	done
	cat >"$BATS_TEST_TMPDIR/evil.c" <<-'C'
	#include <fcntl.h>
	__attribute__((constructor)) static void f(void)
	{
		open(MARK, O_CREAT | O_WRONLY, 0600);
	}
	C
	cc -shared -fPIC -DMARK="\"$BATS_TEST_TMPDIR/ran\"" \
		-o "$BATS_TEST_TMPDIR/evil.so" "$BATS_TEST_TMPDIR/evil.c"
	image_of "$(hostile_root)" '{"Env":["PATH='"$bin"':/bin",
		"LD_PRELOAD='"$BATS_TEST_TMPDIR"'/evil.so",
		"LD_AUDIT='"$BATS_TEST_TMPDIR"'/evil.so",
		"GCONV_PATH='"$BATS_TEST_TMPDIR"'","RL_EXE=/x","RL_ROOT=/x",
		"TMPDIR='"$bin"'","HOME='"$bin"'"],"Cmd":["sh"]}'
	for driver in overlay copy fuse-overlayfs; do
		[ $driver != fuse-overlayfs ] || [ -w /dev/fuse ] || continue
		run r --storage-driver $driver evil env
		[ "$status" -eq 0 ]
		[[ $output == *"LD_PRELOAD="* ]]
	done
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
	# the library is a real one: a program that does load it runs it
	LD_PRELOAD=$BATS_TEST_TMPDIR/evil.so /bin/true
	[ -e "$BATS_TEST_TMPDIR/ran" ]
}

# ---- a hostile process inside ----

@test "no fd but 0, 1 and 2 comes in, neither ours nor the caller's" {
	load_busybox
	exec 7<"$RL" 8</ 9<"$HOME"
	for o in "" --init -i "--storage-driver copy" "-u 33" --privileged; do
		run "$RL" run --rm $o busybox sh -c 'ls /proc/$$/fd; true' </dev/null
		[ "$status" -eq 0 ]
		fds=$(echo $output)
		# sh keeps none; busybox sh has 10 for its terminal at most
		echo "$o: $fds"
		[ "$fds" = "0 1 2" ]
	done
	exec 7<&- 8<&- 9<&-
	# pid 1 of --init shows none
	run r --init busybox sh -c 'ls /proc/1/fd'
	[ "$status" -ne 0 ] || [ "$(echo $output)" = "0 1 2" ]
}

@test "processes of the runtime are out of reach" {
	load_busybox
	[ "$(r busybox sh -c 'echo /proc/[0-9]*')" = "/proc/1" ]
	# seen with --pid host, but not to be read or traced
	cat >"$BATS_TEST_TMPDIR/trace.c" <<-'C'
	#include <errno.h>
	#include <stdio.h>
	#include <stdlib.h>
	#include <sys/ptrace.h>
	int main(int argc, char **argv)
	{
		if (ptrace(PTRACE_ATTACH, atoi(argv[1]), 0, 0) == 0)
			return printf("attached\n"), 0;
		return printf("refused\n"), 0;
	}
	C
	cc -static -o "$BATS_TEST_TMPDIR/trace" "$BATS_TEST_TMPDIR/trace.c"
	run "$RL" run --rm --pid host -v "$BATS_TEST_TMPDIR/trace:/trace" busybox \
		sh -c '/trace $PPID; ls /proc/$PPID/fd; cat /proc/$PPID/environ;
			readlink /proc/$PPID/exe; : >/proc/$PPID/mem' </dev/null
	[[ $output == refused* ]]
	[[ $output != *RL_ROOT* ]]
	[[ $output != *"/rl"* ]]
	# nor pid 1 of --init
	run r --init --cap-add SYS_PTRACE -v "$BATS_TEST_TMPDIR/trace:/trace" \
		busybox sh -c '/trace 1; readlink /proc/1/exe'
	[[ $output == refused* ]]
	[[ $output != *"/rl"* ]]
}

@test "masked and read-only paths stay so" {
	load_busybox
	run r busybox sh -c 'exec 2>/dev/null
		for p in /proc/kcore /proc/keys /proc/timer_list /proc/sched_debug \
			/proc/interrupts /proc/latency_stats; do
			[ ! -e $p ] || [ -z "$(head -c 1 $p 2>/dev/null)" ] || echo $p
		done
		for p in /sys/firmware /proc/acpi /proc/scsi /proc/asound; do
			[ ! -d $p ] || [ -z "$(ls -A $p)" ] || echo $p
		done
		for p in /proc/sys/kernel/domainname /proc/sysrq-trigger \
			/proc/irq/default_smp_affinity /sys/kernel/mm/ksm/run; do
			(echo 1 >$p) 2>/dev/null && echo written $p
		done
		umount /proc/keys && echo unmounted
		umount -l /proc && echo unmounted
		mount -o remount,rw /proc/sys && echo remounted
		mount -t proc none /tmp && echo mounted
		mount -o bind /proc /tmp && echo bound
		mknod /tmp/sda b 8 0 && head -c 1 /tmp/sda && echo read
		true'
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "with SYS_ADMIN what the host gave read-only stays so" {
	load_busybox
	mkdir "$BATS_TEST_TMPDIR/ro"
	run r --cap-add SYS_ADMIN -v "$BATS_TEST_TMPDIR/ro:/ro:ro" busybox sh -c '
		mount -o remount,rw /sys && echo 1 >/sys/kernel/mm/ksm/run && echo bad
		mkdir -p /tmp/a; mount -o bind /sys/kernel /tmp/a && : ; true'
	[[ $output != *bad* ]]
	# the user's own folder is the user's to write, as root inside may remount
	unshare -U true
}

@test "no user namespace, no mount, no new namespace of any kind" {
	load_busybox
	for o in -U -m -p -n -i -u -C; do
		refute r busybox unshare $o true
	done
	refute r busybox nsenter -t 1 -m true
	refute r busybox chroot /proc/1/root mount -t tmpfs x /tmp
}

@test "keys of the caller's session are not inside" {
	load_busybox
	command -v keyctl >/dev/null || skip "no keyctl here"
	cat >"$BATS_TEST_TMPDIR/find.c" <<-'C'
	#include <linux/keyctl.h>
	#include <stdio.h>
	#include <sys/syscall.h>
	#include <unistd.h>
	int main(void)
	{
		long k = syscall(SYS_keyctl, KEYCTL_SEARCH,
				 KEY_SPEC_SESSION_KEYRING, "user", "rl-secret", 0);
		return printf(k < 0 ? "lost\n" : "found\n"), 0;
	}
	C
	cc -static -o "$BATS_TEST_TMPDIR/find" "$BATS_TEST_TMPDIR/find.c"
	# privileged, as keyctl(2) is refused otherwise
	run keyctl session - sh -c 'keyctl add user rl-secret hidden @s >/dev/null
		"$1"; "$0" run --rm --privileged -v "$1:/find:ro" busybox /find
		"$0" run --rm busybox cat /proc/keys' \
		"$RL" "$BATS_TEST_TMPDIR/find" </dev/null
	[[ $output == *found$'\n'lost* ]]
	[[ $output != *rl-secret* ]]
}

@test "a flood of /dev/shm, of pids and of output stays with the container" {
	load_busybox
	run r --shm-size 1m busybox sh -c \
		'dd if=/dev/zero of=/dev/shm/x bs=64k count=100; du -k /dev/shm/x'
	[ "${lines[-1]%%[!0-9]*}" -le 1024 ]
	[ "$(r busybox sh -c 'head -c 20000000 /dev/zero' | wc -c)" = 20000000 ]
}

# ---- another user of the machine ----

@test "a store that somebody else could have prepared is refused" {
	load_busybox
	RL_ROOT=/tmp run "$RL" images
	[ "$status" -ne 0 ]
	[[ $output == */tmp* ]]
	mkdir "$BATS_TEST_TMPDIR/open"
	chmod 777 "$BATS_TEST_TMPDIR/open"
	RL_ROOT=$BATS_TEST_TMPDIR/open run "$RL" images
	[ "$status" -ne 0 ]
	[[ $output == *"chmod"* ]]
	ln -s /tmp "$BATS_TEST_TMPDIR/link"
	RL_ROOT=$BATS_TEST_TMPDIR/link run "$RL" run --rm busybox true
	[ "$status" -eq 125 ]
}

@test "with umask 000 nobody else may read or write what is stored" {
	umask 000
	load_busybox
	"$RL" run --network none -e SECRET=x -l a=b busybox true </dev/null
	[ "$(stat -c %a "$RL_ROOT")" = 700 ]
	[ -z "$(find "$RL_ROOT"/* -maxdepth 1 -perm /022 ! -type l)" ]
	[ -z "$(find "$RL_ROOT"/containers -name '*.json' -perm /077)" ]
	# and what the container makes has the modes it asked for
	[ "$(r busybox sh -c 'umask; touch /f; stat -c %a /f')" = $'0022\n644' ]
}

@test "secrets are in no command line but the one that was typed" {
	load_busybox
	SECRET=hunter2hunter2 "$RL" run --rm -e SECRET busybox sleep 30 </dev/null &
	pid=$!
	until pgrep -u "$(id -u)" -P "$pid" >/dev/null; do sleep 0.05; done
	sleep 0.3
	found=$(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' |
		grep -c 'hunter2hunter[2]' || true)
	kill -9 $pid
	wait $pid || true
	[ "$found" = 0 ]
}
