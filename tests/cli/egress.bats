# egress.bats - --net-allow and --net-log.
load ../lib/common

setup_file() {
	[ -w /dev/net/tun ] || skip "/dev/net/tun cannot be opened"
	unshare -Urmn true 2>/dev/null || skip "no user namespaces here"
}

world() { "$BATS_TEST_DIRNAME/../lib/world.sh" "$@"; }
servers='name_server 127.0.0.1 --address=/good.test/198.51.100.1 --address=/bad.test/198.51.100.2
	web 198.51.100.1 80 good; web 198.51.100.1 81 other; web 198.51.100.2 80 bad;'

@test "names outside the list do not exist, connects elsewhere are refused" {
	load_busybox
	run world "$servers"'
		run --net-allow good.test busybox sh -c "$lookup
			get 198.51.100.1 80; lookup good.test; get 198.51.100.1 80
			lookup bad.test; get 198.51.100.2 80"'
	echo "$output"
	[[ ${lines[0]} == *refused* ]]
	[ "${lines[1]}" = 198.51.100.1 ]
	[ "${lines[2]}" = good ]
	[[ ${lines[3]} == *NXDOMAIN* ]]
	[[ ${lines[4]} == *refused* ]]
}

@test "rules: ports, addresses, networks, names below; none" {
	load_busybox
	run world "$servers"'
		run --net-allow good.test:80 busybox sh -c "$lookup
			lookup good.test; get 198.51.100.1 80; get 198.51.100.1 81"
		run --net-allow 198.51.100.2 busybox sh -c "$lookup
			get 198.51.100.2 80; get 198.51.100.1 80"
		run --net-allow 198.51.100.0/31 busybox sh -c "$lookup
			get 198.51.100.1 80; get 198.51.100.2 80"
		run --net-allow "*.good.test" busybox sh -c "$lookup
			lookup good.test; lookup www.good.test; get 198.51.100.1 80"
		run --net-allow none busybox sh -c "$lookup
			lookup good.test; get 198.51.100.1 80"'
	echo "$output"
	[ "${lines[1]}" = good ]
	[[ ${lines[2]} == *refused* ]]
	[ "${lines[3]}" = bad ]
	[[ ${lines[4]} == *refused* ]]
	[ "${lines[5]}" = good ]
	[[ ${lines[6]} == *refused* ]]
	[[ ${lines[7]} == *NXDOMAIN* ]]
	[ "${lines[8]}" = 198.51.100.1 ]
	[ "${lines[9]}" = good ]
	[[ ${lines[10]} == *NXDOMAIN* ]]
	[[ ${lines[11]} == *refused* ]]
}

@test "other ways out are closed: UDP, ping, DNS over TCP, another resolver" {
	load_busybox
	run world "$servers"'
		name_server 198.51.100.2 --address=/good.test/198.51.100.2
		echo "198.51.100.0 2147483647" >/proc/sys/net/ipv4/ping_group_range 2>/dev/null
		run --net-allow good.test -v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro busybox sh -c "
			/usr/bin/dig +short +tries=1 +time=2 bad.test @198.51.100.2
			/usr/bin/dig +short +tries=1 +time=2 +tcp good.test @10.0.2.3
			ping -c 1 -W 1 198.51.100.2 | grep received"'
	echo "$output"
	[[ $output != *198.51.100.2$'\n'* ]]
	[[ $output != *$'\n198.51.100.1'* ]]
	[[ $output == *"0 packets received"* ]]
}

@test "the log has a JSON line a connection, with its name" {
	load_busybox
	log=$BATS_TEST_TMPDIR/log
	run world "$servers"'
		run --net-log '"$log"' --net-allow good.test busybox sh -c "$lookup
			lookup good.test; get 198.51.100.1 80; get 198.51.100.2 80; lookup bad.test"'
	cat "$log"
	jq -e -s 'map(select(.protocol == "tcp" and .address == "198.51.100.1" and
		.port == 80 and .name == "good.test" and .allowed)) | length == 1' "$log"
	jq -e -s 'map(select(.protocol == "tcp" and .address == "198.51.100.2" and
		(.allowed | not))) | length == 1' "$log"
	jq -e -s 'map(select(.protocol == "dns" and .name == "bad.test" and
		(.allowed | not))) | length >= 1' "$log"
	jq -e -s 'all(.time | test("^[0-9-]+T[0-9:.]+Z$"))' "$log"
	# without a list, everything is allowed and told
	run world "$servers"'
		run --net-log '"$log"2' busybox sh -c "$lookup; get 198.51.100.2 80"'
	[ "$output" = bad ]
	jq -e -s 'length == 1 and .[0].allowed and .[0].port == 80' "${log}2"
}

@test "bad rules, and networks that cannot keep them, are refused" {
	load_busybox
	for bad in '' 'a b' 'a.test:0' 'a.test:65536' 'a.test:x' '1.2.3.4/33' '[::1:80' '*' '..'; do
		run "$RL" run --rm --net-allow "$bad" busybox true
		[ "$status" -eq 125 ]
		[[ $output == *"--net-allow '$bad'"* ]]
	done
	for net in none host; do
		run "$RL" run --rm --network $net --net-allow a.test busybox true
		[ "$status" -eq 125 ]
	done
}
