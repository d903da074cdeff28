#!/bin/bash
# world.sh COMMANDS - run bash commands as root of a small world of its own:
# user, mount and network namespaces with
#   198.51.100.1, .2    addresses of "hosts", served by what the commands start
#   2001:db8::1         and one of IPv6
#   /etc/resolv.conf    $resolv, a file that the commands may write
# and the functions below.
set -u
if [ "${1:-}" != --inside ]; then
	exec timeout 120 unshare -Urmn "$0" --inside "$@"
fi
shift
dir=$(mktemp -d)
resolv=$dir/resolv.conf
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$dir"' EXIT
ip link set lo up
ip addr add 198.51.100.1/32 dev lo
ip addr add 198.51.100.2/32 dev lo
ip addr add 2001:db8::1/128 dev lo nodad
echo 'nameserver 127.0.0.1' >"$resolv"
mount --bind "$resolv" /etc/resolv.conf

# name_server ADDRESS OPTION... - dnsmasq on port 53, answering when it returns
name_server() {
	local address=$1
	shift
	dnsmasq --no-daemon --conf-file=/dev/null --no-resolv --no-hosts \
		--bind-interfaces --listen-address="$address" --local-ttl=1 "$@" \
		>>"$dir/dnsmasq" 2>&1 &
	dns=$!
	for i in $(seq 100); do
		dig +short +time=1 +tries=1 @"$address" version.bind chaos txt >/dev/null &&
			return
		sleep 0.05
	done
	cat "$dir/dnsmasq"
}

# web ADDRESS PORT WORD - a server that answers with the word
web() {
	mkdir -p "$dir/www-$3"
	echo "$3" >"$dir/www-$3/index.html"
	python3 -m http.server -b "$1" -d "$dir/www-$3" "$2" >"$dir/web-$3" 2>&1 &
	until ss -Hltn "sport = :$2" | grep -qF "$1"; do sleep 0.05; done
}

# run OPTION... - rl run --rm, of busybox
run() { "$RL" run --rm "$@" </dev/null; }
# lookup NAME - one line for each address that the container is told
lookup='lookup() { nslookup "$1" 2>&1 | awk "/^Name:/ { n = 1 } n && /^Address/ { print \$NF } /NXDOMAIN|SERVFAIL|timed out|no servers/ { print }" | sort -u; }
get() { printf "GET / HTTP/1.0\r\n\r\n" | timeout 5 nc "$1" "$2" 2>&1 | tail -1; }'
eval "$*"
