# top.bats - rl top.
load ../lib/common
load containers

column() { # TITLE RL-TOP-ARGUMENTS...
	"$RL" top "${@:2}" | awk -v t="$1" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == t) c = i; next }
		{ print $c }'
}

@test "the processes of a container, and no others" {
	load_busybox
	"$RL" run -d --network none --name one busybox sh -c \
		'sleep 1001 & (sleep 1002 & wait) & wait'
	"$RL" run -d --network none --name other busybox sleep 1003
	pid=$("$RL" inspect -f '{{.State.Pid}}' one)
	for i in $(seq 200); do
		[ "$(column PID one | wc -l)" -ne 4 ] || break
		sleep 0.05
	done
	run "$RL" top one
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "UID                 PID                 PPID                C                   STIME               TTY                 TIME                CMD" ]
	[ "${#lines[@]}" -eq 5 ]
	[ "$(column PID one | head -n 1)" = "$pid" ]
	[ "$(column UID one | sort -u)" = "$(id -un)" ]
	[[ $output == *" sleep 1001"* && $output == *" sleep 1002"* ]]
	[[ $output != *1003* ]]
	[ "$("$RL" container top one -o pid,cmd | sed -n 2p | tr -s ' ')" = \
	  "$pid sh -c sleep 1001 & (sleep 1002 & wait) & wait" ]
	[ "$(column PID one '-o pid,cmd')" = "$(column PID one aux)" ]
}

@test "--pid host: its own processes only" {
	load_busybox
	"$RL" run -d --network none --pid host --name one busybox sh -c \
		'sleep 1001 & wait'
	for i in $(seq 200); do
		[ "$(column PID one | wc -l)" -ne 2 ] || break
		sleep 0.05
	done
	[ "$(column PID one | wc -l)" -eq 2 ]
	[[ $("$RL" top one) == *" sleep 1001"* ]]
}

@test "what cannot be shown is told" {
	load_busybox
	run "$RL" top nope
	[ "$status" -eq 1 ]
	[ "$output" = "rl: No such container: nope" ]
	"$RL" run --network none --name ended busybox true
	run "$RL" top ended
	[ "$status" -eq 1 ]
	[ "$output" = "rl: container ended is not running" ]
	"$RL" run -d --network none --name one busybox sleep 1000
	run "$RL" top one -o cmd
	[ "$status" -eq 1 ]
	[ "$output" = "rl: Couldn't find PID field in ps output" ]
	run "$RL" top one --nonsense
	[ "$status" -eq 1 ]
	[[ $output == "rl: ps failed: "* ]]
}

@test "what rl exec runs belongs to it" {
	load_busybox
	"$RL" run -d --network none --name one busybox sleep 1000
	"$RL" exec -d one sleep 1005
	for i in $(seq 200); do
		[ "$(column PID one | wc -l)" -ne 2 ] || break
		sleep 0.05
	done
	[[ $("$RL" top one) == *" sleep 1005"* ]]
	[ "$("$RL" stats --no-stream --format '{{.PIDs}}' one)" = 2 ]
}
