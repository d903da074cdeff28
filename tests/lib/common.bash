# common.bash - what every bats file starts from.
. "$BATS_TEST_DIRNAME/../lib/images.sh"

setup() {
	export RL_ROOT=$BATS_TEST_TMPDIR/store
}

# end_containers - whatever a test left running.
end_containers() {
	local dir id
	for dir in "$RL_ROOT"/containers/[0-9a-f]*; do
		id=$(basename "${dir%.rm}")
		[ ! -d "$dir" ] || "$RL" rm -f "$id" >/dev/null 2>&1 || :
	done
}

# Files of mapped ids go as the root of a namespace that has those ids.
teardown() {
	end_containers
	unshare -U --map-root-user --map-auto rm -rf "$RL_ROOT" 2>/dev/null ||
		unshare -U --map-root-user rm -rf "$RL_ROOT"
}

# requires userns|subuid|nosubuid|overlay|fuse - or skip, saying why.
requires() {
	case $1 in
	userns) unshare -U true 2>/dev/null || skip "no user namespaces here" ;;
	subuid) grep -q "^$(id -un):" /etc/subuid ||
		skip "$(id -un) has no range in /etc/subuid" ;;
	nosubuid) ! grep -q "^$(id -un):" /etc/subuid ||
		skip "$(id -un) has a range in /etc/subuid" ;;
	fuse) [ -w /dev/fuse ] || skip "/dev/fuse cannot be opened" ;;
	esac
}

# busybox_archive - the path of a docker archive, made once a run.
busybox_archive() {
	local file=$BATS_RUN_TMPDIR/busybox.tar
	[ -e "$file" ] || { make_busybox_archive "$file.$$" && mv "$file.$$" "$file"; }
	echo "$file"
}

load_busybox() {
	"$RL" load -q -i "$(busybox_archive)"
}

# make_busybox_image DIR - an OCI layout with the tag latest.
make_busybox_image() {
	skopeo copy -q --insecure-policy "docker-archive:$(busybox_archive)" "oci:$1:latest"
}

# refute COMMAND... - it fails.  ("! command" is no failure within a test.)
refute() {
	if "$@"; then
		echo "succeeded: $*"
		return 1
	fi
}

# detached NAME [ARG...] - a busybox container in the background, no network.
detached() {
	local name=$1
	shift
	"$RL" run -d --name "$name" --network none "$@" </dev/null
}

# state NAME MEMBER - of its state.json.
state() {
	local dir
	for dir in "$RL_ROOT"/containers/[0-9a-f]*; do
		[ "$(cat "$dir/name" 2>/dev/null)" = "$1" ] || continue
		sed -n "s/.*\"$2\":\"\{0,1\}\([^,\"}]*\).*/\1/p" \
			"$dir/state.json" 2>/dev/null || :
	done
}

# until_state NAME STATUS - wait for it, ten seconds at most.
until_state() {
	local i
	for i in $(seq 200); do
		[ "$(state "$1" Status)" != "$2" ] || return 0
		sleep 0.05
	done
	echo "$1 is $(state "$1" Status), not $2"
	return 1
}

# until_text TEXT FILE - wait until the file has it.
until_text() {
	local i
	for i in $(seq 200); do
		! grep -q "$1" "$2" || return 0
		sleep 0.05
	done
	cat "$2"
	return 1
}

# until_log NAME TEXT - wait until its log has it.
until_log() {
	local dir
	for dir in "$RL_ROOT"/containers/[0-9a-f]*; do
		[ "$(cat "$dir/name" 2>/dev/null)" = "$1" ] || continue
		until_text "$2" "$dir/container.log"
		return
	done
	return 1
}

# until_gone PID - until it is no process, or one that nobody waited for.
until_gone() {
	local i
	for i in $(seq 100); do
		grep -q '^State:.[^Z]' "/proc/$1/status" 2>/dev/null || return 0
		sleep 0.05
	done
	return 1
}

# containers - how many folders of containers there are.
containers() {
	find "$RL_ROOT/containers" -mindepth 1 -maxdepth 1 ! -name '.*' | wc -l
}
