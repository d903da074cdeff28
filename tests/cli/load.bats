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

# hostile PYTHON - an image whose one layer the code adds to the tar `t`.
hostile() {
	python3 - "$BATS_TEST_TMPDIR/evil.tar" <<-PY
	import hashlib, io, json, sys, tarfile
	def tar(add):
	    b = io.BytesIO()
	    t = tarfile.open(fileobj=b, mode="w", format=tarfile.PAX_FORMAT)
	    add(t); t.close(); return b.getvalue()
	def put(t, name, data=b"", **kw):
	    i = tarfile.TarInfo(name); i.size = len(data)
	    for k, v in kw.items(): setattr(i, k, v)
	    t.addfile(i, io.BytesIO(data))
	def layer(t):
	    $1
	l = tar(layer)
	c = json.dumps({"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(l).hexdigest()]}}).encode()
	def outer(t):
	    put(t, "layer.tar", l); put(t, "c.json", c)
	    put(t, "manifest.json", json.dumps([{"Config": "c.json", "RepoTags": ["evil:1"], "Layers": ["layer.tar"]}]).encode())
	open(sys.argv[1], "wb").write(tar(outer))
	PY
	"$RL" load -i "$BATS_TEST_TMPDIR/evil.tar"
}

@test "no path in a layer leaves its folder" {
	outside=$BATS_TEST_TMPDIR/outside
	mkdir "$outside"
	run hostile "put(t, 'd', type=tarfile.SYMTYPE, linkname='$outside'); put(t, 'd/f', b'x')"
	[ -z "$(ls "$outside")" ]
	run hostile "put(t, '../../../../../../$outside/f', b'x')"
	[ "$status" -eq 1 ]
	run hostile "put(t, '$outside/f', b'x')"
	[ -z "$(ls "$outside")" ]
	run hostile "put(t, 'h', type=tarfile.LNKTYPE, linkname='/etc/passwd')"
	[ "$status" -eq 1 ]
	[ -z "$(ls "$outside")" ]
}
