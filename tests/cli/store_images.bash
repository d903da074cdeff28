# store_images.bash - images put into the store without rl: the store is an
# OCI image layout, so skopeo writes it.

# Put the busybox image into the store under a full name, changed as `umoci
# config` is told.  The name after "docker.io/library/" may be given alone.
store_image() { # NAME [umoci config options...]
	local name=$1 layout=$BATS_TEST_TMPDIR/oci
	shift
	case $name in */*) ;; *) name=docker.io/library/$name ;; esac
	[ -d "$layout" ] || make_busybox_image "$layout"
	"$RL" images -q >/dev/null # makes the store, private
	umoci config --image "$layout:latest" --tag work --no-history "$@"
	skopeo copy -q "oci:$layout:work" "oci:$RL_ROOT:$name"
}

# Take the name off an image in the store's index: it is dangling then.
make_dangling() { # FULL-NAME
	jq -c --arg n "$1" '(.manifests[] | select(.annotations[
		"org.opencontainers.image.ref.name"] == $n)).annotations |=
		del(.["org.opencontainers.image.ref.name"])' \
		"$RL_ROOT/index.json" >"$RL_ROOT/index.json.new"
	mv "$RL_ROOT/index.json.new" "$RL_ROOT/index.json"
}

# A container that has ended and stands on an image.
make_container() { # ID IMAGE
	local digest
	digest=$("$RL" image inspect -f '{{.Descriptor.digest}}' "$2")
	mkdir -p "$RL_ROOT/containers/$1/upper"
	printf '%s' "$digest" >"$RL_ROOT/containers/$1/image"
}

# Every blob that is in the store, one a line.
blobs() {
	ls "$RL_ROOT/blobs/sha256"
}

# Replace a name's manifest in the index by a multi-platform index around it.
wrap_in_index() { # FULL-NAME
	local entry file digest
	entry=$(jq -c --arg n "$1" '.manifests[] | select(.annotations[
		"org.opencontainers.image.ref.name"] == $n) |
		del(.annotations) + {platform: {os: "linux",
		architecture: $ENV.ARCH}}' "$RL_ROOT/index.json")
	file=$BATS_TEST_TMPDIR/index-blob
	printf '{"schemaVersion":2,"mediaType":"%s","manifests":[%s]}' \
		application/vnd.oci.image.index.v1+json "$entry" >"$file"
	digest=$(sha256sum <"$file" | cut -d ' ' -f 1)
	cp "$file" "$RL_ROOT/blobs/sha256/$digest"
	jq -c --arg n "$1" --arg d "sha256:$digest" \
		--argjson s "$(stat -c %s "$file")" \
		'(.manifests[] | select(.annotations[
		"org.opencontainers.image.ref.name"] == $n)) |=
		(.digest = $d | .size = $s |
		.mediaType = "application/vnd.oci.image.index.v1+json")' \
		"$RL_ROOT/index.json" >"$RL_ROOT/index.json.new"
	mv "$RL_ROOT/index.json.new" "$RL_ROOT/index.json"
}
