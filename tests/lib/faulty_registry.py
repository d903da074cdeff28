"""faulty_registry.py PORT UPSTREAM MODE [ARG...] - a registry with a fault.

Requests, of pushes too, go to the real registry UPSTREAM and its answers come back, but for
the one thing that MODE spoils.  Each request is a line of the log: method,
path, Range, Authorization.
"""
import http.client
import http.server
import json
import sys
import time

port, upstream, mode, args = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
seen = {}


def count(key):
    seen[key] = seen.get(key, 0) + 1
    return seen[key]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *ignored):
        pass

    def do_HEAD(self):
        self.do_GET()

    def upstream(self):
        c = http.client.HTTPConnection(upstream)
        headers = {k: v for k, v in self.headers.items()
                   if k.lower() in ("accept", "range")}
        c.request(self.command, self.path, headers=headers)
        r = c.getresponse()
        return r.status, dict(r.getheaders()), r.read()

    def push(self):
        """POST, PATCH, PUT: the body is read whole and goes upstream."""
        print(self.command, self.path.split("?")[0], self.headers.get("Content-Range", "-"),
              self.headers.get("Authorization", "-"), flush=True)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = getattr(self, "push_" + mode, None)
        if not (fault and fault(body)):
            self.answer(*self.forward(body))

    do_POST = do_PATCH = do_PUT = push

    def forward(self, body):
        c = http.client.HTTPConnection(upstream)
        headers = {k: v for k, v in self.headers.items()
                   if k.lower() in ("content-type", "content-range")}
        c.request(self.command, self.path, body=body, headers=headers)
        r = c.getresponse()
        headers = dict(r.getheaders())
        if "Location" in headers:
            headers["Location"] = headers["Location"].replace(
                upstream, "127.0.0.1:%d" % port)
        return r.status, headers, r.read()

    def answer(self, status, headers=None, body=b"", length=None):
        self.send_response(status)
        for k, v in (headers or {}).items():
            if k.lower() not in ("content-length", "connection", "date"):
                self.send_header(k, v)
        self.send_header("Content-Length",
                         str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def hang_up(self):
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(2)

    def do_GET(self):
        print(self.command, self.path, self.headers.get("Range", "-"),
              self.headers.get("Authorization", "-"), flush=True)
        blob = "/blobs/" in self.path
        manifest = "/manifests/" in self.path
        fault = getattr(self, "fault_" + mode)
        if not fault(blob, manifest):
            self.answer(*self.upstream())

    # every fault answers by itself and returns True, or returns None

    def fault_none(self, blob, manifest):
        pass

    def fault_status(self, blob, manifest):
        """status CODE [TIMES]: for manifests, the first TIMES times."""
        times = int(args[1]) if len(args) > 1 else 10 ** 9
        if manifest and count("status") <= times:
            headers = {"Retry-After": "1"} if args[0] in ("429", "503") else {}
            body = json.dumps({"errors": [{"code": "FAULT", "message":
                               "told \x1b[31mso"}]}).encode()
            self.answer(int(args[0]), headers, body)
            return True

    def fault_cut(self, blob, manifest):
        """cut TIMES: each blob breaks off in its middle."""
        if not blob:
            return
        status, headers, body = self.upstream()
        if len(body) > 65536 and count(self.path) <= int(args[0]):
            self.answer(status, headers, body[:len(body) // 2], len(body))
            self.hang_up()
        else:
            self.answer(status, headers, body)
        return True

    def fault_norange(self, blob, manifest):
        """norange: like cut 1, and Range is not understood."""
        if blob:
            del self.headers["Range"]
            return self.fault_cut_once()

    def fault_cut_once(self):
        status, headers, body = self.upstream()
        cut = len(body) > 65536 and count(self.path) == 1
        self.answer(status, headers, body[:len(body) // 2] if cut else body,
                    len(body))
        if cut:
            self.hang_up()
        return True

    def fault_flip(self, blob, manifest):
        """flip: one byte of each blob is wrong."""
        if blob:
            status, headers, body = self.upstream()
            if len(body) > 65536:
                body = body[:40000] + bytes([body[40000] ^ 1]) + body[40001:]
            self.answer(status, headers, body)
            return True

    def fault_longer(self, blob, manifest):
        """longer: blobs are larger than the manifest says."""
        if blob:
            status, headers, body = self.upstream()
            self.answer(status, headers, body + b"x" * 1000)
            return True

    def fault_manifest(self, blob, manifest):
        """manifest FILE TYPE: this is every manifest."""
        if manifest:
            with open(args[0], "rb") as f:
                body = f.read()
            self.answer(200, {"Content-Type": args[1]}, body)
            return True

    def fault_wrongdigest(self, blob, manifest):
        """wrongdigest: the header says another digest than the bytes have."""
        if manifest:
            status, headers, body = self.upstream()
            headers["Docker-Content-Digest"] = "sha256:" + "0" * 64
            self.answer(status, headers, body)
            return True

    def fault_endless(self, blob, manifest):
        """endless: a manifest that never ends."""
        if manifest:
            self.send_response(200)
            self.send_header("Content-Type", "application/vnd.oci.image.manifest.v1+json")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"10000\r\n" + b" " * 65536 + b"\r\n")
            except OSError:
                self.close_connection = True
            return True

    def fault_redirect(self, blob, manifest):
        """redirect HOST: blobs are elsewhere, the login is asked for here."""
        if self.path == "/v2/" or manifest or blob:
            if not self.headers.get("Authorization"):
                self.answer(401, {"WWW-Authenticate": 'Basic realm="r"'})
                return True
        if blob:
            self.answer(307, {"Location": "http://%s%s" % (args[0], self.path)})
            return True

    def fault_token(self, blob, manifest):
        """token REALM: a bearer token is wanted, and served at /token."""
        if self.path.startswith("/token"):
            if args[1:] and self.headers.get("Authorization") is None:
                self.answer(401)
            else:
                body = json.dumps({"token": "t0k3n"}).encode()
                self.answer(200, {"Content-Type": "application/json"}, body)
            return True
        if self.headers.get("Authorization") != "Bearer t0k3n":
            realm = args[0].replace("SELF", "127.0.0.1:%d" % port)
            self.answer(401, {"WWW-Authenticate":
                              'Bearer realm="%s",service="s",scope="repository:x:pull"' % realm})
            return True

    def fault_pushcut(self, blob, manifest):
        """An upload's GET tells how far it is, as the specification has it."""
        if "/uploads/" in self.path and "come" in seen:
            self.answer(204, seen["come"])
            return True

    def push_pushcut(self, body):
        """pushcut TIMES: the half of a PATCH arrives, then it is cut."""
        if self.command == "PATCH" and count("cut") <= int(args[0]):
            seen["come"] = self.forward(body[:len(body) // 2])[1]
            self.hang_up()
            return True

    def fault_pushlost(self, blob, manifest):
        """docker-registry answers 404 here: its state was in a URL that
        nobody got."""

    push_pushlost = push_pushcut
    fault_pushstatus = fault_pushlost

    def push_pushstatus(self, body):
        """pushstatus METHOD CODE [TIMES]: what is pushed gets this answer."""
        times = int(args[2]) if len(args) > 2 else 10 ** 9
        if self.command == args[0] and count("status") <= times:
            self.answer(int(args[1]), {"Retry-After": "1"})
            return True

    fault_pushelsewhere = fault_pushlost

    def push_pushelsewhere(self, body):
        """pushelsewhere HOST: uploads go to another host."""
        if self.command == "POST":
            status, headers, body = self.forward(body)
            headers["Location"] = headers.get("Location", "").replace(
                "127.0.0.1:%d" % port, args[0])
            self.answer(status, headers, body)
            return True

    def fault_slow(self, blob, manifest):
        """slow: a blob's first half, then a pause that does not end."""
        if blob:
            status, headers, body = self.upstream()
            if len(body) > 65536:
                self.answer(status, headers, body[:len(body) // 2], len(body))
                self.wfile.flush()
                time.sleep(60)
                self.hang_up()
                return True
            self.answer(status, headers, body)
            return True


http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
