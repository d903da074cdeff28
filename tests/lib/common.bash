# common.bash - what every bats file starts from.
. "$BATS_TEST_DIRNAME/../lib/images.sh"

setup() {
	export RL_ROOT=$BATS_TEST_TMPDIR/store
}

# Files of mapped ids go as the root of a namespace that has those ids.
teardown() {
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
