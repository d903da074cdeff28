# save.bats - rl save: what it writes, others read.
load ../lib/common

# podman_alone ARG... - podman with a store of its own.
podman_alone() {
	podman --root "$BATS_TEST_TMPDIR/p" --runroot "$BATS_TEST_TMPDIR/pr" \
		--storage-driver=vfs "$@" 2>/dev/null
}

image_id() {
	"$RL" images -q --no-trunc "$1"
}

# two_images - busybox under two names, and one of two layers with gzip.
two_images() {
	load_busybox
	"$RL" tag busybox example.org/team/bb:1.0
	make_layered "$BATS_TEST_TMPDIR/layered"
	"$RL" load -q -i "$BATS_TEST_TMPDIR/layered"
}

# make_layered DIR - an OCI layout by umoci: busybox and a gzip layer on it.
make_layered() {
	make_busybox_image "$1"
	umoci unpack --rootless --image "$1:latest" "$BATS_TEST_TMPDIR/b" >/dev/null
	echo more >"$BATS_TEST_TMPDIR/b/rootfs/etc/more"
	umoci repack --image "$1:layered" "$BATS_TEST_TMPDIR/b" >/dev/null
	umoci rm --image "$1:latest"
	jq '.manifests[0].annotations["org.opencontainers.image.ref.name"] = "example.org/layered:2"' \
		"$1/index.json" >"$1/index.new"
	mv "$1/index.new" "$1/index.json"
}

@test "skopeo reads it as a docker-archive and as an oci-archive" {
	load_busybox
	"$RL" save -o "$BATS_TEST_TMPDIR/a.tar" busybox
	id=$(image_id busybox)
	for from in "docker-archive:$BATS_TEST_TMPDIR/a.tar" \
		"oci-archive:$BATS_TEST_TMPDIR/a.tar" \
		"docker-archive:$BATS_TEST_TMPDIR/a.tar:busybox:latest"; do
		rm -rf "$BATS_TEST_TMPDIR/d"
		skopeo copy -q --insecure-policy "$from" "dir:$BATS_TEST_TMPDIR/d"
		[ "$(jq -r .config.digest "$BATS_TEST_TMPDIR/d/manifest.json")" = "$id" ]
	done
}

@test "podman loads it, with names and IDs" {
	requires subuid
	two_images
	"$RL" save -o "$BATS_TEST_TMPDIR/all.tar" busybox example.org/team/bb:1.0 example.org/layered:2
	podman_alone load -q -i "$BATS_TEST_TMPDIR/all.tar"
	for name in docker.io/library/busybox:latest example.org/team/bb:1.0 example.org/layered:2; do
		[ "sha256:$(podman_alone image inspect -f '{{.Id}}' "$name")" = "$(image_id "$name")" ]
	done
	podman_alone unshare rm -rf "$BATS_TEST_TMPDIR/p"
}

@test "a round trip through a pipe keeps IDs, names and content" {
	two_images
	"$RL" save busybox example.org/team/bb:1.0 example.org/layered:2 |
		RL_ROOT=$RL_ROOT.2 "$RL" load -q
	"$RL" images --format '{{.Repository}}:{{.Tag}} {{.ID}} {{.Digest}}' | sort >"$BATS_TEST_TMPDIR/1"
	RL_ROOT=$RL_ROOT.2 "$RL" images --format '{{.Repository}}:{{.Tag}} {{.ID}} {{.Digest}}' | sort >"$BATS_TEST_TMPDIR/2"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/1")" -eq 3 ]
	diff "$BATS_TEST_TMPDIR/1" "$BATS_TEST_TMPDIR/2"
	[ "$(RL_ROOT=$RL_ROOT.2 "$RL" run --rm --network none example.org/layered:2 cat /etc/more)" = more ]
}

@test "the same images give the same bytes, whatever the store's history" {
	two_images
	"$RL" save -o "$BATS_TEST_TMPDIR/1.tar" busybox example.org/layered:2
	RL_ROOT=$RL_ROOT.2 "$RL" load -q -i "$BATS_TEST_TMPDIR/layered"
	RL_ROOT=$RL_ROOT.2 load_busybox
	RL_ROOT=$RL_ROOT.2 "$RL" save busybox example.org/layered:2 | cmp - "$BATS_TEST_TMPDIR/1.tar"
	[ "$(tar tf "$BATS_TEST_TMPDIR/1.tar")" = "$(tar tf "$BATS_TEST_TMPDIR/1.tar" | LC_ALL=C sort)" ]
}

@test "a name without a tag means all its tags, an ID none" {
	load_busybox
	"$RL" tag busybox busybox:2
	"$RL" save -o "$BATS_TEST_TMPDIR/all.tar" busybox
	run tar xOf "$BATS_TEST_TMPDIR/all.tar" manifest.json
	[ "$(jq -c '.[0].RepoTags | sort' <<<"$output")" = '["docker.io/library/busybox:2","docker.io/library/busybox:latest"]' ]
	"$RL" save -o "$BATS_TEST_TMPDIR/id.tar" "$(image_id busybox:2)"
	run tar xOf "$BATS_TEST_TMPDIR/id.tar" manifest.json
	[ "$(jq -c '.[0].RepoTags' <<<"$output")" = '[]' ]
}

@test "an OCI folder, which must be new; and an archive beside it" {
	load_busybox
	"$RL" save --format oci-dir -o "$BATS_TEST_TMPDIR/dir" busybox
	skopeo inspect "oci:$BATS_TEST_TMPDIR/dir" >/dev/null
	umoci ls --layout "$BATS_TEST_TMPDIR/dir"
	run "$RL" save --format oci-dir -o "$BATS_TEST_TMPDIR/dir" busybox
	[ "$status" -eq 1 ]
	[[ $output = *"not empty"* ]]
	"$RL" save --format oci-archive -o "$BATS_TEST_TMPDIR/oci.tar" busybox
	skopeo inspect "oci-archive:$BATS_TEST_TMPDIR/oci.tar" >/dev/null
	run tar tf "$BATS_TEST_TMPDIR/oci.tar" manifest.json
	[ "$status" -ne 0 ]
	run "$RL" save --format oci-dir busybox
	[ "$status" -eq 1 ]
	run "$RL" save --format tgz busybox
	[ "$status" -eq 1 ]
	[[ $output = *"oci-archive"* ]]
}

@test "a failed save leaves the old file and nothing beside it" {
	load_busybox
	mkdir "$BATS_TEST_TMPDIR/out"
	echo old >"$BATS_TEST_TMPDIR/out/a.tar"
	run "$RL" save -o "$BATS_TEST_TMPDIR/out/a.tar" busybox nosuch:1
	[ "$status" -eq 1 ]
	[[ $output = *"No such image: nosuch:1"* ]]
	layer=$(jq -r '.manifests[0].digest' "$RL_ROOT/index.json")
	layer=$(jq -r '.layers[0].digest' "$RL_ROOT/blobs/sha256/${layer#*:}")
	printf x | dd of="$RL_ROOT/blobs/sha256/${layer#*:}" bs=1 seek=100000 conv=notrunc status=none
	run "$RL" save -o "$BATS_TEST_TMPDIR/out/a.tar" busybox
	[ "$status" -eq 1 ]
	[[ $output = *"$layer is damaged"* ]]
	[ "$(ls -A "$BATS_TEST_TMPDIR/out")" = a.tar ]
	[ "$(cat "$BATS_TEST_TMPDIR/out/a.tar")" = old ]
	[ -z "$(ls "$RL_ROOT/incoming")" ]
}

@test "a full disk and a signal leave nothing half" {
	requires userns
	load_busybox
	run unshare -Urm sh -c 'mkdir "$1/small" && mount -t tmpfs -o size=1m none "$1/small" &&
		"$RL" save -o "$1/small/a.tar" busybox; echo "rc $?"; ls -A "$1/small"' - "$BATS_TEST_TMPDIR"
	[[ $output = *"No space left on device"*"rc 1" ]]
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	sleep 30 >"$BATS_TEST_TMPDIR/fifo" &
	sleeper=$!
	"$RL" save -o "$BATS_TEST_TMPDIR/fifo" busybox &
	saver=$!
	exec 7<"$BATS_TEST_TMPDIR/fifo"
	head -c 1000 <&7 >/dev/null
	kill -TERM $saver
	rc=0
	wait $saver || rc=$?
	kill $sleeper
	[ "$rc" -eq 143 ]
	[ -z "$(ls "$RL_ROOT/incoming" | grep -v lease)" ]
}

@test "a terminal gets no archive" {
	load_busybox
	run script -qec "'$RL' save busybox" /dev/null
	[ "$status" -eq 1 ]
	[[ $output = *"refusing to save to a terminal"* ]]
}

@test "a platform that is not there" {
	load_busybox
	run "$RL" save --platform linux/s390x -o "$BATS_TEST_TMPDIR/x" busybox
	[ "$status" -eq 1 ]
	[[ $output = *"linux/s390x"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/x" ]
}
