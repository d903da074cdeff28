# port.bats - rl port.
load ../lib/common
load containers

@test "all ports, one port, by docker's lines" {
	load_busybox
	"$RL" run -d --name web -p 127.0.0.1::443 -p 127.0.0.1::80 \
		-p 127.0.0.1::53/udp -p '[::1]::80' --expose 90 \
		busybox sleep 1000
	bound() { # PORT NUMBER
		jq -r --arg p "$1" ".Ports[\$p][$2].HostPort" \
			"$RL_ROOT/containers/$(id_of web)/state.json"
	}
	[ "$("$RL" port web)" = "53/udp -> 127.0.0.1:$(bound 53/udp 0)
80/tcp -> 127.0.0.1:$(bound 80/tcp 0)
80/tcp -> [::1]:$(bound 80/tcp 1)
443/tcp -> 127.0.0.1:$(bound 443/tcp 0)" ]
	[ "$("$RL" port web 443)" = "127.0.0.1:$(bound 443/tcp 0)" ]
	[ "$("$RL" container port web 443/tcp)" = "$("$RL" port web 443)" ]
	[ "$("$RL" port web 53/udp)" = "127.0.0.1:$(bound 53/udp 0)" ]
	[ "$("$RL" port web 80 | wc -l)" = 2 ]
	for p in 53 90 81/tcp 80/udp; do
		run "$RL" port web $p
		[ "$status" -eq 1 ]
		[[ $output == "rl: No public port '$p"*"' published for web" ]]
	done
	run "$RL" port web http
	[ "$status" -eq 1 ]
	[[ $output == *"not a port such as 80"* ]]
	end_containers
	[ -z "$("$RL" port web)" ]
}

@test "no such container" {
	run "$RL" port nope
	[ "$status" -eq 1 ]
	[ "$output" = "rl: No such container: nope" ]
}
