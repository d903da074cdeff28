#!/bin/bash
# memory.sh BUILD - what rl loads, and what stays beside a running container.
set -eu
. "$(dirname "$0")/lib.sh"
bench_open "$1"
make_busybox_archive "$stage/busybox.tar"
chmod a+r "$stage/busybox.tar"

# linkage - the proof that rl is static.
linkage() {
	readelf -ld "$stage/rl" >"$stage/elf"
	echo "rl: $(stat -c %s "$stage/rl") bytes," \
		"$(grep -c INTERP "$stage/elf" || true) interpreters," \
		"$(grep -c NEEDED "$stage/elf" || true) shared libraries" \
		"(ldd: $(ldd "$stage/rl" 2>&1 | xargs))"
}

# ours PID - it and those below it that run our programs, from the file or,
# where the user could write to that, from a copy in memory.
ours() {
	local child
	case $(readlink "/proc/$1/exe" 2>/dev/null) in
	"$stage"/rl* | /memfd:rl*) echo "$1" ;;
	esac
	for child in $(ps -o pid= --ppid "$1"); do
		ours "$child"
	done
}

# resident ACCOUNT KIND [OPTION...] - private memory of all of them, in kB.
resident() {
	local account=$1 kind=$2 pids tries=100
	shift 2
	as "$account" "$stage/rl" load -q -i "$stage/busybox.tar" >/dev/null
	become "$account" "$stage/rl" run --rm "$@" busybox \
		sh -c 'echo up; sleep 3' >"$stage/up" 2>&1 &
	started=$!
	until grep -q up "$stage/up" || [ $((tries -= 1)) = 0 ]; do
		sleep 0.1
	done
	sleep 1.5
	pids=$(ours $started)
	for pid in $pids; do
		cat "/proc/$pid/smaps_rollup" 2>/dev/null || true
	done | awk -v what="$kind, ${*:-the default network}" -v n="$(echo $pids | wc -w)" '
		/^Private_/ { sum += $2 }
		END { printf "| %s | %d | %d |\n", what, n, sum }'
	wait
}

linkage
echo
echo "Beside a container that sleeps (rl's own processes, --init's included):"
echo
echo "| | processes | private kB |"
echo "|---|---|---|"
for account in $ranges $one; do
	kind="one id"
	[ "$account" != "$ranges" ] || kind="ranges of ids"
	resident "$account" "$kind" --network none
	resident "$account" "$kind" --network none --init
	resident "$account" "$kind"
done
