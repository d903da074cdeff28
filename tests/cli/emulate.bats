# emulate.bats - ids: with one only they are answered, with ranges they are real.
load ../lib/common

setup_file() {
	cc -static -O1 -pthread -o "$BATS_FILE_TMPDIR/ids" \
		"$BATS_TEST_DIRNAME/../lib/ids.c"
	chmod 755 "$BATS_FILE_TMPDIR/ids"
}

r() {
	"$RL" run --rm --network none -v "$BATS_FILE_TMPDIR/ids:/ids:ro" "$@" \
		</dev/null
}

@test "set*id, get*id and groups behave as on a real system" {
	load_busybox
	run r busybox /ids
	[ "$output" = "all as on a real system" ]
	[ "$status" -eq 0 ]
}

@test "ids last across fork and exec" {
	load_busybox
	run r busybox /ids become 42 /ids show
	[ "$output" = "42 42 42 42" ]
	run r busybox /ids become 42 /bin/sh -c '/ids show; (/ids show); id -u'
	[ "$output" = $'42 42 42 42\n42 42 42 42\n42' ]
	# and nobody else's change
	run r busybox sh -c '/ids become 42 /bin/sleep 0.2 & /ids show; wait; id -u'
	[ "$output" = $'0 0 0 0\n0' ]
}

@test "more sets of ids than there is room for: an error, and rl goes on" {
	requires nosubuid
	load_busybox
	run r busybox sh -c '/ids flood; echo still; id -u'
	[[ $output == *"all as on a real system"*still*0 ]]
}

@test "-u of one id inside: who it says, and no way back" {
	load_busybox
	run r -u 33 busybox sh -c 'id -u; id -G; /ids become 0 /bin/id -u'
	[ "${lines[0]}" = 33 ]
	[ "${#lines[@]}" = 2 ]
	run r -u 33:4 --group-add 7 busybox sh -c 'id -g; id -G'
	[ "${lines[0]}" = 4 ]
	[ "${lines[1]}" = "4 7" ]
}

@test "su, chown, chgrp and mkfifo of busybox" {
	load_busybox
	[ "$(r busybox su -s /bin/sh www -c 'id -u; id -g')" = $'33\n33' ]
	r busybox sh -c 'mkdir -p /d/e; touch /d/f; ln -s f /d/l
		chown -R 33:4 /d && chown -h 33 /d/l && chgrp 5 /d/f'
	r busybox sh -c 'mkfifo /p && [ -p /p ] && touch /r && chown 0:0 /r'
}

@test "what cannot be is refused with one id as well" {
	load_busybox
	refute r busybox chown 0:0 /no/such/file
	refute r busybox sh -c 'su -s /bin/sh www -c "su -s /bin/sh root -c id"'
}

@test "with one id a device node is answered, a fifo and a file are made" {
	requires nosubuid
	load_busybox
	[ "$(r busybox sh -c 'mknod /c c 1 3 && mknod /b b 7 0 && mknod /p p &&
		ls /c /b /p 2>/dev/null')" = /p ]
}

@test "with ranges ownership is real and seen again" {
	requires subuid
	load_busybox
	[ "$(r busybox sh -c 'touch /f; chown 1234:777 /f; stat -c %u:%g /f
		su -s /bin/sh www -c "touch /tmp/w"; stat -c %u /tmp/w')" = \
	  $'1234:777\n33' ]
	refute r busybox mknod /c c 1 3
}

@test "a process that answers are kept from is killed without harm" {
	requires nosubuid
	load_busybox
	run r --init busybox sh -c 'for i in $(seq 50); do
		(while :; do /ids become 42 /bin/true; done) & done
		sleep 0.3; kill -9 -1; wait; echo done; id -u'
	[[ $output == *done*0 ]]
}
