# image_prune.bats - rl image prune: what goes, what stays, who is asked.
load ../lib/common
load store_images

dangling() {
	store_image gone:1 --config.label gone=yes "$@"
	make_dangling docker.io/library/gone:1
}

@test "only what has no name goes; the space is told" {
	store_image busybox:latest
	dangling
	gone=$("$RL" images -q --no-trunc -f dangling=true)
	run "$RL" image prune -f
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "Deleted Images:" ]
	[ "${lines[1]}" = "deleted: $gone" ]
	[[ ${lines[2]} == "Total reclaimed space: "* ]]
	[[ ${lines[2]} != *" 0B" ]]
	[ "$("$RL" images --format '{{.Repository}}')" = busybox ]
}

@test "nothing to do" {
	store_image busybox:latest
	run "$RL" image prune -f
	[ "$status" -eq 0 ]
	[ "$output" = "Total reclaimed space: 0B" ]
}

@test "-a takes named images too, not those of a container" {
	store_image kept:1 --config.label which=kept
	store_image lost:1 --config.label which=lost
	make_container 0123456789abcdef kept:1
	run "$RL" image prune -a -f
	[ "$status" -eq 0 ]
	[[ $output == *"untagged: lost:1"* && $output != *kept* ]]
	[ "$("$RL" images --format '{{.Repository}}')" = kept ]
}

@test "it asks, and removes nothing unless told y" {
	dangling
	for answer in '' n no yes-not; do
		run sh -c 'printf "%s\n" "$2" | "$1" image prune' sh "$RL" \
			"$answer"
		[ "$status" -eq 1 ]
		[[ $output == *"WARNING! This will remove all dangling images."* ]]
		[[ $output == *"[y/N]"* ]]
	done
	run sh -c '"$1" image prune </dev/null' sh "$RL"
	[ "$status" -eq 1 ]
	[ -n "$("$RL" images -q)" ]
	run sh -c 'echo y | "$1" image prune' sh "$RL"
	[ "$status" -eq 0 ]
	[ -z "$("$RL" images -q)" ]
}

@test "filters: until and label, both ways" {
	store_image old:1 --created 2020-01-01T00:00:00Z --config.label a=1
	store_image mid:1 --created 2021-01-01T00:00:00Z --config.label a=2
	store_image new:1 --created 2022-01-01T00:00:00Z --config.label b=1
	left() { "$RL" images --format '{{.Repository}}'; }
	"$RL" image prune -af --filter label=c
	[ "$(left)" = $'new\nmid\nold' ]
	"$RL" image prune -af --filter until=2020-06-01
	[ "$(left)" = $'new\nmid' ]
	"$RL" image prune -af --filter 'label!=b'
	[ "$(left)" = new ]
	"$RL" image prune -af --filter until=1000000h
	[ "$(left)" = new ]
	"$RL" image prune -af --filter label=b=1
	[ -z "$(left)" ]
}

@test "bad filters remove nothing" {
	dangling
	run "$RL" image prune -f --filter until=tomorrow
	[ "$status" -eq 1 ]
	[[ $output == *"is not a date"* ]]
	run "$RL" image prune -f --filter name=x
	[ "$status" -eq 1 ]
	[ -n "$("$RL" images -q)" ]
}
