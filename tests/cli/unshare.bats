# unshare.bats - rl unshare: a command among the ids that containers have.
load ../lib/common
bats_require_minimum_version 1.5.0

@test "root of the same ids as in a container" {
	load_busybox
	inside=$("$RL" run --rm --network none busybox cat /proc/self/uid_map)
	[ "$("$RL" unshare cat /proc/self/uid_map | tr -s ' ')" = "$(tr -s ' ' <<<"$inside")" ]
	[ "$("$RL" unshare id -u)" = 0 ]
	[ "$("$RL" unshare sh -c 'echo "$1" "$2"' - a 'b c')" = "a b c" ]
}

@test "files of mapped ids" {
	requires subuid
	load_busybox
	mkdir "$BATS_TEST_TMPDIR/d"
	"$RL" run --rm --network none -v "$BATS_TEST_TMPDIR/d:/d" busybox \
		sh -c 'mkdir -m 700 /d/x; echo y >/d/x/f; chown -R 33:4 /d/x'
	run cat "$BATS_TEST_TMPDIR/d/x/f"
	[ "$status" -ne 0 ]
	[ "$("$RL" unshare cat "$BATS_TEST_TMPDIR/d/x/f")" = y ]
	[ "$("$RL" unshare stat -c %u:%g "$BATS_TEST_TMPDIR/d/x/f")" = 33:4 ]
	"$RL" unshare chown -R 0:0 "$BATS_TEST_TMPDIR/d/x"
	[ "$(stat -c %u "$BATS_TEST_TMPDIR/d/x/f")" = "$(id -u)" ]
}

@test "mounts stay inside" {
	mkdir "$BATS_TEST_TMPDIR/m"
	"$RL" unshare sh -c "mount -t tmpfs none $BATS_TEST_TMPDIR/m && touch $BATS_TEST_TMPDIR/m/x"
	[ -z "$(ls "$BATS_TEST_TMPDIR/m")" ]
}

@test "exit codes, signals, and the shell" {
	run "$RL" unshare sh -c 'exit 7'
	[ "$status" -eq 7 ]
	run -127 "$RL" unshare nosuchcommand
	run "$RL" unshare /etc
	[ "$status" -eq 126 ]
	run "$RL" unshare --nosuch
	[ "$status" -eq 125 ]
	run "$RL" unshare sh -c 'kill -TERM $$'
	[ "$status" -eq 143 ]
	[ "$(echo 'echo $0' | SHELL=/bin/sh "$RL" unshare)" = /bin/sh ]
	[ "$(echo 'echo $0' | env -u SHELL "$RL" unshare)" = /bin/sh ]
}
