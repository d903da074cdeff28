# limits.bash - containers and their cgroups, for tests.
# A store for all of a file's tests: this machine is slow.
setup_file() {
	export RL_ROOT=$BATS_FILE_TMPDIR/store
	load_busybox
}

setup() { :; }

teardown() {
	"$RL" ps -aq | xargs -r "$RL" rm -f >/dev/null 2>&1 || :
}

teardown_file() {
	rm -rf "$RL_ROOT" 2>/dev/null ||
		unshare -U --map-root-user --map-auto rm -rf "$RL_ROOT"
}

# id_of NAME - of a container.
id_of() {
	"$RL" inspect -f '{{.Id}}' "$1"
}

# group NAME - the folder of the container's cgroup.
group() {
	state "$1" Cgroup
}

# read_number NAME FILE [KEY] - from the container's cgroup.
read_number() {
	if [ -n "${3:-}" ]; then
		sed -n "s/^$3 //p" "$(group "$1")/$2"
	else
		cat "$(group "$1")/$2"
	fi
}

# groups - how many cgroups of containers there are on the machine.
groups() {
	find /sys/fs/cgroup -type d -name 'rl-*' -prune -print | wc -l
}

# until COMMAND... - it succeeds, within 30 seconds.
until_true() {
	local i
	for ((i = 0; i < 300; i++)); do
		! "$@" || return 0
		sleep 0.1
	done
	echo "never: $*"
	return 1
}

# has_processes NAME N
has_processes() {
	[ "$(read_number "$1" pids.current)" = "$2" ]
}

no_groups() {
	[ "$(groups)" = 0 ]
}
