"""oci_socket.py - the other end of an OCI runtime's sockets.

oci_socket.py console PATH   take a terminal's master, copy what comes from it
oci_socket.py notify PATH    take a filter's listener and the state beside it,
                             answer every call with 0, print their numbers
oci_socket.py reap COMMAND   run it as the one whom orphans are given to; print
                             how each of them ended
"""
import array, ctypes, fcntl, json, os, socket, struct, sys


def take(path):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.bind(path)
    s.listen(1)
    print("listening", flush=True)
    c, _ = s.accept()
    text, anc, _, _ = c.recvmsg(65536, socket.CMSG_SPACE(4))
    return text, array.array("i", anc[0][2])[0]


def console(path):
    _, fd = take(path)
    while True:
        try:
            data = os.read(fd, 4096)
        except OSError:
            return
        sys.stdout.buffer.write(data)
        sys.stdout.flush()


def notify(path):
    text, fd = take(path)
    state = json.loads(text)
    print("fds", state["fds"], "metadata", state["metadata"],
          "id", state["state"]["id"], "pid", state["pid"], flush=True)
    while True:
        req = bytearray(80)
        try:
            fcntl.ioctl(fd, 0xc0502100, req)  # SECCOMP_IOCTL_NOTIF_RECV
        except OSError:
            return
        ident, pid, flags, nr = struct.unpack_from("QIIi", req)
        print("call", nr, flush=True)
        fcntl.ioctl(fd, 0xc0182101,  # SECCOMP_IOCTL_NOTIF_SEND
                    bytearray(struct.pack("QqiI", ident, 0, 0, 0)))


def reap(argv):
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    first = os.spawnvp(os.P_NOWAIT, argv[0], argv)
    while True:
        try:
            pid, status = os.wait()
        except ChildProcessError:
            return
        code = os.waitstatus_to_exitcode(status)
        print("command" if pid == first else "orphan", code, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "reap":
        reap(sys.argv[2:])
    else:
        {"console": console, "notify": notify}[sys.argv[1]](sys.argv[2])
