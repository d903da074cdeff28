# export.bats - rl export: the files of a container, and of nothing else.
load ../lib/common

teardown() {
	"$RL" kill on >/dev/null 2>&1 || true
	unshare -U --map-root-user --map-auto rm -rf "$RL_ROOT" 2>/dev/null ||
		unshare -U --map-root-user rm -rf "$RL_ROOT"
}

# containers - one that runs (on) and one that ended (off).
containers() {
	local script='echo new >/new; rm /bin/cat; ln /new /hard; mkfifo /fifo;
		echo changed >/etc/group; echo vol >/vol/file'
	load_busybox
	"$RL" run --name off --network none -v vol1:/vol busybox sh -ec "$script"
	"$RL" run -d --name on --network none -v vol2:/vol busybox \
		sh -ec "$script; echo x >/vol/ready; exec sleep 300" >/dev/null
	until "$RL" cp on:/vol/ready - >/dev/null 2>&1; do sleep 0.05; done
}

@test "all of its files, changed as they are, and no mounts" {
	containers
	for c in on off; do
		"$RL" export $c >"$BATS_TEST_TMPDIR/$c.tar"
		mkdir "$BATS_TEST_TMPDIR/$c"
		tar -C "$BATS_TEST_TMPDIR/$c" -xf "$BATS_TEST_TMPDIR/$c.tar"
		cd "$BATS_TEST_TMPDIR/$c"
		[ "$(cat new)" = new ]
		[ new -ef hard ]
		[ -p fifo ]
		[ "$(cat etc/group)" = changed ]
		grep -q ^root: etc/passwd
		[ ! -e bin/cat ] && [ -x bin/busybox ]
		[ -d vol ] && [ -z "$(ls -A vol)" ]
		[ -z "$(ls -A proc)" ] && [ -z "$(ls -A dev)" ]
		[ ! -s etc/hosts ]
		refute grep -q '^\./' <(tar tf "$BATS_TEST_TMPDIR/$c.tar")
		cd /
		rm -r "$BATS_TEST_TMPDIR/$c"
	done
}

@test "-o writes a whole file or none" {
	containers
	cd "$BATS_TEST_TMPDIR"
	"$RL" container export -o out.tar off
	cmp out.tar <("$RL" export off)
	[ "$(stat -c %a out.tar)" = 600 ]
	run "$RL" export -o nosuch/out.tar off
	[ "$status" -eq 1 ]
	run "$RL" export -o bad.tar nosuch
	[ "$status" -eq 1 ]
	[[ $output == *"No such container: nosuch" ]]
	[ ! -e bad.tar ]
	run script -qec "'$RL' export off" /dev/null
	[ "$status" -eq 1 ]
	[[ $output == *"cowardly refusing to export to a terminal"* ]]
	run bash -c "'$RL' export off >/dev/full"
	[ "$status" -eq 1 ]
	[[ $output == *"No space left on device"* ]]
}

@test "owners as inside, and those that one id could not have" {
	requires subuid
	load_busybox
	"$RL" run --name off --network none busybox \
		sh -c 'touch /f; chown 33:4 /f; mkdir -m 700 /d; touch /d/x; chown 8 /d'
	"$RL" export off | tar tv --numeric-owner >"$BATS_TEST_TMPDIR/list"
	grep -q '33/4 .* f$' "$BATS_TEST_TMPDIR/list"
	grep -q ' d/x$' "$BATS_TEST_TMPDIR/list"
	refute grep -v -e ' 0/0 ' -e ' 33/4 ' -e ' 8/0 ' "$BATS_TEST_TMPDIR/list"
}

@test "a name that is no UTF-8, a long name, and a large hole" {
	load_busybox
	long=$(printf 'n%.0s' $(seq 200))
	"$RL" run --name off --network none busybox sh -c "
		printf x >\"/\$(printf 'a\377b')\"; mkdir -p /$long/$long;
		echo deep >/$long/$long/f; truncate -s 5G /sparse; echo ende >/\$(printf '\303\244')"
	cd "$BATS_TEST_TMPDIR"
	mkdir out
	timeout 60 "$RL" export off | tar -C out -x --exclude='dev/*'
	[ -e "out/$(printf 'a\377b')" ]
	[ "$(cat "out/$long/$long/f")" = deep ]
	[ "$(cat "out/ä")" = ende ]
	[ "$(stat -c %s out/sparse)" = 5368709120 ]
	[ "$(stat -c %b out/sparse)" -lt 1000 ]
}

@test "podman imports it" {
	containers
	"$RL" export off | podman --root "$BATS_TEST_TMPDIR/p" \
		--runroot "$BATS_TEST_TMPDIR/pr" --storage-driver=vfs \
		import -q - exported 2>/dev/null || skip "podman cannot import here"
	podman --root "$BATS_TEST_TMPDIR/p" --runroot "$BATS_TEST_TMPDIR/pr" \
		--storage-driver=vfs unshare rm -rf "$BATS_TEST_TMPDIR/p" 2>/dev/null || true
}
