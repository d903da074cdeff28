# network_peers.bats - the default network with real peers: nginx, curl,
# iperf3, ping.  How fast they are is tests/bench's to say.
bats_require_minimum_version 1.5.0
load ../lib/common
load containers
eval "containers_$(declare -f teardown)"

# What a failed test left running would keep its output open.
teardown() {
	for p in ${server:-}; do kill -9 $p 2>/dev/null || true; done
	containers_teardown
}

setup() {
	export RL_ROOT=$BATS_TEST_TMPDIR/store
	[ -w /dev/net/tun ] || skip "/dev/net/tun cannot be opened"
	load_busybox
}

# the host's programs, inside
host_programs="-v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro"

# an address of this host that is not its loopback
host_ip() {
	ip -4 -o addr show scope global | awk '{ sub("/.*", "", $4); print $4; exit }'
}

free_port() { python3 -c 'import socket as s; x = s.socket(); x.bind(("", 0)); print(x.getsockname()[1])'; }

# published NAME - the port of the host that leads to its one.
published() { "$RL" port "$1" | sed -n '1s/.*://p'; }

# answers COMMAND... - it succeeds, within ten seconds.
answers() {
	local i
	for i in $(seq 100); do
		! "$@" || return 0
		sleep 0.1
	done
	return 1
}

# nginx - one in a container, named web, behind -p: /file is $BATS_TEST_TMPDIR/www's.
nginx() {
	mkdir -p "$BATS_TEST_TMPDIR/www"
	head -c 30000001 /dev/urandom >"$BATS_TEST_TMPDIR/www/file"
	cat >"$BATS_TEST_TMPDIR/nginx.conf" <<-'CONF'
	user root root; daemon off; pid /tmp/nginx.pid; error_log stderr;
	worker_processes 1;
	events { worker_connections 500; }
	http {
		access_log /dev/stdout; client_body_temp_path /tmp/b;
		proxy_temp_path /tmp/p; fastcgi_temp_path /tmp/f;
		uwsgi_temp_path /tmp/u; scgi_temp_path /tmp/s;
		server {
			listen 80;
			listen [::]:80;
			location = /who { return 200 "$remote_addr\n"; }
			location / { root /www; }
		}
	}
	CONF
	"$RL" run -d --name web -p 80 $host_programs \
		-v "$BATS_TEST_TMPDIR/www:/www:ro" \
		-v "$BATS_TEST_TMPDIR/nginx.conf:/nginx.conf:ro" busybox \
		/usr/sbin/nginx -c /nginx.conf -e stderr
	port=$(published web)
	answers curl -sf -o "$BATS_TEST_TMPDIR/got" "http://127.0.0.1:$port/who"
}

@test "nginx behind -p, fetched with curl: whole, again and again, over both families" {
	command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || skip "no nginx"
	nginx
	curl -sf -o "$BATS_TEST_TMPDIR/got" "http://127.0.0.1:$port/file"
	cmp "$BATS_TEST_TMPDIR/got" "$BATS_TEST_TMPDIR/www/file"
	curl -sf -o "$BATS_TEST_TMPDIR/got" "http://[::1]:$port/file"
	cmp "$BATS_TEST_TMPDIR/got" "$BATS_TEST_TMPDIR/www/file"
	# one connection, many requests; then a connection each
	curl -sf "http://127.0.0.1:$port/who?[1-300]" >"$BATS_TEST_TMPDIR/many"
	for i in $(seq 50); do
		curl -sf "http://127.0.0.1:$port/who" >>"$BATS_TEST_TMPDIR/many"
	done
	[ "$(wc -l <"$BATS_TEST_TMPDIR/many")" = 350 ]
	# it sees who asks
	[ "$(curl -sf "http://$(host_ip):$port/who")" = "$(host_ip)" ]
	curl -s -o /dev/null -w '%{http_code}\n' "http://127.0.0.1:$port/none" | grep -qx 404
}

# moved FILE - what iperf3 says: no error, and bytes that arrived.
moved() {
	jq -e '(.error == null) and .end.sum_received.bytes > 1000000' "$1" ||
		{ jq '.error, .end.sum_received' "$1"; return 1; }
}

@test "iperf3 from inside to the host, each way" {
	for way in "" -R; do
		port=$(free_port)
		iperf3 -s -1 -p "$port" >/dev/null 2>&1 3>&- &
		server=$!
		answers sh -c "ss -Hltn 'sport = :$port' | grep -q ."
		"$RL" run --rm $host_programs --tmpfs /tmp busybox /usr/bin/iperf3 -J \
			-c "$(host_ip)" -p "$port" -t 1 $way </dev/null >"$BATS_TEST_TMPDIR/json"
		moved "$BATS_TEST_TMPDIR/json"
		wait $server
	done
}

@test "iperf3 from the host into a published port, each way, TCP and UDP" {
	port=$(free_port)
	"$RL" run -d --name perf -p $port:5201 -p $port:5201/udp $host_programs \
		--tmpfs /tmp busybox /usr/bin/iperf3 -s --forceflush
	until_log perf "Server listening"
	for way in "" -R; do
		iperf3 -J -c 127.0.0.1 -p "$port" -t 1 $way >"$BATS_TEST_TMPDIR/json"
		moved "$BATS_TEST_TMPDIR/json"
	done
	iperf3 -J -c 127.0.0.1 -p "$port" -t 1 -u -b 10M -l 1000 \
		>"$BATS_TEST_TMPDIR/json"
	jq -e '(.error == null) and .end.sum.packets > 100 and
		.end.sum.lost_percent < 50' "$BATS_TEST_TMPDIR/json"
}

@test "ICMP echo to an address of the host" {
	# where the range of groups is ours to set: a namespace's
	for ping in 'ping -c 2 -W 5 192.0.2.7' 'ping -c 2 -W 5 10.0.2.2'; do
		run unshare -Urn sh -c 'echo "0 0" >/proc/sys/net/ipv4/ping_group_range &&
			ip link set lo up && ip addr add 192.0.2.7/32 dev lo &&
			exec "$0" run --rm --network slirp:allow_host_loopback=true busybox '"$ping" "$RL"
		echo "$output"
		[ "$status" -eq 0 ]
		[[ $output == *"2 packets transmitted, 2 packets received"* ]]
	done
	# and where the host's own lets this user's group
	read -r low high </proc/sys/net/ipv4/ping_group_range
	gid=$(id -g)
	[ "$low" -le "$gid" ] && [ "$gid" -le "$high" ] ||
		skip "net.ipv4.ping_group_range of this host is $low $high: only in a namespace"
	"$RL" run --rm busybox ping -c 1 -W 5 "$(host_ip)" </dev/null
}

@test "a guest that never reads: the sender waits, nothing grows, others go on" {
	python3 -c '
import socket, threading, sys
s = socket.create_server(("", 0))
print(s.getsockname()[1], flush=True)
def serve(c):
    n = 0
    try:
        if c.recv(1) == b"?":
            c.sendall(b"hello"); c.close(); return
        while True:
            n += c.send(bytes(65536)); print(n, flush=True)
    except OSError:
        pass
while True:
    threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
' >"$BATS_TEST_TMPDIR/sent" 3>&- &
	server=$!
	answers test -s "$BATS_TEST_TMPDIR/sent"
	port=$(head -1 "$BATS_TEST_TMPDIR/sent")
	"$RL" run -d --name deaf $host_programs busybox /usr/bin/python3 -c '
import socket, sys, time
s = [socket.create_connection((sys.argv[1], int(sys.argv[2]))) for i in range(20)]
for c in s: c.sendall(b"!")
print("connected", flush=True)
time.sleep(1000)' "$(host_ip)" "$port"
	until_log deaf connected
	# until nothing more is taken: what the kernels and libslirp hold
	last=
	until [ -n "$last" ] && [ "$(wc -l <"$BATS_TEST_TMPDIR/sent")" = "$last" ]; do
		last=$(wc -l <"$BATS_TEST_TMPDIR/sent")
		sleep 1
	done
	child=$(pgrep -P "$(state deaf Supervisor)" -x rl-slirp)
	kb=$(awk '/^VmRSS/ { print $2 }' "/proc/$child/status")
	echo "sent $last times, rl-slirp has $kb kB"
	[ "$kb" -lt 60000 ]
	run "$RL" exec deaf /usr/bin/python3 -c '
import socket, sys
c = socket.create_connection((sys.argv[1], int(sys.argv[2]))); c.sendall(b"?")
print(c.recv(10).decode())' "$(host_ip)" "$port"
	[ "$output" = hello ]
	kill -0 "$child"
}
