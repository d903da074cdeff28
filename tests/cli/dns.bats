# dns.bats - names: the resolver inside follows the host's.
load ../lib/common

setup_file() {
	[ -w /dev/net/tun ] || skip "/dev/net/tun cannot be opened"
	unshare -Urmn true 2>/dev/null || skip "no user namespaces here"
}

world() { "$BATS_TEST_DIRNAME/../lib/world.sh" "$@"; }

@test "a resolver on the host's loopback is asked" {
	load_busybox
	run world 'name_server 127.0.0.1 --address=/a.test/192.0.2.7 --local=/no.test/
		run busybox sh -c "$lookup; lookup a.test; lookup no.test"'
	echo "$output"
	[ "${lines[0]}" = 192.0.2.7 ]
	[[ ${lines[1]} == *"no.test: NXDOMAIN"* ]]
}

@test "resolv.conf rewritten while the container runs" {
	load_busybox
	run world 'name_server 127.0.0.1 --address=/a.test/192.0.2.1
		name_server 198.51.100.1 --address=/a.test/192.0.2.2
		run busybox sh -c "$lookup; lookup a.test; sleep 3; lookup a.test" &
		pid=$!
		sleep 1.5
		echo "nameserver 198.51.100.1" >"$resolv"
		wait $pid'
	echo "$output"
	[ "$output" = $'192.0.2.1\n192.0.2.2' ]
}

@test "a dead server is passed over; when all are dead the lookup fails" {
	load_busybox
	run world 'name_server 198.51.100.1 --address=/a.test/192.0.2.1
		printf "nameserver 198.51.100.2\nnameserver 198.51.100.1\n" >"$resolv"
		run busybox sh -c "$lookup; lookup a.test"
		kill $dns
		run busybox sh -c "$lookup; lookup a.test"'
	echo "$output"
	[ "${lines[0]}" = 192.0.2.1 ]
	[[ ${lines[1]} == *SERVFAIL* ]]
}

@test "long answers over TCP" {
	load_busybox
	run world 'name_server 127.0.0.1 --edns-packet-max=512 $(seq -f "--host-record=big.test,192.0.2.%g" 1 200)
		run -v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro busybox \
			/usr/bin/dig +short +tcp big.test | wc -l'
	echo "$output"
	[ "$output" -eq 200 ]
}

@test "search and options of the host reach the container" {
	load_busybox
	run world 'printf "# text\nnameserver 127.0.0.53\nsearch a.test b.test\noptions ndots:2\n" >"$resolv"
		run busybox cat /etc/resolv.conf
		run --dns-search . busybox cat /etc/resolv.conf'
	echo "$output"
	[ "$output" = $'nameserver 10.0.2.3\nsearch a.test b.test\noptions ndots:2\nnameserver 10.0.2.3\noptions ndots:2' ]
}
