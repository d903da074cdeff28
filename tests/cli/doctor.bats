# doctor.bats - rl doctor: what works here, what does not, and what mends it.
load ../lib/common

# rung NAME - the JSON line of one rung of the last doctor.
rung() { jq -c --arg n "$1" 'select(.rung == $n)' "$BATS_TEST_TMPDIR/doctor"; }

# says NAME FILTER - that line fits.
says() {
	rung "$1"
	rung "$1" | jq -e "$2" >/dev/null
}

# doctor COMMAND... - run it with --json and keep the lines; its exit code.
doctor() {
	"$@" doctor --json </dev/null >"$BATS_TEST_TMPDIR/doctor" || return
}

@test "every rung says whether it works; those that do not, why and what mends it" {
	doctor "$RL"
	[ "$(jq -s length "$BATS_TEST_TMPDIR/doctor")" -ge 18 ]
	jq -se 'all(.[]; has("ladder") and has("rung") and has("use")
		and (.works == true or ((.why | length) > 0
		and (.matter | length) > 0 and (.fix | length) > 0)))' \
		"$BATS_TEST_TMPDIR/doctor"
	for n in "user namespace" "one id" store copy namespaces seccomp; do
		says "$n" .works
	done
	run "$RL" doctor
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = "containers can run here" ]
}

@test "it leaves nothing in the store, and no process" {
	doctor "$RL"
	refute ls -d "$RL_ROOT"/doctor*
	refute pgrep -u "$(id -u)" -f "$RL_ROOT/doctor"
}

@test "ranges: told as the account has them" {
	doctor "$RL"
	if grep -q "^$(id -un):" /etc/subuid; then
		says "ranges of ids" '.works and (.detail | test("65537 user"))'
	else
		says "ranges of ids" '(.works | not) and
			(.fix | test("usermod --add-subuids"))'
	fi
}

@test "the ranges that it advises are nobody's yet" {
	requires nosubuid
	fix=$("$RL" doctor --json | jq -r 'select(.rung == "ranges of ids").fix')
	USER=me run sh -c "sudo() { echo \"\$*\"; }; $fix"
	[ "$status" -eq 0 ]
	[[ $output == "usermod --add-subuids "*" me" ]]
	first=${output#usermod --add-subuids }
	first=${first%%-*}
	[ "$first" -ge 100000 ]
	awk -F: -v first="$first" '$2 + $3 > first { exit 1 }' /etc/subuid /etc/subgid
}

@test "no_new_privs: the helpers cannot help, and one id is what is left" {
	requires subuid
	doctor setpriv --no-new-privs "$RL"
	says "id map helpers" '(.works | not) and (.matter | test("no_new_privs"))'
	says "ranges of ids" '.works | not'
	says copy .works
	load_busybox
	run setpriv --no-new-privs "$RL" run --rm --network none busybox \
		sh -c 'id -u; chown 5 /bin' </dev/null
	[ "$output" = 0 ]
	[ "$status" -eq 0 ]
}

@test "no user namespaces left: exit 1, and the sysctl that mends it" {
	rc=0
	doctor unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces
		exec "$0" "$@"' "$RL" || rc=$?
	[ $rc = 1 ]
	says "user namespace" '(.works | not) and
		(.fix | test("sysctl -w user.max_user_namespaces="))'
	run unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces
		"$0" doctor' "$RL"
	[ "$status" -eq 1 ]
	[[ ${lines[-1]} == "containers cannot run here"* ]]
}

@test "a filter around us is named" {
	load_busybox
	rc=0
	doctor "$RL" run --rm --network none -v "$RL:/rl:ro" busybox /rl || rc=$?
	[ $rc = 1 ]
	says "user namespace" '(.works | not) and (.matter | test("filter"))'
}

@test "no namespaces of one kind: which one" {
	rc=0
	doctor unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_uts_namespaces
		exec "$0" "$@"' "$RL" || rc=$?
	[ $rc = 1 ]
	says namespaces '(.works | not) and (.why | test("uts"))'
	doctor unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_net_namespaces
		exec "$0" "$@"' "$RL"
	says "network namespace" '(.works | not) and
		(.fix | test("max_net_namespaces"))'
}

@test "the store: one that cannot be used, and its file system's name" {
	doctor "$RL"
	says store '.detail | test("MB free in")'
	rc=0
	RL_ROOT=/proc doctor "$RL" || rc=$?
	[ $rc = 1 ]
	says store '(.works | not) and (.fix | test("RL_ROOT"))'
	says copy '.works | not'
}

@test "fuse-overlayfs that is not installed" {
	mkdir "$BATS_TEST_TMPDIR/empty"
	PATH=$BATS_TEST_TMPDIR/empty "$RL" doctor --json </dev/null \
		>"$BATS_TEST_TMPDIR/doctor"
	says fuse-overlayfs '(.works | not) and
		(.fix | test("apt-get install fuse-overlayfs"))'
}

@test "the runtime folder: none, another's, this user's" {
	export XDG_RUNTIME_DIR=
	doctor "$RL"
	says "runtime folder" '(.works | not) and (.fix | test("enable-linger"))'
	for dir in /tmp /no/such; do
		XDG_RUNTIME_DIR=$dir doctor "$RL"
		says "runtime folder" '.works | not'
	done
	mkdir -m 700 "$BATS_TEST_TMPDIR/run"
	XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/run doctor "$RL"
	says "runtime folder" .works
}

@test "a /proc with masked paths: told, and containers run with the one there is" {
	load_busybox
	# rl within rl, unfiltered
	inner() {
		"$RL" run --rm --network none --security-opt seccomp=unconfined \
			-v "$RL:/rl:ro" --tmpfs /store:exec,mode=700 -e RL_ROOT=/store busybox "$@"
	}
	inner /rl doctor --json </dev/null >"$BATS_TEST_TMPDIR/doctor"
	says "fresh /proc" '(.works | not) and (.matter | test("masked"))'
	says "user namespace" .works
	says "one id" .works
	make_busybox_root "$BATS_TEST_TMPDIR/root"
	run "$RL" run --rm --network none --security-opt seccomp=unconfined \
		-v "$RL:/rl:ro" -v "$BATS_TEST_TMPDIR/root:/root" \
		--tmpfs /store:exec,mode=700 -e RL_ROOT=/store busybox \
		/rl run --rm --network none --rootfs -u 33 /root sh -c 'id -u; echo $$' \
		</dev/null
	[ "$output" = $'33\n1' ]
}

@test "docs/troubleshooting.md is made of the same texts" {
	"$RL" doctor --remedies >"$BATS_TEST_TMPDIR/table"
	sed '1,/^<!-- rl doctor --remedies -->$/d' \
		"$BATS_TEST_DIRNAME/../../docs/troubleshooting.md" |
		diff - "$BATS_TEST_TMPDIR/table"
}
