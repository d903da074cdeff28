# load.bats - rl load: archives of others, whole or hostile.
load ../lib/common

@test "a docker archive, an OCI folder and an OCI archive, also gzipped" {
	run "$RL" load -i "$(busybox_archive)"
	[ "$output" = "Loaded image: busybox:latest" ]
	skopeo copy -q --insecure-policy "docker-archive:$(busybox_archive)" "oci:$BATS_TEST_TMPDIR/oci:example.org/bb:1"
	run "$RL" load -i "$BATS_TEST_TMPDIR/oci"
	[ "$output" = "Loaded image: example.org/bb:1" ]
	tar -C "$BATS_TEST_TMPDIR/oci" -czf "$BATS_TEST_TMPDIR/oci.tgz" .
	run "$RL" load <"$BATS_TEST_TMPDIR/oci.tgz"
	[ "$status" -eq 0 ]
	[ "$("$RL" run --rm example.org/bb:1 echo ok)" = ok ]
	skopeo inspect "oci:$RL_ROOT:docker.io/library/busybox:latest" >/dev/null
}

@test "a damaged archive leaves no image" {
	head -c 500000 "$(busybox_archive)" >"$BATS_TEST_TMPDIR/cut"
	run "$RL" load -i "$BATS_TEST_TMPDIR/cut"
	[ "$status" -eq 1 ]
	run "$RL" load -i /etc/passwd
	[ "$status" -eq 1 ]
	[ -z "$("$RL" images -q)" ]
}

@test "archives of skopeo, podman and old dockers keep the image ID" {
	load_busybox
	id=$("$RL" images -q --no-trunc busybox)
	make_busybox_image "$BATS_TEST_TMPDIR/oci"
	for to in docker-archive oci-archive; do
		skopeo copy -q --insecure-policy "oci:$BATS_TEST_TMPDIR/oci:latest" "$to:$BATS_TEST_TMPDIR/$to:example.org/$to:1"
		"$RL" load -q -i "$BATS_TEST_TMPDIR/$to"
		# skopeo writes the config anew, and so gives it another ID
		config=$(skopeo inspect --config --raw "$to:$BATS_TEST_TMPDIR/$to" | sha256sum | cut -d' ' -f1)
		[ "$("$RL" images -q --no-trunc "example.org/$to:1")" = "sha256:$config" ]
	done
	if grep -q "^$(id -un):" /etc/subuid; then
		podman="podman --root $BATS_TEST_TMPDIR/p --runroot $BATS_TEST_TMPDIR/pr --storage-driver=vfs"
		$podman load -q -i "$(busybox_archive)" 2>/dev/null
		$podman save -q -o "$BATS_TEST_TMPDIR/podman.tar" "$id" 2>/dev/null
		run "$RL" load -i "$BATS_TEST_TMPDIR/podman.tar"
		[ "$output" = "Loaded image ID: $id" ]
		$podman unshare rm -rf "$BATS_TEST_TMPDIR/p" 2>/dev/null
	fi
	# docker before 25 wrote a repeated layer as a symlink
	PYTHONPATH=$BATS_TEST_DIRNAME/../lib PYTHONDONTWRITEBYTECODE=1 python3 -c "
from archive import *
l = tar(lambda t: put(t, 'f', b'x'))
write(docker([l], conf=config([sha(l)] * 2), extra=lambda t: symlink(t, 'b/layer.tar', '../0/layer.tar'),
    manifest=json.dumps([{'Config': 'c.json', 'RepoTags': ['old:1'], 'Layers': ['0/layer.tar', 'b/layer.tar']}]).encode()))" "$BATS_TEST_TMPDIR/old.tar"
	"$RL" load -q -i "$BATS_TEST_TMPDIR/old.tar"
	[ "$("$RL" image inspect -f '{{len .RootFS.Layers}}' old:1)" = 2 ]
}

@test "a compression that is not supported is named, with the way round it" {
	for tool in xz bzip2; do
		command -v $tool >/dev/null || continue
		run sh -c "$tool -c '$(busybox_archive)' | \"\$RL\" load"
		[ "$status" -eq 1 ]
		[[ $output = *"$tool -dc FILE | rl load"* ]]
	done
}

# big_archive - a docker archive of three layers of some thousand files.
big_archive() {
	local file=$BATS_RUN_TMPDIR/big.tar
	[ -e "$file" ] || PYTHONPATH=$BATS_TEST_DIRNAME/../lib PYTHONDONTWRITEBYTECODE=1 python3 -c "
from archive import *
import random
r = random.Random(1)
def layer(n):
    def add(t):
        for i in range(2000):
            put(t, '%d/%d/%d' % (n, i % 40, i), r.randbytes(r.randrange(8000)))
    return tar(add)
l = [layer(n) for n in range(3)]
write(docker(l, name='big:1', blobs=[gzip.compress(l[0], 1), l[1], gzip.compress(l[2], 1)]))" "$file"
	echo "$file"
}

# remains - what a load that died has left.
remains() {
	(cd "$RL_ROOT" && find incoming -mindepth 1; find layers -mindepth 2 -maxdepth 2 -name '*.*' ! -name .idmap ! -name '*.unsynced')
}

# make_old - a folder that is new and empty might belong to a load that begins
# now: it is left alone for a minute.
make_old() {
	find "$RL_ROOT/incoming" "$RL_ROOT/layers" -mindepth 1 -maxdepth 2 -empty \
		-exec touch -d '2 minutes ago' {} + 2>/dev/null || :
}

@test "kill -9 at any moment: the next load works and sweeps the rest" {
	archive=$(big_archive)
	"$RL" load -q -i "$archive"
	"$RL" rmi big:1 >/dev/null
	for i in $(seq 20); do
		setsid "$RL" load -q -i "$archive" >/dev/null 2>&1 &
		pid=$!
		sleep "0.$((RANDOM % 40 + 10))"
		kill -9 $pid 2>/dev/null || true
		wait $pid 2>/dev/null || true
	done
	make_old
	"$RL" load -q -i "$archive"
	remains
	[ -z "$(remains)" ]
	[ "$("$RL" images -q | wc -l)" -eq 1 ]
	[ "$(find "$RL_ROOT"/layers -type f ! -name .idmap | wc -l)" -eq 6000 ]
	[ "$(ls "$RL_ROOT/blobs/sha256" | wc -l)" -eq 5 ]
}

@test "two loads of one archive at once" {
	archive=$(big_archive)
	"$RL" load -q -i "$archive" &
	one=$!
	"$RL" load -q -i "$archive" &
	two=$!
	wait $one
	wait $two
	[ "$(find "$RL_ROOT"/layers -type f ! -name .idmap | wc -l)" -eq 6000 ]
	[ -z "$(remains)" ]
}

@test "^C ends a load at once, with nothing lost" {
	load_busybox
	mkfifo "$BATS_TEST_TMPDIR/slow"
	(cat "$(big_archive)" && sleep 60) >"$BATS_TEST_TMPDIR/slow" &
	writer=$!
	set -m
	"$RL" load -i "$BATS_TEST_TMPDIR/slow" 7>&- &
	pid=$!
	set +m
	for i in $(seq 600); do
		[ -z "$(find "$RL_ROOT/incoming" -name 0)" ] || break
		sleep 0.05
	done
	[ -n "$(find "$RL_ROOT/incoming" -name 0)" ]
	kill -INT -$pid
	rc=0
	wait $pid || rc=$?
	pkill -P $writer || true
	kill $writer 2>/dev/null || true
	[ "$rc" -eq 130 ]
	[ "$("$RL" run --rm --network none busybox echo fine)" = fine ]
	# the interrupted one may still be ending
	for i in $(seq 50); do
		make_old
		"$RL" load -q -i "$(big_archive)"
		[ -n "$(remains)" ] || break
		sleep 0.1
	done
	remains
	[ -z "$(remains)" ]
}

# on_a_full_disk SIZE - load busybox, then too much, in a tmpfs of SIZE.
on_a_full_disk() {
	unshare -Urm sh -c '
		export RL_ROOT=$1/small
		mkdir -p "$RL_ROOT" && mount -t tmpfs -o size=$3,mode=700 none "$RL_ROOT" || exit 99
		"$RL" load -q -i "$2" || exit 98
		"$RL" load -q -i "$4"
		echo "rc $?"
		cd "$RL_ROOT" && find incoming layers -name "*.*" ! -name .idmap ! -name "*.unsynced"
		"$RL" images --format "{{.Repository}}"
		ls blobs/sha256 | wc -l' - "$BATS_TEST_TMPDIR" "$(busybox_archive)" "$1" "$(big_archive)"
}

@test "a full disk: the message says so, what was there stays" {
	requires userns
	# too small for the archive; for the layers as well; for the last one
	for size in 20m 32m 44m; do
		run on_a_full_disk $size
		echo "$size: $output"
		[[ ${lines[0]} = *"No space left on device"* ]]
		[ "${lines[1]}" = "rc 1" ]
		[ "${lines[2]}" = busybox ]
		[ "${lines[3]}" = 3 ]
		[ "${#lines[@]}" -eq 4 ]
	done
}

@test "few file descriptors and few processes are enough, or it says so" {
	archive=$(big_archive)
	(ulimit -n 32 && "$RL" load -q -i "$archive")
	[ "$(find "$RL_ROOT"/layers -type f ! -name .idmap | wc -l)" -eq 6000 ]
	run sh -c 'ulimit -n 9 && RL_ROOT=$RL_ROOT.2 "$RL" load -q -i "$1"' - "$archive"
	[ "$status" -ne 0 ]
	[[ $output = *"Too many open files"* || $output = *"file descriptor"* ]]
}

@test "memory stays small, whatever the archive's size" {
	run sh -c '/usr/bin/python3 -c "
import resource, subprocess, sys
subprocess.check_call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)" "$RL" load -q -i "$1"' - "$(big_archive)"
	[ "$status" -eq 0 ]
	[ "$output" -lt 65536 ]
}

@test "a store below a set-gid folder with default ACLs keeps images' modes" {
	mkdir "$BATS_TEST_TMPDIR/group"
	chmod 2770 "$BATS_TEST_TMPDIR/group"
	setfacl -d -m u::rwx,g::---,o::---,m::--- "$BATS_TEST_TMPDIR/group" ||
		skip "no ACLs on this filesystem"
	RL_ROOT=$BATS_TEST_TMPDIR/group/store
	load_busybox
	[ "$(stat -c %a "$RL_ROOT"/layers/*/*/etc/passwd)" = 644 ]
	[ "$(stat -c %a "$RL_ROOT"/layers/*/*/bin)" = 755 ]
}

@test "the unpacking processes hold no rights and no files but their own" {
	mkfifo "$BATS_TEST_TMPDIR/slow"
	(head -c 3000000 "$(big_archive)"; sleep 60) >"$BATS_TEST_TMPDIR/slow" &
	writer=$!
	"$RL" load -q -i "$BATS_TEST_TMPDIR/slow" &
	loader=$!
	for i in $(seq 600); do
		unpacker=$(pgrep -P "$loader" -x rl-unpacker) &&
			child=$(pgrep -P "$unpacker" -x rl-read-archive) && break
		sleep 0.05
	done
	status=$(cat "/proc/$child/status")
	echo "$status"
	[[ $status = *"NoNewPrivs:	1"* ]]
	[[ $status = *"Seccomp:	2"* ]]
	[[ $status = *"CapBnd:	000000008800001b"* ]]
	[[ $status = *"NSpid:"*"	1"* ]]
	kill -9 "$loader"
	pkill -P $writer || true
	kill $writer 2>/dev/null || true
	for i in $(seq 600); do
		[ -e "/proc/$child" ] || [ -e "/proc/$unpacker" ] || break
		sleep 0.05
	done
	[ ! -e "/proc/$child" ]
	[ ! -e "/proc/$unpacker" ]
}
