#!/bin/bash
# net_requests.sh BUILD [ROUNDS] - wrk to an nginx behind a published port,
# beside slirp4netns and podman's default network, in turn.
set -eu
. "$(dirname "$0")/net_lib.sh"
rounds=${2:-3}
seconds=3
net_open "$1"
open_slirp4netns
read -r at_rl at_peer at_podman < <(free_ports 3)
nginx_conf "$stage/nginx.conf" /tmp 8000
nginx_conf "$stage/their.conf" "$stage/$account" 8000
background "$rl" run --rm --init -p $at_rl:8000 $libraries \
	-v "$stage/nginx.conf:/nginx.conf:ro" busybox $nginx /nginx.conf
background $enter $nginx "$stage/their.conf"
forward $at_peer 8000
servers="rl peer"
[ -z "$podman" ] || {
	servers="rl peer podman"
	background $podman --rm -p $at_podman:8000 $libraries \
		-v "$stage/nginx.conf:/nginx.conf:ro" busybox $nginx /nginx.conf
	until_open $at_podman
}
until_open $at_rl
sleep 2

# rate NAME WAY PORT OPTION... - add wrk's requests a second.
rate() {
	as "$account" wrk -t 1 -c 32 -d ${seconds}s "${@:4}" \
		"http://127.0.0.1:$3/" >"$stage/wrk"
	! grep -q Socket "$stage/wrk" || echo "$1, $2: $(grep Socket "$stage/wrk")" >>"$stage/out"
	awk '/Requests\/sec/ { print int($2) }' "$stage/wrk" >>"$stage/rate-$1-$2"
}

for round in $(seq "$rounds"); do
	for name in $servers; do
		at=at_$name
		rate $name kept "${!at}"
		rate $name closed "${!at}" -H "Connection: close"
	done
done

row() {
	local name
	printf '| %s |' "$1"
	for name in $servers; do printf ' %s |' "$(best "$stage/rate-$name-$2")"; done
	echo
}
cat <<TABLE
wrk to nginx through a published port, 32 connections, requests a second,
best of $rounds rounds of $seconds s:

| connections | rl | slirp4netns |${podman:+ podman |}
|---|---|---|${podman:+---|}
$(row "kept alive" kept)
$(row "closed each time" closed)
TABLE
[ ! -e "$stage/out" ] || cat "$stage/out"
