# system_df.bats - rl system df: what takes space, and what could be freed.
load ../lib/common
load store_images

row() { # TYPE FIELD
	"$RL" system df --format json | jq -r --arg t "$1" --arg f "$2" \
		'select(.Type == $t)[$f]'
}

@test "an empty store" {
	run "$RL" system df
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = \
	  "TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE" ]
	[ "${lines[1]}" = \
	  "Images          0         0         0B        0B" ]
	[ "${#lines[@]}" -eq 4 ]
}

@test "a layer that two images share counts once" {
	store_image a:1 --config.label which=a
	one=$(row Images Size)
	store_image b:1 --config.label which=b
	[ "$(row Images Size)" = "$one" ]
	[ "$(row Images TotalCount)" = 2 ]
	[ "$(row Images Active)" = 0 ]
	[ "$(row Images Reclaimable)" = "$one (100%)" ]
}

@test "an image of a container is active, and not reclaimable" {
	store_image a:1
	make_container 0123456789abcdef a:1
	[ "$(row Images Active)" = 1 ]
	[ "$(row Images Reclaimable)" = "0B (0%)" ]
	[ "$(row Containers TotalCount)" = 1 ]
	[ "$(row Containers Active)" = 0 ]
}

@test "a container is active while its folder is locked" {
	store_image a:1
	make_container 0123456789abcdef a:1
	exec 7<"$RL_ROOT/containers/0123456789abcdef"
	flock -x 7
	active=$(row Containers Active 7<&-)
	exec 7<&-
	[ "$active" = 1 ]
	[ "$(row Containers Active)" = 0 ]
}

@test "what a container wrote, and unpacked layers, are counted" {
	store_image a:1
	before=$("$RL" system df -v --format '{{(index .Images 0).Size}}')
	make_container 0123456789abcdef a:1
	head -c 3000000 /dev/urandom \
		>"$RL_ROOT/containers/0123456789abcdef/upper/file"
	size=$(row Containers Size)
	[[ $size == 3.*MB ]]
	hex=$("$RL" image inspect -f '{{index .RootFS.Layers 0}}' a:1)
	mkdir -p "$RL_ROOT/layers/one/${hex#sha256:}"
	head -c 5000000 /dev/urandom \
		>"$RL_ROOT/layers/one/${hex#sha256:}/file"
	after=$("$RL" system df -v --format '{{(index .Images 0).Size}}')
	[ "$before" != "$after" ]
}

@test "-v shows every image, container and volume" {
	store_image a:1
	make_container 0123456789abcdef a:1
	"$RL" volume create data
	run "$RL" system df -v
	[ "$status" -eq 0 ]
	[[ $output == *"Images space usage:"*"UNIQUE SIZE"* ]]
	[[ $output == *"0123456789ab   a:1 "* ]]
	[[ $output == *"VOLUME NAME   LINKS     SIZE"*"data          0 "* ]]
	"$RL" system df -v --format json |
		jq -e '.Volumes[0].Name == "data" and (.Images | length) == 1'
}

@test "a tree of great depth does no harm" {
	mkdir -p "$RL_ROOT/volumes/deep"
	python3 - "$RL_ROOT/volumes/deep" <<'PY'
import os, sys
os.chdir(sys.argv[1])
for _ in range(3000):
    os.mkdir("d" * 100)
    os.chdir("d" * 100)
PY
	run "$RL" system df
	[ "$status" -eq 0 ]
	python3 - "$RL_ROOT/volumes/deep" <<'PY'
import os, sys
os.chdir(sys.argv[1])
depth = 0
while os.path.isdir("d" * 100):
    os.chdir("d" * 100)
    depth += 1
for _ in range(depth):
    os.chdir("..")
    os.rmdir("d" * 100)
PY
}
