#!/bin/bash
# net_connections.sh BUILD - 500 connections at once and 10,000 in turn, into
# a published port and out: how many are lost, and what rl-slirp holds after.
set -eu
. "$(dirname "$0")/net_lib.sh"
net_open "$1"
read -r port host_port < <(free_ports 2)
nginx_conf "$stage/nginx.conf" /tmp 8000
nginx_conf "$stage/host.conf" "$stage/$account" $host_port
cp "$here/tests/lib/connections.py" "$stage/"
chmod a+r "$stage/connections.py"
background $nginx "$stage/host.conf"
background "$rl" run --rm --init -p $port:8000 $libraries \
	-v "$stage/nginx.conf:/nginx.conf:ro" busybox $nginx /nginx.conf
inner=$last

as "$account" mkdir box
background "$rl" run --rm --init $libraries -v "$stage/connections.py:/c.py:ro" \
	-v "$stage/$account/box:/box" busybox sh -c "
	for i in 1 2 3; do
		until [ -e /box/go\$i ]; do sleep 0.1; done
		/usr/bin/python3 /c.py $host $host_port 500 10000 >/box/part
		mv /box/part /box/lost\$i
	done; sleep 100"
outer=$last
until_open $port
until_open $host_port

# net_child PID - the rl-slirp of this rl, and its maker.
net_child() {
	local pid
	for pid in $(pgrep -P "$1" -f rl-slirp); do
		echo "$pid" $(pgrep -P "$pid")
	done
}

# held PID - private kB and fds of them.
held() {
	local pid kb=0 fds=0
	for pid in $(net_child "$1"); do
		kb=$((kb + $(awk '/^Private_/ { n += $2 } END { print n + 0 }' \
			"/proc/$pid/smaps_rollup" || echo 0)))
		fds=$((fds + $(ls "/proc/$pid/fd" | wc -l)))
	done
	echo "$kb | $fds"
}

sleep 2
before_in=$(held $inner) before_out=$(held $outer)
cat <<TABLE
500 connections at once, then 10,000 in turn; rl-slirp beside the container
(of the published port: with the process that makes its sockets):

| | lost | private kB | fds |
|---|---|---|---|
| before, with a published port | | $before_in |
TABLE
for i in 1 2 3; do
	lost=$(as "$account" python3 "$stage/connections.py" 127.0.0.1 $port 500 10000)
	sleep 1
	echo "| into a published port, round $i | $lost | $(held $inner) |"
done
echo "| before, without | | $before_out |"
for i in 1 2 3; do
	as "$account" touch box/go$i
	until [ -e "$stage/$account/box/lost$i" ]; do sleep 0.2; done
	sleep 1
	echo "| out, round $i | $(cat "$stage/$account/box/lost$i") | $(held $outer) |"
done
