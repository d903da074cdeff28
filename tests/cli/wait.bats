# wait.bats - rl wait: exit codes.
load ../lib/common

@test "wait prints the codes, one a line, in the order asked" {
	load_busybox
	detached slow busybox sh -c 'sleep 0.5; exit 5'
	detached fast busybox sh -c 'exit 6'
	run "$RL" wait slow fast
	[ "$status" -eq 0 ]
	[ "$output" = "5
6" ]
	[ "$("$RL" wait slow)" = 5 ]
}

@test "wait of one that goes with --rm, of one never started, of nobody" {
	load_busybox
	detached gone --rm busybox sh -c 'sleep 0.5; exit 7'
	[ "$("$RL" wait gone)" = 7 ]
	"$RL" create --name idle --network none busybox true
	[ "$("$RL" wait idle)" = 0 ]
	run "$RL" wait gone idle
	[ "$status" -eq 1 ]
	[[ $output == *"No such container: gone"* ]]
}

@test "two hundred short lives, none of whose codes is missed" {
	load_busybox
	for i in $(seq 1 200); do
		id=$("$RL" run -d --rm --network none busybox sh -c "sleep 0.0$((i % 4)); exit $i" </dev/null)
		run "$RL" wait "$id"
		echo "$output"
		[ "$output" = "$i" ] || [[ $output == *"No such container"* ]]
	done
}
