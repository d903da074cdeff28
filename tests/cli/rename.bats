# rename.bats - rl rename.
load ../lib/common

@test "rename: the new name is its, the old one is free" {
	load_busybox
	detached old busybox sleep 1000
	run "$RL" rename old new
	[ "$status" -eq 0 ]
	[ "$output" = "" ]
	"$RL" kill new
	detached old busybox true
	"$RL" rm new
	detached new busybox true
}

@test "a name that is taken, is none, or has no container" {
	load_busybox
	"$RL" create --name one busybox true
	"$RL" create --name two busybox true
	run "$RL" rename one two
	[ "$status" -eq 1 ]
	[[ $output == *'The container name "/two" is already in use'* ]]
	run "$RL" rename one -- -x
	[ "$status" -ne 0 ]
	run "$RL" rename nobody three
	[[ $output == *"No such container: nobody"* ]]
	"$RL" rm one two
}

@test "--rm in the background can be renamed, and goes by its new name" {
	load_busybox
	detached old --rm busybox sleep 1000
	"$RL" rename old new
	"$RL" rm -f new
	[ "$(containers)" = 0 ]
	[ "$(ls "$RL_ROOT/containers/.names")" = "" ]
}
