#!/usr/bin/env bats
# rl push to Debian's docker-registry, read by skopeo; and to one that fails.
bats_require_minimum_version 1.5.0
load ../lib/common
load ../lib/registry

setup_file() {
	start_registry "$BATS_FILE_TMPDIR/registry"
	export REGISTRY REGISTRY_PID
}

teardown_file() {
	kill "$REGISTRY_PID"
}

setup() {
	export RL_ROOT=$BATS_TEST_TMPDIR/store
	export HOME=$BATS_TEST_TMPDIR/home
	mkdir -p "$HOME"
	load_busybox
}

teardown() {
	[ -z "${FAULTY_PID:-}" ] || kill "$FAULTY_PID"
	[ -z "${OTHER_PID:-}" ] || kill "$OTHER_PID"
	end_containers
	unshare -U --map-root-user --map-auto rm -rf "$RL_ROOT" 2>/dev/null ||
		unshare -U --map-root-user rm -rf "$RL_ROOT"
}

# other_registry [OPTION...] - a second one, for this test.
other_registry() {
	local first=$REGISTRY_PID
	start_registry "$BATS_TEST_TMPDIR/other" "$@"
	OTHER_PID=$REGISTRY_PID REGISTRY_PID=$first
}

# raw NAME - the manifest that skopeo reads.
raw() {
	skopeo inspect --tls-verify=false --raw "docker://$REGISTRY/$1"
}

# layer_of_size MB - an image big:1 with a layer of so many MB of noise.
layer_of_size() {
	mkdir -p "$BATS_TEST_TMPDIR/tree"
	head -c "$1M" /dev/urandom >"$BATS_TEST_TMPDIR/tree/noise"
	tar -C "$BATS_TEST_TMPDIR/tree" -cf "$BATS_TEST_TMPDIR/tree.tar" .
	"$RL" import "$BATS_TEST_TMPDIR/tree.tar" big:1 >/dev/null
}

@test "what is pushed is read by skopeo, and has the image's ID" {
	"$RL" tag busybox "$REGISTRY/first/busybox:1"
	run --separate-stderr "$RL" push "$REGISTRY/first/busybox:1"
	echo "$stderr"
	[ "$status" = 0 ]
	[[ $stderr == *"The push refers to repository [$REGISTRY/first/busybox]"* ]]
	[[ $stderr == *": Pushed"* ]]
	digest=$(raw first/busybox:1 | sha256sum | cut -d' ' -f1)
	size=$(raw first/busybox:1 | wc -c)
	[ "$output" = "1: digest: sha256:$digest size: $size" ]
	[ "$(raw first/busybox:1 | jq -r .config.digest)" = \
		"$("$RL" image inspect -f '{{.Id}}' busybox)" ]
	# every blob is there: it can be read to its end
	skopeo copy -q --insecure-policy --src-tls-verify=false \
		"docker://$REGISTRY/first/busybox:1" \
		"dir:$BATS_TEST_TMPDIR/dir"
}

@test "a plain layer is compressed, once; the second push asks with HEAD" {
	"$RL" run --name made busybox sh -c 'echo new >/new'
	"$RL" commit made made:1
	start_faulty none
	"$RL" push -q made:1 "$FAULTY/made:1"
	raw made:1 | jq -r '.layers[].mediaType' >"$BATS_TEST_TMPDIR/types"
	cat "$BATS_TEST_TMPDIR/types"
	refute grep -v 'tar+gzip$' "$BATS_TEST_TMPDIR/types"
	: >"$FAULTY_LOG"
	run --separate-stderr "$RL" push made:1 "$FAULTY/made:1"
	[ "$status" = 0 ]
	[[ $stderr == *"Layer already exists"* && $stderr != *Compressing* ]]
	refute grep -E '^(POST|PATCH)' "$FAULTY_LOG"
	# another store has the same bytes of it
	RL_ROOT=$BATS_TEST_TMPDIR/two "$RL" pull -q "$REGISTRY/made:1"
	run env RL_ROOT="$BATS_TEST_TMPDIR/two" "$RL" run --rm \
		"$REGISTRY/made:1" cat /new
	[ "$output" = new ]
	RL_ROOT=$BATS_TEST_TMPDIR/two "$RL" rmi -f "$REGISTRY/made:1"
}

@test "--compression-format zstd and uncompressed" {
	layer_of_size 1
	"$RL" push -q --compression-format zstd big:1 "$REGISTRY/z:1"
	raw z:1 | grep -q 'tar+zstd"'
	"$RL" push -q --compression-format uncompressed big:1 "$REGISTRY/u:1"
	raw u:1 | grep -q 'layer.v1.tar"'
	for name in z u; do
		skopeo copy -q --insecure-policy --src-tls-verify=false \
			"docker://$REGISTRY/$name:1" "dir:$BATS_TEST_TMPDIR/$name"
	done
	run "$RL" push --compression-format lzma big:1 "$REGISTRY/u:1"
	[ "$status" = 1 ]
	[[ $output == *"'lzma' (gzip, zstd, uncompressed)"* ]]
}

@test "-a pushes every tag of the repository, and no other" {
	for name in all:1 all:2 allother:3; do
		"$RL" tag busybox "$REGISTRY/$name"
	done
	run --separate-stderr "$RL" push -a "$REGISTRY/all"
	[ "$status" = 0 ]
	[[ $output == "1: digest: "*$'\n'"2: digest: "* ]]
	[ "$(skopeo list-tags --tls-verify=false "docker://$REGISTRY/all" |
		jq -c '.Tags | sort')" = '["1","2"]' ]
	run skopeo list-tags --tls-verify=false "docker://$REGISTRY/allother"
	[ "$status" != 0 ]
	run "$RL" push -a "$REGISTRY/all:1"
	[ "$status" = 1 ]
	[[ $output == *"tag can't be used with --all-tags/-a"* ]]
	run "$RL" push -a "$REGISTRY/nothing"
	[ "$status" = 1 ]
	[[ $output == *"does not exist locally with the tag: $REGISTRY/nothing"* ]]
}

@test "-q prints the name alone" {
	"$RL" tag busybox "$REGISTRY/quiet:1"
	run --separate-stderr "$RL" push -q "$REGISTRY/quiet:1"
	[ "$status" = 0 ]
	[ "$output" = "$REGISTRY/quiet:1" ]
	[ -z "$stderr" ]
}

@test "a layer that another repository there has is mounted, not sent" {
	layer_of_size 3
	"$RL" tag big:1 "$REGISTRY/from:1"
	"$RL" push -q --compression-format uncompressed "$REGISTRY/from:1"
	start_faulty none
	# the same registry by the name that the log is kept under
	"$RL" tag big:1 "$FAULTY/from:1"
	"$RL" tag big:1 "$FAULTY/to:1"
	run --separate-stderr "$RL" push --compression-format uncompressed \
		"$FAULTY/to:1"
	echo "$stderr"
	[ "$status" = 0 ]
	[[ $stderr == *": Mounted"* ]]
	refute grep -q '^PATCH' "$FAULTY_LOG"
	raw to:1 >/dev/null
}

@test "an upload that is cut goes on where it was" {
	layer_of_size 4
	start_faulty pushcut 1
	run "$RL" push --compression-format uncompressed big:1 "$FAULTY/cut:1"
	echo "$output"
	cat "$FAULTY_LOG"
	[ "$status" = 0 ]
	[ "$(grep -c '^PATCH' "$FAULTY_LOG")" = 2 ]
	[ "$(grep -c '^POST' "$FAULTY_LOG")" = 2 ] # the layer and the config
	grep -qE '^PATCH [^ ]+ [1-9][0-9]*-[0-9]+ ' "$FAULTY_LOG"
	skopeo copy -q --insecure-policy --src-tls-verify=false \
		"docker://$REGISTRY/cut:1" "dir:$BATS_TEST_TMPDIR/cut"
}

@test "where a registry knows nothing of a cut upload, it is begun again" {
	layer_of_size 4
	start_faulty pushlost 1
	"$RL" push -q --compression-format uncompressed big:1 "$FAULTY/lost:1"
	[ "$(grep -c '^PATCH' "$FAULTY_LOG")" = 2 ]
	[ "$(grep -c '^POST' "$FAULTY_LOG")" = 3 ]
	skopeo copy -q --insecure-policy --src-tls-verify=false \
		"docker://$REGISTRY/lost:1" "dir:$BATS_TEST_TMPDIR/lost"
}

@test "503 and 429 are tried again; 500 for good is an error with its number" {
	start_faulty pushstatus POST 503 1
	"$RL" push -q busybox "$FAULTY/later:1"
	raw later:1 >/dev/null
	kill "$FAULTY_PID"
	start_faulty pushstatus PUT 400
	run "$RL" push -q busybox "$FAULTY/never:1"
	[ "$status" = 1 ]
	[[ $output == *"push $FAULTY/never:1"*"answered 400"* ]]
	run raw never:1
	[ "$status" != 0 ]
}

@test "a registry with a login: with it, without, with a wrong password" {
	other_registry htpasswd
	"$RL" tag busybox "$REGISTRY/mine:1"
	run "$RL" push "$REGISTRY/mine:1"
	[ "$status" = 1 ]
	[[ $output == *"$REGISTRY wants a login (rl login $REGISTRY)"* ]]
	printf 's3cret word' | "$RL" login -u ann --password-stdin "$REGISTRY"
	"$RL" push -q "$REGISTRY/mine:1"
	skopeo inspect --tls-verify=false --creds "ann:s3cret word" \
		"docker://$REGISTRY/mine:1" >/dev/null
	printf '{"auths":{"%s":{"auth":"%s"}}}' "$REGISTRY" \
		"$(printf ann:wrong | base64)" >"$BATS_TEST_TMPDIR/auth.json"
	run "$RL" push --authfile "$BATS_TEST_TMPDIR/auth.json" \
		"$REGISTRY/mine:1"
	[ "$status" = 1 ]
	[[ $output == *"wants other credentials"* && $output != *wrong* ]]
}

@test "tokens are asked for with pull,push" {
	start_faulty token "http://SELF/token"
	"$RL" push -q busybox "$FAULTY/tok:1"
	raw tok:1 >/dev/null
	grep -qE '/token.*repository%3Atok%3Apull%2Cpush' "$FAULTY_LOG"
}

@test "a read-only registry" {
	other_registry readonly
	run "$RL" push busybox "$REGISTRY/ro:1"
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *"does not take what is pushed to ro: it is read-only"* ]]
}

@test "credentials do not follow an upload to another host" {
	start_faulty none
	elsewhere=$FAULTY elsewhere_log=$FAULTY_LOG.elsewhere
	mv "$FAULTY_LOG" "$elsewhere_log"
	OTHER_PID=$FAULTY_PID
	start_faulty pushelsewhere "${elsewhere/127.0.0.1/localhost}"
	"$RL" push -q busybox "$FAULTY/else:1"
	raw else:1 >/dev/null
	grep -qE '^(PUT|PATCH)' "$elsewhere_log"
	refute grep -qE '(Basic|Bearer)' "$elsewhere_log"
}

@test "no such image, no tag, no registry" {
	run "$RL" push nothing:1 "$REGISTRY/x:1"
	[ "$status" = 1 ]
	[[ $output == *"nothing:1"* ]]
	run "$RL" push busybox "$REGISTRY/x@sha256:$(printf '%064d' 0)"
	[ "$status" = 1 ]
	[[ $output == *"cannot push a digest reference"* ]]
	run "$RL" push busybox "127.0.0.1:$(free_port)/x:1"
	[ "$status" = 1 ]
	[ -z "$(ls "$RL_ROOT/incoming")" ]
}
