# import.bats - rl import: root filesystems from a tar.
load ../lib/common

r() { "$RL" run --rm --network none "$@" </dev/null; }

# flat FILE - the tar of a root filesystem.
flat() {
	make_busybox_root "$BATS_TEST_TMPDIR/root"
	tar --owner=0 --group=0 --numeric-owner -C "$BATS_TEST_TMPDIR/root" -cf "$1" .
}

@test "from a file, from stdin, compressed" {
	cd "$BATS_TEST_TMPDIR"
	flat flat.tar
	run "$RL" import flat.tar one:1
	[ "$status" -eq 0 ]
	[[ $output =~ ^sha256:[0-9a-f]{64}$ ]]
	[ "$("$RL" images -q --no-trunc one:1)" = "$output" ]
	[ "$(r one:1 echo ran)" = ran ]
	gzip -k flat.tar
	"$RL" import flat.tar.gz two
	zstd -q flat.tar
	"$RL" image import - three <flat.tar.zst
	[ "$(r two echo ran)" = ran ]
	[ "$(r three echo ran)" = ran ]
	# the same files are the same layer
	[ "$("$RL" image inspect -f '{{.RootFS.Layers}}' one:1 two three | sort -u | wc -l)" = 1 ]
	cat flat.tar | "$RL" import -
	[ -n "$("$RL" images -q -f dangling=true)" ]
	[ -z "$(ls "$RL_ROOT/incoming")" ]
}

@test "what --change, -m and --platform say" {
	cd "$BATS_TEST_TMPDIR"
	flat flat.tar
	"$RL" import -c 'CMD ["echo", "default"]' -c 'ENV A=1' -m 'by hand' flat.tar one
	[ "$(r one)" = default ]
	[ "$(r one sh -c 'echo $A')" = 1 ]
	"$RL" import --platform linux/s390x flat.tar other
	[ "$("$RL" image inspect -f '{{.Os}}/{{.Architecture}}' other)" = linux/s390x ]
	run "$RL" import --platform a/b/c/d flat.tar bad
	[ "$status" -eq 1 ]
	run "$RL" import -c 'COPY a b' flat.tar bad
	[ "$status" -eq 1 ]
	[[ $output == *"COPY is not a valid change command" ]]
	[ -z "$("$RL" images -q bad)" ]
}

@test "what is no tar, what is cut short, what is not there" {
	cd "$BATS_TEST_TMPDIR"
	flat flat.tar
	head -c 100000 /dev/urandom >noise
	head -c 700000 flat.tar >short
	gzip -c flat.tar | head -c 100000 >short.gz
	for f in noise short short.gz nosuch; do
		run "$RL" import $f bad
		[ "$status" -eq 1 ]
		[ -n "$output" ]
	done
	run "$RL" import flat.tar "a@sha256:$(printf 'a%.0s' $(seq 64))"
	[ "$status" -eq 1 ]
	[[ $output == *"cannot import digest reference" ]]
	[ -z "$("$RL" images -q)" ]
	[ -z "$(ls "$RL_ROOT/incoming")" ]
	[ -z "$(ls "$RL_ROOT/blobs/sha256")" ]
}

@test "from a URL" {
	cd "$BATS_TEST_TMPDIR"
	mkdir www
	flat www/flat.tar
	python3 -u -m http.server -b 127.0.0.1 -d www 0 >log 2>&1 &
	server=$!
	until grep -q 'port [0-9]' log; do sleep 0.05; done
	port=$(sed -n 's/.* port \([0-9]*\).*/\1/p' log)
	"$RL" import "http://127.0.0.1:$port/flat.tar" one
	run "$RL" import "http://127.0.0.1:$port/nosuch" two
	kill $server
	[ "$status" -eq 1 ]
	[[ $output == *"404"* ]]
	[ "$(r one echo ran)" = ran ]
}

@test "exported and imported again" {
	load_busybox
	"$RL" run --name off --network none busybox sh -c 'echo x >/x; rm /bin/cat'
	"$RL" export off | "$RL" import -c 'CMD sh' - again
	[ "$(r again sed q /x)" = x ]
	refute r again test -e /bin/cat
	[ "$("$RL" image inspect -f '{{len .RootFS.Layers}}' again)" = 1 ]
}

@test "skopeo, umoci and podman read it" {
	cd "$BATS_TEST_TMPDIR"
	flat flat.tar
	"$RL" import -c 'CMD ["echo", "hi"]' flat.tar example.org/flat:1
	"$RL" save -o a.tar example.org/flat:1
	skopeo copy -q --insecure-policy docker-archive:a.tar oci:oci:1
	[ "$(skopeo inspect --config oci:oci:1 | jq -c .config.Cmd)" = '["echo","hi"]' ]
	umoci unpack --rootless --image oci:1 b >/dev/null
	[ -x b/rootfs/bin/busybox ]
	requires subuid
	p="podman --root $PWD/p --runroot $PWD/pr --storage-driver=vfs"
	$p load -q -i a.tar 2>/dev/null
	[ "sha256:$($p image inspect -f '{{.Id}}' example.org/flat:1 2>/dev/null)" = \
		"$("$RL" images -q --no-trunc example.org/flat:1)" ]
	$p unshare rm -rf p
}
