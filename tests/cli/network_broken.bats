# network_broken.bats - networks whose program is missing, broken, hangs or
# dies: what is told, to whom, and that nothing else takes its place.
bats_require_minimum_version 1.5.0
load ../lib/common
load containers

requires_tun() {
	[ -w /dev/net/tun ] || skip "/dev/net/tun cannot be opened"
}

# install_without NAME - rl and all its helpers but one, in $BATS_TEST_TMPDIR/bin.
install_without() {
	local p dir
	dir=$(dirname "$RL")
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	for p in rl rl-transfer rl-slirp rl-scope; do
		[ "$p" = "$1" ] || cp "$dir/$p" "$BATS_TEST_TMPDIR/bin/"
	done
	broken=$BATS_TEST_TMPDIR/bin/$1
}

# script FILE - a program made of stdin.
script() {
	{
		echo '#!/bin/sh'
		cat
	} >"$1"
	chmod 755 "$1"
}

@test "rl-slirp missing: an error that says what puts it there, no other network" {
	requires_tun
	load_busybox
	install_without rl-slirp
	for net in "" "--network slirp" "-p 127.0.0.1::80"; do
		run -125 "$BATS_TEST_TMPDIR/bin/rl" run --rm $net busybox echo ran
		echo "$output"
		[[ $output == *"helper program rl-slirp is missing"*"('make install' puts it there)" ]]
		[[ $output != *"using the host's network"* ]]
		[[ $output != *ran* ]]
	done
	run "$BATS_TEST_TMPDIR/bin/rl" run --rm --network none busybox echo ran
	[ "$output" = ran ]
}

@test "rl-slirp broken: how it ended, which file, what mends it" {
	requires_tun
	load_busybox
	install_without rl-slirp
	rl=$BATS_TEST_TMPDIR/bin/rl
	told() {
		run -125 "$rl" run --rm busybox echo ran
		echo "$output"
		[[ $output == *"$broken"*"make install"* ]]
		[[ $output == *"$1"* ]]
		[[ $output != *ran* ]]
	}
	script "$broken" <<<'exit 3'
	told "ended with exit code 3"
	script "$broken" <<<'kill -SEGV $$'
	told "killed by signal 11"
	head -c 3000 "$(dirname "$RL")/rl-slirp" >"$broken"
	told "$broken"
	# another program: it hears all, and serves nobody
	script "$broken" <<<'cat >/dev/null'
	told "did not start"
	script "$broken" <<<"echo \$\$ >$BATS_TEST_TMPDIR/pid; exec sleep 1000"
	told "stopped after 10 s"
	until_gone "$(cat "$BATS_TEST_TMPDIR/pid")"
	# a container that stays says it too, and stays created
	script "$broken" <<<'exit 3'
	run -125 "$rl" run -d --name job busybox sleep 100
	[[ $output == *"ended with exit code 3"* ]]
	[ "$("$RL" inspect -f '{{.State.Status}}' job)" = created ]
}

@test "doctor tries the helper programs" {
	for p in rl-slirp rl-transfer rl-scope; do
		rm -rf "$BATS_TEST_TMPDIR/bin"
		"$RL" doctor --json | jq -se --arg p $p 'any(.[]; .rung == $p and .works)'
		install_without $p
		"$BATS_TEST_TMPDIR/bin/rl" doctor --json >"$BATS_TEST_TMPDIR/doctor"
		jq -se --arg p $p 'any(.[]; .rung == $p and (.works | not) and
			(.why | test("missing")) and (.fix | test("make install")))' \
			"$BATS_TEST_TMPDIR/doctor"
		script "$broken" <<<'echo "libx.so.1: cannot open" >&2; exit 127'
		"$BATS_TEST_TMPDIR/bin/rl" doctor --json >"$BATS_TEST_TMPDIR/doctor"
		jq -se --arg p $p 'any(.[]; .rung == $p and (.works | not) and
			(.why | test("127: libx.so.1: cannot open")) and
			(.fix | test("apt-get install")))' "$BATS_TEST_TMPDIR/doctor"
	done
}

# fake NAME - an installed program of that name, made of stdin; $ready is how
# it says that it has set up the network.
fake() {
	mkdir -p "$BATS_TEST_TMPDIR/path"
	{
		echo 'ready() {
			for a; do case $a in --ready-fd=*)
				printf 1 >/proc/self/fd/${a#*=}; return;; esac; done
			printf 1
		}'
		cat
	} | script "$BATS_TEST_TMPDIR/path/$1"
	PATH=$BATS_TEST_TMPDIR/path:$PATH
}

@test "slirp4netns and pasta that end at the start: the code, the signal, the words" {
	requires_tun
	load_busybox
	for net in slirp4netns pasta; do
		fake $net <<<'exit 3'
		run -125 "$RL" run --rm --network $net busybox echo ran
		echo "$output"
		[[ $output == *"$net ended with exit code 3 before it had set up the network" ]]
		fake $net <<<'echo first >&2; echo "no such tap" >&2; exit 1'
		run -125 "$RL" run --rm --network $net busybox echo ran
		[[ $output == *"$net ended with exit code 1 before"*": no such tap" ]]
		fake $net <<<'kill -SEGV $$'
		run -125 "$RL" run --rm --network $net busybox echo ran
		[[ $output == *"$net was killed by signal 11 (Segmentation fault)"* ]]
	done
}

@test "slirp4netns and pasta that hang: stopped after a time that is named" {
	requires_tun
	load_busybox
	for net in slirp4netns pasta; do
		fake $net <<<"echo \$\$ >$BATS_TEST_TMPDIR/$net.pid; exec sleep 1000"
		run -125 "$RL" run --rm --network $net busybox echo ran
		echo "$output"
		[[ $output == *"$net was stopped after 10 s before it had set up the network" ]]
		until_gone "$(cat "$BATS_TEST_TMPDIR/$net.pid")"
	done
}

# dies NAME CODE-TEXT - the fake network dies under a running container.
dies() {
	mkfifo "$BATS_TEST_TMPDIR/$1.go"
	"$RL" run -d --name job-$1 --network $1 \
		-v "$BATS_TEST_TMPDIR:/t" busybox sh -c \
		"echo begun; echo >/t/$1.go; cat /t/$1.end; exit 7"
	until_log job-$1 "network is dead"
	"$RL" logs job-$1
	"$RL" logs job-$1 2>&1 | grep -q "the container's network is dead: $1 $2"
	[ "$(state job-$1 Status)" = running ]
	[[ $("$RL" inspect -f '{{.State.Error}}' job-$1) == *"network is dead: $1 $2"* ]]
	echo >"$BATS_TEST_TMPDIR/$1.end"
	[ "$("$RL" wait job-$1)" = 7 ]
}

@test "slirp4netns and pasta that die later: told, and the exit code stays its own" {
	requires_tun
	load_busybox
	for net in slirp4netns pasta; do
		mkfifo "$BATS_TEST_TMPDIR/$net.end"
		fake $net <<-FAKE
		ready "\$@"
		cat $BATS_TEST_TMPDIR/$net.go
		$([ $net = pasta ] && echo 'exit 4' || echo 'kill -KILL $$')
		FAKE
	done
	dies slirp4netns "was killed by signal 9 (Killed)"
	dies pasta "ended with exit code 4"
}

@test "rl-slirp killed under a container that stays: told, and how" {
	requires_tun
	load_busybox
	"$RL" run -d --name job busybox sh -c 'echo begun; sleep 100'
	until_log job begun
	kill -9 "$(pgrep -P "$(state job Supervisor)" -x rl-slirp)"
	until_log job "network is dead: rl-slirp was killed by signal 9 (Killed)"
	[[ $("$RL" inspect -f '{{.State.Error}}' job) == *"rl-slirp was killed by signal 9"* ]]
	"$RL" kill job
}
