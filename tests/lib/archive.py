# archive.py - image archives byte by byte, honest and not.
import gzip, hashlib, io, json, os, stat, sys, tarfile

def sha(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()

def put(t, name, data=b"", pax=None, **kw):
    """Add an entry; kw are attributes of TarInfo."""
    i = tarfile.TarInfo(name)
    i.size = len(data)
    for k, v in kw.items():
        setattr(i, k, v)
    i.pax_headers = pax or {}
    t.addfile(i, io.BytesIO(data))

def folder(t, name, **kw):
    put(t, name, type=tarfile.DIRTYPE, mode=kw.pop("mode", 0o755), **kw)

def symlink(t, name, to, **kw):
    put(t, name, type=tarfile.SYMTYPE, linkname=to, **kw)

def hardlink(t, name, to, **kw):
    put(t, name, type=tarfile.LNKTYPE, linkname=to, **kw)

def tar(add, encoding="utf-8", format=tarfile.PAX_FORMAT):
    b = io.BytesIO()
    t = tarfile.open(fileobj=b, mode="w", format=format, encoding=encoding)
    add(t)
    t.close()
    return b.getvalue()

def header(name, size=0, type=b"0", link=b"", mode=0o644):
    """A ustar header of raw bytes; sizes beyond octal are binary."""
    h = bytearray(512)
    h[0:len(name)] = name
    h[100:124] = b"%07o\0%07o\0%07o\0" % (mode, 0, 0)
    h[124:136] = (b"%011o\0" % size if size < 1 << 33
                  else b"\x80" + size.to_bytes(11, "big"))
    h[136:148] = b"%011o\0" % 0
    h[156:157] = type
    h[157:157 + len(link)] = link
    h[257:265] = b"ustar\x0000"
    h[148:156] = b" " * 8
    h[148:156] = b"%06o\0 " % sum(h)
    return bytes(h)

def pad(data):
    return data + b"\0" * (-len(data) % 512)

def pax(records, *entry):
    """A pax header of raw bytes, then the entry."""
    text = b""
    for k, v in records:
        body = b" " + k + b"=" + v + b"\n"
        n = len(body) + 1
        while len(str(n)) + len(body) != n:
            n = len(str(n)) + len(body)
        text += str(n).encode() + body
    return header(b"PaxHeader", len(text), b"x") + pad(text) + b"".join(entry)

END = b"\0" * 1024

def config(diff_ids, **more):
    c = {"os": "linux", "architecture": ARCH,
         "rootfs": {"type": "layers", "diff_ids": diff_ids}}
    c.update(more)
    return json.dumps(c).encode()

ARCH = os.popen("dpkg --print-architecture").read().strip()

def docker(layers, name="evil:1", diff_ids=None, blobs=None, conf=None,
           manifest=None, extra=None):
    """A docker-archive; blobs: the layers as they are stored."""
    blobs = blobs or layers
    conf = conf or config(diff_ids or [sha(l) for l in layers])
    names = ["%d/layer.tar" % i for i in range(len(blobs))]
    manifest = manifest or json.dumps([
        {"Config": "c.json", "RepoTags": [name], "Layers": names}]).encode()
    def add(t):
        for n, b in zip(names, blobs):
            put(t, n, b)
        put(t, "c.json", conf)
        put(t, "manifest.json", manifest)
        if extra:
            extra(t)
    return tar(add)

LAYER = "application/vnd.oci.image.layer.v1.tar"

def oci(layers, name="evil.example/x:1", layer_type=LAYER, conf=None,
        change=None, lie=None, index=None):
    """An OCI archive; change(manifest) edits it, lie maps digests to bytes."""
    conf = conf or config([sha(l) for l in layers])
    def desc(type, data):
        return {"mediaType": type, "digest": sha(data), "size": len(data)}
    m = {"schemaVersion": 2,
         "mediaType": "application/vnd.oci.image.manifest.v1+json",
         "config": desc("application/vnd.oci.image.config.v1+json", conf),
         "layers": [desc(layer_type, l) for l in layers]}
    if change:
        change(m)
    m = json.dumps(m).encode()
    d = desc("application/vnd.oci.image.manifest.v1+json", m)
    d["annotations"] = {"org.opencontainers.image.ref.name": name}
    index = index or json.dumps({"schemaVersion": 2, "manifests": [d]}).encode()
    def add(t):
        for b in layers + [conf, m]:
            data = (lie or {}).get(sha(b), b)
            put(t, "blobs/sha256/" + sha(b)[7:], data)
        put(t, "index.json", index)
        put(t, "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
    return tar(add)

def write(data, path=None):
    with open(path or sys.argv[1], "wb") as f:
        f.write(data)
