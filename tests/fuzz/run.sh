#!/bin/bash
# run.sh BUILD SECONDS - run every fuzzer that long; "possible": can they be?
here=$(cd "$(dirname "$0")" && pwd)
possible() {
	echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n);
	int LLVMFuzzerTestOneInput(const char *d, unsigned long n)
	{ return d && n > 1000; }' |
		clang -fsanitize=fuzzer,address -x c -o /dev/null - 2>/dev/null
}
[ "$1" != possible ] || { possible; exit; }

# fuzz PROGRAM SECONDS - one TAP line; what was found, if anything was.
fuzz() {
	local name dir rc seeds=()
	name=$(basename "$1" _fuzz)
	dir=$(mktemp -d)
	mkdir "$dir/new"
	[ ! -d "$here/corpus/$name" ] || seeds=("$here/corpus/$name")
	(cd "$dir" && timeout $(($2 + 60)) "$1" -max_total_time="$2" \
		-max_len=4096 -timeout=10 -rss_limit_mb=2048 \
		"$dir/new" "${seeds[@]}") >"$dir/log" 2>&1
	rc=$?
	if [ $rc = 0 ]; then
		echo "ok - fuzz $name: $(grep -o 'Done [0-9]* runs' "$dir/log")"
	else
		echo "not ok - fuzz $name"
		tail -60 "$dir/log" | sed 's/^/# /'
		for f in "$dir"/crash-* "$dir"/leak-* "$dir"/timeout-*; do
			[ ! -e "$f" ] || echo "# input: $(base64 -w0 "$f")"
		done
	fi
	rm -rf "$dir"
	return $rc
}

any=0 rc=0
for t in "$1"/tests/fuzz/*_fuzz; do
	[ -x "$t" ] || continue
	any=1
	fuzz "$(realpath "$t")" "$2" || rc=1
done
[ $any = 1 ] || echo "ok - fuzzers # skip not built: make fuzz needs clang and its libFuzzer"
exit $rc
