# connections.py HOST PORT PARALLEL TURN - ask a web server over PARALLEL
# connections that are open at once, then over TURN in turn; print how many
# got no answer.
import socket
import sys

host, port, parallel, turn = sys.argv[1], *map(int, sys.argv[2:])
lost = 0


def begin():
    return socket.create_connection((host, port), 30)


def ask(s):
    global lost
    try:
        s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        got = b""
        while d := s.recv(65536):
            got += d
        if b" 200 " not in got.split(b"\r\n")[0]:
            lost += 1
    except OSError:
        lost += 1
    s.close()


opened = []
for i in range(parallel):
    try:
        opened.append(begin())
    except OSError:
        lost += 1
for s in opened:
    ask(s)
for i in range(turn):
    try:
        ask(begin())
    except OSError:
        lost += 1
print(lost)
