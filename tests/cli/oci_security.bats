# oci_security.bats - what a hostile root filesystem, and a hostile process
# inside, try against the OCI command line.  Each is tried for real.
bats_require_minimum_version 1.5.0
load ../lib/common
load ../lib/oci

setup() {
	requires userns
	bundle
	outside=$BATS_TEST_TMPDIR/outside
	mkdir "$outside"
	echo untouched >"$outside/file"
}

teardown() {
	end_oci
}

# untouched - nothing was written, made or mounted outside.
untouched() {
	[ "$(ls -A "$outside")" = file ]
	[ "$(cat "$outside/file")" = untouched ]
	refute grep -q "$outside" /proc/self/mountinfo
}

# without_dev - the root filesystem's own /dev is the container's.
without_dev() {
	mkdir -p "$b/rootfs/dev"
	config '.mounts |= map(select(.destination | startswith("/dev") | not))'
}

@test "the runtime's file cannot be overwritten (CVE-2019-5736)" {
	local own=$BATS_TEST_TMPDIR/rl sum c p
	cp "$RL" "$own"
	chmod u+w "$own"
	sum=$(sha256sum <"$own")
	RL=$own
	printf '#!/proc/self/exe\n' >"$b/rootfs/script"
	chmod 755 "$b/rootfs/script"
	for c in /proc/self/exe /script /proc/1/exe; do
		program "$c" sh
		run timeout -s KILL 10 "$RL" oci --root "$BATS_TEST_TMPDIR/state" \
			run -b "$b" evil </dev/null
	done
	# through every /proc/PID/exe, while the runtime comes in
	config '.process.capabilities |= with_entries(.value += ["CAP_SYS_PTRACE",
		"CAP_DAC_OVERRIDE"])'
	program sh -c 'while :; do for p in /proc/[0-9]*; do
		(echo x >>$p/exe; echo x >$p/mem) 2>/dev/null; done; done'
	oci run -d -b "$b" web </dev/null
	for c in 1 2 3 4 5 6 7 8 9 10 11 12; do
		oci exec web true
		oci exec web /proc/self/exe true || :
	done
	[ "$(sha256sum <"$own")" = "$sum" ]
}

@test "a process inside that waits for exec reaches nothing of it" {
	local spy=$b/rootfs/spy
	cc -static -O1 -o "$spy" "$BATS_TEST_DIRNAME/../hostile/spy.c"
	config '.process.capabilities |= with_entries(.value += ["CAP_SYS_PTRACE",
		"CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH"])'
	program sleep 1000
	oci run -d -b "$b" web </dev/null
	oci exec web /spy /bin/busybox 40 >"$b/out" </dev/null 3>&- &
	until_text ready "$b/out"
	for i in $(seq 3000); do
		kill -0 $! 2>/dev/null || break
		# one that the spy holds as its tracer when it ends stays
		RL_SECRET=1 timeout -s KILL 5 "$RL" oci \
			--root "$BATS_TEST_TMPDIR/state" exec web true || :
	done
	touch "$b/rootfs/tmp/end"
	wait $!
	cat "$b/out"
	refute grep -q reached "$b/out"
	grep -qx 'met: 40' "$b/out"
}

@test "a working folder that is an fd of ours (CVE-2024-21626)" {
	local n
	for n in $(seq 3 12); do
		config ".process.cwd = \"/proc/self/fd/$n\""
		run in_bundle sh -c 'pwd; ls ../../../../..; cat ../../outside/file'
		[ "$status" -ne 0 ]
		[[ "$output" != *untouched* ]]
	done
	ln -s /proc/self/fd/5 "$b/rootfs/link"
	config '.process.cwd = "/link"'
	run in_bundle sh -c 'ls ../../../outside'
	[ "$status" -ne 0 ]
	config '.process.cwd = "/"'
	program sleep 100
	oci run -d -b "$b" web </dev/null
	for n in $(seq 3 12); do
		run -255 oci exec --cwd "/proc/self/fd/$n" web ls
		run -255 oci exec --cwd "/proc/1/fd/$n" web ls
	done
}

@test "no fd of the host's is inside, at run, create and exec" {
	exec 7<"$outside" 9<"$outside/file"
	run -0 in_bundle sh -c 'ls -l /proc/self/fd /proc/1/fd'
	[[ "$output" != *outside* ]]
	[[ "$output" != *socket* && "$output" != *state* ]]
	program sh -c 'ls -l /proc/1/fd >/out; sleep 100'
	oci create -b "$b" web </dev/null >/dev/null 2>&1
	oci start web
	until_text null "$b/rootfs/out"
	refute grep -qE 'outside|socket|state' "$b/rootfs/out"
	run -0 oci exec web ls -l /proc/self/fd
	[[ "$output" != *outside* && "$output" != *socket* ]]
	exec 7<&- 9<&-
}

@test "masked paths: no /dev/null of the root's is used (CVE-2025-31133)" {
	without_dev
	ln -s "../../outside/file" "$b/rootfs/dev/null"
	ln -s /proc/sysrq-trigger "$b/rootfs/dev/zero"
	echo secret >"$b/rootfs/secret"
	config '.linux.maskedPaths += ["/secret"]'
	run in_bundle sh -c 'cat /secret; cat /proc/kcore | head -c 5
		echo x >/dev/null; ls -l /dev/null'
	[[ "$output" != *untouched* && "$output" != *secret* ]]
	untouched
}

@test "masked and read-only paths that are links stay inside" {
	ln -s "$outside" "$b/rootfs/dir"
	ln -s "../../../../../../../../..$outside/file" "$b/rootfs/up"
	ln -s /proc/self/root "$b/rootfs/magic"
	config '.linux.maskedPaths += ["/dir", "/up", "/magic/bin"] |
		.linux.readonlyPaths += ["/dir", "/up", "/magic/tmp"]'
	run in_bundle sh -c 'ls /bin/sh && touch /tmp/x && echo ran'
	[[ "$status" -ne 0 || "$output" == *ran* ]]
	touch "$outside/file"
	untouched
}

@test "/dev/console that is a link (CVE-2025-52565)" {
	requires_script
	without_dev
	mkdir "$b/rootfs/dev/pts"
	config '.process.terminal = true | .mounts += [{destination: "/dev/pts",
		type: "devpts", source: "devpts", options: ["newinstance",
		"ptmxmode=0666"]}]'
	for target in /proc/sysrq-trigger /etc/passwd "../../outside/file"; do
		ln -sf "$target" "$b/rootfs/dev/console"
		program sh -c 'echo ran; ls -l /etc/passwd'
		run script -qec "'$RL' oci --root '$BATS_TEST_TMPDIR/state' run \
			-b '$b' web" /dev/null </dev/null
		[[ "$output" == *"/dev/console is a link"* ]]
		[[ "$output" != *ran* ]]
	done
	untouched
}

requires_script() {
	command -v script >/dev/null || skip "script(1) is not installed"
}

@test "/proc and /sys that are links are refused" {
	local p
	for p in proc sys; do
		rm -rf "$b/rootfs/$p"
		ln -s "../../outside" "$b/rootfs/$p"
		run -1 in_bundle true
		[[ "$output" == *"/$p"* ]]
		rm "$b/rootfs/$p"
		untouched
	done
}

@test "/dev that is a link leads nowhere outside" {
	rm -rf "$b/rootfs/dev"
	ln -s "../../outside" "$b/rootfs/dev"
	run in_bundle sh -c 'ls /dev/null'
	untouched
	rm -rf "$b/rootfs/dev"
	ln -s "$outside" "$b/rootfs/dev"
	run in_bundle sh -c 'ls /dev/null'
	untouched
	rm -rf "$b/rootfs/dev"
	without_dev
	rm -rf "$b/rootfs/dev"
	ln -s "$outside" "$b/rootfs/dev"
	config '.linux.devices = [{path: "/dev/pipe", type: "p"}]'
	run in_bundle sh -c 'ls /dev/pipe'
	untouched
}

@test "mount targets through links stay in the root" {
	mkdir "$b/shown"
	ln -s "$outside" "$b/rootfs/abs"
	ln -s "../../../../../../../../../..$outside" "$b/rootfs/rel"
	ln -s /proc/1/root "$b/rootfs/magic"
	config '.mounts += [{destination: "/abs/new", type: "tmpfs",
		source: "tmpfs"}, {destination: "/rel/new2", type: "bind",
		source: "shown", options: ["bind"]}, {destination: "/abs/../up",
		type: "tmpfs", source: "tmpfs"}]'
	run in_bundle sh -c 'grep -c " .*new" /proc/mounts; ls /up'
	[ "$status" -eq 0 ]
	untouched
	config '.mounts += [{destination: "/magic/bin/x", type: "tmpfs",
		source: "tmpfs"}]'
	run in_bundle true
	[ "$status" -ne 0 ]
	untouched
}

@test "a folder that is swapped for a link while it is mounted (CVE-2021-30465)" {
	local vol=$b/vol
	mkdir -p "$vol/real" "$b/evil"
	ln -s "../../../../../../../../..$BATS_TEST_TMPDIR" "$vol/link"
	cat >"$b/swap.py" <<-'PY'
	import ctypes, os, sys
	libc = ctypes.CDLL(None, use_errno=True)
	os.chdir(sys.argv[1])
	while os.getppid() != 1:
	    libc.renameat2(-100, b"real", -100, b"link", 2)
	PY
	python3 "$b/swap.py" "$vol" 3>&- &
	local swapper=$!
	config '.mounts += [{destination: "/vol", type: "bind", source: "vol",
		options: ["rbind"]}, {destination: "/vol/real/outside",
		type: "tmpfs", source: "tmpfs", options: ["mode=777"]}]'
	for i in $(seq 40); do
		run timeout 20 "$RL" oci --root "$BATS_TEST_TMPDIR/state" run \
			-b "$b" "c$i" </dev/null
	done
	program sh -c 'cat /vol/real/outside/file /vol/link/outside/file'
	for i in $(seq 20); do
		run in_bundle sh -c 'cat /vol/*/outside/file; ls -d /vol/*/bundle'
		[[ "$output" != *untouched* ]]
	done
	kill $swapper
	wait $swapper || :
	untouched
}

@test "a sysctl is written where it should be, or not at all (CVE-2025-52881)" {
	mkdir -p "$b/fake/ipv4"
	echo 5 >"$b/fake/ipv4/ip_forward"
	config '.linux.sysctl = {"net.ipv4.ip_forward": "1"} |
		.mounts += [{destination: "/proc/sys/net", type: "bind",
			source: "fake", options: ["rbind"]}]'
	run -1 in_bundle true
	[[ "$output" == *"ip_forward"* ]]
	[ "$(cat "$b/fake/ipv4/ip_forward")" = 5 ]
	ln -sf /proc/sysrq-trigger "$b/fake/ipv4/ip_forward"
	run -1 in_bundle true
	# no proc at all: a folder of the root's
	config '.mounts |= map(select(.destination | startswith("/proc") | not))'
	mkdir -p "$b/rootfs/proc/sys/net/ipv4"
	echo 5 >"$b/rootfs/proc/sys/net/ipv4/ip_forward"
	run -1 in_bundle true
	[[ "$output" == *"no proc filesystem"* || "$output" == *ip_forward* ]]
	[ "$(cat "$b/rootfs/proc/sys/net/ipv4/ip_forward")" = 5 ]
}

@test "exec trusts no /proc, /dev or passwd that the container made" {
	config '.process.capabilities |= with_entries(.value += ["CAP_SYS_ADMIN"])'
	mkfifo "$b/rootfs/etc/fifo"
	program sh -c 'mount -t tmpfs x /proc && mkdir -p /proc/self/fd /proc/1 &&
		ln -s / /proc/self/root && mount -t tmpfs x /dev && mkdir /dev/pts &&
		ln -s /etc/passwd /dev/pts/ptmx && ln -s /etc/passwd /dev/null &&
		mount -t tmpfs x /etc && mkfifo /etc/passwd && ln -s / /etc/group &&
		echo ready >/tmp/ready; sleep 100'
	oci run -d -b "$b" web </dev/null
	until_text ready "$b/rootfs/tmp/ready"
	run timeout 20 "$RL" oci --root "$BATS_TEST_TMPDIR/state" exec web \
		echo in </dev/null
	[ "$status" -ne 124 ]
	run timeout 20 script -qec "'$RL' oci --root '$BATS_TEST_TMPDIR/state' \
		exec -t web echo in" /dev/null </dev/null
	[ "$status" -ne 124 ]
	[[ "$output" == *"no terminal multiplexer"* || "$output" != *in* ]]
}

@test "hooks have no fds but their three, whatever the caller left open" {
	printf '#!/bin/sh\nls -l /proc/self/fd >>%s\n' "$b/fds" >"$b/hook"
	cp "$b/hook" "$b/rootfs/hook"
	chmod +x "$b/hook" "$b/rootfs/hook"
	config '.hooks = ({prestart: 1, createRuntime: 1, createContainer: 1,
		poststart: 1, poststop: 1} | map_values([{path: "\($b)/hook",
		env: ["PATH=/bin"]}]))' --arg b "$b"
	exec 7<"$outside" 9<"$outside/file"
	in_bundle true
	exec 7<&- 9<&-
	[ "$(grep -c 'rl-hook' "$b/fds")" -ge 10 ]
	refute grep -E ' [4-9] -> | [0-9]{2,} -> |outside|socket' "$b/fds"
}

@test "a container cannot signal or see who runs it" {
	run -0 in_bundle sh -c 'ls -d /proc/[0-9]* | tr "\n" " "; kill -9 -1; true'
	[[ "$output" == "/proc/1 "* ]]
	config '.linux.namespaces |= map(select(.type != "pid"))'
	program sh -c 'cat /proc/$PPID/environ; ls -l /proc/$PPID/fd /proc/$PPID/exe'
	SECRET=hush run oci run -b "$b" web
	[[ "$output" != *SECRET* && "$output" != *hush* ]]
}

@test "the state is nobody else's, and an ID is no path" {
	program sleep 100
	(umask 0; oci run -d -b "$b" web </dev/null)
	[ "$(stat -c %a "$BATS_TEST_TMPDIR/state/web")" = 700 ]
	[ "$(stat -c %a "$BATS_TEST_TMPDIR/state/web/state.json")" = 600 ]
	run -1 oci state ../state/web
	[[ "$output" == *"invalid container ID"* ]]
	run -1 oci delete -f ../outside
	untouched
}
