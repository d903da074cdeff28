#!/bin/bash
# log.sh BUILD [MEGABYTES] - how fast a container's log is written.
#
# In memory, which is what our own work costs, and on the disk, beside the
# floor there: dd of as many bytes as the log has.
set -eu
. "$(dirname "$0")/lib.sh"
megabytes=${2:-1024}
bench_open "$1"
tool log -std=gnu11 -D_GNU_SOURCE -I"$here" "$here"/core/log_{file,disk,chain}.c \
	"$here"/core/log_{escape,time,options}.c \
	"$here"/core/base/{base,err,file,resident,str}.c -lm
memory=$(mktemp -d /dev/shm/rl-bench.XXXXXX)
trap 'rm -rf "$memory"; bench_close' EXIT
mkdir "$stage/disk"

# lines LENGTH MEGABYTES - in memory and on the disk.
lines() {
	local size
	echo "in memory:   $("$stage/log" "$memory" "$2" "$1")"
	rm -f "$memory"/*
	echo "on the disk: $("$stage/log" "$stage/disk" "$2" "$1")"
	size=$(stat -c %s "$stage/disk/container.log")
	rm -f "$stage/disk"/*
	echo "  its floor: $(dd if=/dev/zero of="$stage/disk/floor" bs=128k \
		count=$((size >> 17)) 2>&1 | tail -n 1)"
	rm -f "$stage/disk"/*
}

echo "A container's log, from a pipe, MB of what was written into it:"
echo
lines 100 "$megabytes"
lines 2 $((megabytes / 16))
echo "rotating:    $("$stage/log" "$memory" "$megabytes" 100 10000000 3)"
