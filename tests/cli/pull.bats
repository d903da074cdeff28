#!/usr/bin/env bats
# rl pull against Debian's docker-registry, and against one that fails.
bats_require_minimum_version 1.5.0
load ../lib/common
load ../lib/registry

setup_file() {
	. "$BATS_TEST_DIRNAME/../lib/images.sh"
	start_registry "$BATS_FILE_TMPDIR/registry"
	make_busybox_archive "$BATS_RUN_TMPDIR/busybox.tar"
	push_busybox busybox:1
	export REGISTRY REGISTRY_PID
}

teardown_file() {
	kill "$REGISTRY_PID"
}

setup() {
	export RL_ROOT=$BATS_TEST_TMPDIR/store
	export HOME=$BATS_TEST_TMPDIR/home
	mkdir -p "$HOME"
}

stop_faulty() {
	[ -z "${FAULTY_PID:-}" ] || kill "$FAULTY_PID"
}

busybox_archive() {
	echo "$BATS_RUN_TMPDIR/busybox.tar"
}

# nothing_left - no part, no temporary folder, no lease, no name.
nothing_left() {
	[ -z "$(ls "$RL_ROOT/incoming" 2>/dev/null | grep -v '^[0-9a-f]*$')" ]
	[ -z "$(find "$RL_ROOT/layers" -mindepth 2 -maxdepth 2 -name '*.tmp' 2>/dev/null)" ]
	[ -z "$("$RL" images -q)" ]
}

@test "an image is pulled and runs" {
	run --separate-stderr "$RL" pull "$REGISTRY/busybox:1"
	[ "$status" = 0 ]
	[ "$output" = "$REGISTRY/busybox:1" ]
	[[ $stderr == *"Pull complete"* ]]
	[[ $stderr == *"Status: Downloaded newer image for $REGISTRY/busybox:1"* ]]
	run "$RL" run --rm "$REGISTRY/busybox:1" echo works
	[ "$output" = works ]
}

@test "-q prints the name alone; docker:// may stand before it" {
	run --separate-stderr "$RL" pull -q "docker://$REGISTRY/busybox:1"
	[ "$status" = 0 ]
	[ "$output" = "$REGISTRY/busybox:1" ]
	[ -z "$stderr" ]
}

@test "on a terminal each layer has a bar, never wider than the terminal" {
	# on_terminal TERM [OPTION] - a pull into a store that is empty
	on_terminal() {
		mkdir -p "$RL_ROOT"
		RL_ROOT=$(mktemp -d "$RL_ROOT/XXXXXX") TERM=$1 script -qec \
			"stty cols 60; '$RL' pull ${2:-} $REGISTRY/busybox:1" \
			/dev/null </dev/null | tr -d '\r'
	}
	run on_terminal xterm
	rows=$(sed -n $'s/.*\e\\[K//p' <<<"$output")
	echo "$rows"
	[[ $rows == *": Pull complete"* ]]
	[ "$(awk '{ print length }' <<<"$rows" | sort -n | tail -1)" -lt 60 ]
	# where no line can be drawn over there are plain lines
	run on_terminal dumb
	[[ $output != *$'\e'* && $output == *": Pull complete"* ]]
	run on_terminal xterm -q
	[ "$output" = "$REGISTRY/busybox:1" ]
}

@test "what is here already is asked for with HEAD and not fetched" {
	start_faulty none
	"$RL" pull -q "$FAULTY/busybox:1"
	: >"$FAULTY_LOG"
	run "$RL" pull "$FAULTY/busybox:1"
	stop_faulty
	[[ $output == *"Image is up to date"* ]]
	grep -q '^HEAD' "$FAULTY_LOG"
	! grep -q '^GET' "$FAULTY_LOG"
}

@test "skopeo reads the store a pull made" {
	"$RL" pull -q "$REGISTRY/busybox:1"
	run skopeo inspect "oci:$RL_ROOT:$REGISTRY/busybox:1"
	[ "$status" = 0 ]
	[ "$(jq -r '.Layers | length' <<<"$output")" = 1 ]
}

@test "by digest: the name keeps it" {
	digest=$(skopeo inspect --tls-verify=false "docker://$REGISTRY/busybox:1" | jq -r .Digest)
	"$RL" pull -q "$REGISTRY/busybox@$digest"
	run "$RL" run --rm "$REGISTRY/busybox@$digest" echo works
	[ "$output" = works ]
	run "$RL" pull -q "$REGISTRY/busybox@sha256:$(printf '0%.0s' {1..64})"
	[ "$status" = 1 ]
	[[ $output == *"has no manifest"* ]]
}

@test "OCI manifests, an index of several platforms, zstd layers" {
	layout=$BATS_TEST_TMPDIR/layout
	skopeo copy -q --insecure-policy "docker-archive:$(busybox_archive)" "oci:$layout:one"
	skopeo copy -q --insecure-policy --dest-tls-verify=false --dest-compress-format zstd \
		--format oci "oci:$layout:one" "docker://$REGISTRY/zstd:1"
	"$RL" pull -q "$REGISTRY/zstd:1"
	run "$RL" run --rm "$REGISTRY/zstd:1" echo works
	[ "$output" = works ]

	m=$(skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/zstd:1")
	d=sha256:$(printf %s "$m" | sha256sum | cut -d' ' -f1)
	arch=$(dpkg --print-architecture)
	jq -cn --arg d "$d" --argjson n "${#m}" --arg a "$arch" '{schemaVersion: 2,
		mediaType: "application/vnd.oci.image.index.v1+json", manifests: [
		{mediaType: "application/vnd.oci.image.manifest.v1+json", size: 999,
		 digest: ("sha256:" + "1" * 64), platform: {os: "linux", architecture: "s390x"}},
		{mediaType: "application/vnd.oci.image.manifest.v1+json", size: $n,
		 digest: $d, platform: {os: "linux", architecture: $a}}]}' >"$BATS_TEST_TMPDIR/index"
	python3 - "$REGISTRY" "$BATS_TEST_TMPDIR/index" <<-PY
	import http.client, sys
	c = http.client.HTTPConnection(sys.argv[1])
	c.request("PUT", "/v2/zstd/manifests/multi", open(sys.argv[2], "rb").read(),
	          {"Content-Type": "application/vnd.oci.image.index.v1+json"})
	print(c.getresponse().status)
	PY
	start_faulty manifest "$BATS_TEST_TMPDIR/index" application/vnd.oci.image.index.v1+json
	run "$RL" pull --platform linux/ppc64le "$FAULTY/zstd:multi"
	stop_faulty
	[ "$status" = 1 ]
	[[ $output == *"no manifest for linux/ppc64le; there is linux/s390x, linux/$arch"* ]]
}

@test "a single manifest for another platform is told, and not kept" {
	other=linux/s390x
	run "$RL" pull --platform $other "$REGISTRY/busybox:1"
	[ "$status" = 1 ]
	[[ $output == *"does not match the specified platform: wanted $other"* ]]
	[ -z "$("$RL" images -aq)" ]
	"$RL" pull -q "$REGISTRY/busybox:1"
	run "$RL" run --rm --platform $other "$REGISTRY/busybox:1" true
	[ "$status" = 125 ]
	[[ $output == *"wanted $other, actual: linux/"* ]]
	export DOCKER_DEFAULT_PLATFORM=$other
	for command in pull run create; do
		run "$RL" $command "$REGISTRY/busybox:1"
		[ "$status" -ne 0 ]
		[[ $output == *"wanted $other, actual: linux/"* ]]
	done
	unset DOCKER_DEFAULT_PLATFORM
	"$RL" run --rm --network none --platform "linux/$(dpkg --print-architecture)" \
		"$REGISTRY/busybox:1" true
}

@test "run pulls what is missing, as --pull says" {
	run --separate-stderr "$RL" run --rm "$REGISTRY/busybox:1" echo works
	[ "$status" = 0 ]
	[ "$output" = works ]
	[[ $stderr == *"Unable to find image '$REGISTRY/busybox:1' locally"* ]]
	"$RL" rmi "$REGISTRY/busybox:1"
	run "$RL" run --rm --pull never "$REGISTRY/busybox:1" echo works
	[ "$status" = 125 ]
	[[ $output == *"No such image"* ]]
	run --separate-stderr "$RL" run --rm -q --pull always "$REGISTRY/busybox:1" echo works
	[ "$output" = works ]
	[ -z "$stderr" ]
	run "$RL" run --rm --pull sometimes "$REGISTRY/busybox:1" echo works
	[ "$status" = 125 ]
	[[ $output == *"it is always, missing, newer or never"* ]]
	run "$RL" run --rm "$REGISTRY/nosuch" true
	[ "$status" = 125 ]
}

@test "always fails, newer goes on, when the registry is away" {
	load_busybox
	"$RL" tag busybox 127.0.0.1:1/busybox
	run "$RL" run --rm --pull always 127.0.0.1:1/busybox echo works
	[ "$status" = 125 ]
	[[ $output == *"Failed to connect"* ]]
	run --separate-stderr "$RL" run --rm --pull newer 127.0.0.1:1/busybox echo works
	[ "$status" = 0 ]
	[ "$output" = works ]
}

@test "unknown images and bad references" {
	run "$RL" pull "$REGISTRY/busybox:nosuch"
	[ "$status" = 1 ]
	[[ $output == *"MANIFEST_UNKNOWN"* ]]
	run "$RL" pull BusyBox
	[ "$status" = 1 ]
	[[ $output == *"must be lowercase"* ]]
	run "$RL" pull --platform nonsense/a/b/c "$REGISTRY/busybox:1"
	[ "$status" != 0 ]
	nothing_left
}

@test "401, 403, 500: the registry's words, without its escapes" {
	for code in 403 404 500; do
		start_faulty status $code
		run "$RL" pull "$FAULTY/busybox:1"
		stop_faulty
		[ "$status" = 1 ]
		[[ $output == *"FAULT: told"* ]]
		[[ $output != *$'\e'* ]]
	done
	start_faulty status 401
	run "$RL" pull "$FAULTY/busybox:1"
	stop_faulty
	[ "$status" = 1 ]
	[[ $output == *"rl login $FAULTY"* ]]
	nothing_left
}

@test "429 and 503 are waited for as Retry-After says" {
	for code in 429 503; do
		start_faulty status $code 2
		run "$RL" pull "$FAULTY/busybox:1"
		stop_faulty
		[ "$status" = 0 ]
		[[ $output == *"answered $code: trying again in 1 s"* ]]
		[ "$(grep -c /manifests/ "$FAULTY_LOG")" -ge 3 ]
		"$RL" rmi "$FAULTY/busybox:1"
	done
}

@test "a connection cut in mid-layer goes on where it was" {
	start_faulty cut 2
	run "$RL" pull "$FAULTY/busybox:1"
	stop_faulty
	[ "$status" = 0 ]
	grep -q 'bytes=[1-9]' "$FAULTY_LOG"
	run "$RL" run --rm "$FAULTY/busybox:1" echo works
	[ "$output" = works ]
}

@test "a cut connection to a registry that knows no ranges starts over" {
	start_faulty norange
	run "$RL" pull "$FAULTY/busybox:1"
	stop_faulty
	[ "$status" = 0 ]
	run "$RL" run --rm "$FAULTY/busybox:1" echo works
	[ "$output" = works ]
}

@test "wrong bytes, too many bytes, a wrong digest: nothing is kept" {
	for fault in flip longer wrongdigest endless; do
		start_faulty $fault
		run "$RL" pull "$FAULTY/busybox:1"
		stop_faulty
		[ "$status" = 1 ]
		nothing_left
	done
	"$RL" pull -q "$REGISTRY/busybox:1"
}

@test "manifests that are none" {
	t=$BATS_TEST_TMPDIR
	oci=application/vnd.oci.image.manifest.v1+json
	digest=sha256:$(printf '1%.0s' {1..64})
	python3 -c 'print("[" * 100000)' >"$t/deep"
	printf '{"schemaVersion":2,"x":"\377"}' >"$t/notutf8"
	head -c 5000000 /dev/zero | tr '\0' ' ' >"$t/huge"
	echo '[]' >"$t/list"
	echo '{"schemaVersion":2,"config":7,"layers":{}}' >"$t/types"
	jq -cn --arg d "$digest" '{schemaVersion: 2, config: {digest: $d, size: 3}, layers:
		[range(10000) | {mediaType: "application/vnd.oci.image.layer.v1.tar", digest: $d, size: 3}]}' >"$t/many"
	for file in deep notutf8 huge list types many; do
		start_faulty manifest "$t/$file" $oci
		run "$RL" pull "$FAULTY/busybox:1"
		stop_faulty
		echo "$file: $output"
		[ "$status" = 1 ]
		nothing_left
	done
	echo '{"schemaVersion":1}' >"$t/one"
	start_faulty manifest "$t/one" application/vnd.docker.distribution.manifest.v1+prettyjws
	run "$RL" pull "$FAULTY/busybox:1"
	stop_faulty
	[[ $output == *"schema 1"* ]]
	start_faulty manifest "$t/one" text/html
	run "$RL" pull "$FAULTY/busybox:1"
	stop_faulty
	[[ $output == *"which is no image manifest"* ]]
}

@test "kill -9 and ^C in mid-layer: the next pull resumes" {
	for signal in KILL INT; do
		start_faulty slow
		# a shell without job control starts it deaf to ^C
		env --default-signal=INT "$RL" pull -q "$FAULTY/busybox:1" 3>&- &
		pid=$!
		for i in $(seq 100); do
			part=$(find "$RL_ROOT/incoming" -size +100k 2>/dev/null || true)
			[ -z "$part" ] || break
			sleep 0.1
		done
		[ -n "$part" ]
		kill -$signal $pid
		code=0
		wait $pid || code=$?
		[ $code = $((128 + $(kill -l $signal))) ]
		stop_faulty
		start_faulty none
		run "$RL" pull "$FAULTY/busybox:1"
		stop_faulty
		[ "$status" = 0 ]
		grep -q 'bytes=[1-9]' "$FAULTY_LOG"
		[ -z "$(ls "$RL_ROOT/incoming")" ]
		[ -z "$(find "$RL_ROOT/layers" -mindepth 2 -maxdepth 2 -name '*.tmp')" ]
		"$RL" rmi "$FAULTY/busybox:1"
	done
}

@test "a part that an earlier pull spoiled is fetched anew" {
	"$RL" images >/dev/null
	layer=$(skopeo inspect --tls-verify=false "docker://$REGISTRY/busybox:1" | jq -r '.Layers[0]')
	mkdir -p "$RL_ROOT/incoming"
	head -c 100000 /dev/zero >"$RL_ROOT/incoming/${layer#sha256:}"
	run "$RL" pull "$REGISTRY/busybox:1"
	[ "$status" = 0 ]
	run "$RL" run --rm "$REGISTRY/busybox:1" echo works
	[ "$output" = works ]
}

@test "two pulls of one image at once share the work" {
	start_faulty none
	"$RL" pull -q "$FAULTY/busybox:1" 3>&- &
	"$RL" pull -q "$FAULTY/busybox:1"
	wait $!
	stop_faulty
	layer=$(skopeo inspect --tls-verify=false "docker://$REGISTRY/busybox:1" | jq -r '.Layers[0]')
	[ "$(grep -c "^GET /v2/busybox/blobs/$layer" "$FAULTY_LOG")" = 1 ]
	run "$RL" run --rm "$FAULTY/busybox:1" echo works
	[ "$output" = works ]
	[ -z "$(ls "$RL_ROOT/incoming")" ]
}

@test "a full disk and few fds: an error, nothing left, and it works again" {
	requires userns
	mkdir -p "$RL_ROOT"
	run unshare -Urm sh -c '
		mount -t tmpfs -o size=700k,mode=700 none "$1" && { "$2" pull "$3"; echo "exit $?"; ls "$1/incoming"; }' \
		sh "$RL_ROOT" "$RL" "$REGISTRY/busybox:1"
	[[ $output == *"No space left on device"*"exit 1" ]]
	run bash -c 'ulimit -n 32; "$0" pull -q "$1"' "$RL" "$REGISTRY/busybox:1"
	[ "$status" = 0 ] || [[ $output == *"Too many open files"* ]]
	"$RL" pull -q "$REGISTRY/busybox:1"
}

@test "a redirect does not carry the login to another host" {
	start_faulty redirect "$REGISTRY"
	mkdir -p "$HOME/.docker"
	jq -n --arg h "$FAULTY" --arg a "$(printf 'ann:pw' | base64)" '{auths: {($h): {auth: $a}}}' \
		>"$HOME/.docker/config.json"
	run "$RL" pull "$FAULTY/busybox:1"
	[ "$status" = 0 ]
	stop_faulty
	"$RL" rmi "$FAULTY/busybox:1"
	# the second host writes down what it is told
	start_faulty none
	elsewhere=$FAULTY second=$FAULTY_PID log=$FAULTY_LOG.second
	mv "$FAULTY_LOG" "$log"
	start_faulty redirect "$elsewhere"
	jq -n --arg h "$FAULTY" --arg a "$(printf 'ann:pw' | base64)" '{auths: {($h): {auth: $a}}}' \
		>"$HOME/.docker/config.json"
	run "$RL" pull "$FAULTY/busybox:1"
	[ "$status" = 0 ]
	stop_faulty
	kill "$second"
	grep -q "Basic $(printf 'ann:pw' | base64)" "$FAULTY_LOG"
	grep -q '/blobs/.* -$' "$log"
	! grep -q Basic "$log"
}

@test "bearer tokens; a realm that must not be asked is not" {
	start_faulty token http://SELF/token
	run "$RL" pull -q "$FAULTY/busybox:1"
	[ "$status" = 0 ]
	grep -q '/token?client_id=rl&service=s&scope=repository%3Ax%3Apull' "$FAULTY_LOG"
	stop_faulty
	for realm in http://example.com/token http://169.254.169.254/x; do
		start_faulty token $realm
		run "$RL" pull -q "$FAULTY/busybox:2"
		stop_faulty
		[ "$status" = 1 ]
		[[ $output == *refused* ]]
	done
}

@test "mirrors: registries.conf and RL_MIRROR, with the registry behind them" {
	mkdir -p "$HOME/.config/containers"
	cat >"$HOME/.config/containers/registries.conf" <<-CONF
	unqualified-search-registries = ["example.com"]
	[[registry]]
	prefix = "images.example.com/team"
	location = "$REGISTRY"
	[[registry.mirror]]
	location = "127.0.0.1:1/away"
	[[registry]]
	prefix = "bad.example.com"
	location = "bad.example.com"
	blocked = true
	CONF
	run "$RL" pull images.example.com/team/busybox:1
	[ "$status" = 0 ]
	[[ $output == *"mirror 127.0.0.1:1: "* ]]
	run "$RL" pull bad.example.com/x
	[ "$status" = 1 ]
	[[ $output == *"blocked by registries.conf"* ]]
	skopeo copy -q --insecure-policy --src-tls-verify=false --dest-tls-verify=false \
		"docker://$REGISTRY/busybox:1" "docker://$REGISTRY/library/hello:1"
	run env RL_MIRROR="$REGISTRY" "$RL" pull -q hello:1
	[ "$status" = 0 ]
	[ "$output" = docker.io/library/hello:1 ]
}
