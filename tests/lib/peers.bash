# peers.bash - the same build by rl and by buildah, and what came of it.
# $ctx is the context, $work the folder of buildah's stores.

# peer ARG... - buildah, with stores of its own.  Now and then it cannot seal
# the copy of itself that it starts, which is not what is tested.
peer() {
	local try
	for try in 1 2 3; do
		buildah --root "$work/b" --runroot "$work/br" \
			--storage-driver vfs "$@" 2>"$work/peer.err" && return
		grep -q "sealing memfd copy" "$work/peer.err" || break
	done
	cat "$work/peer.err"
	return 1
}

remove_peer() {
	unshare -U --map-root-user --map-auto rm -rf "$RL_ROOT" "$work/b" \
		"$work/br" || :
}

# load_both - busybox in both stores.
load_both() {
	load_busybox
	peer pull -q "docker-archive:$(busybox_archive)" >/dev/null
}

make_context() {
	mkdir -p "$ctx/d/sub/deep" "$ctx/empty" "$ctx/src"
	for f in a.txt b.txt c.md d/x.txt d/y.md d/sub/z.txt d/sub/deep/w.txt src/main.c; do
		echo "content of $f" >"$ctx/$f"
	done
	chmod 755 "$ctx/a.txt"
	chmod 600 "$ctx/b.txt"
	chmod 750 "$ctx/d/sub"
	ln -s sub/z.txt "$ctx/d/link"
	ln -s /etc/passwd "$ctx/d/out"
	tar -C "$ctx/d" --owner=33 --group=4 -czf "$ctx/d.tar.gz" .
	cp "$ctx/d.tar.gz" "$ctx/archive"
	# not every disk has them
	ctx=$ctx python3 -c 'import os
for name in "c.md", "d/x.txt", "src/main.c":
    os.setxattr(os.environ["ctx"] + "/" + name, "user.note", b"of " + name.encode())' 2>/dev/null || :
	echo only compressed | gzip -n >"$ctx/plain.gz"
}

# tree IMAGE - every file: name, type, mode, owner, target, hash, xattrs.
tree() {
	local id
	id=$("$RL" create --network none "$1" true)
	"$RL" export "$id" | python3 "$BATS_TEST_DIRNAME/../lib/tree.py"
	"$RL" rm "$id" >/dev/null
}

# settings IMAGE - of its configuration, what a run is made of.
settings() {
	"$RL" image inspect -f '{{json .Config}}' "$1" | jq -S '{User: (.User // ""),
		Env: (.Env // [] | sort), Cmd: (.Cmd // [] | if . == [] then null else . end),
		Entrypoint: (.Entrypoint // [] | if . == [] then null else . end), WorkingDir: (.WorkingDir // ""),
		Labels: ((.Labels // {}) | with_entries(select(.key | startswith("io.buildah") | not))),
		ExposedPorts: (.ExposedPorts // {}), Volumes: (.Volumes // {}),
		StopSignal: (.StopSignal // ""), Healthcheck: (.Healthcheck // null),
		Shell: (.Shell // null), OnBuild: (.OnBuild // null | if . == [] then null else . end)}'
}

# peer_build FILE ARG... - buildah's image of the context, as localhost/theirs.
peer_build() {
	local file=$1
	shift
	peer bud -q --isolation chroot --format docker -t theirs -f "$file" "$@" \
		"$ctx" </dev/null
	rm -f "$work/theirs.tar"
	peer push -q theirs "docker-archive:$work/theirs.tar:localhost/theirs:latest"
	"$RL" load -q -i "$work/theirs.tar"
}

# same_image OURS THEIRS - the configurations and all files.
same_image() {
	diff <(settings "$2") <(settings "$1")
	tree "$2" >"$work/theirs.tree"
	tree "$1" >"$work/ours.tree"
	[ -s "$work/ours.tree" ]
	diff "$work/theirs.tree" "$work/ours.tree"
}
