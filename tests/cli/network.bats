# network.bats - the default network, its options, its ladder, its names.
load ../lib/common
eval "common_$(declare -f teardown)"

# What a failed test left running would keep its output open.
teardown() {
	for p in ${pid:-} ${server:-}; do kill -9 $p 2>/dev/null || true; done
	common_teardown
}

r() { "$RL" run --rm "$@" </dev/null; }

requires_tun() {
	[ -w /dev/net/tun ] || skip "/dev/net/tun cannot be opened"
}

# an address of this host that is not its loopback
host_ip() {
	ip -4 -o addr show scope global | awk '{ sub("/.*", "", $4); print $4; exit }'
}

# serve ADDRESS FILE... - python's http server in the background; port in $port
serve() {
	mkdir -p "$BATS_TEST_TMPDIR/www"
	echo "from the host" >"$BATS_TEST_TMPDIR/www/file"
	PYTHONUNBUFFERED=1 python3 -m http.server -b "$1" \
		-d "$BATS_TEST_TMPDIR/www" 0 >"$BATS_TEST_TMPDIR/serve" 2>&1 3>&- &
	server=$!
	until port=$(grep -o 'port [0-9]*' "$BATS_TEST_TMPDIR/serve") &&
		[ -n "$port" ]; do sleep 0.05; done
	port=${port#port }
}

@test "the default network is the container's own, with one tap and a route" {
	requires_tun
	load_busybox
	[ "$(r busybox readlink /proc/self/ns/net)" != \
	  "$(readlink /proc/self/ns/net)" ]
	run r busybox sh -c 'ip -4 -o addr show eth0; ip route; cat /sys/class/net/eth0/mtu'
	[ "$status" -eq 0 ]
	[[ $output == *"inet 10.0.2.100/24"* ]]
	[[ $output == *"default via 10.0.2.2 dev eth0"* ]]
	[[ $output == *65520 ]]
	# the wire has one other end: nothing to pace for, nothing to delay
	run r -v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro busybox \
		/usr/bin/ip route show default
	[[ $output == *"quickack 1"* ]]
	[[ $output == *"congctl reno"* ]]
}

@test "options: mtu, cidr, ipv6; what is wrong with them is named" {
	requires_tun
	load_busybox
	run r --network slirp:mtu=1500,cidr=10.9.0.0/16,ipv6=true busybox \
		sh -c 'ip -o addr show eth0; cat /sys/class/net/eth0/mtu /etc/resolv.conf'
	[ "$status" -eq 0 ]
	[[ $output == *"inet 10.9.0.100/16"* ]]
	[[ $output == *"inet6 fd00:726c::64/64"* ]]
	[[ $output == *$'\n1500\n'* ]]
	[[ $output == *"nameserver 10.9.0.3"* ]]
	run r --network slirp:ipv6=false busybox ip -o addr show eth0
	[[ $output != *fd00:726c* ]]
	for bad in mtu=9 mtu=x cidr=10.0.2.1/24 cidr=10.0.2.0/30 cidr=127.0.0.0/8 \
		ipv6=maybe nothing=1 mtu; do
		run r --network slirp:$bad busybox true
		[ "$status" -eq 125 ]
		[[ $output == *"${bad%%=*}"* ]]
	done
	run r --network no-such busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"it is slirp"* ]]
}

@test "TCP to an address of the host; its loopback only by option" {
	requires_tun
	load_busybox
	serve 0.0.0.0
	run r busybox timeout 5 wget -q -O - "http://$(host_ip):$port/file"
	[ "$output" = "from the host" ]
	run r busybox timeout 5 wget -q -O - "http://10.0.2.2:$port/file"
	[ "$status" -ne 0 ]
	run r --network slirp:allow_host_loopback=true busybox \
		timeout 5 wget -q -O - "http://10.0.2.2:$port/file"
	kill $server
	[ "$output" = "from the host" ]
}

@test "much data from the host and to it: all of it, unchanged" {
	requires_tun
	load_busybox
	head -c 50000001 /dev/urandom >"$BATS_TEST_TMPDIR/data"
	python3 -c '
import socket, sys
s = socket.create_server(("", 0)); print(s.getsockname()[1], flush=True)
c, a = s.accept()
c.sendall(open(sys.argv[1], "rb").read()); c.shutdown(socket.SHUT_WR)
f = open(sys.argv[1] + ".back", "wb")
while d := c.recv(1 << 20): f.write(d)
' "$BATS_TEST_TMPDIR/data" >"$BATS_TEST_TMPDIR/port" 3>&- &
	server=$!
	until [ -s "$BATS_TEST_TMPDIR/port" ]; do sleep 0.05; done
	run r -v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro busybox \
		/usr/bin/python3 -c '
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
l = []
while d := s.recv(1 << 20): l.append(d)
s.sendall(b"".join(l))' "$(host_ip)" "$(cat "$BATS_TEST_TMPDIR/port")"
	[ "$status" -eq 0 ]
	wait $server
	cmp "$BATS_TEST_TMPDIR/data" "$BATS_TEST_TMPDIR/data.back"
}

@test "500 connections at once and 3000 in turn leave nothing behind" {
	requires_tun
	load_busybox
	python3 -c '
import socket, threading
s = socket.create_server(("", 0), backlog=1000)
print(s.getsockname()[1], flush=True)
def serve(c):
    c.recv(100); c.sendall(b"HTTP/1.0 200 OK\r\n\r\n"); c.close()
while True:
    threading.Thread(target=serve, args=(s.accept()[0],)).start()
' >"$BATS_TEST_TMPDIR/port" 3>&- &
	server=$!
	until [ -s "$BATS_TEST_TMPDIR/port" ]; do sleep 0.05; done
	"$RL" run --rm -v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro \
		-v "$BATS_TEST_DIRNAME/../lib:/t:ro" busybox sh -c "/usr/bin/python3 \
		/t/connections.py $(host_ip) $(cat "$BATS_TEST_TMPDIR/port") 500 3000
		echo; sleep 1000" >"$BATS_TEST_TMPDIR/out" </dev/null 3>&- &
	pid=$!
	until [ "$(wc -l <"$BATS_TEST_TMPDIR/out")" -eq 2 ]; do sleep 0.1; done
	child=$(pgrep -P $pid -x rl-slirp)
	kb=$(awk '/^VmRSS/ { print $2 }' /proc/$child/status)
	kill -9 $pid
	wait $pid || true
	[ "$(head -1 "$BATS_TEST_TMPDIR/out")" = 0 ]
	echo "$kb kB"
	[ "$kb" -lt 20000 ]
}

@test "packets made by hand do not reach the host's loopback either" {
	requires_tun
	load_busybox
	serve 127.0.0.1
	# a route for 127.0.0.1 over the tap, as a container may set in its
	# own namespace once the loopback address is gone
	run r --init --cap-add NET_ADMIN busybox sh -c "
		ip addr del 127.0.0.1/8 dev lo
		ip link set lo down
		ip route flush table local
		ip route add 127.0.0.0/8 via 10.0.2.2 src 10.0.2.100
		timeout 5 wget -q -O - http://127.0.0.1:$port/file"
	kill $server
	[ "$status" -ne 0 ]
	[[ $output != *"from the host"* ]]
}

@test "IPv6 to an address of the host" {
	requires_tun
	ip6=$(ip -6 -o addr show scope global | awk '{ sub("/.*", "", $4); print $4; exit }')
	[ -n "$ip6" ] || skip "this host has no IPv6 address"
	load_busybox
	serve ::
	run r --network slirp:ipv6=true busybox \
		timeout 5 wget -q -O - "http://[$ip6]:$port/file"
	kill $server
	[ "$output" = "from the host" ]
}

# host6 COMMAND... - in a network namespace with a default route for IPv6, and
# a root that is this user.
host6() {
	unshare -Urn sh -c 'ip link set lo up && ip tuntap add dev d0 mode tap &&
		ip link set d0 up && ip -6 addr add 2001:db8::2/64 dev d0 nodad &&
		ip -6 route add default via 2001:db8::1 dev d0 && exec "$@"' sh "$@"
}

# inspected OPTION... - the IPv6 of a container with these, as inspect has it.
inspected() {
	sh -c '"$RL" run -d --name six "$@" busybox sleep 100 >/dev/null
		"$RL" exec six ip -6 -o addr show dev eth0 scope global
		"$RL" inspect -f "{{with .NetworkSettings}}{{.GlobalIPv6Address}}/{{.GlobalIPv6PrefixLen}} {{.IPv6Gateway}}{{end}}" six
		"$RL" rm -f six >/dev/null' sh "$@"
}

@test "inspect has the IPv6 address where there is one" {
	requires_tun
	requires userns
	load_busybox
	export RL
	script=$(declare -f inspected)
	mkdir -m 700 "$BATS_TEST_TMPDIR/run"
	export RL_RUNROOT=$BATS_TEST_TMPDIR/run
	run host6 bash -c "$script; inspected --network slirp:ipv6=auto"
	echo "$output"
	[[ ${lines[0]} == *"inet6 fd00:726c::64/64"* ]]
	[ "${lines[1]}" = "fd00:726c::64/64 fd00:726c::2" ]
	run host6 bash -c "$script; inspected"
	[ "${lines[1]}" = "fd00:726c::64/64 fd00:726c::2" ]
	# no route, no address
	run unshare -Urn bash -c "$script; inspected --network slirp:ipv6=auto"
	echo "$output"
	[ "$output" = "/0 " ]
	run inspected --network slirp:ipv6=true
	[ "${lines[1]}" = "fd00:726c::64/64 fd00:726c::2" ]
	run inspected --network slirp:ipv6=false
	[ "$output" = "/0 " ]
}

@test "hosts, resolv.conf and hostname" {
	requires_tun
	load_busybox
	run r -h box.example --add-host one:1.2.3.4 --add-host two=::1 \
		--add-host gw:host-gateway busybox cat /etc/hosts
	[ "$status" -eq 0 ]
	[[ $output == *$'10.0.2.100\tbox.example box'* ]]
	[[ $output == *$'1.2.3.4\tone'* ]]
	[[ $output == *$'::1\ttwo'* ]]
	[[ $output == *"$(host_ip)"$'\tgw'* ]]
	[[ $output == *"$(host_ip)"$'\thost.containers.internal'* ]]
	run r --network slirp:allow_host_loopback=true --add-host gw:host-gateway \
		busybox grep gw /etc/hosts
	[ "$output" = $'10.0.2.2\tgw' ]
	run r --dns 1.2.3.4 --dns 5.6.7.8 --dns-search a.example \
		--dns-option ndots:3 busybox cat /etc/resolv.conf
	[ "$output" = $'nameserver 1.2.3.4\nnameserver 5.6.7.8\nsearch a.example\noptions ndots:3' ]
	run r --dns nonsense busybox true
	[ "$status" -eq 125 ]
	run r --add-host nonsense busybox true
	[ "$status" -eq 125 ]
}

@test "the domain name is in hosts; the host's network has the host's names" {
	requires_tun
	load_busybox
	run r -h box --domainname ex.test busybox cat /etc/hosts
	[[ $output == *$'10.0.2.100\tbox.ex.test box'* ]]
	run r --network host --add-host more:1.2.3.4 busybox cat /etc/hosts
	[ "$status" -eq 0 ]
	[[ $output == "$(cat /etc/hosts)"$'\n'* ]]
	[[ $output == *$'1.2.3.4\tmore' ]]
	run unshare -Urm sh -c 'echo "192.0.2.9 node9" >"$1" &&
		mount --bind "$1" /etc/hosts && exec "$2" run --rm \
		--network host busybox grep node9 /etc/hosts' sh \
		"$BATS_TEST_TMPDIR/hosts" "$RL"
	[ "$output" = "192.0.2.9 node9" ]
}

@test "every user inside may listen below 1024 and ping" {
	requires_tun
	load_busybox
	for net in slirp none; do
		run r --network $net -u 1 busybox sh -c '
			cat /proc/sys/net/ipv4/ip_unprivileged_port_start
			nc -l -p 80 & sleep 0.3; netstat -tln | grep -o ":80 "'
		[ "$output" = $'0\n:80 ' ]
		run r --network $net busybox cat /proc/sys/net/ipv4/ping_group_range
		# the groups there are, in one range
		read -r low high <<<"$output"
		[ "$low" -le "$high" ]
		[ "$high" -eq "$(r busybox awk '{ n = $1 + $2 * 0 + $3 - 1; if (n > m) m = n }
			END { print m + 0 }' /proc/self/gid_map)" ]
	done
	run r -u 1:1 -v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro busybox \
		/usr/bin/python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
s.sendto(b"\x08" + bytes(7), ("127.0.0.1", 0))
print(s.recv(100)[0])'
	[ "$output" = 0 ]
	# --sysctl has the last word
	run r --sysctl net.ipv4.ip_unprivileged_port_start=500 busybox \
		cat /proc/sys/net/ipv4/ip_unprivileged_port_start
	[ "$output" = 500 ]
}

@test "without /dev/net/tun: the host's network, with one line; by name an error" {
	requires userns
	load_busybox
	hide() { unshare -Urm sh -c 'mount -t tmpfs none /dev/net && exec "$0" "$@"' "$@"; }
	run hide "$RL" run --rm busybox readlink /proc/self/ns/net
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == *"using the host's network: open /dev/net/tun"* ]]
	[ "${lines[1]}" = "$(readlink /proc/self/ns/net)" ]
	run hide "$RL" run --rm --network slirp busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"modprobe tun"* ]]
}

@test "no network namespaces to be had: the host's network, with one line" {
	requires userns
	requires_tun
	load_busybox
	none() { unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_net_namespaces && exec "$0" "$@"' "$@"; }
	run none "$RL" run --rm busybox readlink /proc/self/ns/net
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == *"using the host's network"* ]]
	[ "${lines[1]}" = "$(readlink /proc/self/ns/net)" ]
	run none "$RL" run --rm --network slirp busybox true
	[ "$status" -eq 125 ]
}

@test "the network program is closed in, and dies with rl and rl's death" {
	requires_tun
	load_busybox
	"$RL" run --rm busybox sleep 1000 </dev/null 3>&- &
	pid=$!
	until child=$(pgrep -P $pid -x rl-slirp) &&
		grep -q '^Seccomp:.*2' /proc/$child/status; do sleep 0.05; done
	grep -q '^NoNewPrivs:.*1' /proc/$child/status
	[ -z "$(grep -E '^Cap(Inh|Prm|Eff|Bnd|Amb)' /proc/$child/status | grep -v 0000000000000000)" ]
	[ "$(wc -l </proc/$child/mounts)" -eq 1 ]
	kill -9 $pid
	wait $pid || true
	for i in $(seq 100); do
		[ -d /proc/$child ] && ! grep -q '^State:.*Z' /proc/$child/status || break
		sleep 0.05
	done
	[ ! -d /proc/$child ] || grep -q '^State:.*Z' /proc/$child/status
}

@test "a network that dies is told; the container's exit code stays its own" {
	requires_tun
	load_busybox
	"$RL" run --rm busybox sh -c 'sleep 1; exit 7' </dev/null \
		2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	until child=$(pgrep -P $pid -x rl-slirp); do sleep 0.05; done
	sleep 0.3
	kill -9 $child
	rc=0
	wait $pid || rc=$?
	[ $rc -eq 7 ]
	grep -q "network is dead" "$BATS_TEST_TMPDIR/err"
}

@test "slirp4netns and pasta: reach the host, and end with the container" {
	requires_tun
	load_busybox
	serve 0.0.0.0
	for net in slirp4netns pasta; do
		command -v $net || continue
		run r --network $net:cidr=10.7.0.0/24 busybox sh -c \
			"ip -4 -o addr show eth0; wget -q -O - http://$(host_ip):$port/file"
		echo "$output"
		[ "$status" -eq 0 ]
		[[ $output == *"inet 10.7.0.100/24"* ]]
		[[ $output == *"from the host" ]]
		# killed without a word, rl leaves none behind either
		"$RL" run --rm --network $net busybox sleep 1000 </dev/null 3>&- &
		pid=$!
		until child=$(pgrep -P $pid -f "^$net "); do sleep 0.05; done
		sleep 0.3
		kill -9 $pid
		wait $pid || true
		for i in $(seq 100); do
			[ -d /proc/$child ] && ! grep -q '^State:.*Z' /proc/$child/status || break
			sleep 0.05
		done
		[ ! -d /proc/$child ] || grep -q '^State:.*Z' /proc/$child/status
	done
	kill $server
}

@test "slirp4netns and pasta: missing programs, ports" {
	load_busybox
	for net in slirp4netns pasta; do
		run env PATH=/nonexistent "$RL" run --rm --network $net busybox true
		[ "$status" -eq 125 ]
		[[ $output == *"not installed"* ]]
		run r --network $net -p 8080:80 busybox true
		[ "$status" -eq 125 ]
	done
}
