# create.bats - rl create: a container that waits for its start.
load ../lib/common

@test "create prints the ID; the container is created, and runs when started" {
	load_busybox
	run "$RL" create --name job --network none -e A=1 busybox sh -c 'echo a is $A'
	[ "$status" -eq 0 ]
	[[ $output =~ ^[0-9a-f]{64}$ ]]
	[ "$("$RL" start -a job)" = "a is 1" ]
	[ "$("$RL" start -a job)" = "a is 1" ]
}

@test "what the command line meant then is what starts" {
	load_busybox
	mkdir "$BATS_TEST_TMPDIR/data"
	echo content >"$BATS_TEST_TMPDIR/data/file"
	cd "$BATS_TEST_TMPDIR"
	FROM_HERE=then "$RL" create --name job --network none -e FROM_HERE \
		-v ./data:/data busybox sh -c 'echo $FROM_HERE; cat /data/file'
	cd /
	run env FROM_HERE=now "$RL" start -a job
	[ "$output" = "then
content" ]
}

@test "create --rm goes after its one life" {
	load_busybox
	"$RL" create --rm --name job --network none busybox echo once
	[ "$("$RL" start -a job)" = once ]
	[ "$(containers)" = 0 ]
}

@test "create refuses what run refuses, and has no -d" {
	load_busybox
	run "$RL" create --name job -d busybox true
	[ "$status" -eq 125 ]
	run "$RL" create --name no/name busybox true
	[ "$status" -eq 125 ]
	"$RL" create --name job busybox true
	run "$RL" create --name job busybox true
	[ "$status" -eq 125 ]
	[[ $output == *'The container name "/job" is already in use'* ]]
	[ "$(containers)" = 1 ]
}
