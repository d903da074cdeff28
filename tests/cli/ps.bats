# ps.bats - rl ps: columns, texts, filters.
load ../lib/common
load containers

keep() { "$RL" run --network none "$@" </dev/null; }
names() { "$RL" ps -a --format '{{.Names}}' "$@" | tr '\n' ' '; }

@test "an empty store lists headers only, under each name of the command" {
	local expected="CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES"
	for command in ps "container ls" "container list" "container ps"; do
		[ "$("$RL" $command)" = "$expected" ]
	done
	[ -z "$("$RL" ps -aq)" ]
}

@test "docker's table, of containers in every state" {
	load_busybox
	keep --name ended busybox sh -c 'exit 3' || true
	keep --name new busybox /nope || true
	keep --name again busybox true
	keep -d --name up busybox sleep 1000
	pretend ended container.json '.CreatedNano = ago(3 * 86400)'
	pretend ended state.json '.Finished = ago(3 * 3600)'
	pretend new container.json '.CreatedNano = ago(7200)'
	pretend again container.json '.CreatedNano = ago(3600)'
	run "$RL" ps
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[1]} == *'busybox   "sleep 1000"   '*' ago   Up '*' up' ]]
	end_containers
	pretend up container.json '.CreatedNano = ago(1800)'
	pretend up state.json '.Finished = ago(600)'
	pretend again state.json '.Finished = ago(1200)'
	table=$("$RL" ps -a | sed -E 's/^[0-9a-f]{12}/0123456789ab/')
	echo "$table"
	[ "$table" = \
'CONTAINER ID   IMAGE     COMMAND            CREATED             STATUS                        PORTS     NAMES
0123456789ab   busybox   "sleep 1000"       30 minutes ago      Exited (137) 10 minutes ago             up
0123456789ab   busybox   "true"             About an hour ago   Exited (0) 20 minutes ago               again
0123456789ab   busybox   "/nope"            2 hours ago         Created                                 new
0123456789ab   busybox   "sh -c '"'exit 3'"'"   3 days ago          Exited (3) 3 hours ago                  ended' ]
}

@test "-q, -l, -n, --no-trunc" {
	load_busybox
	keep --name one busybox true
	keep --name two busybox true
	keep --name three busybox echo a long line of words 'and a "quote"'
	[ "$("$RL" ps -aq --no-trunc)" = "$(id_of three; id_of two; id_of one)" ]
	[ "$("$RL" ps -aq)" = "$(for n in three two one; do
		id_of $n | cut -c 1-12; done)" ]
	[ "$("$RL" ps -lq --no-trunc)" = "$(id_of three)" ]
	[ "$("$RL" ps -n 2 -q --no-trunc)" = "$(id_of three; id_of two)" ]
	[ "$("$RL" ps -n 0 -q)" = "" ]
	[ -z "$("$RL" ps -q)" ]
	[ "$("$RL" ps -l --format '{{.Command}}')" = '"echo a long line of…"' ]
	[ "$("$RL" ps -l --no-trunc --format '{{.Command}}')" = \
	  '"echo a long line of words '"'and a \\\"quote\\\"'"'"' ]
	run "$RL" ps -lq --format '{{.Names}}'
	[ "$output" = "rl: WARNING: Ignoring custom format, because both --format and --quiet are set.
$(id_of three | cut -c 1-12)" ]
	refute "$RL" ps -n many
}

@test "--format json: docker's fields" {
	load_busybox
	keep --name one -l a=b -l c.d-e=x,y -v data:/d -v /tmp:/t:ro busybox true
	pretend one container.json '.CreatedNano = 1700000000123456789'
	pretend one state.json '.Finished = ago(61)'
	TZ=UTC "$RL" ps -a --format json | jq -e --arg id "$(id_of one)" \
		'(.RunningFor | test("^[2-9] years ago$")) and
		(del(.RunningFor) == {
		Command: "\"true\"", CreatedAt: "2023-11-14 22:13:20 +0000 UTC",
		ID: $id[0:12], Image: "busybox", Labels: "a=b,c.d-e=x,y",
		LocalVolumes: "1", Mounts: "data,/tmp", Names: "one",
		Networks: "none", Ports: "", Size: "0B", State: "exited",
		Status: "Exited (0) About a minute ago"})'
	[ "$("$RL" ps -a --format '{{json .}}')" = "$("$RL" ps -a --format json)" ]
	[ "$("$RL" ps -a --format '{{.Label "c.d-e"}}|{{.Label "no"}}|')" = \
	  "x,y||" ]
	[ "$("$RL" ps -a --format 'table {{.Names}}\t{{.Label "c.d-e"}}')" = \
"NAMES     d e
one       x,y" ]
	[ "$("$RL" ps -a --format 'table {{.ID}}\t{{.RunningFor}}\t{{.State}}' |
		head -n 1 | tr -s ' ')" = "CONTAINER ID CREATED STATE" ]
	refute "$RL" ps -a --format '{{.Name}}'
}

@test "-s adds what was written, and the image" {
	load_busybox
	keep --name one busybox dd if=/dev/zero of=/big bs=1000000 count=2
	[[ $("$RL" ps -a) != *SIZE* ]]
	run "$RL" ps -as
	[[ ${lines[0]} == *"NAMES     SIZE" ]]
	[[ $("$RL" ps -a --format '{{.Size}}') =~ ^2(\.0[0-9]*)?MB\ \(virtual\ [0-9.]*MB\)$ ]]
	keep --name none busybox true
	[[ $("$RL" ps -ls --format '{{.Size}}') == "0B (virtual "* ]]
}

@test "filters: id, name, label, status, exited, before, since" {
	load_busybox
	keep --name web-1 -l a=1 -l b busybox true
	keep --name web-2 -l a=2 -l b busybox sh -c 'exit 2' || true
	keep --name db busybox /nope || true
	keep -d --name live busybox sleep 1000
	[ "$(names)" = "live db web-2 web-1 " ]
	[ "$(names -f name=web)" = "web-2 web-1 " ]
	[ "$(names -f name=^/web-1$)" = "web-1 " ]
	[ "$(names -f name=^eb)" = "" ]
	[ "$(names -f name=1$ -f name=db)" = "db web-1 " ]
	[ "$(names -f "id=$(id_of db | cut -c 1-10)")" = "db " ]
	[ "$(names -f label=a)" = "web-2 web-1 " ]
	[ "$(names -f label=a=2)" = "web-2 " ]
	[ "$(names -f label=a=2 -f label=nope)" = "" ]
	[ "$(names -f status=exited)" = "web-2 web-1 " ]
	[ "$(names -f status=created -f status=running)" = "live db " ]
	[ "$("$RL" ps -qf status=exited | wc -l)" = 2 ]
	[ "$(names -f exited=2)" = "web-2 " ]
	[ "$(names -f exited=0 -f exited=2)" = "web-2 web-1 " ]
	[ "$("$RL" ps -qf exited=2)" = "" ]
	[ "$(names -f before=db)" = "web-2 web-1 " ]
	[ "$(names -f since=db)" = "live " ]
	[ "$(names -f since=web-1 -f label=b)" = "web-2 " ]
	[ "$(names -f health=none | wc -w)" = 4 ]
	[ "$(names -f health=healthy)" = "" ]
	[ "$("$RL" ps -q)" = "$(id_of live | cut -c 1-12)" ]
	[ "$("$RL" ps -n 1 -f name=web --format '{{.Names}}')" = web-2 ]
}

@test "filters: volume, network, ancestor" {
	load_busybox
	keep --name one -v data:/d busybox true
	keep --name two -v /tmp:/host busybox true
	"$RL" run --network host --name three busybox true
	[ "$(names -f volume=data)" = "one " ]
	[ "$(names -f volume=/d -f volume=/host)" = "two one " ]
	[ "$(names -f volume=/tmp)" = "two " ]
	[ "$(names -f volume=dat)" = "" ]
	[ "$(names -f network=host)" = "three " ]
	[ "$(names -f ancestor=busybox)" = "three two one " ]
	[ "$(names -f "ancestor=$("$RL" images -q)")" = "three two one " ]
	[ "$(names -f ancestor=debian)" = "" ]
}

@test "an image that lost its name is shown by its ID" {
	load_busybox
	"$RL" tag busybox mine
	"$RL" tag busybox other:1
	keep --name one mine true
	[ "$("$RL" ps -a --format '{{.Image}}')" = mine ]
	"$RL" rmi mine >/dev/null
	[ "$("$RL" ps -a --format '{{.Image}}')" = "$("$RL" images -q busybox)" ]
	[ "$("$RL" ps -a --no-trunc --format '{{.Image}}')" = \
	  "$("$RL" images -q --no-trunc busybox)" ]
}

@test "PORTS: what is published and what is only named; publish=, expose=" {
	load_busybox
	"$RL" run -d --name web -p 127.0.0.1::80 -p 127.0.0.1::53/udp \
		--expose 9000-9001 busybox sleep 1000
	port=$(jq -r '.Ports["80/tcp"][0].HostPort' \
		"$RL_ROOT/containers/$(id_of web)/state.json")
	udp=$(jq -r '.Ports["53/udp"][0].HostPort' \
		"$RL_ROOT/containers/$(id_of web)/state.json")
	[ "$("$RL" ps --format '{{.Ports}}')" = \
"9000-9001/tcp, 127.0.0.1:$udp->53/udp, 127.0.0.1:$port->80/tcp" ]
	[ "$(names -f publish=$port)" = "web " ]
	[ "$(names -f publish=$port/udp)" = "" ]
	[ "$(names -f publish=80)" = "" ]
	[ "$(names -f expose=80/tcp)" = "web " ]
	[ "$(names -f expose=9001-9009)" = "web " ]
	[ "$(names -f expose=81)" = "" ]
	end_containers
	[ -z "$("$RL" ps -a --format '{{.Ports}}')" ]
}

@test "bad filters are named" {
	run "$RL" ps -f nope=1
	[ "$status" -eq 1 ]
	[[ $output == *"unknown filter 'nope': there are ancestor, before"* ]]
	for f in status=alive health=fine exited=x publish=http expose=; do
		run "$RL" ps -f "$f"
		[ "$status" -eq 1 ]
		[[ $output == *"invalid filter '$f'"* ]]
	done
	run "$RL" ps -f before=nope
	[ "$status" -eq 1 ]
	[[ $output == *"No such container: nope"* ]]
}

@test "one that ended without its supervisor is not shown as running" {
	load_busybox
	keep -d --name lost busybox sleep 1000
	kill -9 "$(jq .Supervisor "$RL_ROOT/containers/$(id_of lost)/state.json")"
	flock -w 20 "$RL_ROOT/containers/$(id_of lost)" true
	[ -z "$("$RL" ps -q)" ]
	[[ $("$RL" ps -a --format '{{.Status}}') == "Exited (137) "* ]]
}

@test "containers with --rm are there as long as they run" {
	load_busybox
	keep --rm -d --name short busybox sleep 1000
	[ "$(names)" = "short " ]
	kill -9 "$(jq .Pid "$RL_ROOT"/containers/*.rm/state.json)"
	for i in $(seq 200); do
		[ -n "$(names)" ] || break
		sleep 0.05
	done
	[ -z "$(names)" ]
}

@test "STATUS and filters of what is paused, restarts, is checked" {
	load_busybox
	status() { "$RL" ps -a -f name="$1" --format '{{.State}} {{.Status}}'; }
	keep -d --name held busybox sleep 1000
	"$RL" pause held
	[[ $(status held) == "paused Up "*" (Paused)" ]]
	[ "$(names -f status=paused)" = "held " ]
	[ "$("$RL" ps -q | wc -l)" = 1 ]
	[ "$("$RL" inspect -f '{{.State.Status}} {{.State.Running}} {{.State.Paused}}' held)" = "paused true true" ]
	"$RL" unpause held
	[[ $(status held) != *Paused* ]]
	keep -d --name well --health-cmd true --health-interval 50ms \
		busybox sleep 1000
	for i in $(seq 200); do
		[ -z "$(names -f health=healthy)" ] || break
		sleep 0.05
	done
	[[ $(status well) == "running Up "*" (healthy)" ]]
	[ "$(names -f health=healthy)" = "well " ]
	[ "$("$RL" inspect -f '{{.State.Health.Status}}' well)" = healthy ]
	keep -d --name again --restart always busybox sh -c 'sleep 0.1; exit 4' || true
	for i in $(seq 400); do
		[ -z "$(names -f status=restarting)" ] || break
		sleep 0.02
	done
	[ "$(names -f status=restarting)" = "again " ] ||
		[ "$("$RL" inspect -f '{{.RestartCount}}' again)" -gt 0 ]
	"$RL" rm -f again
	[ "$("$RL" inspect -f '{{.HostConfig.RestartPolicy.Name}}' well)" = no ]
	"$RL" update --restart unless-stopped well
	[ "$("$RL" inspect -f '{{.HostConfig.RestartPolicy.Name}}' well)" = \
	  unless-stopped ]
}

@test "a long list needs no more than one folder open at a time" {
	load_busybox
	for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
		keep --name n$n busybox true
	done
	(ulimit -n 12; "$RL" ps -aq) >"$BATS_TEST_TMPDIR/ids"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/ids")" = 12 ]
}
