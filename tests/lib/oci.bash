# oci.bash - bundles and the OCI command line, for bats.

oci() {
	"$RL" oci --root "$BATS_TEST_TMPDIR/state" "$@"
}

# tool WORD... - the other end of a socket: oci_socket.py.
tool() {
	python3 "$BATS_TEST_DIRNAME/../lib/oci_socket.py" "$@"
}

# bundle [FILTER...] - a bundle of busybox in $b, its config.json changed by jq.
bundle() {
	b=$BATS_TEST_TMPDIR/bundle
	if [ ! -d "$b" ]; then
		mkdir "$b"
		make_busybox_root "$b/rootfs"
		(cd "$b" && oci spec --rootless)
		config '.process.terminal = false | .root.readonly = false |
			.process.env = ["PATH=/bin"]'
	fi
	[ $# = 0 ] || config "$@"
}

# config FILTER [JQ-OPTION...] - change the bundle's config.json.
config() {
	jq "${@:2}" "$1" "$b/config.json" >"$b/new" || return
	mv "$b/new" "$b/config.json"
}

# program WORD... - what the bundle runs.
program() {
	config '.process.args = $words' --argjson words \
		"$(jq -cn '$ARGS.positional' --args -- "$@")"
}

# in_bundle WORD... - run it in a bundle of its own.
in_bundle() {
	program "$@"
	oci run -b "$b" "c$((++containers_run))" </dev/null
}

# until_status ID STATUS
until_status() {
	local i
	for i in $(seq 200); do
		[ "$(oci state "$1" | jq -r .status)" != "$2" ] || return 0
		sleep 0.05
	done
	oci state "$1"
	return 1
}

# end_oci - whatever a test left running.
end_oci() {
	local id
	for id in $(oci list -q 2>/dev/null); do
		oci delete -f "$id" >/dev/null 2>&1 || :
	done
}
