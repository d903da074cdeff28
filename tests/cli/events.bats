# events.bats - rl events.
load ../lib/common
load containers

past() { "$RL" events --since 1h --until 0s "$@"; }
keep() { "$RL" run --network none "$@" </dev/null; }

@test "a line an event, as docker prints it" {
	load_busybox
	keep --name one -l b=2 -l a=1 busybox sh -c 'exit 3' || true
	id=$(id_of one)
	[ "$(past | sed -E 's/^[0-9-]+T[0-9:]+\.[0-9]{9}([+-][0-9:]+|Z) /TIME /')" = \
"TIME container create $id (a=1, b=2, image=busybox, name=one)
TIME container start $id (a=1, b=2, image=busybox, name=one)
TIME container die $id (a=1, b=2, execDuration=0, exitCode=3, image=busybox, name=one)" ]
	[[ $(TZ=Etc/GMT-5 past | head -n 1) == *+05:00" container create "* ]]
	at=$(past | head -n 1 | cut -d ' ' -f 1)
	[ $(($(date +%s) - $(date -d "$at" +%s))) -lt 600 ]
}

@test "--format: json and templates" {
	load_busybox
	keep --name one busybox true
	past --format json | jq -se --arg id "$(id_of one)" '
		[.[].Action] == ["create", "start", "die"] and
		all(.[]; .time == (.timeNano / 1000000000 | floor)) and
		(.[2] | del(.time, .timeNano)) == {status: "die", id: $id,
		from: "busybox", Type: "container", Action: "die",
		Actor: {ID: $id, Attributes: {execDuration: "0", exitCode: "0",
		image: "busybox", name: "one"}}, scope: "local"}'
	[ "$(past --format '{{json .}}')" = "$(past --format json)" ]
	[ "$(past -f event=die --format \
		'{{.Type}} {{.Action}} {{.Status}} {{.From}} {{.Scope}} {{.Actor.Attributes.name}} {{.ID}} {{.Actor.ID}}')" = \
	  "container die die busybox local one $(id_of one) $(id_of one)" ]
	[ "$(past -f event=die --format '{{.TimeNano}}')" = \
	  "$(past -f event=die --format json | grep -o '[0-9]*}$' | tr -d '}')" ]
	refute past --format '{{.Nope}}'
}

@test "--since and --until" {
	load_busybox
	keep --name one busybox true
	keep --name two busybox true
	nano=$(past -f container=two -f event=create --format '{{.TimeNano}}')
	at="${nano:0:-9}.${nano: -9}"
	names() { "$RL" events --format '{{.Actor.Attributes.name}}' "$@" | sort -u; }
	[ "$(names --since "$at" --until 0s)" = two ]
	[ "$(names --since "${at%?????????}$((10#${at: -9} + 1))" --until 0s \
		-f event=create)" = "" ] || [ "${at: -9}" = 999999999 ]
	[ "$(names --since 0 --until "$at" -f event=die)" = one ]
	rfc=$(date -u -d "@${nano:0:-9}" +%Y-%m-%dT%H:%M:%S).${nano: -9}Z
	[ "$(names --since "$rfc" --until 0s)" = two ]
	[ "$(names --since 0 --until "$rfc")" = $'one\ntwo' ]
	[ -z "$("$RL" events --until 0s)" ]
	run "$RL" events --since yesterday
	[ "$status" -eq 1 ]
	[[ $output == *"'yesterday' is not a date"* ]]
}

@test "filters" {
	load_busybox
	keep --name one -l a=1 busybox true
	"$RL" tag busybox other:2
	keep --name two -l a=2 other:2 true
	count() { past "$@" | wc -l; }
	[ "$(count)" = 6 ]
	[ "$(count -f container=one)" = 3 ]
	[ "$(count -f "container=$(id_of two | cut -c 1-12)")" = 3 ]
	[ "$(count -f event=die)" = 2 ]
	[ "$(count -f event=die -f event=start)" = 4 ]
	[ "$(count -f event=die -f container=one)" = 1 ]
	[ "$(count -f image=other)" = 3 ]
	[ "$(count -f image=other:2)" = 3 ]
	[ "$(count -f image=busy)" = 0 ]
	[ "$(count -f label=a)" = 6 ]
	[ "$(count -f label=a=2)" = 3 ]
	[ "$(count -f type=container)" = 6 ]
	[ "$(count -f type=image)" = 0 ]
	run past -f nope=1
	[ "$status" -eq 1 ]
	[[ $output == *"unknown filter 'nope'"* ]]
}

# follow: print events from now on to the file `seen`, once that has begun
follow() {
	"$RL" events --format '{{.Action}} {{.Actor.Attributes.name}}' \
		>"$BATS_TEST_TMPDIR/seen" 3>&- &
	follower=$!
	for i in $(seq 200); do
		grep -q inotify /proc/$follower/fdinfo/* 2>/dev/null && break
		sleep 0.05
	done
}

# saw TEXT: within ten seconds
saw() {
	for i in $(seq 200); do
		[ "$(cat "$BATS_TEST_TMPDIR/seen")" != "$1" ] || break
		sleep 0.05
	done
	kill $follower
	diff <(echo "$1") "$BATS_TEST_TMPDIR/seen"
}

@test "events as they happen, none of before, with --rm too" {
	load_busybox
	keep --name before busybox true
	follow
	keep --name one busybox true
	keep --rm --name two busybox true
	saw "create one
start one
die one
create two
start two
die two
destroy two"
}

@test "the first event of a new store" {
	load_busybox
	follow
	keep --name one busybox true
	saw "create one
start one
die one"
}

@test "nothing is lost when the list is begun anew, torn lines are passed over" {
	load_busybox
	keep --name zero busybox true
	list=$RL_ROOT/containers/.events
	printf '{"Type":"contai\nnonsense\n[]\n' >>"$list"
	head -c 1048000 /dev/zero | tr '\0' '\n' >>"$list"
	follow
	for n in one two three; do keep --name $n busybox true; done
	[ -e "$list.1" ]
	saw "$(for n in one two three; do
		printf '%s\n' "create $n" "start $n" "die $n"
	done)"
	[ "$(past -f event=die --format '{{.Actor.Attributes.name}}')" = \
	  $'zero\none\ntwo\nthree' ]
}
