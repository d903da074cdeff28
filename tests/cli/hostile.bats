# hostile.bats - archives that nobody sane would make, and odd ones that
# must keep what they say.
load ../lib/common

# archive PYTHON - run the code with tests/lib/archive.py; it writes evil.tar.
archive() {
	PYTHONPATH=$BATS_TEST_DIRNAME/../lib PYTHONDONTWRITEBYTECODE=1 \
		python3 -c "from archive import *
$1" "$BATS_TEST_TMPDIR/evil.tar"
}

evil() {
	archive "$1"
	"$RL" load -i "$BATS_TEST_TMPDIR/evil.tar"
}

# contents - what the store holds.
contents() {
	(cd "$RL_ROOT" && find blobs layers incoming index.json ! -name .idmap | sort &&
		cat index.json)
}

# refuse MESSAGE PYTHON - the load fails so and leaves the store as it was.
refuse() {
	[ -e "$RL_ROOT" ] || load_busybox
	contents >"$BATS_TEST_TMPDIR/before"
	archive "$2"
	run "$RL" load -i "$BATS_TEST_TMPDIR/evil.tar"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output = *"$1"* ]]
	contents | diff "$BATS_TEST_TMPDIR/before" -
}

# still_good - and then a good archive loads and runs.
still_good() {
	"$RL" rmi -f busybox >/dev/null
	load_busybox
	[ "$("$RL" run --rm --network none busybox echo fine)" = fine ]
}

# layer - the folder of the only layer that is not busybox's.
layer() {
	local busybox
	busybox=$(tar xOf "$(busybox_archive)" layer.tar | sha256sum | cut -d' ' -f1)
	find "$RL_ROOT"/layers/* -mindepth 1 -maxdepth 1 -type d ! -name "$busybox"
}

outside() {
	mkdir -p "$BATS_TEST_TMPDIR/outside"
	echo "$BATS_TEST_TMPDIR/outside"
}

@test "names with .. are refused, absolute ones stay inside" {
	refuse "has '..'" "write(docker([tar(lambda t: put(t, '../../../..$(outside)/f'))]))"
	refuse "has '..'" "write(docker([tar(lambda t: put(t, 'a/../../f'))]))"
	refuse "has '..'" "write(docker([tar(lambda t: hardlink(t, 'f', '../../../etc/passwd'))]))"
	still_good
	evil "write(docker([tar(lambda t: put(t, '$(outside)/f', b'x'))]))"
	[ -z "$(ls "$(outside)")" ]
	[ -f "$(layer)$(outside)/f" ]
}

@test "a symlink, then a file through it: in one layer and in the next" {
	evil "
def one(t):
    symlink(t, 'd', '$(outside)'); put(t, 'd/f', b'x')
write(docker([tar(one)]))" || [ $? -eq 1 ]
	evil "
def dots(t):
    symlink(t, 'd', '../../../../../../../..$(outside)'); put(t, 'd/f', b'x')
write(docker([tar(dots)], name='evil:2'))" || [ $? -eq 1 ]
	evil "
write(docker([tar(lambda t: symlink(t, 'd', '$(outside)')), tar(lambda t: put(t, 'd/f', b'x'))], name='evil:3'))"
	[ -z "$(ls "$(outside)")" ]
	evil "
def inside(t):
    folder(t, 'real'); symlink(t, 'link', '/real'); put(t, 'link/f', b'x')
write(docker([tar(inside)], name='evil:4'))"
	[ -n "$(find "$RL_ROOT"/layers -path '*/real/f')" ]
}

@test "hardlinks to what is outside are refused" {
	refuse "link h to etc/passwd" "write(docker([tar(lambda t: hardlink(t, 'h', '/etc/passwd'))]))"
	refuse "link h to d/passwd" "
def add(t):
    symlink(t, 'd', '/etc'); hardlink(t, 'h', 'd/passwd')
write(docker([tar(add)]))"
	refuse "link h to h" "write(docker([tar(lambda t: hardlink(t, 'h', 'h'))]))"
	still_good
}

@test "a folder that becomes a symlink between two of its files" {
	evil "
def add(t):
    folder(t, 'd'); put(t, 'd/one', b'1')
    symlink(t, 'd', '$(outside)'); put(t, 'd/two', b'2')
write(docker([tar(add)]))" || [ $? -eq 1 ]
	evil "
def add(t):
    put(t, 'd/e/one', b'1'); symlink(t, 'd', '/'); put(t, 'd/e2', b'2'); folder(t, 'd'); put(t, 'd/three', b'3')
write(docker([tar(add)], name='evil:2'))"
	[ -z "$(ls "$(outside)")" ]
	[ -n "$(find "$RL_ROOT"/layers -path '*/d/three')" ]
}

@test "whiteouts name a file beside them, or are refused" {
	for name in .wh. .wh.. .wh... a/.wh. a/.wh.. a/.wh...; do
		refuse "names no file" "write(docker([tar(lambda t: put(t, '$name'))]))"
	done
	still_good
	"$RL" rmi busybox >/dev/null
	evil "
base = open('$BATS_TEST_TMPDIR/layer.tar', 'wb'); base.close()
import subprocess
base = subprocess.check_output(['tar', 'xOf', '$(busybox_archive)', 'layer.tar'])
def over(t):
    put(t, 'etc/.wh.passwd'); put(t, 'tmp/.wh..wh..opq'); put(t, 'tmp/new', b'n'); put(t, '.wh..wh.plnk')
def under(t):
    put(t, 'tmp/old', b'o')
write(docker([base, tar(under), tar(over)], name='wh:1'))"
	run "$RL" run --rm --network none wh:1 sh -c 'ls /etc /tmp'
	[[ $output != *passwd* ]]
	[[ $output = *group* ]]
	[[ $output != *old* ]]
	[[ $output = *new* ]]
	[[ $output != *.wh.* ]]
}

@test "device nodes and unsafe xattrs are left out and counted, once" {
	run evil "
cap = bytes.fromhex('0100000200040000000000000000000000000000')
def add(t):
    put(t, 'null', type=tarfile.CHRTYPE, devmajor=1, devminor=3)
    put(t, 'sda', type=tarfile.BLKTYPE, devmajor=8, devminor=0)
    put(t, 'f', b'x', pax={'SCHILY.xattr.user.keep': 'yes', 'SCHILY.xattr.trusted.overlay.opaque': 'y',
        'SCHILY.xattr.user.overlay.redirect': '/etc', 'SCHILY.xattr.security.selinux': 'u:r:t',
        'SCHILY.xattr.user.containers.override_stat': '0:0:4755'})
l = [tar(add), tar(lambda t: put(t, 'zero', type=tarfile.CHRTYPE, devmajor=1, devminor=5))]
write(docker(l))"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "rl: 3 device nodes and 4 extended attributes were left out of the layers" ] ||
		[ "${lines[1]}" = "rl: 3 device nodes and 4 extended attributes were left out of the layers" ]
	[ "${#lines[@]}" -eq 2 ]
	[ -z "$(find "$RL_ROOT/layers" -name null -o -name sda -o -name zero)" ]
	python3 - "$(find "$RL_ROOT/layers" -name f)" <<-'PY'
	import os, sys
	assert os.listxattr(sys.argv[1]) == ["user.keep"], os.listxattr(sys.argv[1])
	assert os.getxattr(sys.argv[1], "user.keep") == b"yes"
	PY
}

@test "modes, times, links, fifos and file capabilities are kept" {
	evil "
def add(t):
    folder(t, 'd', mode=0o2775, mtime=1000000000, gid=5)
    put(t, 'd/suid', b'x', mode=0o6755, mtime=1100000000)
    hardlink(t, 'd/same', 'd/suid')
    put(t, 'fifo', type=tarfile.FIFOTYPE, mode=0o600, mtime=1200000000)
    symlink(t, 'dangling', '/no/such', mtime=1300000000)
    folder(t, 'tmp', mode=0o1777, mtime=1)
    put(t, 'none', b'', mode=0)
    h = pax([(b'SCHILY.xattr.security.capability', bytes.fromhex('0100000200040000000000000000000000000000'))],
        header(b'ping', 1, mode=0o755), pad(b'x'))
    t.fileobj.write(h); t.offset += len(h)
write(docker([tar(add)]))"
	python3 - "$(layer)" <<-'PY'
	import os, stat, sys
	def st(p): return os.lstat(os.path.join(sys.argv[1], p))
	assert st("d").st_mode == stat.S_IFDIR | 0o2775 or st("d").st_mode == stat.S_IFDIR | 0o775
	assert st("d").st_mtime == 1000000000
	assert st("d/suid").st_mode == stat.S_IFREG | 0o6755, oct(st("d/suid").st_mode)
	assert st("d/suid").st_mtime == 1100000000
	assert st("d/suid").st_gid == os.getgid()
	assert st("d/suid").st_ino == st("d/same").st_ino
	assert st("fifo").st_mode == stat.S_IFIFO | 0o600
	assert st("fifo").st_mtime == 1200000000
	assert st("dangling").st_mtime == 1300000000
	assert st("tmp").st_mode == stat.S_IFDIR | 0o1777
	assert st("tmp").st_mtime == 1
	assert st("none").st_mode == stat.S_IFREG
	cap = os.getxattr(sys.argv[1] + "/ping", "security.capability")
	assert cap[4:8] == bytes.fromhex("00040000"), cap
	PY
}

@test "owners: mapped ones are real, others are noted" {
	evil "
def add(t):
    put(t, 'mine', b'x')
    put(t, 'low', b'x', uid=33, gid=33, mode=0o4755)
    put(t, 'high', b'x', uid=4000000, gid=4000001, mode=0o640)
    folder(t, 'dir', uid=4000000, gid=0)
    symlink(t, 'link', 'high', uid=4000000, gid=1)
write(docker([tar(add)]))"
	python3 - "$(layer)" <<-'PY'
	import os, sys
	def path(p): return os.path.join(sys.argv[1], p)
	def note(p):
	    try: return os.getxattr(path(p), "user.containers.override_stat")
	    except OSError: return None
	mapped = any(l.split(":")[0] == os.popen("id -un").read().strip() for l in open("/etc/subuid"))
	assert os.stat(path("mine")).st_uid == os.getuid() and not note("mine")
	assert note("high") == b"4000000:4000001:640", note("high")
	assert note("dir") == b"4000000:0:755"
	if mapped:
	    assert os.stat(path("low")).st_uid not in (0, 33, os.getuid())
	    assert os.stat(path("low")).st_mode & 0o7777 == 0o4755
	else:
	    assert note("low") == b"33:33:4755"
	PY
}

@test "names: newlines, 255 bytes, bytes that are no UTF-8" {
	evil "
raw = pax([(b'path', b'bad\xff\xfe')], header(b'x', 1), pad(b'1'))
raw += pax([(b'path', b'lnk\xff'), (b'linkpath', b'to\xfe')], header(b'y', 0, b'2', b'to'))
raw += tar(lambda t: (put(t, 'new\nline'), put(t, 'n' * 255), put(t, 'gr\u00fcn/\u732b', b'2')))
write(docker([raw]))"
	python3 - "$(layer)" <<-'PY'
	import os, sys
	d = os.fsencode(sys.argv[1])
	want = sorted([b"bad\xff\xfe", b"lnk\xff", b"new\nline", b"n" * 255, "gr\u00fcn".encode()])
	assert sorted(os.listdir(d)) == want, os.listdir(d)
	assert os.readlink(d + b"/lnk\xff") == b"to\xfe"
	assert os.listdir(d + "/gr\u00fcn".encode()) == ["\u732b".encode()]
	PY
	refuse "too long" "write(docker([tar(lambda t: put(t, 'n' * 256))]))"
	refuse "too long" "write(docker([tar(lambda t: put(t, 'd/' * 2100 + 'f'))]))"
	refuse "has no name" "write(docker([tar(lambda t: put(t, '.'))]))"
	refuse "has no target" "write(docker([header(b'y', 0, b'2') + END]))"
}

@test "a name cannot steer the terminal from an error message" {
	refuse "" "write(docker([tar(lambda t: hardlink(t, 'h', 'x\x1b]0;owned\x07'))]))"
	[[ $output != *$'\x1b'* ]]
	[[ $output != *$'\x07'* ]]
}

@test "sparse files: a terabyte of nothing is a hole, 8 EiB are refused" {
	truncate -s 1T "$BATS_TEST_TMPDIR/big" || skip "no files of this size here"
	for format in gnu pax; do
		tar -C "$BATS_TEST_TMPDIR" --format=$format -Scf "$BATS_TEST_TMPDIR/$format.tar" big
		evil "write(docker([open('$BATS_TEST_TMPDIR/$format.tar', 'rb').read()], name='$format:1'))"
	done
	for f in $(find "$RL_ROOT/layers" -name big); do
		[ "$(stat -c %s "$f")" -eq $((1 << 40)) ]
		[ "$(stat -c %b "$f")" -lt 100 ]
	done
	refuse "" "
data = pad(b'x')
write(docker([pax([(b'GNU.sparse.major', b'0'), (b'GNU.sparse.minor', b'1'), (b'GNU.sparse.name', b'huge'),
    (b'GNU.sparse.size', b'9223372036854775807'), (b'GNU.sparse.numblocks', b'1'), (b'GNU.sparse.map', b'0,1')],
    header(b'h', 1), data) + END]))"
	refuse "" "write(docker([header(b'huge', (1 << 63) - 1) + pad(b'x')]))"
	refuse "" "write(docker([header(b'huge', 1 << 70) + pad(b'x')]))"
	still_good
}

@test "four gigabytes of zeros from four megabytes of gzip are a hole" {
	evil "
h = hashlib.sha256()
def feed(b): h.update(b); return b
zeros = bytes(64 << 20)
out = gzip.compress(feed(header(b'zeros', 4 << 30)))
z = gzip.compress(zeros)
for i in range(64):
    h.update(zeros)
out += z * 64 + gzip.compress(feed(END))
write(docker([b''], blobs=[out], diff_ids=['sha256:' + h.hexdigest()]))"
	[ "$(stat -c %s "$(layer)/zeros")" -eq $((4 << 30)) ]
	[ "$(stat -c %b "$(layer)/zeros")" -lt 100 ]
	[ "$(du -sm "$RL_ROOT" | cut -f1)" -lt 20 ]
}

@test "a zstd bomb, too" {
	evil "
import subprocess
h = hashlib.sha256(); p = subprocess.Popen(['zstd', '-q', '-c', '-'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
zeros = bytes(64 << 20)
for b in [header(b'zeros', 1 << 30)] + [zeros] * 16 + [END]:
    h.update(b); p.stdin.write(b)
p.stdin.close(); out = p.stdout.read()
write(docker([b''], blobs=[out], diff_ids=['sha256:' + h.hexdigest()]))"
	[ "$(stat -c %s "$(layer)/zeros")" -eq $((1 << 30)) ]
	[ "$(du -sm "$RL_ROOT" | cut -f1)" -lt 20 ]
}

@test "ten thousand layers are refused by their number" {
	refuse "10000 layers; 500 are the most" "
write(docker([], conf=config(['sha256:' + '0' * 64] * 10000),
    manifest=json.dumps([{'Config': 'c.json', 'RepoTags': None, 'Layers': ['c.json'] * 10000}]).encode()))"
	refuse "layers" "
l = tar(lambda t: put(t, 'f'))
def many(m): m['layers'] = m['layers'] * 10000
write(oci([l], change=many, conf=config([sha(l)] * 10000)))"
	refuse "more than 20000 files" "
write(docker([], extra=lambda t: [put(t, 'f%d' % i) for i in range(20001)]))"
	still_good
}

@test "deep folders come and go without recursion" {
	evil "
def add(t):
    put(t, 'd/' * 2000 + 'f', b'deep')
write(docker([tar(add)]))"
	"$RL" rmi evil:1
	[ -z "$(layer)" ]
}

@test "a hundred thousand files" {
	requires subuid
	evil "
def add(t):
    for i in range(100000):
        put(t, '%03d/%d' % (i % 500, i))
write(docker([tar(add, format=tarfile.USTAR_FORMAT)]))"
	[ "$(find "$(layer)" -type f | wc -l)" -eq 100000 ]
}

@test "a wrong diffID, a wrong digest" {
	refuse "the layer's content is sha256:" "write(docker([tar(lambda t: put(t, 'f'))], diff_ids=['sha256:' + '1' * 64]))"
	refuse "is not a diff_id" "write(docker([tar(lambda t: put(t, 'f'))], diff_ids=['sha256:../../../x']))"
	refuse "diff_ids" "write(docker([tar(lambda t: put(t, 'f'))], diff_ids=['sha256:' + '1' * 64] * 2))"
	refuse "its name says" "
l = tar(lambda t: put(t, 'f', b'good'))
write(oci([l], lie={sha(l): tar(lambda t: put(t, 'f', b'evil'))}))"
	refuse "its name says" "
l = tar(lambda t: put(t, 'f')); c = config([sha(l)])
write(oci([l], conf=c, lie={sha(c): config([sha(l)], author='evil')}))"
	still_good
}

@test "layers that are cut short, corrupt or no tar" {
	l="l = tar(lambda t: put(t, 'f', bytes(range(256)) * 4000)); z = gzip.compress(l)"
	refuse "cut short" "$l
write(docker([l], blobs=[z[:-2000]]))"
	refuse "cut short" "$l
write(docker([l], blobs=[z[:-4]]))"
	refuse "gzip data is corrupt" "$l
write(docker([l], blobs=[z[:300] + b'\xff' * 300 + z[600:]]))"
	refuse "gzip data is corrupt" "$l
write(docker([l], blobs=[z[:-8] + b'\0' * 8]))"
	refuse "Truncated" "$l
write(docker([l[:100000]]))"
	refuse "not a tar" "write(docker([os.urandom(100000)]))"
	refuse "zstd data is corrupt" "write(docker([b''], blobs=[bytes.fromhex('28b52ffd') + os.urandom(1000)]))"
	still_good
}

@test "archives that are cut short or no archive at all" {
	refuse "damaged" "write(docker([bytes(1 << 20)])[:600000])"
	refuse "cut short" "write(gzip.compress(docker([tar(lambda t: put(t, 'f', os.urandom(100000)))]))[:-5000])"
	refuse "not an image archive" "write(os.urandom(100000))"
	refuse "not an image archive" "write(b'')"
	refuse "neither manifest.json nor index.json" "write(tar(lambda t: put(t, 'f')))"
	refuse "no file" "write(tar(lambda t: put(t, 'manifest.json', b'[{\"Config\":\"c\",\"Layers\":[]}]')))"
	still_good
}

@test "JSON that is deep, huge, no UTF-8 or of other types" {
	refuse "manifest.json" "write(docker([], manifest=b'[' * 100000))"
	refuse "" "write(docker([], manifest=b'[\"' + b'x' * (5 << 20) + b'\"]'))"
	refuse "manifest.json" "write(docker([], manifest=b'[{\"Config\": \"\xff\xfe\"}]'))"
	refuse "lists no images" "write(docker([], manifest=b'{}'))"
	refuse "lists no images" "write(docker([], manifest=b'[]'))"
	refuse "Config" "write(docker([], manifest=b'[{}]'))"
	refuse "Layers" "write(docker([], manifest=b'[{\"Config\": \"c.json\", \"Layers\": {}}]'))"
	refuse "rootfs" "write(docker([], conf=b'{}'))"
	refuse "" "write(docker([], conf=b'[]'))"
	refuse "" "write(docker([], conf=b'{' + b'\"a\":{' * 5000 + b'}' * 5001))"
	refuse "diff_ids" "write(docker([], conf=b'{\"rootfs\":{\"diff_ids\":5}}'))"
	refuse "lists no images" "write(oci([], index=b'{\"manifests\":[]}'))"
	refuse "digest" "write(oci([], index=b'{\"manifests\":[{\"digest\":\"sha256:../../index.json\"}]}'))"
	refuse "digest" "write(oci([], index=b'{\"manifests\":[7]}'))"
	refuse "invalid reference" "write(docker([tar(lambda t: put(t, 'f'))], name='UPPER/../x:1'))"
	still_good
}

@test "wrong media types" {
	l="l = tar(lambda t: put(t, 'f'))"
	refuse "media type" "$l
write(oci([l], layer_type='application/zip'))"
	refuse "" "$l
def change(m): m['config']['digest'] = 'md5:0'
write(oci([l], change=change))"
	refuse "" "$l
def change(m): m['layers'] = 'none'
write(oci([l], change=change))"
	still_good
}

@test "members of an archive are no paths" {
	refuse "no file" "write(docker([], manifest=b'[{\"Config\":\"/etc/passwd\",\"Layers\":[]}]'))"
	refuse "no file" "
def extra(t):
    symlink(t, 'evil.json', '/etc/passwd')
write(docker([], manifest=b'[{\"Config\":\"evil.json\",\"Layers\":[]}]', extra=extra))"
	refuse "no file" "
def extra(t):
    symlink(t, 'a', 'b'); symlink(t, 'b', 'a')
write(docker([], manifest=b'[{\"Config\":\"a\",\"Layers\":[]}]', extra=extra))"
	evil "
def extra(t):
    put(t, '../../escape', b'x'); put(t, '$(outside)/escape', b'x')
    symlink(t, 'd', '$(outside)'); put(t, 'd/escape', b'x')
    put(t, 'null', type=tarfile.CHRTYPE, devmajor=1, devminor=3)
write(docker([tar(lambda t: put(t, 'f'))], extra=extra))"
	[ -z "$(find "$BATS_TEST_TMPDIR" -name escape)" ]
	[ -z "$(ls "$RL_ROOT/incoming")" ]
}

@test "a folder's members cannot be links to outside it" {
	archive "write(oci([tar(lambda t: put(t, 'f'))]))"
	mkdir "$BATS_TEST_TMPDIR/oci"
	tar -C "$BATS_TEST_TMPDIR/oci" -xf "$BATS_TEST_TMPDIR/evil.tar"
	mv "$BATS_TEST_TMPDIR/oci/index.json" "$BATS_TEST_TMPDIR/index.json"
	ln -s "$BATS_TEST_TMPDIR/index.json" "$BATS_TEST_TMPDIR/oci/index.json"
	run "$RL" load -i "$BATS_TEST_TMPDIR/oci"
	[ "$status" -eq 1 ]
	rm "$BATS_TEST_TMPDIR/oci/index.json"
	mkfifo "$BATS_TEST_TMPDIR/oci/index.json"
	run timeout 10 "$RL" load -i "$BATS_TEST_TMPDIR/oci"
	[ "$status" -eq 1 ]
}
