# build_corpus.bats - every file of tests/build, by rl build and by buildah.
#
# NAME.dockerfile has one rule of the language each.  Its last line may be
# "# args: ..." for both.  What buildah of Debian 12 has not is said again in
# NAME.plain by older means, which buildah builds instead.
load ../lib/common
load ../lib/peers

corpus=$BATS_TEST_DIRNAME/../build

setup_file() {
	export work=$BATS_FILE_TMPDIR
	export RL_ROOT=$work/store ctx=$work/ctx
	command -v buildah >/dev/null || return 0
	grep -q "^$(id -un):" /etc/subuid || return 0
	make_context
	load_both
}

setup() {
	requires subuid
	command -v buildah >/dev/null || skip "no buildah here"
	cd "$ctx"
}

teardown() { :; }

teardown_file() {
	remove_peer
}

# same NAME - our image of it, and theirs.
same() {
	local file=$corpus/$1.dockerfile theirs=$corpus/$1.dockerfile args peers=()
	read -ra args <<<"$(sed -n 's/^# args: //p' "$file")"
	[ ! -e "$corpus/$1.plain" ] || theirs=$corpus/$1.plain
	cp "$file" "$work/Dockerfile"
	if [ -e "$corpus/$1.dockerignore" ]; then
		cp "$corpus/$1.dockerignore" "$work/Dockerfile.dockerignore"
		peers=(--ignorefile "$work/Dockerfile.dockerignore")
	fi
	"$RL" build -q -t ours -f "$work/Dockerfile" "${args[@]}" "$ctx" </dev/null
	peer_build "$theirs" "${peers[@]}" "${args[@]}"
	rm -f "$work/Dockerfile" "$work/Dockerfile.dockerignore"
	same_image ours localhost/theirs
}

@test "add" {
	same add
}

@test "args" {
	same args
}

@test "commands" {
	same commands
}

@test "comments" {
	same comments
}

@test "copy" {
	same copy
}

@test "copy_new" {
	same copy_new
}

@test "copy_stage" {
	same copy_stage
}

@test "crlf" {
	same crlf
}

@test "env" {
	same env
}

@test "escape" {
	same escape
}

@test "expose" {
	same expose
}

@test "forms" {
	same forms
}

@test "health_none" {
	same health_none
}

@test "heredocs" {
	same heredocs
}

@test "ignore" {
	same ignore
}

@test "labels" {
	same labels
}

@test "onbuild" {
	same onbuild
}

@test "owners" {
	same owners
}

@test "platform_args" {
	same platform_args
}

@test "proxy_args" {
	same proxy_args
}

@test "removed" {
	same removed
}

@test "run_mounts" {
	same run_mounts
}

@test "scratch" {
	same scratch
}

@test "shell" {
	same shell
}

@test "stages" {
	same stages
}

@test "users" {
	same users
}

@test "variables" {
	same variables
}

@test "workdir" {
	same workdir
}

@test "xattrs" {
	same xattrs
}

@test "no file of the corpus is left out" {
	for f in "$corpus"/*.dockerfile; do
		grep -q "^	same $(basename "$f" .dockerfile)\$" "$BATS_TEST_FILENAME"
	done
}
