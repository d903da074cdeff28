# images.bats - rl images: rows, filters, columns.
load ../lib/common
load store_images

@test "an empty store lists headers only" {
	run "$RL" images
	[ "$status" -eq 0 ]
	[ "$output" = \
	  "REPOSITORY   TAG       IMAGE ID   CREATED   SIZE" ]
	run "$RL" images -q
	[ -z "$output" ]
}

@test "names are shown short, other registries whole" {
	store_image busybox:latest
	store_image docker.io/team/app:1
	store_image 127.0.0.1:5000/debian:12
	run "$RL" images --format '{{.Repository}} {{.Tag}}'
	[ "$status" -eq 0 ]
	[ "$(sort <<<"$output")" = \
	  "$(printf '127.0.0.1:5000/debian 12\nbusybox latest\nteam/app 1')" ]
}

@test "image ls and image list are the same command" {
	store_image busybox:latest
	table=$("$RL" images)
	[ "$("$RL" image ls)" = "$table" ]
	[ "$("$RL" image list)" = "$table" ]
}

@test "IDs are short, or whole with --no-trunc; -q prints each image once" {
	store_image busybox:latest
	store_image busybox:again
	id=$(skopeo inspect --raw "oci:$RL_ROOT:docker.io/library/busybox:latest" |
		jq -r .config.digest)
	[ "$("$RL" images -q --no-trunc)" = "$id" ]
	[ "$("$RL" images -q)" = "$(cut -c 8-19 <<<"$id")" ]
	[ "$("$RL" images | wc -l)" -eq 3 ]
}

@test "SIZE is the sum of the layers' blobs" {
	store_image busybox:latest
	bytes=$(skopeo inspect --raw \
		"oci:$RL_ROOT:docker.io/library/busybox:latest" |
		jq '[.layers[].size] | add')
	[ "$("$RL" image inspect -f '{{.Size}}' busybox)" = "$bytes" ]
	size=$("$RL" images --format '{{.Size}}')
	awk -v b="$bytes" -v s="$size" 'BEGIN {
		u = 1; if (s ~ /kB/) u = 1e3; if (s ~ /MB/) u = 1e6
		d = s * u - b; exit !(d < b / 500 && -d < b / 500) }'
}

@test "--digests adds the manifest's digest" {
	store_image busybox:latest
	digest=$(skopeo inspect --format '{{.Digest}}' \
		"oci:$RL_ROOT:docker.io/library/busybox:latest")
	run "$RL" images --digests
	[[ ${lines[0]} == *"TAG "*"DIGEST "*"IMAGE ID"* ]]
	[[ ${lines[1]} == *"$digest"* ]]
}

@test "an operand picks a repository, a tag or a pattern" {
	store_image busybox:latest
	store_image busybox:2
	store_image example.org/team/app:1
	names() { "$RL" images --format '{{.Repository}}:{{.Tag}}' "$@" | sort; }
	[ "$(names busybox)" = $'busybox:2\nbusybox:latest' ]
	[ "$(names busybox:2)" = busybox:2 ]
	[ "$(names docker.io/library/busybox:2)" = busybox:2 ]
	[ "$(names 'example.org/*/app')" = example.org/team/app:1 ]
	[ "$(names 'example.org/*')" = "" ]
	[ "$(names none)" = "" ]
}

@test "filters: label, dangling, reference, before, since" {
	store_image old:1 --created 2020-01-01T00:00:00Z --config.label a=1
	store_image mid:1 --created 2021-01-01T00:00:00Z --config.label a=2
	store_image new:1 --created 2022-01-01T00:00:00Z
	store_image gone:1 --created 2019-01-01T00:00:00Z
	make_dangling docker.io/library/gone:1
	names() { "$RL" images --format '{{.Repository}}' "$@"; }
	[ "$(names)" = $'new\nmid\nold\n<none>' ]
	[ "$(names --filter label=a)" = $'mid\nold' ]
	[ "$(names --filter label=a=1)" = old ]
	[ "$(names -f dangling=true)" = '<none>' ]
	[ "$(names -f dangling=false)" = $'new\nmid\nold' ]
	[ "$(names -f reference='?e?' -f reference=old:1)" = $'new\nold' ]
	[ "$(names -f before=mid:1 -f dangling=false)" = old ]
	[ "$(names -f since=mid:1)" = new ]
}

@test "bad filters are named" {
	run "$RL" images --filter size=1
	[ "$status" -eq 1 ]
	[[ $output == *"unknown filter 'size': there are dangling, label"* ]]
	run "$RL" images --filter dangling
	[ "$status" -eq 1 ]
	[[ $output == *"the filter 'dangling' is not KEY=VALUE"* ]]
	run "$RL" images --filter dangling=perhaps
	[ "$status" -eq 1 ]
	run "$RL" images --filter before=none
	[ "$status" -eq 1 ]
	[[ $output == *"No such image: none"* ]]
}

@test "an index that is not JSON is an error that names the file" {
	"$RL" images
	echo '{"manifests": [' >"$RL_ROOT/index.json"
	run "$RL" images
	[ "$status" -eq 1 ]
	[[ $output == *index.json* ]]
}

@test "an image whose config is gone is not listed, and hurts no other" {
	store_image busybox:latest
	store_image broken:1 --config.label x=y
	id=$("$RL" images -q --no-trunc broken)
	rm "$RL_ROOT/blobs/sha256/${id#sha256:}"
	run "$RL" images --format '{{.Repository}}'
	[ "$status" -eq 0 ]
	[ "$output" = busybox ]
}
