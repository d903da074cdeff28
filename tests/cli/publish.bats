# publish.bats - published ports: -p, -P, who the client is, conflicts.
load ../lib/common
eval "common_$(declare -f teardown)"

# What a failed test left running would keep its output open.
teardown() {
	for p in ${pid:-} ${server:-}; do kill -9 $p 2>/dev/null || true; done
	common_teardown
}

r() { "$RL" run --rm "$@" </dev/null; }

setup_file() {
	[ -w /dev/net/tun ] || skip "/dev/net/tun cannot be opened"
}

# a container that runs the host's python in busybox: the host's libraries
# (to be run in the background: it becomes rl)
python() {
	local opts=()
	while [ "$1" != -- ]; do opts+=("$1"); shift; done
	shift
	exec "$RL" run --rm --init -v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro "${opts[@]}" \
		busybox /usr/bin/python3 -u -c "$@" </dev/null
}

free_port() { python3 -c 'import socket as s; x = s.socket(); x.bind(("", 0)); print(x.getsockname()[1])'; }
host_ip() {
	ip -4 -o addr show scope global | awk '{ sub("/.*", "", $4); print $4; exit }'
}

# answers each connection with the address it came from
who='
import socket, sys
s = socket.create_server(("::", 80), family=socket.AF_INET6, dualstack_ipv6=True, backlog=1000)
while True:
    c, a = s.accept()
    c.recv(4096); c.sendall(("from %s\n" % a[0]).encode()); c.close()'
who_udp='
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("", 53))
while True:
    d, a = s.recvfrom(65536)
    s.sendto(("%d from %s" % (len(d), a[0])).encode(), a)'
# echoes until the end of the stream, then ends too
echo_tcp='
import socket, threading
s = socket.create_server(("", 80), backlog=1000)
def serve(c):
    while d := c.recv(1 << 16): c.sendall(d)
    c.close()
while True:
    c, a = s.accept()
    threading.Thread(target=serve, args=(c,)).start()'

# start PORT COMMAND... - in the background, until PORT answers; pid in $pid
start() {
	local port=$1
	shift
	"$@" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	pid=$!
	for i in $(seq 200); do
		[ -z "$(timeout 2 curl -s --http0.9 "http://127.0.0.1:$port/" || true)" ] || return 0
		sleep 0.05
	done
	cat "$BATS_TEST_TMPDIR/out"
	return 1
}

stop() {
	pkill -P $pid -x sleep || true
	kill $pid || true
	wait $pid || true
}

ask_udp() {
	python3 -c '
import socket, sys
f = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
s = socket.socket(f, socket.SOCK_DGRAM); s.settimeout(0.5)
for i in range(20):
    s.sendto(b"x" * int(sys.argv[3]), (sys.argv[1], int(sys.argv[2])))
    try: print(s.recv(100).decode()); break
    except (socket.timeout, ConnectionRefusedError): pass' "$@"
}

@test "TCP: from the loopback the gateway calls, from elsewhere the client" {
	load_busybox
	port=$(free_port)
	start $port python -p $port:80 -- "$who"
	run curl -s --http0.9 "http://127.0.0.1:$port/"
	[ "$output" = "from ::ffff:10.0.2.2" ]
	run curl -s --http0.9 "http://$(host_ip):$port/"
	[ "$output" = "from ::ffff:$(host_ip)" ]
	run curl -s --http0.9 "http://[::1]:$port/"
	stop
	[[ $output == "from "* ]]
}

@test "TCP: an address binds only that; IPv6 in brackets" {
	load_busybox
	port=$(free_port)
	start $port python -p 127.0.0.1:$port:80 -- "$who"
	run ss -Hltn "sport = :$port"
	stop
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"127.0.0.1:$port"* ]]
	"$RL" run --rm -p "[::1]:$port:80" busybox sleep 1000 </dev/null 3>&- &
	pid=$!
	for i in $(seq 100); do
		run ss -Hltn "sport = :$port"
		[ -z "$output" ] || break
		sleep 0.05
	done
	kill -9 $pid
	wait $pid || true
	[[ $output == *"[::1]:$port"* ]]
}

@test "TCP: much data both ways, half-closed streams, nothing lost" {
	load_busybox
	port=$(free_port)
	python -p $port:80 -- "$echo_tcp" 3>&- &
	pid=$!
	run timeout 60 python3 - $port <<-'CLIENT'
	import hashlib, os, socket, sys, threading, time
	port = int(sys.argv[1])
	data = os.urandom(32 << 20)
	def connect():
	    for i in range(200):
	        s = socket.create_connection(("127.0.0.1", port))
	        try:
	            s.sendall(b"?")
	            if s.recv(1) == b"?": return s
	        except ConnectionError: pass
	        time.sleep(0.05)
	s = connect()
	def send():
	    s.sendall(data); s.shutdown(socket.SHUT_WR)
	t = threading.Thread(target=send); t.start()
	got = hashlib.sha256()
	while d := s.recv(1 << 20): got.update(d)
	t.join()
	print("same" if got.digest() == hashlib.sha256(data).digest() else "differs")
	CLIENT
	stop
	[ "$output" = same ]
}

@test "TCP: 500 connections at once, 2000 in turn; no fd stays behind" {
	load_busybox
	port=$(free_port)
	python -p $port:80 -- "$echo_tcp" 3>&- &
	pid=$!
	run timeout 100 python3 - $port <<-'CLIENT'
	import socket, sys, time
	port = int(sys.argv[1])
	def one():
	    s = socket.create_connection(("127.0.0.1", port)); s.settimeout(20); return s
	def talk(s, n):
	    s.sendall(b"%08d" % n)
	    d = b""
	    while len(d) < 8:
	        x = s.recv(8)
	        if not x: raise ConnectionError
	        d += x
	    assert d == b"%08d" % n
	for i in range(200):
	    try: talk(one(), 0); break
	    except ConnectionError: time.sleep(0.05)
	l = [one() for i in range(500)]
	for i, s in enumerate(l): talk(s, i)
	for s in l: s.close()
	for i in range(2000):
	    s = one(); talk(s, i); s.close()
	print("all")
	CLIENT
	sleep 0.5
	left=$(ss -Htn state established "( sport = :$port or dport = :$port )" | wc -l)
	stop
	[ "$output" = all ]
	[ "$left" -eq 0 ]
}

@test "UDP: answers find their client, over IPv4, IPv6 and the loopback" {
	load_busybox
	port=$(free_port)
	python -p $port:53/udp -- "$who_udp" 3>&- &
	pid=$!
	run ask_udp 127.0.0.1 $port 10
	[ "$output" = "10 from 10.0.2.2" ]
	run ask_udp "$(host_ip)" $port 1400
	[ "$output" = "1400 from $(host_ip)" ]
	run ask_udp ::1 $port 20000
	stop
	[ "$output" = "20000 from 10.0.2.2" ]
}

@test "a port that another container has: it is named" {
	load_busybox
	port=$(free_port)
	"$RL" run -d --name web -p $port:80 busybox sleep 1000 </dev/null
	run r -p $port:80 busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"$port/tcp: the port is taken: process "*" holds it "*", for container web" ]]
	"$RL" create --name other -p $port:80 busybox true
	run "$RL" start other
	[ "$status" -eq 1 ]
	[[ $output == *", for container web" ]]
}

@test "a port that is taken: told before the start, with its holder" {
	load_busybox
	port=$(free_port)
	"$RL" run --rm -p $port:80 busybox sleep 1000 </dev/null 3>&- &
	pid=$!
	until ss -Hltn "sport = :$port" | grep -q .; do sleep 0.05; done
	run r -p $port:80 busybox echo started
	kill -9 $pid
	wait $pid || true
	[ "$status" -eq 125 ]
	[[ $output == *"$port/tcp: the port is taken"*"process $pid holds it"* ]]
	[[ $output != *started* ]]
	# and it is free again once the container has gone
	for i in $(seq 50); do
		run r -p $port:80 busybox echo started
		[ "$status" -ne 0 ] || break
		sleep 0.1
	done
	[ "$output" = started ]
	r -p $port:80 busybox true
	run r -p $port:80 busybox echo again
	[ "$output" = again ]
}

@test "the holder is who has that address, of UDP too; not oneself" {
	load_busybox
	port=$(free_port)
	for ip in 127.0.0.1 127.0.0.2; do
		python3 -c '
import socket, sys, time
for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
    s = socket.socket(socket.AF_INET, kind); s.bind((sys.argv[1], int(sys.argv[2])))
    if kind == socket.SOCK_STREAM: s.listen()
    globals()[kind] = s
time.sleep(100)' $ip $port 3>&- &
		pid="${pid:+$pid }$!"
		until ss -Hltn "sport = :$port" | grep -qF $ip &&
			ss -Hlun "sport = :$port" | grep -qF $ip; do sleep 0.05; done
	done
	run r -p 127.0.0.1:$port:80 busybox true
	[[ $output == *"process ${pid% *} holds it"* ]]
	run r -p 127.0.0.2:$port:80/udp busybox true
	kill $pid
	[ "$status" -eq 125 ]
	[[ $output == *"$port/udp: the port is taken: process ${pid#* } holds it"* ]]
	wait $pid || true
	run r -p $port:80 -p 127.0.0.1:$port:81 busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"published twice"* ]]
	run r -p 203.0.113.9:$port:80 busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"does not have the address"* ]]
}

@test "a port under 1024 without the right: the line that allows it" {
	[ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" -gt 80 ] ||
		skip "port 80 is free for all here"
	load_busybox
	run r -p 80:80 busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"ip_unprivileged_port_start=80"* ]]
}

@test "host and none discard ports, with docker's warning" {
	load_busybox
	run r --network host -p 80:80 busybox echo ran
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == *"Published ports are discarded when using host network mode" ]]
	[ "${lines[1]}" = ran ]
	run r --network none -p 80:80 busybox echo ran
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == *"Published ports are discarded when using none network mode" ]]
	[ "${lines[1]}" = ran ]
	run r --network pasta -p 8080:80 busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"publishes no ports (--network slirp, the default, does)"* ]]
}

@test "with -p no other network takes its place" {
	requires userns
	load_busybox
	port=$(free_port)
	run unshare -Urm sh -c 'mount -t tmpfs none /dev/net && exec "$0" "$@"' \
		"$RL" run --rm -p $port:80 busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"/dev/net/tun"* ]]
}

@test "bad texts name the field" {
	load_busybox
	for bad in "x:containerPort" "80:x:containerPort" "x:80:hostPort" \
		"0:containerPort" "65536:containerPort" "1.2.3:80:80:IP address" \
		"::1:80:80:IP address" "80/sctp:protocol" "80/x:protocol" \
		"80-90:8000-8005:differ" "target=x:target" "target=80,color=red:color" ; do
		run r -p "${bad%:*}" busybox true
		[ "$status" -eq 125 ]
		[[ $output == *"${bad##*:}"* ]]
	done
}

@test "--expose is checked, also where nothing is published" {
	load_busybox
	for bad in foo 0 70000 90-80 "" 80:80; do
		run r --expose "$bad" busybox true
		[ "$status" -eq 125 ]
		[[ $output == *"invalid range format for --expose: $bad"* ]]
	done
	run r --expose 80/x busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"protocol"* ]]
	r --expose 80/sctp --expose 90-95/udp busybox true
}

@test "-P publishes what --expose names on free ports" {
	load_busybox
	"$RL" run --rm -P --expose 80 --expose 90-91/udp busybox sleep 1000 \
		</dev/null 3>&- &
	pid=$!
	until child=$(pgrep -P $pid -x sleep || pgrep -P $pid -x rl); do sleep 0.05; done
	for i in $(seq 100); do
		tcp=$(ss -Hltnp | grep -c "pid=$pid,") || true
		udp=$(ss -Hlunp | grep -c "pid=$pid,") || true
		[ "$tcp" -eq 0 ] || [ "$udp" -eq 0 ] || break
		sleep 0.05
	done
	kill -9 $pid
	wait $pid || true
	# each is bound for both families, where there are two
	[ "$tcp" -ge 1 ]
	[ "$udp" -eq $((2 * tcp)) ]
}
