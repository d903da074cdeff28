# stats.bats - rl stats.
load ../lib/common
load containers

once() { "$RL" stats --no-stream "$@"; }

@test "docker's table" {
	load_busybox
	[ "$(once)" = "CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT   MEM %     NET I/O   BLOCK I/O   PIDS" ]
	"$RL" run --network none --name ended busybox true
	[ "$(once | wc -l)" = 1 ]
	[ "$(once -a)" = \
"CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT   MEM %     NET I/O   BLOCK I/O   PIDS
$(id_of ended | cut -c 1-12)   ended     0.00%     0B / 0B             0.00%     0B / 0B   0B / 0B     0" ]
}

@test "--format json: what two processes take" {
	load_busybox
	"$RL" run -d --network none --name busy busybox sh -c \
		'sleep 1000 & while :; do :; done'
	"$RL" run -d --network none --name idle busybox sleep 1000
	once --format json busy >"$BATS_TEST_TMPDIR/busy"
	once --format json | jq -se --arg id "$(id_of idle)" '
		length == 2 and (.[0] | .Name == "idle" and .ID == $id[0:12] and
		.Container == $id[0:12] and .CPUPerc == "0.00%" and
		.PIDs == "1" and .NetIO == "0B / 0B")'
	jq -e '.Container == "busy" and .PIDs == "2" and
		(.CPUPerc | rtrimstr("%") | tonumber) > 0 and
		(.MemUsage | test("^[0-9.]+([KM]i)?B / [0-9.]+[GT]iB$")) and
		(.MemPerc | test("^[0-9.]+%$")) and
		(.BlockIO | test("^[0-9.]+[kM]?B / [0-9.]+[kM]?B$"))' \
		"$BATS_TEST_TMPDIR/busy"
	[ "$(once --no-trunc --format '{{.ID}} {{.Name}}' idle)" = \
	  "$(id_of idle) idle" ]
	[ "$(once --format 'table {{.Name}}\t{{.PIDs}}' idle busy)" = \
"NAME      PIDS
idle      1
busy      2" ]
}

@test "the network of its own is counted" {
	load_busybox
	"$RL" run -d --name one busybox sh -c 'ping -c 1 10.0.2.2; sleep 1000'
	for i in $(seq 20); do
		[[ $(once --format '{{.NetIO}}' one) == *" / 0B" ]] || break
	done
	[[ $(once --format '{{.NetIO}}' one) != *" / 0B" ]]
	"$RL" run -d --network host --name host busybox sleep 1000
	[ "$(once --format '{{.NetIO}}' host)" = "0B / 0B" ]
}

@test "without --no-stream it goes on" {
	load_busybox
	"$RL" run -d --network none --name one busybox sleep 1000
	timeout -s INT 20 "$RL" stats --format '{{.Name}}' | head -n 3 \
		>"$BATS_TEST_TMPDIR/out"
	[ "$(cat "$BATS_TEST_TMPDIR/out")" = $'one\none\none' ]
}

@test "no such container" {
	run "$RL" stats --no-stream nope
	[ "$status" -eq 1 ]
	[ "$output" = "rl: No such container: nope" ]
}
