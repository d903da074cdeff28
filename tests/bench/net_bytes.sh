#!/bin/bash
# net_bytes.sh BUILD [ROUNDS] - iperf3 out, in, and through a published port,
# beside slirp4netns: each way of one, then of the other, in turn.
set -eu
. "$(dirname "$0")/net_lib.sh"
rounds=${2:-3}
seconds=3
net_open "$1"
open_slirp4netns
iperf="/usr/bin/iperf3"
read -r port ours theirs < <(free_ports 3)
background $iperf -s -p "$port"
until_open "$port"
background "$rl" run --rm --init -p $ours:5201 $libraries busybox $iperf -s
background $enter $iperf -s
forward $theirs 5201
until_open $ours
sleep 1

# gbit NAME COMMAND... - add what iperf3's receiver got, in Gbit/s.
gbit() {
	as "$account" "${@:2}" -t $seconds -f g | awk '/receiver/ {
		for (i = 2; i <= NF; i++) if ($i ~ /bits/) print $(i - 1) }' \
		>>"$stage/gbit-$1"
}

for round in $(seq "$rounds"); do
	gbit loop $iperf -c "$host" -p "$port"
	for way in to from; do
		back=
		[ $way = to ] || back=-R
		gbit rl-$way "$rl" run --rm $libraries busybox $iperf -c "$host" -p "$port" $back
		gbit peer-$way $enter $iperf -c "$host" -p "$port" $back
		gbit rl-$way-port $iperf -c 127.0.0.1 -p $ours $back
		gbit peer-$way-port $iperf -c 127.0.0.1 -p $theirs $back
	done
done

row() {
	echo "| $1 | $(best "$stage/gbit-rl-$2") | $(best "$stage/gbit-peer-$2") |"
}
cat <<TABLE
iperf3, Gbit/s, best of $rounds rounds of $seconds s (the host to its own
address: $(best "$stage/gbit-loop")):

| way | rl | slirp4netns |
|---|---|---|
$(row "to the host" to)
$(row "from the host" from)
$(row "into a published port" to-port)
$(row "out of a published port" from-port)
TABLE
