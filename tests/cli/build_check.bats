# build_check.bats - rl build --check and the directive check.
load ../lib/common

setup() {
	export RL_ROOT=$BATS_TEST_TMPDIR/store
	ctx=$BATS_TEST_TMPDIR/ctx
	mkdir "$ctx"
}

# finds RULE LINE WORDS - in the Dockerfile on stdin, nothing else.
finds() {
	cat >"$ctx/Dockerfile"
	run "$RL" build --check "$ctx"
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *"WARNING: $1"$'\n'*"$3"*$'\n'"Dockerfile:$2"$'\n'* ]]
	[[ $output == *"Check complete, 1 warning has been found!" ]]
}

# clean - it finds nothing.
clean() {
	cat >"$ctx/Dockerfile"
	run "$RL" build --check "$ctx"
	echo "$output"
	[ "$status" = 0 ]
	[ "$output" = "Check complete, no warnings found." ]
}

@test "each rule, with its line, and nothing is built" {
	finds StageNameCasing 1 "Stage name 'Builder' should be lowercase" <<<'FROM busybox AS Builder'
	finds FromAsCasing 1 "'as' and 'FROM' keywords' casing do not match" <<<'FROM busybox as builder'
	finds ReservedStageName 1 '"context"' <<<'FROM busybox AS context'
	finds DuplicateStageName 2 "Duplicate stage name 'a'" <<<$'FROM busybox AS a\nFROM busybox AS a'
	finds RedundantTargetPlatform 1 '$TARGETPLATFORM' <<<'FROM --platform=$TARGETPLATFORM busybox'
	finds FromPlatformFlagConstDisallowed 1 '"linux/amd64"' <<<'FROM --platform=linux/amd64 busybox'
	finds JSONArgsRecommended 2 "recommended for CMD" <<<$'FROM busybox\nCMD echo x'
	finds MultipleInstructionsDisallowed 3 "Multiple ENTRYPOINT" <<<$'FROM busybox\nENTRYPOINT ["a"]\nENTRYPOINT ["b"]'
	finds MaintainerDeprecated 2 "using label" <<<$'FROM busybox\nMAINTAINER me'
	finds WorkdirRelativePath 2 '"app"' <<<$'FROM busybox\nWORKDIR app'
	finds ExposeProtoCasing 2 "'80/TCP'" <<<$'FROM busybox\nEXPOSE 80/TCP'
	finds LegacyKeyValueFormat 2 '"ENV key=value"' <<<$'FROM busybox\nENV a b'
	finds SecretsUsedInArgOrEnv 2 'ARG "DB_PASSWORD"' <<<$'FROM busybox\nARG DB_PASSWORD'
	finds ConsistentInstructionCasing 3 "'run' should match" <<<$'FROM busybox\nRUN true\nrun true'
	finds NoEmptyContinuation 2 "Empty continuation line" <<<$'FROM busybox\nRUN echo \\\n\n  x'
	[ ! -e "$RL_ROOT/cache" ]
	run "$RL" images -q
	[ -z "$output" ]
}

@test "what is fine is not told" {
	clean <<-'E'
	FROM --platform=$BUILDPLATFORM busybox AS build
	WORKDIR /app
	WORKDIR sub
	ENV PUBLIC_KEY=x KEYBOARD=y
	RUN <<EOT
	a

	b
	EOT
	FROM build AS other
	SHELL ["/bin/sh", "-c"]
	CMD echo x
	E
	clean <<<$'from busybox as x\nrun true'
	clean <<<$'# check=skip=JSONArgsRecommended,MaintainerDeprecated\nFROM busybox\nMAINTAINER me\nCMD x'
	clean <<<$'# check=skip=all\nFROM busybox as X\nCMD x'
}

@test "a build ends with them, and check=error=true ends it before" {
	load_busybox
	printf 'FROM busybox\nCMD x\n' >"$ctx/Dockerfile"
	run "$RL" build "$ctx"
	[ "$status" = 0 ]
	[[ $output == *"1 warning found"*" - JSONArgsRecommended: JSON arguments"*"(line 2)" ]]
	run "$RL" build -q "$ctx"
	[[ $output != *JSONArgs* ]]
	run "$RL" build --progress rawjson "$ctx"
	[[ $output != *JSONArgs* ]]
	printf '# check=error=true\nFROM busybox\nRUN echo ran\nCMD x\nMAINTAINER y\n' >"$ctx/Dockerfile"
	run "$RL" build -t no "$ctx"
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *"lint violation found for rules: JSONArgsRecommended, MaintainerDeprecated"* ]]
	[[ $output != *ran* ]]
	printf '# check=skip=all;error=true\nFROM busybox\nCMD x\n' >"$ctx/Dockerfile"
	"$RL" build -q "$ctx"
}

@test "a directive that is none" {
	bad() { # TEXT MESSAGE
		printf '# check=%s\nFROM busybox\n' "$1" >"$ctx/Dockerfile"
		run "$RL" build --check "$ctx"
		echo "$output"
		[ "$status" = 1 ]
		[[ $output == *"Dockerfile: the directive check: $2"* ]]
	}
	bad error=maybe "error=maybe: it is true or false"
	bad skip=JSONArgRecommended "skip=JSONArgRecommended: did you mean JSONArgsRecommended?"
	bad skpi=all "'skpi=all' is neither"
	# a rule that only BuildKit has
	printf '# check=skip=CopyIgnoredFile\nFROM busybox\n' >"$ctx/Dockerfile"
	"$RL" build --check "$ctx"
}
