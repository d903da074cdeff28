#!/bin/sh
# source.sh - each source file's purpose, calls, notes, function length; and
# that scripts can be run as they are called.
scripts=0
for f in $(grep -rlm1 '^#!' tests --include='*.sh'); do
	[ -x "$f" ] || { echo "$f: not executable"; scripts=1; }
done
find cmd core net fs -name '*.[ch]' | xargs awk '
	function bad(what) { print FILENAME ":" FNR ": " what; rc = 1 }
	FNR == 1 { base = FILENAME; sub(/.*\//, "", base); start = top = 0 }
	FNR < 3 && index($0, base " - ") == 4 || \
		FNR == 2 && index($0, " * " base " - ") == 1 { top = 1 }
	FNR == 2 && !top && base ~ /c$/ { bad("no purpose comment") }
	/(^|[^a-z_A-Z0-9])(strcpy|strcat|sprintf|gets|system|popen|mktemp|tmpnam|alloca)\(/ {
		bad("a banned function")
	}
	/TODO|FIXME|XXX([^X]|$)/ && !/XXXX/ { bad("an unfinished note") }
	/^{$/ { start = FNR }
	/^}$/ {
		if (start && FNR - start - 1 > 80)
			bad("a function of " FNR - start - 1 " lines")
		start = 0
	}
	END { exit rc }' && exit $scripts
