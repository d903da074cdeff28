# lib.sh - what the benchmarks share: a stage on the disk, the accounts.
#
# As root, `ranges` and `one` are accounts with and without subordinate ids;
# a plain user is one of the two, and the other is empty.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$here/tests/lib/accounts.sh"
. "$here/tests/lib/images.sh"

# bench_open BUILD - make the stage: programs, and a home for each account.
bench_open() {
	stage=$(mktemp -d "${RL_BENCH_TMPDIR:-/var/tmp}/rl-bench.XXXXXX")
	trap bench_close EXIT
	trap 'exit 130' INT TERM
	chmod 755 "$stage"
	find "$here/$1" -maxdepth 1 -name 'rl*' -perm /1 -exec cp {} "$stage/" \;
	ranges='' one=''
	if [ "$(id -u)" = 0 ]; then
		make_accounts
		ranges=rltest one=rltest1
	elif grep -q "^$(id -un):" /etc/subuid; then
		ranges=$(id -un)
	else
		one=$(id -un)
	fi
	for account in $ranges $one; do
		mkdir -p "$stage/$account/run" "$stage/$account/store"
		chmod 700 "$stage/$account/run" "$stage/$account/store"
		[ "$(id -u)" != 0 ] || chown -R "$account:" "$stage/$account"
	done
}

# bench_close - stop what was started, remove what was made, whoever owns it.
bench_close() {
	local pid file
	for pid in ${started:-}; do
		kill "$pid" 2>/dev/null || true
	done
	# podman leaves a process behind that keeps its namespaces
	for file in $(find "$stage" -name pause.pid 2>/dev/null); do
		kill "$(cat "$file")" 2>/dev/null || true
	done
	rm -rf "$stage" 2>/dev/null ||
		unshare --map-auto --map-root-user rm -rf "$stage"
}

# tool NAME [CC-FLAGS...] - compile tests/bench/NAME.c into the stage.
tool() {
	cc -O2 -Wall -o "$stage/$1" "$here/tests/bench/$1.c" "${@:2}"
	chmod 755 "$stage/$1"
}

# become ACCOUNT COMMAND... - in its home on the stage, with a clean
# environment, in place of this shell.
become() {
	local account=$1 how=
	shift
	[ "$(id -u)" != 0 ] ||
		how="setpriv --reuid $account --regid $account --init-groups"
	cd "$stage/$account"
	exec $how env -i PATH="$PATH" USER="$account" \
		HOME="$stage/$account" LC_ALL=C.UTF-8 \
		RL_ROOT="$stage/$account/store" \
		XDG_RUNTIME_DIR="$stage/$account/run" "$@" </dev/null
}

# as ACCOUNT COMMAND... - the same, and come back.
as() {
	(become "$@")
}
