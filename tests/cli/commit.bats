# commit.bats - rl commit: images of containers.
load ../lib/common

teardown() {
	"$RL" kill on >/dev/null 2>&1 || true
	unshare -U --map-root-user --map-auto rm -rf "$RL_ROOT" 2>/dev/null ||
		unshare -U --map-root-user rm -rf "$RL_ROOT"
}

r() { "$RL" run --rm --network none "$@" </dev/null; }

config() { "$RL" image inspect -f "{{json .Config}}" "$1" | jq -cS "$2"; }

# podman_alone ARG... - podman with a store of its own.
podman_alone() {
	podman --root "$BATS_TEST_TMPDIR/p" --runroot "$BATS_TEST_TMPDIR/pr" \
		--storage-driver=vfs "$@" 2>/dev/null
}

change_all='mkdir -p /new/deep; echo x >/new/deep/file; ln -s x /new/link
	ln /new/deep/file /new/hard; echo more >>/etc/group; rm /bin/cat
	rm -r /root; mkdir /root; echo only >/root/only; mkfifo /fifo
	rmdir /tmp; echo file >/tmp'

# is_changed IMAGE - what that left, seen from inside.
is_changed() {
	r "$1" sh -ec '[ "$(sed q /new/deep/file)" = x ]
		[ "$(readlink /new/link)" = x ]
		[ /new/hard -ef /new/deep/file ]
		grep -q more /etc/group; grep -q ^root: /etc/group
		[ ! -e /bin/cat ]; [ -x /bin/sh ]
		[ "$(ls -A /root)" = only ]
		[ -p /fifo ]; [ -f /tmp ]; [ -d /proc/1 ]'
}

@test "an image of all changes, that runs" {
	load_busybox
	"$RL" run --name off --network none busybox sh -ec "$change_all"
	run "$RL" commit off changed:1
	[ "$status" -eq 0 ]
	[[ $output =~ ^sha256:[0-9a-f]{64}$ ]]
	[ "$("$RL" images -q --no-trunc changed:1)" = "$output" ]
	is_changed changed:1
	# and of that again
	"$RL" run --name two --network none changed:1 sh -c 'rm /new/link; echo y >/y'
	"$RL" commit two changed:2
	r changed:2 sh -ec '[ ! -e /new/link ]; [ -e /new/hard ]; [ -e /y ]; [ ! -e /bin/cat ]'
	[ "$("$RL" image inspect -f '{{len .RootFS.Layers}}' changed:2)" = 3 ]
}

@test "the layer holds the changes only, whiteouts as OCI wants them" {
	load_busybox
	"$RL" run --name off --network none busybox sh -ec \
		'echo x >/x; rm /bin/cat; rm -r /root; mkdir /root; echo y >/root/y'
	"$RL" commit off changed
	"$RL" save --format oci-dir -o "$BATS_TEST_TMPDIR/oci" changed
	layer=$(jq -r '.manifests[0].digest' "$BATS_TEST_TMPDIR/oci/index.json")
	layer=$(jq -r '.layers[-1].digest' "$BATS_TEST_TMPDIR/oci/blobs/sha256/${layer#*:}")
	run tar tf "$BATS_TEST_TMPDIR/oci/blobs/sha256/${layer#*:}"
	[ "$output" = $'bin/\nbin/.wh.cat\nroot/\nroot/y\nx' ]
}

@test "every storage driver gives the same" {
	drivers="copy"
	[ ! -w /dev/fuse ] || drivers="copy fuse-overlayfs"
	load_busybox
	for d in $drivers; do
		"$RL" run --name "c-$d" --network none --storage-driver "$d" \
			busybox sh -ec "$change_all"
		"$RL" commit "c-$d" "by:$d"
		is_changed "by:$d"
	done
}

@test "one that runs is still meanwhile, and goes on" {
	load_busybox
	"$RL" run -d --name on --network none busybox \
		sh -c 'echo x >/x; i=0; while :; do i=$((i+1)); echo $i >/m; mv /m /n; done' >/dev/null
	until "$RL" cp on:/n - >/dev/null 2>&1; do sleep 0.05; done
	"$RL" commit on still
	"$RL" commit --pause=false on moving
	[ "$(r still cat /x)" = x ]
	[ "$(r moving cat /x)" = x ]
	a=$("$RL" cp on:/n - | tar xO)
	for _ in $(seq 100); do
		b=$("$RL" cp on:/n - | tar xO)
		[ "$a" = "$b" ] || break
		sleep 0.05
	done
	[ -n "$a" ] && [ "$a" != "$b" ]
}

@test "what a program that runs has written is there, with every driver" {
	drivers="overlay copy"
	[ ! -w /dev/fuse ] || drivers="$drivers fuse-overlayfs"
	load_busybox
	for d in $drivers; do
		"$RL" run -d --name on --network none --storage-driver "$d" busybox \
			sh -c 'exec 3>/open; echo written >&3; echo x >/ready; exec sleep 300' >/dev/null
		until "$RL" cp on:/ready - >/dev/null 2>&1; do sleep 0.05; done
		"$RL" commit on "open:$d"
		[ "$(r "open:$d" cat /open)" = written ]
		"$RL" kill on
		"$RL" rm -f on
	done
}

@test "configuration: the image's, the options', then --change" {
	load_busybox
	"$RL" run --name off --network none -e A=1 -e 'B=two words' -w /etc \
		-u www --label k=v busybox true
	"$RL" commit -a 'Ann <a@b>' -m 'a note' off plain
	[ "$(config plain '[.Env, .Cmd, .WorkingDir, .User, .Labels, .Entrypoint]')" = \
		'[["PATH=/bin","A=1","B=two words"],["true"],"/etc","www",{"k":"v"},null]' ]
	"$RL" image inspect plain | jq -e '.[0].Author == "Ann <a@b>"'
	"$RL" save --format oci-dir -o "$BATS_TEST_TMPDIR/oci" plain
	m=$(jq -r '.manifests[0].digest' "$BATS_TEST_TMPDIR/oci/index.json")
	c=$(jq -r '.config.digest' "$BATS_TEST_TMPDIR/oci/blobs/sha256/${m#*:}")
	jq -e '.history[-1] | .comment == "a note" and .created_by == "true"' \
		"$BATS_TEST_TMPDIR/oci/blobs/sha256/${c#*:}"
	"$RL" commit -c 'ENTRYPOINT ["/bin/echo", "-n"]' -c 'CMD hi' -c 'ENV C="x y" D=$A' \
		-c 'LABEL l=1' -c 'EXPOSE 80 90/udp' -c 'WORKDIR sub' -c 'USER 5' \
		-c 'VOLUME ["/v"]' -c 'STOPSIGNAL INT' -c 'ONBUILD RUN x' \
		-c 'HEALTHCHECK --interval=5s --retries=2 CMD true' off with
	[ "$(config with '[.Entrypoint, .Cmd, .Env[3:], .Labels, .WorkingDir, .User, .Volumes, .StopSignal, .OnBuild]')" = \
		'[["/bin/echo","-n"],["/bin/sh","-c","hi"],["C=x y","D=1"],{"k":"v","l":"1"},"/etc/sub","5",{"/v":{}},"INT",["RUN x"]]' ]
	[ "$(config with '.ExposedPorts')" = '{"80/tcp":{},"90/udp":{}}' ]
	[ "$(config with '.Healthcheck | [.Test, .Interval, .Retries]')" = '[["CMD-SHELL","true"],5000000000,2]' ]
	"$RL" commit -c 'ENTRYPOINT ["/bin/echo"]' off noargs
	[ "$(config noargs '[.Entrypoint, .Cmd]')" = '[["/bin/echo"],null]' ]
}

@test "an image's entrypoint stays, and its command" {
	load_busybox
	"$RL" run --name off --network none busybox true
	"$RL" commit -c 'ENTRYPOINT ["echo", "E"]' -c 'CMD ["C"]' off entry
	"$RL" run --name two --network none entry
	"$RL" commit two again
	[ "$(config again '[.Entrypoint, .Cmd]')" = '[["echo","E"],["C"]]' ]
	"$RL" run --name three --network none entry other
	"$RL" commit three third
	[ "$(r third)" = "E other" ]
}

@test "what happened is in the list of events" {
	load_busybox
	"$RL" run --name off --network none busybox true
	"$RL" commit -m note off made >/dev/null
	"$RL" export off >/dev/null
	"$RL" cp off:/etc/passwd - >/dev/null
	"$RL" cp "$BATS_TEST_FILENAME" off:/
	run jq -r 'select(.Actor.Attributes.name == "off") | .Action' "$RL_ROOT/containers/.events"
	[[ $output == *$'commit\nexport\narchive-path\nextract-to-dir' ]]
	jq -se 'any(.Action == "commit" and .Actor.Attributes.comment == "note" and
		.Actor.Attributes.image == "busybox")' "$RL_ROOT/containers/.events"
}

@test "no change is no layer" {
	load_busybox
	"$RL" run --name off --network none busybox true
	"$RL" commit off same
	[ "$("$RL" image inspect -f '{{len .RootFS.Layers}}' same)" = 1 ]
	r same true
}

@test "without a name, and with names that are none" {
	load_busybox
	"$RL" run --name off --network none busybox sh -c 'echo x >/x'
	id=$("$RL" container commit off)
	[ "$("$RL" images -q --no-trunc -f dangling=true)" = "$id" ]
	[ "$(r "$id" cat /x)" = x ]
	run "$RL" commit off UPPER
	[ "$status" -eq 1 ]
	[[ $output == *"must be lowercase"* ]]
	run "$RL" commit off "a@sha256:$(printf 'a%.0s' $(seq 64))"
	[ "$status" -eq 1 ]
	run "$RL" commit nosuch
	[ "$status" -eq 1 ]
	[[ $output == *"No such container: nosuch" ]]
	run "$RL" commit -c 'RUN true' off bad
	[ "$status" -eq 1 ]
	[[ $output == *"RUN is not a valid change command" ]]
	run "$RL" commit -c 'EXPOSE x' off bad
	[ "$status" -eq 1 ]
	[ -z "$("$RL" images -q bad)" ]
	[ -z "$(ls "$RL_ROOT/incoming")" ]
}

@test "skopeo, umoci and podman read it" {
	load_busybox
	"$RL" run --name off --network none busybox sh -ec "$change_all"
	"$RL" commit off docker.io/library/changed:1
	"$RL" save -o "$BATS_TEST_TMPDIR/a.tar" changed:1
	skopeo copy -q --insecure-policy "docker-archive:$BATS_TEST_TMPDIR/a.tar" \
		"oci:$BATS_TEST_TMPDIR/oci:1"
	umoci unpack --rootless --image "$BATS_TEST_TMPDIR/oci:1" "$BATS_TEST_TMPDIR/b" >/dev/null
	cd "$BATS_TEST_TMPDIR/b/rootfs"
	[ "$(cat new/deep/file)" = x ]
	[ ! -e bin/cat ] && [ -e bin/sh ]
	[ "$(ls -A root)" = only ]
	[ -f tmp ]
	cd /
	requires subuid
	podman_alone load -q -i "$BATS_TEST_TMPDIR/a.tar"
	dir=$(podman_alone unshare sh -c "podman --root $BATS_TEST_TMPDIR/p --runroot $BATS_TEST_TMPDIR/pr --storage-driver=vfs image mount changed:1")
	podman_alone unshare ls "$dir/root" "$dir/bin/sh"
	podman_alone unshare test ! -e "$dir/bin/cat"
	podman_alone unshare rm -rf "$BATS_TEST_TMPDIR/p"
}

@test "owners, set-id bits and extended attributes" {
	requires subuid
	load_busybox
	"$RL" run --name off --network none busybox sh -c \
		'touch /f /s; chown 33:4 /f; chmod 4755 /s; mkdir -m 1733 /d; chown 8 /d'
	"$RL" commit off owned
	run r owned stat -c '%n %u:%g %a' /f /s /d
	[ "$output" = $'/f 33:4 644\n/s 0:0 4755\n/d 8:0 1733' ]
}

@test "owners that one id could not have come back from a base image" {
	load_busybox
	make_busybox_root "$BATS_TEST_TMPDIR/root"
	echo x >"$BATS_TEST_TMPDIR/root/owned"
	tar --owner=33 --group=4 --numeric-owner -C "$BATS_TEST_TMPDIR/root" -c . |
		"$RL" import - base
	"$RL" run --name off --network none base sh -c 'echo y >>/owned'
	"$RL" commit off again
	"$RL" save --format oci-dir -o "$BATS_TEST_TMPDIR/oci" again
	m=$(jq -r '.manifests[0].digest' "$BATS_TEST_TMPDIR/oci/index.json")
	l=$(jq -r '.layers[-1].digest' "$BATS_TEST_TMPDIR/oci/blobs/sha256/${m#*:}")
	run tar tvf "$BATS_TEST_TMPDIR/oci/blobs/sha256/${l#*:}" --numeric-owner owned
	[[ $output == *" 33/4 "* ]]
}

@test "Debian: a package's files" {
	requires subuid
	[ -n "$RL_TEST_DEBIAN" ] || skip "no Debian image"
	"$RL" load -q -i "$RL_TEST_DEBIAN" 2>/dev/null || "$RL" pull -q "$RL_TEST_DEBIAN" >/dev/null
	name=$("$RL" images --format '{{.Repository}}:{{.Tag}}' | head -1)
	"$RL" run --name off --network none "$name" sh -ec \
		'useradd -m ann; echo hi >/home/ann/x; chown ann /home/ann/x; rm -rf /usr/share/doc; ln -sf x /etc/l'
	"$RL" commit off deb
	[ "$(r -u ann deb stat -c '%U %s' /home/ann/x)" = "ann 3" ]
	refute r deb test -e /usr/share/doc
	"$RL" diff off | grep -q '^D /usr/share/doc$'
}
