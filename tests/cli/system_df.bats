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
	[ "${lines[4]}" = \
	  "Build Cache     0         0         0B        0B" ]
	[ "${#lines[@]}" -eq 5 ]
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
	load_busybox
	"$RL" run --name c1 --network none busybox true
	[ "$(row Images Active)" = 1 ]
	[ "$(row Images Reclaimable)" = "0B (0%)" ]
	[ "$(row Containers TotalCount)" = 1 ]
	[ "$(row Containers Active)" = 0 ]
	[ "$(row Containers Size)" = 0B ]
}

@test "a container is active while it runs; what it wrote counts" {
	load_busybox
	"$RL" run -d --name c1 --network none busybox sh -c \
		'head -c 3000000 /dev/zero | tr "\0" x >/file; exec sleep 300'
	until [[ $(row Containers Size) == 3*MB ]]; do sleep 0.05; done
	[ "$(row Containers Active)" = 1 ]
	[ "$(row Containers Reclaimable)" = "0B (0%)" ]
	"$RL" kill c1
	"$RL" wait c1
	[ "$(row Containers Active)" = 0 ]
	[[ $(row Containers Reclaimable) == 3*"MB (100%)" ]]
	# a log is nothing of the image's kind
	"$RL" run --name c2 --network none busybox sh -c 'yes | head -c 5000000' >/dev/null
	[[ $(row Containers Size) == 3*MB ]]
}

@test "unpacked layers are counted" {
	store_image a:1
	before=$("$RL" system df -v --format '{{(index .Images 0).Size}}')
	hex=$("$RL" image inspect -f '{{index .RootFS.Layers 0}}' a:1)
	mkdir -p "$RL_ROOT/layers/one/${hex#sha256:}"
	head -c 5000000 /dev/urandom \
		>"$RL_ROOT/layers/one/${hex#sha256:}/file"
	after=$("$RL" system df -v --format '{{(index .Images 0).Size}}')
	[ "$before" != "$after" ]
}

@test "-v shows every image, container, volume and no build cache" {
	load_busybox
	"$RL" volume create data
	"$RL" run --name c1 --network none -v data:/d busybox true
	"$RL" run --rm --network none busybox true
	run "$RL" system df -v
	[ "$status" -eq 0 ]
	id=$("$RL" ps -aq)
	diff <(sed -E 's/[0-9.]+[kM]B/SIZE/g; s/(About |Less than )?(an?|[0-9]+) (second|minute)s? ago/AGO/g
		s/[0-9]+ years ago|N\/A/AGO/g; s/  +/  /g; s/ +$//' <<<"$output" |
		sed "s/$id/ID/; s/^\(busybox  latest  \)[0-9a-f]*/\1IMAGE/") - <<-'END'
	Images space usage:

	REPOSITORY  TAG  IMAGE ID  CREATED  SIZE  SHARED SIZE  UNIQUE SIZE  CONTAINERS
	busybox  latest  IMAGE  AGO  SIZE  0B  SIZE  1

	Containers space usage:

	CONTAINER ID  IMAGE  COMMAND  LOCAL VOLUMES  SIZE  CREATED  STATUS  NAMES
	ID  busybox  "true"  1  SIZE  AGO  Exited (0) AGO  c1

	Local Volumes space usage:

	VOLUME NAME  LINKS  SIZE
	data  1  SIZE

	Build cache usage: 0B

	CACHE ID  CACHE TYPE  SIZE  CREATED  LAST USED  USAGE  SHARED
	END
	"$RL" system df -v --format json |
		jq -e '.Volumes[0].Name == "data" and (.Images | length) == 1 and
			.Containers[0].Names == "c1" and .BuildCache == []'
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
