# help.bats - help, unknown words, global options, and how commands end.
load ../lib/common

@test "rl alone and rl --help list the commands" {
	run "$RL"
	[ "$status" -eq 0 ]
	[[ $output == *"Usage:  rl [OPTIONS] COMMAND"* ]]
	[[ $output == *$'\n  run '* && $output == *$'\n  load '* ]]
	[[ $output != *__tables* && $output != *__man* ]]
	alone=$output
	run "$RL" --help
	[ "$status" -eq 0 ]
	[ "$output" = "$alone" ]
	run "$RL" help
	[ "$output" = "$alone" ]
}

@test "--help of a command names its options and its other names" {
	run "$RL" rmi --help
	[ "$status" -eq 0 ]
	[[ $output == "Usage:  rl rmi [OPTIONS] IMAGE [IMAGE...]"* ]]
	[[ $output == *"rl image rm, rl image remove"* ]]
	[[ $output == *"-f, --force"* ]]
	direct=$output
	run "$RL" help rmi
	[ "$output" = "$direct" ]
	run "$RL" image rm --help
	[ "$output" = "$direct" ]
}

@test "no line of any help is wider than 80 columns" {
	for command in run images tag rmi "image inspect" "image prune" \
		"system df" version help; do
		"$RL" $command --help >"$BATS_TEST_TMPDIR/help"
		[ -s "$BATS_TEST_TMPDIR/help" ]
		run awk 'length > 80' "$BATS_TEST_TMPDIR/help"
		[ -z "$output" ]
	done
}

@test "a group of commands lists its members" {
	run "$RL" image
	[ "$status" -eq 0 ]
	[[ $output == *"Usage:  rl image COMMAND"* ]]
	[[ $output == *$'\n  prune '* && $output == *$'\n  ls '* ]]
}

@test "an unknown command is named, with the nearest that exists" {
	run "$RL" imges
	[ "$status" -eq 125 ]
	[ "${lines[0]}" = "rl: unknown command 'imges'; did you mean 'images'?" ]
	[ "${lines[1]}" = "Run 'rl --help' for more information" ]
	run "$RL" image prun
	[ "$status" -eq 125 ]
	[ "${lines[0]}" = \
	  "rl: unknown command 'image prun'; did you mean 'image prune'?" ]
}

@test "an unknown option is named, with the nearest that exists" {
	run "$RL" images --fromat json
	[ "$status" -eq 125 ]
	[ "${lines[0]}" = "rl: unknown option --fromat; did you mean --format?" ]
	[ "${lines[1]}" = "Run 'rl images --help' for more information" ]
	run "$RL" --rot x images
	[ "$status" -eq 125 ]
	[ "${lines[0]}" = "rl: unknown option --rot; did you mean --root?" ]
}

@test "a wrong number of arguments is a usage error" {
	run "$RL" tag one
	[ "$status" -eq 125 ]
	[ "${lines[0]}" = "rl: 'rl tag' takes exactly 2 arguments, not 1" ]
	run "$RL" rmi
	[ "$status" -eq 125 ]
	[ "${lines[0]}" = "rl: 'rl rmi' takes at least 1 argument, not 0" ]
	run "$RL" images a b
	[ "$status" -eq 125 ]
	[ "${lines[0]}" = "rl: 'rl images' takes at most 1 argument, not 2" ]
	run "$RL" version x
	[ "$status" -eq 125 ]
	[ "${lines[0]}" = "rl: 'rl version' takes no arguments" ]
}

@test "--root says where the store is, and beats RL_ROOT" {
	RL_ROOT=$BATS_TEST_TMPDIR/other "$RL" --root "$BATS_TEST_TMPDIR/mine" \
		images
	[ -f "$BATS_TEST_TMPDIR/mine/index.json" ]
	[ ! -e "$BATS_TEST_TMPDIR/other" ]
	[ "$(stat -c %a "$BATS_TEST_TMPDIR/mine")" = 700 ]
}

@test "output that cannot be written is a failure" {
	run sh -c '"$1" version >/dev/full' sh "$RL"
	[ "$status" -eq 1 ]
	[[ $output == *"standard output: No space left on device"* ]]
	run sh -c '"$1" version >&-' sh "$RL"
	[ "$status" -eq 1 ]
	[[ $output == *"standard output: Bad file descriptor"* ]]
}

@test "a reader that went away is a quiet failure" {
	for command in help "doctor --json"; do
		run bash -c "exec 3> >(exec sleep 0); wait \$!; '$RL' $command >&3"
		[ "$status" -eq 1 ]
		[ -z "$output" ]
	done
}

@test "closed standard descriptors are not taken by the store's files" {
	sh -c '"$1" images <&- >&- 2>&-' sh "$RL" || true
	"$RL" images
	run jq -e .manifests "$RL_ROOT/index.json"
	[ "$status" -eq 0 ]
}

@test "control characters in a message do not reach the terminal" {
	run "$RL" rmi $'x\e[31my'
	[ "$status" -eq 1 ]
	[[ $output != *$'\e'* ]]
	[[ $output == *'x?[31my'* ]]
}

@test "info counts what is there, and says what the host is" {
	load_busybox
	detached one busybox sleep 100
	detached two busybox sleep 100
	"$RL" pause two
	"$RL" create --name three --network none busybox true
	[ "$("$RL" info -f '{{.Containers}} {{.ContainersRunning}} {{.ContainersPaused}} {{.ContainersStopped}} {{.Images}}')" = "3 1 1 1 1" ]
	[ "$("$RL" info --format '{{.KernelVersion}} {{.NCPU}} {{.OSType}} {{.Name}}')" = \
		"$(uname -r) $(getconf _NPROCESSORS_ONLN) linux $(uname -n)" ]
	[ "$("$RL" info -f '{{.ServerVersion}} {{.DockerRootDir}}')" = \
		"$("$RL" version -f '{{.Client.Version}}') $RL_ROOT" ]
	run "$RL" system info
	[[ $output == *"Containers: 3"$'\n'" Running: 1"$'\n'" Paused: 1"$'\n'" Stopped: 1"* ]]
	"$RL" info -f json | jq -e '.SecurityOptions | index("name=rootless")'
	# as the file system is: v2 alone, or not
	[ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] && want=2 || want=1
	[ "$("$RL" info -f '{{.CgroupVersion}}')" = $want ]
	run "$RL" info -f '{{.Drive}}'
	[ "$status" -ne 0 ]
	"$RL" unpause two
}

@test "version names the libraries, and answers docker's questions" {
	run "$RL" version
	[ "$status" -eq 0 ]
	[[ $output == *libseccomp:* && $output == *jansson:* ]]
	client=$("$RL" version --format '{{.Client.Version}}')
	[ -n "$client" ]
	[ "$("$RL" version -f '{{.Server.Version}}')" = "$client" ]
	[ "$("$RL" --version)" = "rl version $client" ]
	"$RL" version --format json | jq -e .Client.Libraries.libcap
}

@test "manual pages and completions come from the tables" {
	command -v man >/dev/null || skip "man is not installed"
	"$RL" __man "$BATS_TEST_TMPDIR/man"
	for page in rl rl-run rl-load rl-image-prune; do
		[ -s "$BATS_TEST_TMPDIR/man/$page.1" ]
	done
	grep -q 'input' "$BATS_TEST_TMPDIR/man/rl-load.1"
	run env LC_ALL=C MANWIDTH=80 man -l --warnings -E UTF-8 \
		"$BATS_TEST_TMPDIR/man/rl-images.1"
	[ "$status" -eq 0 ]
	[[ $output == *--no-trunc* && $output != *warning* ]]
}

# What bash would offer after these words, one a line.
offers() {
	bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
		 _rl; printf "%s\n" "${COMPREPLY[@]}"' bash \
		"$BATS_TEST_TMPDIR/rl.bash" "$@"
}

@test "bash completes commands, groups and options" {
	"$RL" __complete bash >"$BATS_TEST_TMPDIR/rl.bash"
	[ "$(offers rl imag)" = $'image\nimages' ] ||
		[ "$(offers rl imag)" = $'images\nimage' ]
	[[ $(offers rl image pr) == prune ]]
	[[ $(offers rl images --no) == --no-trunc ]]
	[[ $(offers rl image ls --no) == --no-trunc ]]
}

@test "bash completes the names of containers and images" {
	load_busybox
	PATH=$(dirname "$RL"):$PATH
	"$RL" __complete bash >"$BATS_TEST_TMPDIR/rl.bash"
	"$RL" run --network none --name web-1 busybox true </dev/null
	[ "$(offers rl container inspect we)" = web-1 ]
	[ "$(offers rl inspect "")" = web-1 ]
	[ "$(offers rl rmi bu)" = busybox:latest ]
}

@test "completions for zsh and fish are valid scripts; others are refused" {
	run "$RL" __complete tcsh
	[ "$status" -eq 1 ]
	[[ $output == *"bash, zsh, fish"* ]]
	"$RL" __complete zsh >"$BATS_TEST_TMPDIR/_rl"
	"$RL" __complete fish >"$BATS_TEST_TMPDIR/rl.fish"
	grep -q -- "--no-trunc" "$BATS_TEST_TMPDIR/_rl"
	grep -q "l 'no-trunc'" "$BATS_TEST_TMPDIR/rl.fish"
	if command -v zsh >/dev/null; then zsh -n "$BATS_TEST_TMPDIR/_rl"; fi
	if command -v fish >/dev/null; then
		fish -n "$BATS_TEST_TMPDIR/rl.fish"
	fi
}
