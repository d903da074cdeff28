#!/usr/bin/env bats
# rl login and logout against docker-registry with a password and a
# certificate of its own.
bats_require_minimum_version 1.5.0
load ../lib/common
load ../lib/registry

setup_file() {
	. "$BATS_TEST_DIRNAME/../lib/images.sh"
	make_busybox_archive "$BATS_RUN_TMPDIR/login-busybox.tar"
	start_registry "$BATS_FILE_TMPDIR/registry" htpasswd tls
	skopeo copy -q --insecure-policy --dest-tls-verify=false --dest-creds "ann:s3cret word" \
		"docker-archive:$BATS_RUN_TMPDIR/login-busybox.tar" "docker://$REGISTRY/team/busybox:1"
	export REGISTRY REGISTRY_PID
}

teardown_file() {
	kill "$REGISTRY_PID"
}

setup() {
	export RL_ROOT=$BATS_TEST_TMPDIR/store
	export HOME=$BATS_TEST_TMPDIR/home
	certs=$HOME/.config/containers/certs.d/$REGISTRY
	mkdir -p "$certs"
	cp "$BATS_FILE_TMPDIR/registry/cert.pem" "$certs/ca.crt"
}

login() {
	printf '%s' "s3cret word" | "$RL" login -u ann --password-stdin "$@" "$REGISTRY"
}

@test "a certificate nobody trusts is refused, and the text says what to do" {
	rm -r "$HOME/.config"
	run "$RL" pull "$REGISTRY/team/busybox:1"
	[ "$status" = 1 ]
	[[ $output == *"is not trusted"*"certs.d/$REGISTRY/ca.crt"* ]]
	run "$RL" pull --tls-verify=false "$REGISTRY/team/busybox:1"
	[[ $output == *"rl login"* ]]
}

@test "a certificate of another host is refused" {
	mkdir -p "$HOME/.config/containers/certs.d/127.0.0.1:${REGISTRY#*:}"
	cp "$certs/ca.crt" "$HOME/.config/containers/certs.d/127.0.0.1:${REGISTRY#*:}/"
	run "$RL" pull "127.0.0.1:${REGISTRY#*:}/team/busybox:1"
	[ "$status" = 1 ]
	[[ $output == *"is not trusted"* ]]
}

@test "login keeps the password for its owner alone; pull uses it; logout drops it" {
	run "$RL" pull "$REGISTRY/team/busybox:1"
	[ "$status" = 1 ]
	[[ $output == *"wants a login (rl login $REGISTRY)"* ]]
	run --separate-stderr login
	[ "$status" = 0 ]
	[ "$output" = "Login Succeeded" ]
	[[ $stderr == *"unencrypted in $HOME/.docker/config.json"* ]]
	[ "$(stat -c %a "$HOME/.docker/config.json")" = 600 ]
	[ "$(jq -r --arg r "$REGISTRY" '.auths[$r].auth' "$HOME/.docker/config.json" | base64 -d)" = "ann:s3cret word" ]
	run "$RL" run --rm -q "$REGISTRY/team/busybox:1" echo works
	[ "$status" = 0 ]
	[ "$output" = works ]
	run "$RL" logout "$REGISTRY"
	[ "$status" = 0 ]
	[ "$output" = "Removing login credentials for $REGISTRY" ]
	[ "$(jq '.auths | length' "$HOME/.docker/config.json")" = 0 ]
	run "$RL" logout "$REGISTRY"
	[ "$output" = "Not logged in to $REGISTRY" ]
	run "$RL" pull "$REGISTRY/team/busybox:1"
	[ "$status" = 1 ]
	[[ $output == *"wants a login"* ]]
}

@test "a wrong password is told and not kept" {
	run bash -c 'echo wrong | "$0" login -u ann --password-stdin "$1"' "$RL" "$REGISTRY"
	[ "$status" = 1 ]
	[[ $output == *"does not know this user name and password"* ]]
	[[ $output != *wrong* ]]
	[ ! -e "$HOME/.docker/config.json" ]
}

@test "what else is in the file stays" {
	mkdir -p "$HOME/.docker"
	echo '{"psFormat":"x","auths":{"https://index.docker.io/v1/":{"auth":"YTpi"}}}' >"$HOME/.docker/config.json"
	login
	[ "$(jq -r .psFormat "$HOME/.docker/config.json")" = x ]
	[ "$(jq -r '.auths["https://index.docker.io/v1/"].auth' "$HOME/.docker/config.json")" = YTpi ]
	run "$RL" logout
	[ "$output" = "Removing login credentials for docker.io" ]
	[ "$(jq -r '.auths | keys | .[]' "$HOME/.docker/config.json")" = "$REGISTRY" ]
}

@test "podman's and skopeo's auth file, --authfile, REGISTRY_AUTH_FILE, DOCKER_CONFIG" {
	file=$BATS_TEST_TMPDIR/auth.json
	skopeo login --authfile "$file" --tls-verify=false -u ann -p "s3cret word" "$REGISTRY"
	"$RL" pull -q --authfile "$file" "$REGISTRY/team/busybox:1"
	for how in "REGISTRY_AUTH_FILE=$file" "XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/run" "DOCKER_CONFIG=$BATS_TEST_TMPDIR/dc"; do
		mkdir -p "$BATS_TEST_TMPDIR/run/containers" "$BATS_TEST_TMPDIR/dc"
		cp "$file" "$BATS_TEST_TMPDIR/run/containers/auth.json"
		cp "$file" "$BATS_TEST_TMPDIR/dc/config.json"
		"$RL" rmi "$REGISTRY/team/busybox:1"
		env "$how" "$RL" pull -q "$REGISTRY/team/busybox:1"
	done
	login --authfile "$BATS_TEST_TMPDIR/mine.json"
	skopeo inspect --authfile "$BATS_TEST_TMPDIR/mine.json" --tls-verify=false \
		"docker://$REGISTRY/team/busybox:1" >/dev/null
}

@test "the longest path of the auth file that fits is used" {
	mkdir -p "$HOME/.docker"
	jq -n --arg r "$REGISTRY" --arg good "$(printf 'ann:s3cret word' | base64)" --arg bad "$(printf 'x:y' | base64)" \
		'{auths: {($r): {auth: $bad}, ($r + "/team"): {auth: $good}, ($r + "/tea"): {auth: $bad}}}' \
		>"$HOME/.docker/config.json"
	"$RL" pull -q "$REGISTRY/team/busybox:1"
}

@test "a credential helper keeps the secret" {
	mkdir -p "$BATS_TEST_TMPDIR/bin" "$HOME/.docker"
	cat >"$BATS_TEST_TMPDIR/bin/docker-credential-shelf" <<-'HELPER'
	#!/bin/sh
	shelf=$HOME/shelf
	case $1 in
	store) cat >"$shelf" ;;
	get) read -r server; [ -e "$shelf" ] && cat "$shelf" || { echo "credentials not found in native keychain"; exit 1; } ;;
	erase) rm -f "$shelf" ;;
	esac
	HELPER
	chmod +x "$BATS_TEST_TMPDIR/bin/docker-credential-shelf"
	export PATH=$BATS_TEST_TMPDIR/bin:$PATH
	echo '{"credsStore":"shelf"}' >"$HOME/.docker/config.json"
	run "$RL" pull "$REGISTRY/team/busybox:1"
	[[ $output == *"wants a login"* ]]
	login
	[ "$(jq -r .Secret "$HOME/shelf")" = "s3cret word" ]
	! grep -q auths "$HOME/.docker/config.json"
	"$RL" pull -q "$REGISTRY/team/busybox:1"
	"$RL" logout "$REGISTRY"
	[ ! -e "$HOME/shelf" ]
}

@test "a helper that is missing or fails is told, in its own words" {
	mkdir -p "$BATS_TEST_TMPDIR/bin" "$HOME/.docker"
	echo '{"credsStore":"shelf"}' >"$HOME/.docker/config.json"
	run "$RL" logout "$REGISTRY"
	[ "$status" -eq 1 ]
	[[ $output == *"docker-credential-shelf"*"install it"* ]]
	printf '#!/bin/sh\necho the shelf is locked >&2\nexit 3\n' \
		>"$BATS_TEST_TMPDIR/bin/docker-credential-shelf"
	chmod +x "$BATS_TEST_TMPDIR/bin/docker-credential-shelf"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run "$RL" pull "$REGISTRY/team/busybox:1"
	[ "$status" -eq 1 ]
	[[ $output == *"exit code 3: the shelf is locked"* ]]
}

@test "an auth file that was named and is not there is told" {
	for how in "--authfile $BATS_TEST_TMPDIR/none" ""; do
		REGISTRY_AUTH_FILE=$BATS_TEST_TMPDIR/none run "$RL" pull $how \
			"$REGISTRY/team/busybox:1"
		[ "$status" -eq 1 ]
		[[ $output == *"$BATS_TEST_TMPDIR/none"*"No such file"* ]]
	done
}

@test "nothing to ask on: the text names the options" {
	run "$RL" login "$REGISTRY" </dev/null
	[ "$status" = 1 ]
	[[ $output == *"--password-stdin"* ]]
	run "$RL" login -u ann "$REGISTRY" </dev/null
	[ "$status" = 1 ]
}

@test "a password typed on a terminal is not shown" {
	run script -qec "'$RL' login '$REGISTRY'" /dev/null < <(sleep 0.5; echo ann; sleep 0.5; echo "s3cret word"; sleep 1)
	[[ $output == *"Login Succeeded"* ]]
	[[ $output != *"s3cret"* ]]
}
