# run.bats - rl run: what a container sees, and how it ends.
load ../lib/common

r() { "$RL" run --rm --network none "$@" </dev/null; }

@test "root inside is the user outside, pid 1, its own hostname" {
	load_busybox
	run r busybox sh -c 'id -u; echo $$; hostname'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 0 ]
	[ "${lines[1]}" = 1 ]
	[[ ${lines[2]} =~ ^[0-9a-f]{12}$ ]]
	owner=$(r busybox cat /proc/self/uid_map | awk 'NR == 1 { print $2 }')
	[ "$owner" = "$(id -u)" ]
}

@test "exit codes are docker's: own, 125, 126, 127, 128+n" {
	load_busybox
	run r busybox sh -c 'exit 7'
	[ "$status" -eq 7 ]
	run r busybox no-such-program
	[ "$status" -eq 127 ]
	[[ $output == *'executable file not found in $PATH'* ]]
	run r busybox /etc
	[ "$status" -eq 126 ]
	run r --init busybox sh -c 'kill -9 $$'
	[ "$status" -eq 137 ]
	run r no-such-image true
	[ "$status" -eq 125 ]
	run r --no-such-flag busybox true
	[ "$status" -eq 125 ]
}

@test "every namespace but time is the container's own; time with an offset" {
	load_busybox
	for ns in user mnt pid ipc uts cgroup net; do
		[ "$(r busybox readlink /proc/self/ns/$ns)" != \
		  "$(readlink /proc/self/ns/$ns)" ]
	done
	[ "$(r --time-offset 1000000 busybox readlink /proc/self/ns/time)" != \
	  "$(readlink /proc/self/ns/time)" ]
	up=$(r --time-offset 1000000 busybox cut -d. -f1 /proc/uptime)
	[ "$up" -ge 1000000 ]
}

@test "environment: image, file, option; HOME of the user" {
	load_busybox
	printf 'A=file\nB=file\n# comment\n' >"$BATS_TEST_TMPDIR/env"
	run r --env-file "$BATS_TEST_TMPDIR/env" -e B=option -e C busybox \
		sh -c 'echo $A $B ${C-unset} $HOME $PATH'
	[ "$output" = "file option unset /root /bin" ]
}

@test "user, groups, working directory" {
	load_busybox
	[ "$(r -u www busybox id -u)" = 33 ]
	[ "$(r -u www busybox id -G)" = "33 4" ] ||
		[ "$(r -u www busybox id -G)" = "4 33" ] ||
		[ "$(r -u www busybox id -G)" = "33 4 4" ]
	[ "$(r -w /srv/new busybox pwd)" = /srv/new ]
	run r -u nobody-such busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"unable to find user nobody-such"* ]]
}

@test "mounts: bind, read-only bind, tmpfs, read-only root" {
	load_busybox
	mkdir "$BATS_TEST_TMPDIR/d"
	r -v "$BATS_TEST_TMPDIR/d:/d" busybox sh -c 'echo in >/d/f'
	[ "$(cat "$BATS_TEST_TMPDIR/d/f")" = in ]
	run r -v "$BATS_TEST_TMPDIR/d:/d:ro" busybox sh -c 'echo no >/d/f'
	[ "$status" -ne 0 ]
	r --tmpfs /t busybox sh -c 'grep -q " /t tmpfs" /proc/mounts'
	run r --read-only busybox sh -c 'echo x >/x'
	[ "$status" -ne 0 ]
	run r --mount type=bind,src=/no/such/path,dst=/d busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"bind source path does not exist"* ]]
	mkdir "$BATS_TEST_TMPDIR/a,b"
	r --mount "type=bind,\"src=$BATS_TEST_TMPDIR/a,b\",dst=/d" busybox touch /d/f
	[ -e "$BATS_TEST_TMPDIR/a,b/f" ]
}

@test "security: caps, masked paths, no new mounts, terminal ioctls" {
	load_busybox
	run r busybox grep CapBnd /proc/self/status
	[[ $output == *00000000a80425fb ]]
	run r --cap-drop ALL busybox grep CapEff /proc/self/status
	[[ $output == *0000000000000000 ]]
	[ -z "$(r busybox cat /proc/keys)" ]
	run r busybox sh -c 'echo 1 >/proc/sys/kernel/hostname'
	[ "$status" -ne 0 ]
	run r busybox mount -t tmpfs none /tmp
	[ "$status" -ne 0 ]
	run r busybox unshare -U true
	[ "$status" -ne 0 ]
	[ "$(r busybox grep Seccomp: /proc/self/status | tr -dc 0-9)" = 2 ]
	# no fd of ours is left open: 0, 1, 2 and the folder being read
	[ "$(r busybox sh -c 'ls /proc/self/fd | wc -l')" -le 4 ]
}

@test "an entrypoint that is the runtime itself reaches no file of the user" {
	load_busybox
	run r --entrypoint /proc/self/exe busybox sh -c true
	[ "$status" -ne 0 ]
}

@test "every storage driver gives a writable root" {
	load_busybox
	for driver in overlay copy fuse-overlayfs; do
		[ $driver != fuse-overlayfs ] || requires fuse
		run timeout 60 "$RL" run --rm --network none \
			--storage-driver $driver busybox sh -c \
			'echo ok >/file && cat /file && rm /bin/vi && ! ls /bin/vi'
		echo "$output"
		[ "$status" -eq 0 ]
		[ "${lines[0]}" = ok ]
	done
}

@test "nothing stays behind" {
	load_busybox
	r busybox sh -c 'echo x >/x; mkdir -p /a/b/c; chmod 0 /a/b/c'
	[ -z "$(ls "$RL_ROOT/containers")" ]
}

@test "with one id: chown, mknod and changes of ids are answered alike" {
	requires nosubuid
	load_busybox
	run r busybox sh -c 'echo x >/x && chown 33:33 /x && mknod /n c 1 3'
	[ "$status" -eq 0 ]
	[ "$(r -u www busybox sh -c 'id -u; id -un')" = $'33\nwww' ]
}

@test "with ranges: chown is real" {
	requires subuid
	load_busybox
	[ "$(r busybox sh -c 'echo x >/x; chown 33:4 /x; stat -c %u:%g /x')" = 33:4 ]
}

@test "--userns: keep-id and host leave us who we are" {
	load_busybox
	[ "$(r --userns keep-id busybox id -u)" = "$(id -u)" ]
	[ "$(r --userns host busybox id -u)" = "$(id -u)" ]
}

@test "inside an unprivileged user namespace, as its root" {
	requires userns
	load_busybox
	run unshare -Ur "$RL" run --rm --network none busybox id -u
	[ "$status" -eq 0 ]
	[ "$output" = 0 ]
}

@test "root of a namespace whose id 0 nobody may map is told so" {
	load_busybox
	bare="unshare -Ur setpriv --bounding-set -all --inh-caps -all"
	$bare true
	run $bare "$RL" run --rm --network none busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"no CAP_SETFCAP here"*"--cap-add SETFCAP"* ]]
	run $bare "$RL" doctor
	[[ $output == *"fix: docker run --cap-add SETFCAP"* ]]
	[[ $output != *"chmod u+s"* ]]
}

@test "a bad name is told by its rule, and never pulled" {
	for bad in BusyBox "bad ref" foo:1:2 http://x/y x@sha256:abcd; do
		for command in run create "run --pull always" "run --pull never"; do
			run "$RL" $command "$bad"
			[ "$status" -eq 125 ]
			[[ $output == *"invalid reference format"* ]]
		done
	done
	run "$RL" run "$(printf '44b3%.0s' $(seq 16))"
	[ "$status" -eq 125 ]
	[[ $output == *"No such image"* ]]
}

@test "a killed rl leaves nothing after the next command" {
	load_busybox
	"$RL" run --rm busybox sleep 1000.25 </dev/null &
	pid=$!
	until ls "$RL_ROOT"/containers/*/upper >/dev/null 2>&1; do sleep 0.05; done
	sleep 0.3
	kill -9 $pid
	wait $pid || true
	r busybox true
	for i in $(seq 50); do
		[ -n "$(ls "$RL_ROOT/containers")" ] || break
		sleep 0.1
		r busybox true
	done
	[ -z "$(ls "$RL_ROOT/containers")" ]
	! pgrep -u "$(id -u)" -f 'sleep 1000.25'
}

@test "a name in use is refused" {
	load_busybox
	"$RL" run --rm --name taken busybox sleep 1000 </dev/null &
	pid=$!
	until [ -L "$RL_ROOT/containers/.names/taken" ]; do sleep 0.05; done
	run r --name taken busybox true
	kill -9 $pid
	wait $pid || true
	[ "$status" -eq 125 ]
	[[ $output == *"already in use"* ]]
}

@test "what a run executes loads no large library" {
	run ldd "$RL"
	[[ $output == *"statically linked"* || $output == *"not a dynamic"* ]]
	run ldd "$(dirname "$RL")/rl-slirp"
	[[ $output == *libslirp* ]]
	[[ $output != *libcurl* && $output != *libcrypto* ]]
	[[ $output != *libarchive* && $output != *libsystemd* ]]
}
