# system_prune.bats - rl system prune: all that nothing uses.
load ../lib/common

teardown() {
	"$RL" kill on >/dev/null 2>&1 || true
	unshare -U --map-root-user --map-auto rm -rf "$RL_ROOT" 2>/dev/null ||
		unshare -U --map-root-user rm -rf "$RL_ROOT"
}

# things - of each kind one in use and one not.
things() {
	load_busybox
	"$RL" run --name off --network none --label k=v -v /anon busybox \
		sh -c 'head -c 3000000 /dev/zero | tr "\0" x >/file' >/dev/null
	"$RL" run -d --name on --network none busybox sleep 300 >/dev/null
	"$RL" volume create kept >/dev/null
	"$RL" commit off committed >/dev/null
	"$RL" commit off >/dev/null
	off=$(basename "$(ls -d "$RL_ROOT"/containers/*/ | while read -r d; do
		[ "$(cat "$d/name")" != off ] || echo "$d"; done)")
}

@test "stopped containers and images without a name" {
	things
	run "$RL" system prune -f
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "Deleted Containers:" ]
	[ "${lines[1]}" = "$off" ]
	[ "${lines[2]}" = "Deleted Images:" ]
	[[ ${lines[3]} == "deleted: sha256:"* ]]
	[[ ${lines[4]} =~ ^"Total reclaimed space: "[0-9.]+MB$ ]]
	[ "${#lines[@]}" -eq 5 ]
	[ -n "$("$RL" images -q committed)" ]
	[ "$("$RL" volume ls -q | wc -l)" = 2 ]
	"$RL" pause on
	run "$RL" system prune -f
	[ "$output" = "Total reclaimed space: 0B" ]
	"$RL" unpause on
}

@test "--all and --volumes" {
	things
	run "$RL" system prune -af --volumes
	[ "$status" -eq 0 ]
	[[ $output == *"Deleted Volumes:"*"Deleted Images:"*"untagged: committed:latest"* ]]
	# busybox is in use, and a volume with a name stays
	[ "$("$RL" images --format '{{.Repository}}')" = busybox ]
	[ "$("$RL" volume ls -q)" = kept ]
	"$RL" kill on
}

@test "filters" {
	things
	run "$RL" system prune -f --filter label!=k
	[ "$status" -eq 0 ]
	[[ $output != *"Deleted Containers"* ]]
	run "$RL" system prune -f --filter until=24h
	[ "$output" = "Total reclaimed space: 0B" ]
	run "$RL" system prune -f --filter label=k=v
	[[ $output == *"$off"* ]]
	run "$RL" system prune -f --volumes --filter until=24h
	[ "$status" -eq 1 ]
	[[ $output == *'the "until" filter is not supported with "--volumes"' ]]
	run "$RL" system prune -f --filter nosuch=1
	[ "$status" -eq 1 ]
}

@test "the question" {
	load_busybox
	run "$RL" system prune --filter label=x <<<n
	[ "$status" -eq 1 ]
	[ "${lines[0]}" = "WARNING! This will remove:" ]
	[ "${lines[1]}" = "  - all stopped containers" ]
	[ "${lines[2]}" = "  - all dangling images" ]
	[ "${lines[3]}" = "  Items to be pruned will be filtered with:" ]
	[ "${lines[4]}" = "  - label=x" ]
	[[ ${lines[5]} == "Are you sure you want to continue? [y/N] "* ]]
	run "$RL" system prune -a --volumes <<<y
	[ "$status" -eq 0 ]
	[[ $output == *"all anonymous volumes not used by at least one container"* ]]
	[ -z "$("$RL" images -q)" ]
}
