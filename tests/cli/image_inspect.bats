# image_inspect.bats - rl image inspect: docker's shape, and templates.
load ../lib/common
load store_images

@test "an array with docker's members" {
	store_image app:1 --created 2020-01-02T03:04:05Z --architecture amd64 \
		--config.env A=1 --config.env B=2 --config.cmd run \
		--config.cmd fast --config.entrypoint /bin/sh \
		--config.workingdir /srv --config.user 7:8 \
		--config.label k=v --config.exposedports 80/tcp \
		--config.volume /data --config.stopsignal SIGINT
	"$RL" image inspect app:1 >"$BATS_TEST_TMPDIR/json"
	jq -e 'type == "array" and length == 1' "$BATS_TEST_TMPDIR/json"
	jq -e '.[0] | .Config.Cmd == ["run", "fast"] and
		.Config.Entrypoint == ["/bin/sh"] and
		(.Config.Env | contains(["A=1", "B=2"])) and
		.Config.WorkingDir == "/srv" and .Config.User == "7:8" and
		.Config.Labels == {"k": "v"} and
		.Config.ExposedPorts == {"80/tcp": {}} and
		.Config.Volumes == {"/data": {}} and
		.Config.StopSignal == "SIGINT"' "$BATS_TEST_TMPDIR/json"
	jq -e '.[0] | .Architecture == "amd64" and .Os == "linux" and
		.Variant == "" and (.Created | startswith("2020-01-02")) and
		.RepoTags == ["app:1"] and .RootFS.Type == "layers" and
		has("Metadata") and .Size > 0' "$BATS_TEST_TMPDIR/json"
	skopeo inspect --config --raw "oci:$RL_ROOT:docker.io/library/app:1" \
		>"$BATS_TEST_TMPDIR/config"
	[ "$(jq -c '.[0].RootFS.Layers' "$BATS_TEST_TMPDIR/json")" = \
	  "$(jq -c .rootfs.diff_ids "$BATS_TEST_TMPDIR/config")" ]
	[ "$(jq -r '.[0].Id' "$BATS_TEST_TMPDIR/json")" = \
	  "sha256:$(sha256sum <"$BATS_TEST_TMPDIR/config" | cut -d ' ' -f 1)" ]
}

@test "what an image does not set is null or empty, not missing" {
	store_image app:1 --clear config.labels
	"$RL" image inspect app:1 | jq -e '.[0].Config |
		has("Entrypoint") and has("Volumes") and .User == "" and
		.Labels == null and .OnBuild == null'
}

@test "several images, tags and digests of each" {
	store_image a:1 --config.label which=a
	store_image b:1 --config.label which=b
	"$RL" tag a:1 example.org/x/a:2
	"$RL" image inspect a:1 b:1 | jq -e 'length == 2 and
		(.[0].RepoTags | sort) == ["a:1", "example.org/x/a:2"] and
		(.[0].RepoDigests | length) == 2 and
		(.[1].RepoDigests[0] | startswith("b@sha256:"))'
}

@test "a missing image is said; the others are shown; exit code 1" {
	store_image a:1
	"$RL" image inspect none a:1 >"$BATS_TEST_TMPDIR/out" \
		2>"$BATS_TEST_TMPDIR/err" && false
	jq -e 'length == 1' "$BATS_TEST_TMPDIR/out"
	grep -q '^rl: No such image: none' "$BATS_TEST_TMPDIR/err"
	run "$RL" image inspect none
	[ "$status" -eq 1 ]
	[ "${lines[0]}" = "[]" ] || [ "${lines[1]}" = "[]" ]
}

@test "by ID, by digest, by name and digest" {
	store_image a:1
	id=$("$RL" images -q --no-trunc)
	digest=$("$RL" image inspect -f '{{.Descriptor.digest}}' a:1)
	for name in "$id" "${id#sha256:}" "${id:7:12}" "${id:7:4}" "$digest" \
		"a@$digest" docker.io/library/a:1 docker://a:1; do
		[ "$("$RL" image inspect -f '{{.Id}}' "$name")" = "$id" ]
	done
}

@test "--platform that is none is refused" {
	store_image a:1
	run "$RL" image inspect --platform 'linux/../x/y/z' a:1
	[ "$status" -eq 1 ]
}
