# containers.bash - containers that go on in the background, for tests.

# end_containers - kill what runs, and wait until its supervisor is done.
end_containers() {
	local state pid dir
	for state in "$RL_ROOT"/containers/*/state.json; do
		[ -e "$state" ] || continue
		dir=${state%/*}
		touch "$dir/stopping" 2>/dev/null || true
		pid=$(jq -r 'select(.Status == "running").Pid' "$state") || true
		if [ -n "$pid" ]; then kill -9 "$pid" 2>/dev/null || true; fi
		flock -w 20 "$dir" true 2>/dev/null || true
	done
}

eval "$(declare -f teardown | sed '1s/teardown/remove_store/')"
teardown() {
	end_containers
	remove_store
}

# id_of NAME - of a container.
id_of() {
	local dir
	for dir in "$RL_ROOT"/containers/*/; do
		[ "$(cat "$dir/name" 2>/dev/null)" = "$1" ] || continue
		basename "$dir" .rm
	done
}

# pretend NAME FILE JQ-PROGRAM - change a file of one that does not run; $ago
# is a function from seconds to a moment in the past.
pretend() {
	local file=$RL_ROOT/containers/$(id_of "$1")/$2
	jq -c "def ago(s): ((now - s) * 1000000000 | floor); $3" "$file" \
		>"$BATS_TEST_TMPDIR/pretended"
	cat "$BATS_TEST_TMPDIR/pretended" >"$file"
}

# known TEXT NAME... - the text with each container's IDs as its name's.
known() {
	local text=$1 id
	for name in "${@:2}"; do
		id=$(id_of "$name")
		text=${text//$id/"<$name>"}
		text=${text//${id:0:12}/"<$name>"}
	done
	printf '%s\n' "$text"
}
