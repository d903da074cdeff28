# container_prune.bats - rl container prune.
load ../lib/common

@test "prune removes all that do not run, and says what it freed" {
	load_busybox
	detached runs busybox sleep 1000
	"$RL" create --name idle busybox true
	"$RL" run --name done --network none busybox dd if=/dev/zero of=/f bs=1M count=2 </dev/null
	run "$RL" container prune -f
	[ "$status" -eq 0 ]
	[[ $output == "Deleted Containers:"* ]]
	[[ $output == *"Total reclaimed space: 2."*MB ]]
	[ "$(containers)" = 1 ]
	run "$RL" container prune -f
	[ "$output" = "Total reclaimed space: 0B" ]
}

@test "prune asks, and takes filters" {
	load_busybox
	"$RL" create --name idle --label keep busybox true
	run "$RL" container prune <<<n
	[ "$status" -eq 1 ]
	[[ $output == *"This will remove all stopped containers."* ]]
	"$RL" container prune -f --filter label!=keep
	[ "$(containers)" = 1 ]
	"$RL" container prune -f --filter until=1h
	[ "$(containers)" = 1 ]
	run "$RL" container prune -f --filter nonsense=1
	[ "$status" -eq 1 ]
	"$RL" container prune --filter label=keep <<<y
	[ "$(containers)" = 0 ]
}
