# diff.bats - rl diff: what a container changed of its image.
load ../lib/common

# keep NAME [OPTION...] SCRIPT - a container that ran and stays.
keep() {
	local name=$1 script=${*: -1}
	"$RL" run --name "$name" --network none "${@:2:$#-2}" busybox \
		sh -ec "$script" </dev/null
}

changes() { "$RL" diff "$1"; }

change_all='mkdir -p /new/deep && echo x >/new/deep/file && ln -s x /new/link
	echo more >>/etc/passwd
	rm /bin/cat
	rm -r /usr && mkdir /usr && echo x >/usr/only
	mkfifo /tmp/fifo'

all_of_it="C /bin
D /bin/cat
C /etc
C /etc/passwd
A /new
A /new/deep
A /new/deep/file
A /new/link
C /tmp
A /tmp/fifo
C /usr
A /usr/only
D /usr/sbin"

# with_image - busybox with a /usr/sbin and a /tmp, so that they can go.
with_image() {
	make_busybox_root "$BATS_TEST_TMPDIR/root"
	mkdir -p "$BATS_TEST_TMPDIR/root/usr/sbin" "$BATS_TEST_TMPDIR/root/tmp"
	[ -s "$BATS_TEST_TMPDIR/root/etc/passwd" ]
	load_root "$BATS_TEST_TMPDIR/root" busybox
}

# load_root ROOT NAME - an image of a folder.
load_root() {
	local dir=$BATS_TEST_TMPDIR/image layer
	mkdir -p "$dir"
	tar --owner=0 --group=0 --numeric-owner -C "$1" -cf "$dir/layer.tar" .
	layer=$(sha256sum "$dir/layer.tar" | cut -d' ' -f1)
	printf '{"architecture":"%s","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
		"$(dpkg --print-architecture)" "$layer" >"$dir/config.json"
	echo "[{\"Config\":\"config.json\",\"RepoTags\":[\"$2:latest\"],\"Layers\":[\"layer.tar\"]}]" \
		>"$dir/manifest.json"
	tar -C "$dir" -cf "$dir.tar" config.json manifest.json layer.tar
	"$RL" load -q -i "$dir.tar"
}

@test "a container that changed nothing has no changes" {
	load_busybox
	keep c1 'cat /etc/passwd >/dev/null; ls -R /bin >/dev/null'
	[ -z "$(changes c1)" ]
	[ -z "$("$RL" container diff c1)" ]
}

@test "added, changed and deleted files, folders before what is in them" {
	with_image
	keep c1 "$change_all"
	run changes c1
	[ "$status" -eq 0 ]
	[ "$output" = "$all_of_it" ]
}

@test "the same with the copy driver and with fuse-overlayfs" {
	with_image
	keep copy --storage-driver copy "$change_all"
	run changes copy
	[ "$output" = "$all_of_it" ]
	requires fuse
	keep fuse --storage-driver fuse-overlayfs "$change_all"
	run changes fuse
	[ "$output" = "$all_of_it" ]
}

@test "what was copied up and is the same again is no change" {
	with_image
	keep c1 'chmod 700 /etc/passwd; chmod 644 /etc/passwd
		mv /bin/cat /bin/c && mv /bin/c /bin/cat'
	run changes c1
	[ -z "$output" ]
	keep d1 'chmod 600 /etc/passwd; chmod 711 /etc'
	run changes d1
	[ "$output" = $'C /etc\nC /etc/passwd' ]
}

@test "a file for a folder, and a folder for a file" {
	with_image
	keep c1 'rm -r /usr; echo x >/usr; rm /etc/passwd; mkdir /etc/passwd
		echo x >/etc/passwd/x'
	run changes c1
	[ "$output" = $'C /etc\nC /etc/passwd\nA /etc/passwd/x\nC /usr' ]
}

@test "a deleted folder is one line, an added and deleted file none" {
	with_image
	keep c1 'rm -r /usr; echo x >/tmp/x; rm /tmp/x'
	run changes c1
	[ "$output" = "D /usr" ]
}

@test "one that runs" {
	load_busybox
	"$RL" run -d --rm --name c1 --network none busybox \
		sh -c 'echo x >/file; mkdir -p /gone/x; echo y >/ready; exec sleep 60'
	for _ in $(seq 100); do
		"$RL" diff c1 | grep -q ready && break
		sleep 0.05
	done
	run changes c1
	[ "$output" = $'A /file\nA /gone\nA /gone/x\nA /ready' ]
	"$RL" kill c1
}

@test "an image without mount points: what rl made is no change" {
	mkdir -p "$BATS_TEST_TMPDIR/bare/bin"
	make_busybox_root "$BATS_TEST_TMPDIR/root"
	cp "$BATS_TEST_TMPDIR/root/bin/busybox" "$BATS_TEST_TMPDIR/bare/bin/sh"
	load_root "$BATS_TEST_TMPDIR/bare" bare
	"$RL" run --name c1 --network none bare sh -c 'echo x >/x' </dev/null
	run changes c1
	[ "$output" = "A /x" ]
}

@test "files of other ids that nobody else may read" {
	requires subuid
	load_busybox
	keep c1 'mkdir -m 700 /d; echo x >/d/f; chown -R 33:33 /d'
	run changes c1
	[ "$output" = $'A /d\nA /d/f' ]
}

@test "names that would steer a terminal" {
	load_busybox
	keep c1 'touch "$(printf "/a\033[2Jb")"'
	run changes c1
	[ "$output" = 'A /a?[2Jb' ]
}

@test "no such container, no image" {
	load_busybox
	run "$RL" diff nosuch
	[ "$status" -eq 1 ]
	[[ $output == *"No such container: nosuch"* ]]
	run "$RL" diff
	[ "$status" -eq 125 ]
	make_busybox_root "$BATS_TEST_TMPDIR/root"
	"$RL" run --name c1 --network none --rootfs "$BATS_TEST_TMPDIR/root" true
	run "$RL" diff c1
	[ "$status" -eq 1 ]
	[[ $output == *"--rootfs"* ]]
}
