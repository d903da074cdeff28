#!/bin/bash
# net.sh BUILD [RUNS] - the network's costs: starts beside a floor that makes
# a namespace and a tap, then bytes and requests beside slirp4netns.
set -eu
. "$(dirname "$0")/lib.sh"
runs=${2:-40}
seconds=3
bench_open "$1"
[ -n "$one$ranges" ] || exit 1
account=${ranges:-$one} kind=ranges
[ -n "$ranges" ] || kind=one
tool timer
tool floor -static
make_busybox_archive "$stage/busybox.tar"
make_busybox_root "$stage/layer"
mkdir -p "$stage/layer/proc" "$stage/layer/sys" "$stage/layer/dev"
touch "$stage/layer/etc/hosts" "$stage/layer/etc/hostname" \
	"$stage/layer/etc/resolv.conf"
chmod -R a+rX "$stage/layer" "$stage/busybox.tar"
rl=$stage/rl
as "$account" mkdir -p floor/root floor/texts
as "$account" "$rl" load -q -i "$stage/busybox.tar" >/dev/null

# ---- starts ----

contest() { printf '%s\t%s\t%s\t%s\n' "$1" "$account" "floor, a tap" "$2" >>"$stage/list"; }
contest "floor, a tap" "$stage/floor $kind-tap $stage/layer $stage/$account/floor"
contest "rl, the default network" "$rl run --rm busybox /bin/true"
contest "rl, --network none" "$rl run --rm --network none busybox /bin/true"
contest "rl, -p 127.0.0.1::80" "$rl run --rm -p 127.0.0.1::80 busybox /bin/true"
echo "A start with a network, $runs runs of each in turn:"
echo
"$stage/timer" "$runs" "$stage" <"$stage/list"
echo

# ---- bytes ----

host=$(ip -4 -o addr show scope global | awk '{ sub("/.*", "", $4); print $4; exit }')
port=$(python3 -c 'import socket as s; x = s.socket(); x.bind(("", 0)); print(x.getsockname()[1])')
libraries="-v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro"

# background COMMAND... - as the account, ended with the bench.
background() {
	(become "$account" "$@" >>"$stage/said" 2>&1) &
	started="${started:-} $!"
	last=$!
}

# gbit COMMAND... - what iperf3's receiver got, in Gbit/s.
gbit() {
	as "$account" "$@" -f g | awk '/receiver/ { for (i = 2; i <= NF; i++) if ($i ~ /bits/) print $(i - 1) }'
}

# best COMMAND... - the best of three: other work disturbs only downwards.
best() {
	for i in 1 2 3; do gbit "$@"; done | sort -n | tail -1
}

# until_open PORT - somebody listens.
until_open() {
	for i in $(seq 100); do
		! ss -Hltn "sport = :$1" | grep -q . || return 0
		sleep 0.1
	done
}

iperf="/usr/bin/iperf3"
background $iperf -s -p "$port"
until_open "$port"
to=$(best "$rl" run --rm $libraries busybox $iperf -c "$host" -p "$port" -t $seconds)
from=$(best "$rl" run --rm $libraries busybox $iperf -c "$host" -p "$port" -t $seconds -R)
loop=$(best $iperf -c "$host" -p "$port" -t $seconds)
background "$rl" run --rm --init -p $((port + 1)):5201 $libraries busybox $iperf -s
sleep 1
in=$(best $iperf -c 127.0.0.1 -p $((port + 1)) -t $seconds)
out=$(best $iperf -c 127.0.0.1 -p $((port + 1)) -t $seconds -R)
kill $last || true

cat >"$stage/inside" <<'INSIDE'
exec unshare -Urn sh -c 'echo $$ >pid; exec sleep 1000'
INSIDE
background sh "$stage/inside"
sleep 0.5
inside=$(cat "$stage/$account/pid")
background slirp4netns --configure --mtu=65520 --api-socket api "$inside" tap0
sleep 1
enter="nsenter -t $inside -U -n --preserve-credentials"
their_to=$(best $enter $iperf -c "$host" -p "$port" -t $seconds)
their_from=$(best $enter $iperf -c "$host" -p "$port" -t $seconds -R)
background $enter $iperf -s
echo "{\"execute\":\"add_hostfwd\",\"arguments\":{\"proto\":\"tcp\",\"host_addr\":\"127.0.0.1\",\"host_port\":$((port + 2)),\"guest_port\":5201}}" |
	nc -U -N "$stage/$account/api" >/dev/null
sleep 0.5
their_in=$(best $iperf -c 127.0.0.1 -p $((port + 2)) -t $seconds)
their_out=$(best $iperf -c 127.0.0.1 -p $((port + 2)) -t $seconds -R)
cat <<TABLE
iperf3, Gbit/s, best of three of $seconds s (the host's own address: $loop):

| way | rl | slirp4netns |
|---|---|---|
| to the host | $to | $their_to |
| from the host | $from | $their_from |
| into a published port | $in | $their_in |
| out of a published port | $out | $their_out |

TABLE

# ---- requests ----

cat >"$stage/nginx.conf" <<'CONF'
user root root; master_process off; daemon off; pid /tmp/nginx.pid; error_log /dev/null;
events { worker_connections 2000; }
http {
	access_log off; client_body_temp_path /tmp/b; proxy_temp_path /tmp/p;
	fastcgi_temp_path /tmp/f; uwsgi_temp_path /tmp/u; scgi_temp_path /tmp/s;
	keepalive_requests 1000000;
	server { listen 8000; return 200 "hello"; }
}
CONF
sed "s|/tmp/|$stage/$account/|g" "$stage/nginx.conf" >"$stage/their.conf"
chmod a+r "$stage/nginx.conf" "$stage/their.conf"
nginx="/usr/sbin/nginx -e /dev/null -c"
# rate PORT OPTION... - wrk's requests a second.
rate() {
	as "$account" wrk -t 1 -c 32 -d ${seconds}s "${@:2}" \
		"http://127.0.0.1:$1/" | awk '/Requests\/sec/ { print $2 }'
}
background "$rl" run --rm --init -p $((port + 3)):8000 $libraries \
	-v "$stage/nginx.conf:/nginx.conf:ro" \
	busybox $nginx /nginx.conf
background $enter $nginx "$stage/their.conf"
echo "{\"execute\":\"add_hostfwd\",\"arguments\":{\"proto\":\"tcp\",\"host_addr\":\"127.0.0.1\",\"host_port\":$((port + 4)),\"guest_port\":8000}}" |
	nc -U -N "$stage/$account/api" >/dev/null
sleep 1
cat <<TABLE
wrk to nginx through a published port, 32 connections, requests a second:

| connections | rl | slirp4netns |
|---|---|---|
| kept alive | $(rate $((port + 3))) | $(rate $((port + 4))) |
| closed each time | $(rate $((port + 3)) -H "Connection: close") | $(rate $((port + 4)) -H "Connection: close") |
TABLE
kill "$inside" 2>/dev/null || true
