# tree.py - every entry of a tar on stdin, one a line, without its time.
import hashlib, sys, tarfile

# a container's own, and the folders that it is mounted on
OWN = {"etc/hosts", "etc/hostname", "etc/resolv.conf", "proc", "sys", "dev",
       "run", ".dockerenv", ""}

lines = []
for i in (tar := tarfile.open(fileobj=sys.stdin.buffer, mode="r|")):
    name = i.name.removeprefix("./").rstrip("/")
    if name in OWN or name.split("/")[0] in ("proc", "sys", "dev", "run"):
        continue
    data = tar.extractfile(i).read() if i.isreg() else b""
    xattrs = sorted(k + "=" + v for k, v in i.pax_headers.items()
                    if k.startswith("SCHILY.xattr."))
    lines.append("%s type %s mode %o owner %d:%d %s %s %s" % (
        name, i.type.decode(), i.mode, i.uid, i.gid, i.linkname,
        hashlib.md5(data).hexdigest() if data else len(data), xattrs))
print("\n".join(sorted(lines)))
