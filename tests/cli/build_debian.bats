# build_debian.bats - Dockerfiles that Debian packages ship, by rl build and by
# buildah.
#
# golang-github-openshift-imagebuilder-dev has the files by which buildah's own
# builder was measured against docker's, with their contexts.  The images that
# they name are made here: busybox, with Debian's users where they name a
# distribution, and Debian itself where a program of it is used.
load ../lib/common
load ../lib/peers

package=golang-github-openshift-imagebuilder-dev
testdata=usr/share/gocode/src/github.com/openshift/imagebuilder/dockerclient/testdata

# make_base NAME... - from the Dockerfile on stdin, with these names in both
# stores.
make_base() {
	local name archive=$work/base.tar
	# a base without a history stops buildah
	{ printf 'FROM scratch\nCOPY --from=busybox / /\nENV PATH=/bin\n' && cat; } >"$work/Base"
	"$RL" build -q -t base -f "$work/Base" "$work/empty" </dev/null
	rm -f "$archive"
	"$RL" save -o "$archive" base
	peer pull -q "docker-archive:$archive" >/dev/null
	for name; do
		"$RL" tag base "$name"
		peer tag docker.io/library/base:latest "docker.io/library/$name"
		# what buildah's list of short names makes of it
		[[ $name != centos:* ]] || peer tag \
			docker.io/library/base:latest "quay.io/centos/$name"
	done
}

make_bases() {
	load_both
	mkdir "$work/empty"
	cp /usr/share/base-passwd/passwd.master "$work/empty/passwd"
	cp /usr/share/base-passwd/group.master "$work/empty/group"
	printf '#!/bin/ash\nexec ash "$@"\n' >"$work/empty/bash"
	make_base alpine:latest <<-'E'
	CMD ["/bin/sh"]
	E
	make_base centos:7 centos:latest ubuntu:latest ubuntu:18.04 debian:latest <<-'E'
	COPY passwd group /etc/
	COPY --chmod=755 bash /bin/bash
	RUN mkdir -p /usr/bin /usr/local/bin /usr/local/src /var/lib
	E
	make_base golang:1.9 golang:latest nginx:latest <<-'E'
	RUN mkdir -p /go/src/x /etc/nginx && echo conf >/etc/nginx/nginx.conf
	WORKDIR /go
	E
}

setup_file() {
	export work=$BATS_FILE_TMPDIR
	export RL_ROOT=$work/store
	command -v buildah >/dev/null || return 0
	grep -q "^$(id -un):" /etc/subuid || return 0
	(cd "$work" && apt-get download -qq "$package" >/dev/null 2>&1 &&
		dpkg-deb -x "$package"_*.deb "$work/package") || return 0
	make_bases
}

setup() {
	requires subuid
	command -v buildah >/dev/null || skip "no buildah here"
	[ -d "$work/package" ] || skip "the package $package cannot be downloaded"
	data=$work/package/$testdata
	cd "$data"
}

teardown() { :; }

teardown_file() {
	remove_peer
}

# same CONTEXT FILE [ARG...] - both build it, and make the same of it.
same() {
	ctx=$1
	local file=$2
	shift 2
	"$RL" build -q -t ours -f "$file" "$@" "$ctx" </dev/null
	peer_build "$file" "$@"
	same_image ours localhost/theirs
}

# neither CONTEXT FILE TEXT - both refuse it, and we say so.
neither() {
	ctx=$1
	run "$RL" build -f "$2" "$1" </dev/null
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *"$3"* ]]
	refute peer bud -q --isolation chroot -t theirs -f "$2" "$1"
}

@test "COPY --from: fourteen ways" {
	for i in $(seq 14); do
		same . "Dockerfile.copyfrom_$i"
	done
}

@test "instructions one by one" {
	for name in args env envsubst escape exposedefault healthcheck multiarg \
		noworkdir run.args shell; do
		same . "Dockerfile.$name"
	done
}

@test "stages" {
	for file in Dockerfile.reusebase Dockerfile.target Dockerfile.multistage; do
		same . "$file"
	done
	same . Dockerfile.target --target mytarget
	for name in "" .arg-scope .env .heading-arg .heading-redefine .ref; do
		same multistage "multistage/Dockerfile$name"
	done
}

@test "ADD of archives, COPY of them" {
	for name in "" .addall .addslash .copy; do
		same add "add/Dockerfile$name"
	done
}

@test "COPY: folders, names, what is there already" {
	for dir in copy copyblahblub copydir copyfrom copyrename dir ignore \
		singlefile volume wildcard; do
		same "$dir" "$dir/Dockerfile"
	done
	for name in 2 3; do
		same copyblahblub "copyblahblub/Dockerfile$name"
	done
	for name in with_slash without_slash; do
		same overlapdir "overlapdir/Dockerfile.$name"
	done
}

@test "what neither takes" {
	neither . Dockerfile.badhealthcheck "HEALTHCHECK: it is NONE, or CMD and a command"
	neither . Dockerfile.unknown "unknown instruction: HEALTH; did you mean HEALTHCHECK?"
	for i in 1 2; do
		neither multistage "multistage/Dockerfile.relative-copy_$i" '"/a.txt": not found'
	done
}

# As docs/build.md says.
@test "deliberate differences: volumes, empty names, users and ids that are not there" {
	for name in Dockerfile.novolume Dockerfile.novolumenorun; do
		"$RL" build -q -t ours -f "$name" . </dev/null
		tree ours >"$work/ours.tree"
		refute grep -q "^var/lib/not-in-this-image " "$work/ours.tree"
	done
	"$RL" build -q -t ours -f Dockerfile.volumeexists . </dev/null
	tree ours | grep -q "^var/lib/bespoke-directory/emptyfile "
	"$RL" build -q -t ours -f volumerun/Dockerfile volumerun </dev/null
	tree ours | grep -q "^var/www/file3 "
	run "$RL" build -f copyempty/Dockerfile copyempty </dev/null
	[ "$status" = 1 ]
	[[ $output == *"COPY: a source is empty"* ]]
	run "$RL" build -f Dockerfile.edgecases . </dev/null
	[ "$status" = 1 ]
	[[ $output == *"WORKDIR: unable to find user docker"* ]]
	"$RL" build -q -t ours -f copychown/Dockerfile copychown </dev/null
	"$RL" save --format oci-dir -o "$work/oci" ours
	for l in "$work/oci/blobs/sha256"/*; do
		! tar --numeric-owner -tvf "$l" 2>/dev/null || :
	done >"$work/list"
	grep -q " 2097152/2097152 .*var/created/directory/script2$" "$work/list"
	grep -q " 3/3 .*no-such-subdirectory/script$" "$work/list"
}

@test "a user of Debian's useradd" {
	[ -n "${RL_TEST_DEBIAN:-}" ] || skip "no Debian image here"
	"$RL" load -q -i "$RL_TEST_DEBIAN"
	printf 'FROM scratch\nCOPY --from=debian:12 / /\nENV PATH=/usr/sbin:/usr/bin:/sbin:/bin\n' >"$work/Base"
	"$RL" build -q -t ubuntu:18.04 -f "$work/Base" "$work/empty" </dev/null
	rm -f "$work/base.tar"
	"$RL" save -o "$work/base.tar" ubuntu:18.04
	peer pull -q "docker-archive:$work/base.tar" >/dev/null
	ctx=.
	"$RL" build -q -t ours -f Dockerfile.envargconflict . </dev/null
	peer_build Dockerfile.envargconflict
	diff <(settings localhost/theirs) <(settings ours)
	# useradd gives group- the size and time that it had: buildah's vfs takes
	# it for unchanged
	diff <(tree localhost/theirs | grep -v ^etc/group-) <(tree ours | grep -v ^etc/group-)
	[ "$("$RL" run --rm --network none ours sh -c 'id -un; pwd' </dev/null | xargs)" = "my_user_env /home/my_user_env" ]
}

# charliecloud's list of what docker's COPY does; BuildKit, and so we, put no
# folder over what is none.
@test "COPY as docker has it: charliecloud's list" {
	(cd "$work" && apt-get download -qq charliecloud-doc >/dev/null 2>&1 &&
		dpkg-deb -x charliecloud-doc_*.deb cc) ||
		skip "charliecloud-doc cannot be downloaded"
	cd "$work/cc/usr/share/doc/charliecloud/examples/copy"
	find . -name '*.gz' -exec gunzip {} +
	sed '/^FROM/s/00_tiny/busybox/; /^RUN apk/d; /^RUN find/d' Dockerfile >"$work/list"
	run "$RL" build -f "$work/list" . </dev/null
	[ "$status" = 1 ]
	[[ $output == *"COPY: /dirCa/dirCb is a folder, dirCb is there already and none"* ]]
	sed -i '/^RUN touch dir08a.dirCb/d' "$work/list"
	rm -r dirG/s_file4 dirG/s_dir4
	"$RL" build -q -t list -f "$work/list" . </dev/null
	awk '/diff -u - .*ls -1FR/ { p = 1; next } /^EOF/ { p = 0 } p' test.bats |
		sed '/^\.\/dir20\/s_/,/^$/d; s|^\(s_[a-z]*4\)/|\1@|' |
		sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >"$work/wanted"
	[ -s "$work/wanted" ]
	diff "$work/wanted" <("$RL" run --rm --network none list ls -1FR . </dev/null)
}
