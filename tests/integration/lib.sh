# lib.sh - what the scripts share that show rl-oci under its real callers.
#
# Each is run as a user without root, with $RL the program, and prints TAP.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$here/lib/images.sh"
tests=0 failed=0

# needs PROGRAM... - or skip the whole script, saying why.
needs() {
	local p
	for p in "$@"; do
		PATH=$PATH:/usr/sbin:/sbin command -v "$p" >/dev/null || {
			echo "ok 1 - $(basename "$0" .sh) # skip $p is not installed"
			echo 1..1
			exit 0
		}
	done
}

# needs_ranges - or skip.
needs_ranges() {
	grep -q "^$(id -un):" /etc/subuid || {
		echo "ok 1 - $(basename "$0" .sh) # skip $(id -un) has no range in /etc/subuid"
		echo 1..1
		exit 0
	}
}

# work_folder - $work, short (sockets are in it), gone at the end.
work_folder() {
	work=$(mktemp -d /tmp/rl-int.XXXXXX)
	export XDG_RUNTIME_DIR=$work/run
	mkdir -m 700 "$XDG_RUNTIME_DIR"
	ln -s "$RL" "$work/rl-oci"
	oci=$work/rl-oci
	trap 'close_work' EXIT
	trap 'exit 130' INT TERM
}

close_work() {
	local pid file
	[ "$(type -t stop_all)" != function ] || stop_all >/dev/null 2>&1 || :
	# podman leaves a process behind that keeps its namespaces
	for file in $(find "$work" -name pause.pid 2>/dev/null); do
		kill "$(cat "$file")" 2>/dev/null || :
	done
	rm -rf "$work" 2>/dev/null ||
		unshare -U --map-root-user --map-auto rm -rf "$work"
}

# t NAME COMMAND... - one test.
t() {
	local out rc=0
	tests=$((tests + 1))
	out=$("${@:2}" 2>&1 </dev/null) || rc=$?
	if [ $rc = 0 ]; then
		echo "ok $tests - $1"
		return
	fi
	echo "not ok $tests - $1"
	echo "status $rc, said:
$out" | sed 's/^/# /'
	failed=$((failed + 1))
}

# is TEXT COMMAND... - it prints this; says VALUE COMMAND - it ends so.
is() {
	local got
	got=$("${@:2}") || { echo "$got; ended with $?"; return 1; }
	[ "$got" = "$1" ] || { echo "got: $got"; return 1; }
}

ends() {
	local rc=0
	"${@:2}" || rc=$?
	[ $rc = "$1" ] || { echo "ended with $rc, not $1"; return 1; }
}

# until_ok COMMAND... - ten seconds at most.
until_ok() {
	local i
	for i in $(seq 100); do
		! "$@" >/dev/null 2>&1 || return 0
		sleep 0.1
	done
	"$@"
}

done_testing() {
	echo "1..$tests"
	exit $((failed > 0))
}
