# network_container.bats - --network and --pid container:NAME.
load ../lib/common

# serve NAME [ARG...] - a container in which port 8000 of the loopback answers.
serve() {
	local name=$1
	shift
	detached "$name" "$@" busybox sh -c \
		'mkdir /www; echo served >/www/f; httpd -p 127.0.0.1:8000 -h /www; echo up; exec sleep 1000'
	until_log "$name" up
}

# in_net NAME COMMAND... - what it prints in a container on that one's network.
in_net() {
	local name=$1
	shift
	"$RL" run --rm --network "container:$name" busybox "$@" </dev/null
}

@test "--network container: joins the network, by name and by ID" {
	load_busybox
	serve web
	[ "$(in_net web wget -qO- http://127.0.0.1:8000/f)" = served ]
	id=$("$RL" inspect -f '{{.Id}}' web)
	[ "$(in_net "${id:0:12}" wget -qO- http://127.0.0.1:8000/f)" = served ]
	# its own processes, files and mounts
	[ "$(in_net web sh -c 'ls /www 2>&1; pidof httpd; mount -t tmpfs x /mnt 2>&1; echo $$')" = \
		"$("$RL" run --rm busybox sh -c 'ls /www 2>&1; pidof httpd; mount -t tmpfs x /mnt 2>&1; echo $$' </dev/null)" ]
	# two of them see each other
	detached beside --network container:web busybox sh -c \
		'httpd -p 127.0.0.1:8001 -h /etc; echo up; exec sleep 1000'
	until_log beside up
	in_net beside wget -qO- http://127.0.0.1:8001/hostname
	"$RL" exec beside wget -qO- http://127.0.0.1:8000/f
}

@test "its hosts, resolv.conf and hostname are the other's" {
	load_busybox
	"$RL" run -d --name web --hostname www --add-host db:10.1.2.3 --dns 192.0.2.1 \
		busybox sh -c 'echo 10.9.9.9 late >>/etc/hosts; echo up; exec sleep 1000' </dev/null
	until_log web up
	for f in hosts resolv.conf hostname; do
		[ "$(in_net web cat /etc/$f)" = "$("$RL" exec web cat /etc/$f)" ]
	done
	in_net web grep -q late /etc/hosts
	[ "$(in_net web hostname)" = www ]
	[ "$(in_net web sh -c 'echo $HOSTNAME')" = www ]
}

@test "the default network, users and --init on either side" {
	load_busybox
	"$RL" run -d --init --name web busybox sleep 1000 </dev/null
	[ "$(in_net web ip -o -4 addr)" = "$("$RL" exec web ip -o -4 addr)" ]
	in_net web ip route | grep -q default
	[ "$("$RL" run --rm --init --user 5:6 --network container:web busybox id -u </dev/null)" = 5 ]
	"$RL" run --rm --network container:web busybox sh -c \
		'touch /x && chown 7:8 /x' </dev/null
}

@test "inspect says container:ID; a rename of the other does no harm" {
	load_busybox
	serve web
	id=$("$RL" inspect -f '{{.Id}}' web)
	"$RL" create --name job --network container:web busybox wget -qO- http://127.0.0.1:8000/f
	[ "$("$RL" inspect -f '{{.HostConfig.NetworkMode}}' job)" = "container:$id" ]
	[ "$("$RL" inspect -f '{{json .NetworkSettings.Networks}}' job)" = "{}" ]
	"$RL" rename web other
	[ "$("$RL" start -a job)" = served ]
	[ "$("$RL" start -a job)" = served ]
	"$RL" rm job
}

@test "one that does not run, or is not there, is an error" {
	load_busybox
	run "$RL" run --rm --network container:nobody busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"container:nobody: No such container: nobody"* ]]
	run "$RL" run --rm --network container: busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"invalid container format container:<name|id>"* ]]
	"$RL" create --name idle busybox true
	run "$RL" run --rm --network container:idle busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"container idle is not running"* ]]
	run "$RL" run -d --name bg --network container:idle busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"container idle is not running"* ]]
	[ "$(state bg Status)" = created ]
}

@test "what the other's network has decided conflicts" {
	load_busybox
	detached web busybox sleep 1000
	for o in '-p 8080:80' -P '--expose 80' '--dns 192.0.2.1' '--dns-search x' \
		'--add-host a:1.2.3.4' '--hostname x' '--userns host'; do
		run "$RL" run --rm --network container:web $o busybox true
		[ "$status" -eq 125 ]
		[[ $output == *"conflicting options: "* ]]
	done
	[ "$(containers)" = 1 ]
}

@test "when the other ends, it runs on, with a network that is dead" {
	load_busybox
	"$RL" run -d --name web busybox sleep 1000 </dev/null
	"$RL" run -d --name job --network container:web busybox sleep 1000 </dev/null
	"$RL" exec job ip -o link | grep -q ' eth0'
	"$RL" kill web
	"$RL" wait web
	"$RL" rm web
	[ "$(state job Status)" = running ]
	"$RL" exec job ip -o link show lo
	refute "$RL" exec job wget -T 2 -qO- http://10.0.2.2:1/
	"$RL" stop -t 0 job
	run "$RL" start job
	[ "$status" -eq 1 ]
	[[ $output == *"No such container"* ]]
	"$RL" rm job
}

@test "one on the host's network shares that" {
	load_busybox
	"$RL" run -d --name web --network host busybox sleep 1000 </dev/null
	[ "$(in_net web readlink /proc/self/ns/net)" = "$(readlink /proc/self/ns/net)" ]
	[ "$(in_net web hostname)" = "$(hostname)" ]
}

@test "--pid container: sees the other's processes, and ends with them" {
	load_busybox
	serve web
	"$RL" run --rm --pid container:web busybox pidof httpd </dev/null
	"$RL" run -d --name job --pid container:web --network container:web busybox sleep 1000 </dev/null
	id=$("$RL" inspect -f '{{.Id}}' web)
	[ "$("$RL" inspect -f '{{.HostConfig.PidMode}}' job)" = "container:$id" ]
	"$RL" exec job wget -qO- http://127.0.0.1:8000/f
	"$RL" kill web
	until_state job exited
	detached one busybox sleep 1000
	detached two busybox sleep 1000
	run "$RL" run --rm --pid container:one --network container:two busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"name two containers"* ]]
}

@test "nobody outside the two has rights over them: no capability is new" {
	load_busybox
	detached web busybox sleep 1000
	[ "$(in_net web grep Cap /proc/self/status)" = \
		"$("$RL" run --rm --network none busybox grep Cap /proc/self/status </dev/null)" ]
	refute in_net web ip link set lo down
	[ "$("$RL" run --rm --cap-add NET_ADMIN --network container:web busybox \
		sh -c 'ip link set lo down && echo down' </dev/null)" = down ]
}
