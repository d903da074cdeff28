"""ptyrun.py - a shell on a terminal, driven by a test."""
import fcntl, os, pty, re, select, signal, struct, sys, termios, time


def pids(start):
    """This user's processes whose command line starts so, oldest first."""
    found = []
    for p in os.listdir("/proc"):
        try:
            if os.stat("/proc/" + p).st_uid != os.getuid():
                continue
            with open("/proc/%s/cmdline" % p) as f:
                line = f.read().replace("\0", " ")
            with open("/proc/%s/stat" % p) as f:
                age = int(f.read().rsplit(")", 1)[1].split()[19])
        except (OSError, ValueError):
            continue
        if line.startswith(start):
            found.append((age, int(p)))
    return [p for _, p in sorted(found)]


class Shell:
    """bash with job control on a pty of its own; type, look, resize."""

    def __init__(self, rows=24, cols=80):
        self.text = ""
        pid, fd = pty.fork()
        if pid == 0:
            os.environ.update(PS1="$ ", TERM="xterm")
            os.execvp("bash", ["bash", "--norc", "--noprofile", "--noediting",
                                "-i"])
        self.pid, self.fd = pid, fd
        self.resize(rows, cols)
        self.expect(r"\$ ")

    def resize(self, rows, cols):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, cols, 0, 0))

    def read(self, timeout):
        if not select.select([self.fd], [], [], timeout)[0]:
            return
        self.text += os.read(self.fd, 65536).decode("utf-8", "replace")

    def send(self, data):
        """Write all, reading meanwhile, as a terminal does."""
        data = data.encode() if isinstance(data, str) else data
        while data:
            r, w, _ = select.select([self.fd], [self.fd], [], 20)
            if r:
                self.read(0)
            if w:
                data = data[os.write(self.fd, data[:1024]):]
            if not r and not w:
                self.fail("the terminal takes no more")

    def run(self, line):
        self.send(line + "\n")

    def fail(self, why):
        print(why, "; the screen:", repr(self.text[-2000:]))
        os.kill(self.pid, signal.SIGKILL)
        sys.exit(1)

    def expect(self, regex, timeout=20):
        """Wait for the text; what is before and in it is taken."""
        end = time.time() + timeout
        while True:
            m = re.search(regex, self.text)
            if m:
                self.text = self.text[m.end():]
                return m
            if time.time() > end:
                self.fail("no %r" % regex)
            self.read(0.1)

    def cooked(self):
        """Lines, echo and signals are the terminal's own?"""
        flags = termios.tcgetattr(self.fd)[3]
        want = termios.ICANON | termios.ECHO | termios.ISIG
        return flags & want == want

    def wait(self, condition, what, timeout=20):
        end = time.time() + timeout
        while not condition():
            if time.time() > end:
                self.fail("not so: " + what)
            self.read(0.05)

    def status(self):
        """$? of the last command line."""
        self.run('echo "status=$?="')
        return int(self.expect(r"status=(\d+)=\r").group(1))
