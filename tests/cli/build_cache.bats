# build_cache.bats - rl build --cache-from and --cache-to: steps travel.
load ../lib/common
load ../lib/registry

setup() {
	export RL_ROOT=$BATS_TEST_TMPDIR/one
	ctx=$BATS_TEST_TMPDIR/ctx
	mkdir "$ctx"
	echo file >"$ctx/file"
	cat >"$ctx/Dockerfile" <<-'E'
	FROM busybox AS tool
	RUN cat /proc/sys/kernel/random/uuid >/tool; chown 33:4 /tool
	FROM busybox
	RUN cat /proc/sys/kernel/random/uuid >/uuid
	RUN true
	COPY file /
	COPY --from=tool /tool /tool
	RUN cat /tool >/last
	E
	load_busybox
	elsewhere
	load_busybox
	export RL_ROOT=$BATS_TEST_TMPDIR/one
}

teardown() {
	[ -z "${REGISTRY_PID:-}" ] || kill "$REGISTRY_PID"
	unshare -U --map-root-user --map-auto rm -rf "$BATS_TEST_TMPDIR"/{one,two} 2>/dev/null ||
		unshare -U --map-root-user rm -rf "$BATS_TEST_TMPDIR"/{one,two}
}

# elsewhere - go on with another store.
elsewhere() { export RL_ROOT=$BATS_TEST_TMPDIR/two; }

b() { "$RL" build "$@" </dev/null; }

id() { "$RL" images -q --no-trunc "$1"; }

# all_cached N OUTPUT - so many steps are from the cache.
all_cached() {
	echo "$2"
	[ "$(grep -c CACHED <<<"$2")" = "$1" ]
}

@test "type=local: min has the target's steps, max those of all stages" {
	b -q -t first --cache-to "type=local,dest=$BATS_TEST_TMPDIR/deep/min" "$ctx"
	b -q --cache-to "type=local,dest=$BATS_TEST_TMPDIR/max,mode=max" "$ctx"
	first=$(id first)
	skopeo inspect "oci:$BATS_TEST_TMPDIR/max" >/dev/null
	elsewhere
	run b -t second --cache-from "type=local,src=$BATS_TEST_TMPDIR/max" "$ctx"
	[ "$status" = 0 ]
	all_cached 6 "$output"
	[ "$(id second)" = "$first" ]
	"$RL" run --rm --network none second sh -c '[ -s /uuid ] && cmp /tool /last'
	# what came stays a record of this store
	run b -t third "$ctx"
	all_cached 6 "$output"
	"$RL" builder prune -f
	"$RL" rmi second third
	run b -t second --cache-from "type=local,src=$BATS_TEST_TMPDIR/deep/min" "$ctx"
	[ "$status" = 0 ]
	# the other stage's step is done again, and so is another
	all_cached 3 "$output"
	[ "$(id second)" != "$first" ]
}

@test "type=local: an older cache makes room, other folders do not" {
	b -q --cache-to "type=local,dest=$BATS_TEST_TMPDIR/c" "$ctx"
	sed -i 's/RUN true/RUN echo 2/' "$ctx/Dockerfile"
	b -q --cache-from "type=local,src=$BATS_TEST_TMPDIR/c" --cache-to "type=local,dest=$BATS_TEST_TMPDIR/c" "$ctx"
	[ "$(ls "$BATS_TEST_TMPDIR" | grep -c '^c\.')" = 0 ]
	elsewhere
	run b --cache-from "type=local,src=$BATS_TEST_TMPDIR/c" "$ctx"
	all_cached 3 "$output"
	echo mine >"$ctx/mine"
	run b --cache-to "type=local,dest=$ctx" "$ctx"
	[ "$status" = 1 ]
	[[ $output == *"--cache-to type=local,dest=$ctx: $ctx is a folder with other things than a cache"* ]]
	[ "$(cat "$ctx/mine")" = mine ]
	run b --cache-to "type=local,dest=$ctx,ignore-error=true" "$ctx"
	[ "$status" = 0 ]
	[[ $output == *WARNING* ]]
}

@test "type=registry, and one layer at a time" {
	command -v docker-registry >/dev/null || skip "no docker-registry here"
	start_registry "$BATS_TEST_TMPDIR/registry"
	b -q -t first --cache-to "type=registry,ref=$REGISTRY/cache:1,mode=max,compression=zstd" "$ctx"
	first=$(id first)
	skopeo inspect --tls-verify=false "docker://$REGISTRY/cache:1" >/dev/null
	elsewhere
	run b -t second --cache-from "type=registry,ref=$REGISTRY/cache:1" "$ctx"
	[ "$status" = 0 ]
	all_cached 6 "$output"
	[ "$(id second)" = "$first" ]
	# the cache itself is no image of this store
	[ "$("$RL" images -q | sort -u | wc -l)" = 2 ]
	# its layers stay as they came, through collections, and can be given on
	"$RL" rmi second
	"$RL" image prune -f
	run b -t second --cache-to "type=local,dest=$BATS_TEST_TMPDIR/c,mode=max" "$ctx"
	all_cached 6 "$output"
	"$RL" save -o "$BATS_TEST_TMPDIR/second.tar" second
	skopeo inspect "docker-archive:$BATS_TEST_TMPDIR/second.tar" >/dev/null ||
		skopeo inspect "oci-archive:$BATS_TEST_TMPDIR/second.tar" >/dev/null
	# only what is needed is fetched
	"$RL" builder prune -f
	"$RL" rmi second
	b -q --target tool --cache-from "$REGISTRY/cache:1" "$ctx"
	[ "$(find "$RL_ROOT/cache" -type f | wc -l)" = 1 ]
}

@test "type=inline: in the image, here or at a registry" {
	command -v docker-registry >/dev/null || skip "no docker-registry here"
	start_registry "$BATS_TEST_TMPDIR/registry"
	printf 'FROM busybox\nRUN cat /proc/sys/kernel/random/uuid >/a\nENV X=1\nRUN true\nRUN echo $X >/b\n' >"$ctx/Dockerfile"
	b -q -t "$REGISTRY/app:1" --cache-to type=inline "$ctx"
	first=$(id "$REGISTRY/app:1")
	# a name of this store needs no registry
	"$RL" builder prune -f
	run b -t "$REGISTRY/app:1" --cache-to type=inline --cache-from "$REGISTRY/app:1" "$ctx"
	all_cached 3 "$output"
	[ "$(id "$REGISTRY/app:1")" = "$first" ]
	"$RL" push -q "$REGISTRY/app:1"
	elsewhere
	run b -t again --cache-to type=inline --cache-from "$REGISTRY/app:1" "$ctx"
	all_cached 3 "$output"
	[ "$(id again)" = "$first" ]
	kill "$REGISTRY_PID"
	unset REGISTRY_PID
	"$RL" builder prune -f
	run b -t away --cache-from "$REGISTRY/app:1" "$ctx"
	[ "$status" = 0 ]
	[[ $output == *"importing cache manifest from $REGISTRY/app:1"*ERROR* ]]
}

@test "a source that is no cache is told, and the build goes on" {
	mkdir "$BATS_TEST_TMPDIR/bad"
	for from in busybox "type=local,src=$BATS_TEST_TMPDIR/none" "type=local,src=$BATS_TEST_TMPDIR/bad"; do
		run b --cache-from "$from" -t x "$ctx"
		echo "$output"
		[ "$status" = 0 ]
		[[ $output == *"importing cache manifest"*ERROR* ]]
	done
	# blobs that are not what they are called are not taken
	b -q --cache-to "type=local,dest=$BATS_TEST_TMPDIR/c,mode=max" "$ctx"
	for blob in "$BATS_TEST_TMPDIR/c/blobs/sha256"/*; do
		head -c 1 "$blob" | grep -q '{' || echo more >>"$blob"
	done
	elsewhere
	run b --cache-from "type=local,src=$BATS_TEST_TMPDIR/c" "$ctx"
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *"WARNING: --cache-from"*"blob sha256:"* ]]
	for blob in "$BATS_TEST_TMPDIR/c/blobs/sha256"/*; do echo >>"$blob"; done
	run b --cache-from "type=local,src=$BATS_TEST_TMPDIR/c" "$ctx"
	[ "$status" = 0 ]
	[[ $output == *"importing cache manifest"*ERROR* ]]
}

@test "options that cannot be are refused at once" {
	bad() { # OPTION TEXT
		run b "$1" "$ctx"
		echo "$output"
		[ "$status" = 1 ]
		[[ $output == *"$2"* ]]
		[[ $output != *FROM* ]]
	}
	bad --cache-from=type=locla "it is registry, local or inline"
	bad --cache-from=type=local "src= is missing"
	bad --cache-from=type=inline "name the image"
	bad --cache-from=type=local,srcc=x "did you mean src?"
	bad --cache-from=UPPER/X "--cache-from 'UPPER/X'"
	bad --cache-to=type=local,src=x "unexpected key 'src'"
	bad --cache-to=type=registry "ref= is missing"
	bad --cache-to=type=registry,ref=x,mode=all "it is min or max"
	bad --cache-to=type=gha "it is registry, local or inline"
}

@test "a stage that makes the same files again: what copies them is cached" {
	cat >"$ctx/Dockerfile" <<-'E'
	FROM busybox AS tool
	ARG N
	RUN echo $N >/log; echo same >/bin/tool; touch -d 2001-02-03 /bin/tool; chmod 711 /bin/tool
	FROM busybox
	COPY --from=tool /bin/tool /bin/
	RUN echo begun >/begun
	E
	b -q --build-arg N=1 -t x "$ctx"
	first=$(id x)
	run b --build-arg N=2 -t x "$ctx"
	all_cached 2 "$output"
	[ "$(id x)" = "$first" ]
	# other bytes, modes and owners are others
	for change in 's/echo same/echo other/' 's/711/755/' 's/711/711 \/bin\/tool; chown 33/'; do
		sed "$change" "$ctx/Dockerfile" >"$ctx/other"
		run b --build-arg N=1 -f "$ctx/other" "$ctx"
		echo "$output"
		[ "$status" = 0 ]
		[[ $output != *CACHED* ]]
	done
}
