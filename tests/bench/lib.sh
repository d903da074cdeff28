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

# tool NAME [CC-FLAGS...] - compile tests/bench/NAME.c into the stage, or take
# it from where it was compiled for a machine without a compiler.
tool() {
	[ -z "${RL_BENCH_TOOLS:-}" ] || {
		cp "$RL_BENCH_TOOLS/$1" "$stage/"
		return
	}
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

# make_layer - busybox on the stage: an archive, and a root with mount points.
make_layer() {
	make_busybox_archive "$stage/busybox.tar"
	make_busybox_root "$stage/layer"
	mkdir "$stage/layer/proc" "$stage/layer/sys" "$stage/layer/dev"
	touch "$stage/layer/etc/hosts" "$stage/layer/etc/hostname" \
		"$stage/layer/etc/resolv.conf"
	chmod -R a+rX "$stage/layer" "$stage/busybox.tar"
}

# contest NAME ACCOUNT FLOOR COMMAND... - take part, if it works here.
contest() {
	if as "$2" timeout 60 "${@:4}" >"$stage/said" 2>&1; then
		printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "${*:4}" >>"$stage/list"
	else
		echo "$1 does not run here: $(tail -n 1 "$stage/said")" >>"$stage/out"
	fi
}

# installed NAME - note when it is not.
installed() {
	command -v "$1" >/dev/null || {
		echo "$1 is not installed" >>"$stage/out"
		return 1
	}
}

# bundle ACCOUNT TOOL - an OCI bundle that needs neither cgroups nor ranges.
bundle() {
	as "$1" sh -c "mkdir $2 && cd $2 && $2 spec --rootless"
	jq --arg root "$stage/layer" --argjson uid "$(id -u "$1")" \
		--argjson gid "$(id -g "$1")" '.process.terminal = false |
		.process.args = ["/bin/true"] | .root.path = $root |
		.linux.namespaces |= map(select(.type != "network")) +
			[{"type": "network"}] |
		.linux.uidMappings = [{containerID: 0, hostID: $uid, size: 1}] |
		.linux.gidMappings = [{containerID: 0, hostID: $gid, size: 1}] |
		.mounts |= map(select(.type != "cgroup")) |
		.mounts |= map(if .destination == "/sys" then
			{destination: "/sys", type: "sysfs", source: "sysfs",
			 options: ["nosuid", "noexec", "nodev", "ro"]}
			else . end) |
		del(.linux.resources)' "$stage/$1/$2/config.json" \
		>"$stage/config.json"
	cat "$stage/config.json" >"$stage/$1/$2/config.json"
}

# podman_of ACCOUNT - its podman, with a store of its own.
podman_of() {
	echo "podman --root $stage/$1/podman --runroot $stage/$1/run/podman" \
		"--storage-driver overlay --cgroup-manager cgroupfs"
}

# calls NAME ACCOUNT COMMAND... - how many system calls, in all processes.
calls() {
	as "$2" strace -f -c -o "$stage/$2/calls" "${@:3}" >/dev/null 2>&1 &&
		echo "$1: $(awk '$NF == "total" { print $4 }' \
			"$stage/$2/calls") system calls, the program's own included"
}
