#!/bin/bash
# life.sh BUILD [CONTAINERS] - containers in the background: their start
# beside one in the foreground, many at once, their log, what a supervisor
# takes.
set -eu
. "$(dirname "$0")/lib.sh"
many=${2:-200}
bench_open "$1"
[ -n "$one$ranges" ] || exit 1
account=${ranges:-$one}
tool timer
make_layer
rl=$stage/rl
as "$account" "$rl" load -q -i "$stage/busybox.tar" >/dev/null

# seconds COMMAND... - how long it takes.
seconds() {
	local begin end
	begin=$(date +%s%N)
	"$@" >/dev/null
	end=$(date +%s%N)
	echo $((end - begin)) | awk '{ printf "%.3f", $1 / 1e9 }'
}

# rate N SECONDS - of them a second.
rate() { awk "BEGIN { printf \"%.0f\", $1 / $2 }"; }

# remove_all - of the account's containers, by one command.
remove_all() {
	as "$account" sh -c "$rl ps -aq >ids; xargs $rl rm -f <ids"
}

contest "in the foreground" "$account" "in the foreground" "$rl" run --rm \
	--network none busybox /bin/true
contest "run -d, until it returns" "$account" "in the foreground" "$rl" run -d \
	--network none busybox /bin/true
echo "A start in the background, 40 runs of each in turn:"
echo
"$stage/timer" 40 "$stage" <"$stage/list" | grep '^|'
echo
remove_all >/dev/null

start=$(seconds as "$account" sh -c "seq $many | xargs -P 4 -I N $rl run -d \
	--name cN --network none busybox sleep 100000")
ps=$(for i in 1 2 3 4 5; do seconds as "$account" "$rl" ps; echo; done | sort -n | sed -n 3p)
# it gives back what only a start needs
sleep 2
supervisor=$(pgrep -n -u "$account" -x rl-supervisor)
memory=$(awk '/^Rss|^Private/ { t[$1] += $2 } END {
	printf "%d kB resident, %d kB private", t["Rss:"],
	t["Private_Clean:"] + t["Private_Dirty:"] }' \
	"/proc/$supervisor/smaps_rollup")
remove=$(seconds remove_all)
cat <<TABLE
| work | |
|---|---|
| $many containers started, 4 at a time | $(rate "$many" "$start") a second |
| rl ps of them, median of 5 | $(awk "BEGIN { print $ps * 1000 }") ms |
| rl rm -f of all, one command | $(rate "$many" "$remove") a second |
| a supervisor of one that waits | $memory |
TABLE

# 16 times 64 MB of lines
line=$(printf '%099d' 7)
yes "$line" 2>/dev/null | head -c 67108864 >"$stage/lines" || true
cat >"$stage/gigabyte" <<'SH'
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do cat "$1"; done
SH
cat >"$stage/logged" <<SH
$rl run -d --name log --network none -v $stage:/bench:ro busybox \
	sh /bench/gigabyte /bench/lines
$rl wait log
SH
chmod a+r "$stage/lines" "$stage/gigabyte" "$stage/logged"
logged=$(seconds as "$account" sh "$stage/logged")
floor=$(seconds as "$account" sh -c \
	"sh $stage/gigabyte $stage/lines | cat >log.floor")
echo "| 1 GB of lines through the log | $(rate 1073.7 "$logged") MB/s |"
echo "| its floor, through a pipe into cat >FILE | $(rate 1073.7 "$floor") MB/s |"
remove_all >/dev/null
