# rmi.bats - rl rmi: names, the last name, conflicts, many arguments.
load ../lib/common
load store_images

@test "the last name takes the image and its blobs with it" {
	store_image busybox:latest
	id=$("$RL" images -q --no-trunc)
	[ "$(blobs | wc -l)" -gt 2 ]
	run "$RL" rmi busybox
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "Untagged: busybox:latest" ]
	[ "${lines[1]}" = "Deleted: $id" ]
	[ -z "$("$RL" images -q)" ]
	[ -z "$(blobs)" ]
}

@test "one name of two: the image stays" {
	store_image busybox:latest
	"$RL" tag busybox other:1
	before=$(blobs)
	run "$RL" rmi other:1
	[ "$status" -eq 0 ]
	[ "$output" = "Untagged: other:1" ]
	[ "$(blobs)" = "$before" ]
	[ "$("$RL" images --format '{{.Repository}}')" = busybox ]
}

@test "blobs that another image shares stay" {
	store_image a:1 --config.label which=a
	store_image b:1 --config.label which=b
	"$RL" rmi a:1
	run "$RL" image inspect -f '{{.Config.Labels.which}}' b:1
	[ "$output" = b ]
	for layer in $(skopeo inspect --raw \
		"oci:$RL_ROOT:docker.io/library/b:1" |
		jq -r '.layers[].digest'); do
		[ -f "$RL_ROOT/blobs/sha256/${layer#sha256:}" ]
	done
}

@test "by ID with several names: refused, or all of them with -f" {
	store_image busybox:latest
	"$RL" tag busybox other:1
	id=$("$RL" images -q)
	run "$RL" rmi "$id"
	[ "$status" -eq 1 ]
	[[ $output == *"conflict: unable to delete $id (must be forced) - image is referenced in multiple repositories"* ]]
	run "$RL" rmi -f "$id"
	[ "$status" -eq 0 ]
	[[ $output == *"Untagged: busybox:latest"* ]]
	[[ $output == *"Untagged: other:1"* && $output == *"Deleted: "* ]]
	[ -z "$("$RL" images -q)" ]
}

# The same image under two manifests: gzip and plain layers, one config.
two_manifests() {
	local layout=$BATS_TEST_TMPDIR/layout
	store_image busybox:latest
	skopeo copy -q --insecure-policy --dest-oci-accept-uncompressed-layers \
		"oci:$RL_ROOT:docker.io/library/busybox:latest" "oci:$layout:plain"
	jq '.manifests[0].annotations."org.opencontainers.image.ref.name" = "twin:1"' \
		"$layout/index.json" >"$layout/index"
	mv "$layout/index" "$layout/index.json"
	skopeo copy -q --insecure-policy --dest-decompress \
		"oci:$layout:twin:1" "dir:$BATS_TEST_TMPDIR/flat"
	skopeo copy -q --insecure-policy "dir:$BATS_TEST_TMPDIR/flat" \
		"oci:$BATS_TEST_TMPDIR/second:twin:1"
	"$RL" load -q -i "$BATS_TEST_TMPDIR/second"
}

@test "one ID, two manifests: deleted with the last of them, by ID both" {
	two_manifests
	id=$("$RL" images -q | sort -u)
	[ "$(echo "$id" | wc -l)" = 1 ]
	[ "$(jq -r '.manifests[].digest' "$RL_ROOT/index.json" | sort -u | wc -l)" = 2 ]
	run "$RL" rmi busybox
	[ "$status" -eq 0 ]
	[ "$output" = "Untagged: busybox:latest" ]
	"$RL" run --rm --network none twin:1 true
	store_image busybox:latest
	run "$RL" rmi "$id"
	[ "$status" -eq 1 ]
	[[ $output == *"with all its 2 names"* ]]
	run "$RL" rmi -f "$id"
	[ "$status" -eq 0 ]
	[ "$(grep -c ^Untagged <<<"$output")" = 2 ]
	[ "$(grep -c ^Deleted <<<"$output")" = 1 ]
	[ -z "$("$RL" images -aq)" ]
}

@test "a container that uses the image: refused, by name and by ID" {
	store_image busybox:latest
	id=$("$RL" images -q)
	make_container 0123456789abcdef busybox
	run "$RL" rmi busybox
	[ "$status" -eq 1 ]
	[[ $output == *'unable to remove repository reference "busybox:latest" (must force) - container 0123456789ab is using its referenced image '"$id"* ]]
	run "$RL" rmi "$id"
	[ "$status" -eq 1 ]
	[[ $output == *"is being used by container 0123456789ab"* ]]
	[ "$("$RL" images -q)" = "$id" ]
}

@test "-f takes the name; what the container stands on stays on the disk" {
	store_image busybox:latest
	layer=$(skopeo inspect --raw \
		"oci:$RL_ROOT:docker.io/library/busybox:latest" |
		jq -r '.layers[0].digest')
	make_container 0123456789abcdef busybox
	run "$RL" rmi -f busybox
	[ "$status" -eq 0 ]
	[ -z "$("$RL" images -q)" ]
	[ -f "$RL_ROOT/blobs/sha256/${layer#sha256:}" ]
}

@test "a second name may go though a container uses the image" {
	store_image busybox:latest
	"$RL" tag busybox other:1
	make_container 0123456789abcdef busybox
	run "$RL" rmi other:1
	[ "$status" -eq 0 ]
	[ "$output" = "Untagged: other:1" ]
}

@test "one that fails does not stop the others" {
	store_image a:1 --config.label which=a
	store_image b:1 --config.label which=b
	run "$RL" rmi a:1 none b:1
	[ "$status" -eq 1 ]
	[[ $output == *"Untagged: a:1"* && $output == *"Untagged: b:1"* ]]
	[[ $output == *"rl: No such image: none"* ]]
	[ -z "$("$RL" images -q)" ]
}

@test "with -f a missing image is said, and is no failure" {
	"$RL" images
	run "$RL" rmi -f none
	[ "$status" -eq 0 ]
	[[ $output == *"No such image: none"* ]]
}

@test "image rm and image remove are the same command" {
	store_image busybox:1
	store_image busybox:2
	run "$RL" image rm busybox:1
	[ "$output" = "Untagged: busybox:1" ]
	run "$RL" image remove busybox:2
	[ "${lines[0]}" = "Untagged: busybox:2" ]
}

@test "a prefix that fits several images is refused" {
	store_image a:1 --config.label which=a
	for i in $(seq 2 40); do
		store_image "a:$i" --config.label "which=$i"
	done
	two=$("$RL" images -q | cut -c 1-2 | sort | uniq -d | head -n 1)
	[ -n "$two" ]
	run "$RL" rmi "$two"
	[ "$status" -eq 1 ]
	[[ $output == *several* ]]
	[ "$("$RL" images -q | wc -l)" -eq 40 ]
}
