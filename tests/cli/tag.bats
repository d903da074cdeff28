# tag.bats - rl tag: names come, move and stay readable to others.
load ../lib/common
load store_images

names() {
	"$RL" images --format '{{.Repository}}:{{.Tag}}' | sort
}

@test "a new name is added, :latest where none is given" {
	store_image busybox:latest
	run "$RL" tag busybox team/tools
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ "$(names)" = $'busybox:latest\nteam/tools:latest' ]
	[ "$("$RL" images -q | wc -l)" -eq 1 ]
}

@test "a short ID is a source" {
	store_image busybox:latest
	"$RL" image tag "$("$RL" images -q)" example.org/b:2
	[ "$(names)" = $'busybox:latest\nexample.org/b:2' ]
}

@test "skopeo reads the new name" {
	store_image busybox:latest
	"$RL" tag busybox example.org/b:2
	[ "$(skopeo inspect --format '{{.Digest}}' \
		"oci:$RL_ROOT:example.org/b:2")" = \
	  "$(skopeo inspect --format '{{.Digest}}' \
		"oci:$RL_ROOT:docker.io/library/busybox:latest")" ]
}

@test "a name moves; the image that loses its last one is dangling" {
	store_image a:1 --config.label which=a
	store_image b:1 --config.label which=b
	"$RL" tag a:1 b:1
	[ "$("$RL" image inspect -f '{{.Config.Labels.which}}' b:1)" = a ]
	[ "$("$RL" images -q -f dangling=true | wc -l)" -eq 1 ]
	"$RL" tag "$("$RL" images -q -f dangling=true)" c
	[ "$("$RL" image inspect -f '{{.Config.Labels.which}}' c)" = b ]
	[ -z "$("$RL" images -q -f dangling=true)" ]
}

@test "an unknown source and bad names are errors that change nothing" {
	store_image busybox:latest
	before=$(cat "$RL_ROOT/index.json")
	run "$RL" tag none new
	[ "$status" -eq 1 ]
	[[ $output == *"No such image: none"* ]]
	run "$RL" tag busybox Upper
	[ "$status" -eq 1 ]
	[[ $output == *lowercase* ]]
	run "$RL" tag busybox "a@sha256:$(printf '0%.0s' {1..64})"
	[ "$status" -eq 1 ]
	[[ $output == *"names a digest"* ]]
	[ "$(cat "$RL_ROOT/index.json")" = "$before" ]
}

@test "many at once lose no name" {
	store_image busybox:latest
	for i in 1 2 3 4 5 6 7 8; do "$RL" tag busybox "t:$i" & done
	wait
	[ "$("$RL" images t --format '{{.Tag}}' | sort | tr -d '\n')" = \
	  12345678 ]
}

@test "an image for several platforms is tagged and removed as a whole" {
	store_image busybox:latest
	export ARCH
	ARCH=$("$RL" version -f '{{.Client.Arch}}')
	wrap_in_index docker.io/library/busybox:latest
	id=$("$RL" images -q)
	[ -n "$id" ]
	"$RL" tag busybox other:1
	skopeo inspect --raw "oci:$RL_ROOT:docker.io/library/other:1" |
		jq -e '.manifests | length == 1'
	[ "$("$RL" images -q)" = "$id" ]
	[ "$(names)" = $'busybox:latest\nother:1' ]
	"$RL" rmi other:1
	"$RL" rmi "$id"
	[ -z "$(blobs)" ]
}
