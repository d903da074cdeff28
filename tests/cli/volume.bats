# volume.bats - rl volume, and volumes in containers.
load ../lib/common
load store_images

r() { "$RL" run --rm --network none "$@" </dev/null; }
keep() { "$RL" run --network none "$@" </dev/null; }
volumes() { "$RL" volume ls -q "$@"; }

# an image with a folder of several owners, modes and kinds of files: /pre
make_pre() {
	load_busybox
	r -v "$BATS_TEST_TMPDIR:/out" busybox sh -c '
		mkdir -p /out/l/pre/sub/deep; cd /out/l/pre
		echo one >file; ln file hard; ln -s /etc/passwd link
		mkfifo pipe; echo x >sub/deep/x; chmod 4711 sub/deep/x
		chmod 2750 sub; touch -d "2001-02-03 04:05:06" file sub
		dd if=/dev/zero of=holes bs=1 count=1 seek=50000000 2>/dev/null'
}

@test "create, ls, inspect, rm: docker's words" {
	run "$RL" volume create data
	[ "$status" -eq 0 ]
	[ "$output" = data ]
	[ "$("$RL" volume create data)" = data ]
	"$RL" volume create --label a=b --label c tagged
	run "$RL" volume ls
	[ "$output" = "DRIVER    VOLUME NAME
local     data
local     tagged" ]
	[ "$(volumes)" = "data
tagged" ]
	run "$RL" volume rm data nope tagged
	[ "$status" -eq 1 ]
	[ "$output" = "data
rl: get nope: no such volume
tagged" ]
	run "$RL" volume rm -f nope
	[ "$status" -eq 0 ]
	[ -z "$(volumes)" ]
	[ -z "$(ls -A "$RL_ROOT/volumes")" ]
}

@test "a volume without a name is anonymous" {
	name=$("$RL" volume create)
	[[ $name =~ ^[0-9a-f]{64}$ ]]
	[ "$("$RL" volume inspect -f '{{json .Labels}}' "$name")" = \
	  '{"com.docker.volume.anonymous":""}' ]
}

@test "inspect: the whole, a template, one that is missing" {
	"$RL" volume create --label b=2 --label a=1 data
	run "$RL" volume inspect data
	made=$(jq -r '.[0].CreatedAt' <<<"$output")
	[ $(($(date +%s) - $(date -d "$made" +%s))) -lt 600 ]
	[ "$output" = "[
    {
        \"CreatedAt\": \"$made\",
        \"Driver\": \"local\",
        \"Labels\": {
            \"b\": \"2\",
            \"a\": \"1\"
        },
        \"Mountpoint\": \"$RL_ROOT/volumes/data/_data\",
        \"Name\": \"data\",
        \"Options\": null,
        \"Scope\": \"local\"
    }
]" ]
	[ "$("$RL" volume inspect -f '{{.Name}} {{index .Labels "a"}}' data)" = \
	  "data 1" ]
	run "$RL" volume inspect nope
	[ "$status" -eq 1 ]
	[ "$output" = "rl: get nope: no such volume
[]" ]
}

@test "ls --format and --filter" {
	"$RL" volume create --label a=b --label c web-data
	"$RL" volume create db-data
	[ "$("$RL" volume ls --format '{{.Name}}|{{.Labels}}|{{.Driver}}' \
		-f name=web)" = "web-data|a=b,c=|local" ]
	[ "$("$RL" volume ls --format 'table {{.Name}}\t{{.Scope}}')" = \
"VOLUME NAME   SCOPE
db-data       local
web-data      local" ]
	"$RL" volume ls --format json -f label=c | jq -e --arg r "$RL_ROOT" '. == {
		Availability: "N/A", Driver: "local", Group: "N/A",
		Labels: "a=b,c=", Links: "N/A",
		Mountpoint: ($r + "/volumes/web-data/_data"), Name: "web-data",
		Scope: "local", Size: "N/A", Status: "N/A"}'
	[ "$(volumes -f label=a=b)" = web-data ]
	[ "$(volumes -f 'label!=a')" = db-data ]
	[ -z "$(volumes -f driver=other)" ]
	[ "$(volumes -f name=web -f name=db | wc -l)" = 2 ]
	"$RL" volume create v10
	"$RL" volume create v9
	[ "$(volumes -f name=v)" = "v9
v10" ]
	"$RL" volume rm v9 v10
	[ "$(volumes -f dangling=true | wc -l)" = 2 ]
	[ -z "$(volumes -f dangling=false)" ]
	refute "$RL" volume ls -f nope=1
	refute "$RL" volume ls -f dangling=perhaps
}

@test "names, drivers and options that are none are refused" {
	for name in .. . a .x a/b 'a b' -x '' ../x; do
		refute "$RL" volume create -- "$name" || [ -z "$name" ]
		refute "$RL" volume rm -- "$name"
	done 2>/dev/null
	run "$RL" volume create -d nfs data
	[[ $output == *'plugin "nfs" not found'* ]]
	run "$RL" volume create --name data other
	[[ $output == *"conflicting options"* ]]
	run "$RL" volume create -o type=nfs -o device=:/x data
	[[ $output == *"-o type=none -o o=bind -o device=/PATH"* ]]
	run "$RL" volume create -o size=1g data
	[[ $output == *"invalid option"* ]]
}

@test "what is written to a named volume stays" {
	load_busybox
	r -v data:/d busybox sh -c 'echo kept >/d/f'
	[ "$(r -v data:/elsewhere:ro busybox cat /elsewhere/f)" = kept ]
	run r -v data:/d:ro busybox touch /d/x
	[[ $output == *"Read-only"* ]]
	[ "$(volumes)" = data ]
	[ "$(cat "$("$RL" volume inspect -f '{{.Mountpoint}}' data)/f")" = kept ]
}

@test "anonymous volumes go with --rm, named ones stay" {
	load_busybox
	r -v /anon -v named:/n --mount dst=/m busybox sh -c \
		'echo x >/anon/x; mkdir /m/d; grep -q " /anon " /proc/mounts'
	[ "$(volumes)" = named ]
	[ "$(ls -A "$RL_ROOT/volumes")" = named ]
}

@test "a container that stays keeps its volumes, and is their user" {
	load_busybox
	keep --name one -v /anon -v data:/d:ro -v "$BATS_TEST_TMPDIR:/b" \
		--mount type=tmpfs,dst=/t busybox true
	id=$(basename "$RL_ROOT"/containers/*)
	anon=$(volumes -f label=com.docker.volume.anonymous)
	jq -e --arg r "$RL_ROOT/volumes" --arg a "$anon" \
		--arg b "$BATS_TEST_TMPDIR" '.Mounts == [
		{Type: "volume", Name: $a, Source: "\($r)/\($a)/_data",
		 Destination: "/anon", Driver: "local", Mode: "", RW: true,
		 Propagation: ""},
		{Type: "volume", Name: "data", Source: "\($r)/data/_data",
		 Destination: "/d", Driver: "local", Mode: "ro", RW: false,
		 Propagation: ""},
		{Type: "bind", Source: $b, Destination: "/b", Mode: "",
		 RW: true, Propagation: "rprivate"},
		{Type: "tmpfs", Source: "", Destination: "/t", Mode: "",
		 RW: true, Propagation: ""}]' \
		"$RL_ROOT/containers/$id/container.json"
	run "$RL" volume rm data
	[ "$status" -eq 1 ]
	[ "$output" = "rl: remove data: volume is in use - [$id]" ]
	[ -z "$(volumes -f dangling=true)" ]
	[ "$("$RL" volume prune -af)" = "Total reclaimed space: 0B" ]
	[ "$("$RL" system df --format '{{.Type}} {{.TotalCount}} {{.Active}}' |
		grep ^Local)" = "Local Volumes 2 2" ]
}

@test "a container that runs with --rm is a user too" {
	load_busybox
	mkfifo "$BATS_TEST_TMPDIR/go"
	"$RL" run --rm --network none -v data:/d -v "$BATS_TEST_TMPDIR:/b" \
		busybox sh -c 'echo up >/b/up; cat /b/go' </dev/null &
	until [ -s "$BATS_TEST_TMPDIR/up" ]; do sleep 0.05; done
	run "$RL" volume rm data
	[ "$status" -eq 1 ]
	[[ $output == "rl: remove data: volume is in use"* ]]
	[ -z "$(volumes -f dangling=true)" ]
	"$RL" volume prune -af
	echo >"$BATS_TEST_TMPDIR/go"
	wait
	[ "$("$RL" volume rm data)" = data ]
}

@test "prune: anonymous ones, with -a all; it asks" {
	load_busybox
	anon=$("$RL" volume create)
	"$RL" volume create --label keep data
	run "$RL" volume prune <<<n
	[ "$status" -eq 1 ]
	[ "${lines[0]}" = "WARNING! This will remove anonymous local volumes not used by at least one container." ]
	[[ ${lines[1]} == "Are you sure you want to continue? [y/N]"* ]]
	run "$RL" volume prune <<<y
	[[ $output == *"Deleted Volumes:
$anon

Total reclaimed space: "* ]]
	[ "$("$RL" volume prune -f)" = "Total reclaimed space: 0B" ]
	[ "$("$RL" volume prune -af --filter 'label!=keep')" = \
	  "Total reclaimed space: 0B" ]
	r -v data:/d busybox dd if=/dev/urandom of=/d/f bs=1k count=3000
	run "$RL" volume prune -af --filter label=keep
	[[ $output == "Deleted Volumes:
data

Total reclaimed space: 3."*MB ]]
	run "$RL" volume prune -a --filter all=1
	[[ $output == *"conflicting options"* ]]
}

@test "an empty volume gets what the image has: owners, modes, links, holes" {
	make_pre
	want=$BATS_TEST_TMPDIR/want got=$BATS_TEST_TMPDIR/got
	look='cd /pre && find . | sort | while read -r f; do
		stat -c "%n %F %a %u:%g %h %s %Y" "$f"; done | grep -v "^. "
		cat file sub/deep/x; readlink link'
	mkdir "$BATS_TEST_TMPDIR/root"
	cp -a /bin/busybox "$BATS_TEST_TMPDIR/root/"
	for d in bin etc tmp; do mkdir "$BATS_TEST_TMPDIR/root/$d"; done
	for a in sh cat find sort stat grep readlink du ls; do
		ln -s /busybox "$BATS_TEST_TMPDIR/root/bin/$a"
	done
	mv "$BATS_TEST_TMPDIR/l/pre" "$BATS_TEST_TMPDIR/root/"
	python3 -c "import os, sys
for f in ('file', 'sub'): os.setxattr(sys.argv[1] + f, 'user.x', b'y')" \
		"$BATS_TEST_TMPDIR/root/pre/"
	r --rootfs "$BATS_TEST_TMPDIR/root" /bin/sh -c "$look" >"$want"
	r --rootfs -v data:/pre "$BATS_TEST_TMPDIR/root" /bin/sh -c "$look" \
		>"$got"
	diff "$want" "$got"
	python3 -c "import os, sys
for f in ('file', 'sub'): assert os.getxattr(sys.argv[1] + f, 'user.x') == b'y'" \
		"$RL_ROOT/volumes/data/_data/"
	grep -q "holes regular file .* 50000001" "$got"
	grep -q "pipe fifo" "$got"
	grep -q "sub/deep/x regular file 4711" "$got"
	grep -q "hard regular file 644 0:0 2 4 981173106" "$got"
	[ "$(du -sk "$RL_ROOT/volumes/data" | cut -f1)" -lt 1000 ]
	# no copy into what is not empty, none of a running copy is left
	r --rootfs -v data:/pre "$BATS_TEST_TMPDIR/root" /busybox rm -r /pre/sub
	r --rootfs -v data:/pre "$BATS_TEST_TMPDIR/root" /busybox test ! -e /pre/sub
	[ "$(ls "$RL_ROOT/volumes/data")" = "_data
volume.json" ]
}

@test "owners of mapped ids are copied, and removed by their owner" {
	requires subuid
	load_busybox
	r -v data:/d busybox sh -c 'mkdir /d/a && chown 33:4 /d/a &&
		echo x >/d/a/f && chown 33:33 /d/a/f && chmod 700 /d/a /d &&
		chown 33 /d'
	refute cat "$RL_ROOT/volumes/data/_data/a/f"
	[ "$(r -v data:/d busybox stat -c %u:%g:%a /d /d/a /d/a/f)" = \
	  "33:0:700
33:4:700
33:33:644" ]
	[ "$("$RL" volume rm data)" = data ]
	[ -z "$(ls -A "$RL_ROOT/volumes")" ]
}

@test "an empty folder of the image gives its owner and mode" {
	load_busybox
	[ "$(r -v data:/tmp busybox stat -c %a /tmp)" = 1777 ]
	# what the image lacks is root's
	[ "$(r -v other:/new/place busybox stat -c %a:%u /new/place)" = 755:0 ]
}

@test "nocopy, folders of the host, and subpaths are not filled" {
	load_busybox
	mkdir "$BATS_TEST_TMPDIR/host"
	[ -z "$(r -v data:/etc:nocopy busybox ls /etc | grep passwd)" ]
	r --mount src=data,dst=/etc,volume-nocopy busybox true
	r -v "$BATS_TEST_TMPDIR/host:/etc" busybox true
	[ ! -e "$BATS_TEST_TMPDIR/host/passwd" ]
	[ ! -e "$RL_ROOT/volumes/data/_data/passwd" ]
}

@test "no volume over a file" {
	load_busybox
	run r -v data:/etc/passwd busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"cannot mount volume over existing file, file exists /etc/passwd"* ]]
	refute r -v data:/etc/passwd:nocopy busybox true
}

@test "the image's VOLUMEs: anonymous, filled, unless something is there" {
	store_image vols:1 --config.volume /etc --config.volume /data \
		--config.volume /dev --config.volume /proc/
	r vols:1 sh -c 'grep -q " /data " /proc/mounts &&
		grep -q " /etc " /proc/mounts && grep -q root /etc/passwd &&
		echo x >/data/x && [ -c /dev/null ] && [ -d /proc/self ]'
	[ -z "$(volumes)" ]
	keep --name kept -v data:/data vols:1 true
	[ "$(volumes | wc -l)" = 2 ]
	[ "$(jq -c '[.Mounts[] | {(.Destination): (.Name | length)}] | add' \
		"$RL_ROOT"/containers/*/container.json)" = \
	  '{"/data":4,"/etc":64}' ]
	refute r -v /data -v data:/data vols:1 true
	r --tmpfs /data vols:1 sh -c 'grep -q "tmpfs /data" /proc/mounts'
}

@test "an image's VOLUME of / is refused, .. leads nowhere" {
	store_image root:1 --config.volume /..
	run r root:1 true
	[ "$status" -eq 125 ]
	[[ $output == *"would hide the image"* ]]
	store_image up:1 --config.volume /../../etc
	r up:1 grep -q " /etc " /proc/mounts
}

@test "--volumes-from: all of them, read-only if asked, the own ones first" {
	load_busybox
	keep --name src -v /anon -v data:/d -v "$BATS_TEST_TMPDIR:/b:ro" \
		busybox sh -c 'echo a >/anon/f; echo d >/d/f'
	[ "$(r --volumes-from src busybox cat /anon/f /d/f)" = "a
d" ]
	r --volumes-from src busybox sh -c '! touch /b/x && touch /d/x'
	run r --volumes-from src:ro busybox touch /d/y
	[[ $output == *"Read-only"* ]]
	[ -z "$(r --volumes-from src -v own:/d busybox ls /d)" ]
	r --volumes-from "$(basename "$RL_ROOT"/containers/*)" busybox test -e /d/f
	# a user of it, whose --rm takes nothing along
	[ "$(volumes | wc -l)" = 3 ]
	run r --volumes-from nope busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"No such container: nope"* ]]
	run r --volumes-from src:rx busybox true
	[[ $output == *"invalid mode: rx"* ]]
}

@test "mounts are made from the root down, whatever their order" {
	load_busybox
	r -v inner:/a/b/c -v outer:/a -v middle:/a/b busybox sh -c '
		echo i >/a/b/c/i; echo m >/a/b/m; echo o >/a/o'
	[ -e "$RL_ROOT/volumes/inner/_data/i" ]
	[ -e "$RL_ROOT/volumes/middle/_data/m" ]
	[ -e "$RL_ROOT/volumes/outer/_data/o" ]
	# /etc/hosts stays ours below a volume on /etc
	r -v etc:/etc busybox grep -q localhost /etc/hosts
	run r -v one:/a -v two:/a/ busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"Duplicate mount point: /a"* ]]
}

@test "volume-subpath: a folder or file inside, no way out" {
	load_busybox
	r -v data:/d busybox sh -c 'mkdir -p /d/a/b; echo x >/d/a/b/f
		ln -s / /d/root; ln -s ../../../../../.. /d/up
		ln -s /a/b /d/abs; ln -s /proc/self/root /d/magic'
	m() { r --mount "src=data,dst=/m,volume-subpath=$1" busybox "${@:2}"; }
	[ "$(m a/b cat /m/f)" = x ]
	[ "$(m a/b/f cat /m)" = x ]
	[ "$(m abs cat /m/f)" = x ]
	[ "$(m root ls /m)" = "$(m up ls /m)" ]
	m root test -L /m/magic
	for path in nope a/b/f/g magic root/etc up/home; do
		run m $path true
		[ "$status" -eq 125 ]
		[[ $output == *"cannot access the path '$path' of the volume"* ]]
	done
	keep --name sub --mount src=data,dst=/m,volume-subpath=a busybox true
	[ "$(r --volumes-from sub busybox ls /m)" = b ]
}

@test "--mount: labels of a new volume, a driver's options" {
	load_busybox
	mkdir "$BATS_TEST_TMPDIR/host"
	r --mount src=data,dst=/d,volume-label=a=b,volume-driver=local busybox true
	[ "$("$RL" volume inspect -f '{{.Labels.a}}' data)" = b ]
	"$RL" volume create -o type=none -o o=bind \
		-o device="$BATS_TEST_TMPDIR/host" stands
	r -v stands:/d busybox touch /d/in
	[ -e "$BATS_TEST_TMPDIR/host/in" ]
	# such a folder is not filled, and stays when the volume goes
	r -v stands:/etc busybox true
	[ ! -e "$BATS_TEST_TMPDIR/host/passwd" ]
	"$RL" volume rm stands
	[ -e "$BATS_TEST_TMPDIR/host/in" ]
}

@test "a copy that was cut off is taken up again" {
	load_busybox
	"$RL" volume create data
	v=$RL_ROOT/volumes/data
	# as a start that was killed leaves it
	printf c >"$v/copy-up"
	echo half >"$v/copy-up.part"
	mkdir "$v/_data/sub"
	echo kept >"$v/_data/passwd"
	r -v data:/etc busybox sh -c 'grep -q kept /etc/passwd && [ -e /etc/group ]'
	[ "$(ls "$v")" = "_data
volume.json" ]
	# who found it empty, and died before the first file
	: >"$v/copy-up"
	r -v data:/root busybox test -e /root/group
	[ ! -e "$v/copy-up" ]
}

@test "killed at any moment of the copy: the next start has it whole" {
	load_busybox
	root=$BATS_TEST_TMPDIR/root
	mkdir -p "$root"/{dev,proc,sys,etc,x}
	cp /bin/busybox "$root/"
	for d in $(seq 60); do
		mkdir "$root/x/$d"
		for f in $(seq 20); do echo "$d $f" >"$root/x/$d/$f"; done
		ln "$root/x/$d/1" "$root/x/$d/link"
	done
	head -c 3000000 /dev/urandom >"$root/x/big"
	torn=0
	for ms in 4 6 8 10 12 14 17 20 25 30 40; do
		"$RL" volume rm -f data >/dev/null
		timeout -s KILL 0.0$(printf %02d $ms) "$RL" run --rm --network none \
			--rootfs -v data:/x "$root" /busybox true </dev/null || true
		# who was killed takes its container's processes along
		for i in $(seq 50); do
			"$RL" volume ls -qf dangling=false | grep -q . || break
			sleep 0.02
		done
		[ ! -s "$RL_ROOT/volumes/data/copy-up" ] || torn=$((torn + 1))
		r --rootfs -v data:/x "$root" /busybox true
		diff -r "$root/x" "$RL_ROOT/volumes/data/_data"
		[ "$(ls "$RL_ROOT/volumes/data")" = "_data
volume.json" ]
	done
	echo "# $torn copies were cut off" >&3
}

@test "a disk that is full ends the start, and says why" {
	requires userns
	load_busybox
	mkdir "$BATS_TEST_TMPDIR/small"
	root=$BATS_TEST_TMPDIR/root
	mkdir -p "$root"/{dev,proc,sys,etc,x}
	cp /bin/busybox "$root/"
	head -c 9000000 /dev/urandom >"$root/x/big"
	RL_ROOT=$BATS_TEST_TMPDIR/small run unshare -Urm sh -c '
		mount -t tmpfs -o size=12m,mode=700 small "$RL_ROOT"
		head -c 5000000 /dev/zero >"$RL_ROOT/ballast"
		"$0" run --rm --network none --rootfs -v data:/x "$1" /busybox true
		echo "code $?"; rm "$RL_ROOT/ballast"
		"$0" run --rm --network none --rootfs -v data:/x "$1" /busybox \
			cmp /x/big /x/big
		cmp "$1/x/big" "$RL_ROOT/volumes/data/_data/big" && echo whole
		ls "$RL_ROOT/volumes/data"' "$RL" "$root"
	[[ $output == *"copy the image's /x into the volume data: big: copy a file: No space left on device"* ]]
	[[ $output == *"code 125"*"whole
_data
volume.json" ]]
}

@test "planned again for the host's network, a start keeps its volumes" {
	load_busybox
	run unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_net_namespaces
		"$0" run --rm -v data:/d -v /anon busybox sh -c \
			"touch /d/x /anon/x && echo both"' "$RL" </dev/null
	[[ $output == *"using the host's network"*both ]]
	[ "$(volumes)" = data ]
	[ -e "$RL_ROOT/volumes/data/_data/x" ]
}

@test "an image with too many VOLUMEs is refused" {
	args=()
	for i in $(seq 300); do args+=(--config.volume "/v$i"); done
	store_image many:1 "${args[@]}"
	run r many:1 true
	[ "$status" -eq 125 ]
	[[ $output == *"300 VOLUMEs, more than 256"* ]]
	[ -z "$(volumes)" ]
}

@test "--mount type=image: its files, read-only, of all its layers" {
	load_busybox
	make_busybox_image "$BATS_TEST_TMPDIR/oci"
	mkdir -p "$BATS_TEST_TMPDIR/add/sub"
	echo new >"$BATS_TEST_TMPDIR/add/file"
	ln -s / "$BATS_TEST_TMPDIR/add/out"
	umoci insert --rootless --image "$BATS_TEST_TMPDIR/oci:latest" \
		--tag two "$BATS_TEST_TMPDIR/add" /added
	skopeo copy -q "oci:$BATS_TEST_TMPDIR/oci:two" \
		"oci:$RL_ROOT:docker.io/library/two:1"
	i() { r --mount "type=image,src=$1,dst=/i" busybox "${@:2}"; }
	[ "$(i two:1 cat /i/added/file)" = new ]
	i two:1 test -x /i/bin/busybox
	i busybox test -x /i/bin/busybox
	for image in two:1 busybox; do
		run i $image touch /i/x
		[[ $output == *"Read-only file system"* ]]
	done
	[ "$(i two:1,image-subpath=added ls /i)" = "file
out
sub" ]
	[ "$(i two:1,image-subpath=added/file cat /i)" = new ]
	[ "$(i two:1,image-subpath=added/out/added/file cat /i)" = new ]
	run i two:1,image-subpath=added/out/work true
	[ "$status" -eq 125 ]
	[[ $output == *"cannot access the path 'added/out/work' of the image"* ]]
	run i nope:1 true
	[ "$status" -eq 125 ]
	[[ $output == *"No such image: nope:1"* ]]
	# its layers stay as long as somebody stands on them
	i two:1 sh -c 'grep -q " /i " /proc/mounts'
	keep --name kept --mount type=image,src=two:1,dst=/i busybox true
	[ "$(jq -r '.Mounts[0].Type' "$RL_ROOT"/containers/*/container.json)" = image ]
}

@test "links that a hostile container left lead no copy out of the volume" {
	load_busybox
	root=$BATS_TEST_TMPDIR/root host=$BATS_TEST_TMPDIR/host
	mkdir -p "$root/x/sub/deep" "$root/dev" "$root/proc" "$root/sys" \
		"$root/etc" "$host"
	cp /bin/busybox "$root/"
	echo out >"$root/x/sub/file"
	"$RL" volume create data
	ln -s "$host" "$RL_ROOT/volumes/data/_data/sub"
	printf c >"$RL_ROOT/volumes/data/copy-up"
	run r --rootfs -v data:/x "$root" /busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"copy the image's /x into the volume data"* ]]
	[ -z "$(ls -A "$host")" ]
	# a link in the image is followed inside it
	ln -s /x/sub "$root/link"
	r --rootfs -v other:/link "$root" /busybox grep out /x/sub/file
	ln -s / "$root/top"
	refute r --rootfs -v third:/top/busybox "$root" /busybox true
}

@test "several containers start on one empty volume: one fills it, all see it" {
	load_busybox
	for i in 1 2 3 4 5 6; do
		r -v data:/bin busybox /bin/busybox test -L /bin/zcat &
	done
	for i in 1 2 3 4 5 6; do wait -n; done
	[ "$(ls "$RL_ROOT/volumes/data")" = "_data
volume.json" ]
}

@test "a killed --rm start leaves no volume behind" {
	load_busybox
	"$RL" run --rm --network none -v /anon -v "$BATS_TEST_TMPDIR:/b" \
		busybox sh -c 'echo up >/b/up; sleep 60' </dev/null &
	until [ -s "$BATS_TEST_TMPDIR/up" ]; do sleep 0.05; done
	[ "$(ls "$RL_ROOT/volumes" | wc -l)" = 1 ]
	kill -9 $!
	wait $! || true
	for i in $(seq 50); do
		[ -n "$(volumes)" ] || break
		sleep 0.1
	done
	[ -z "$(ls -A "$RL_ROOT/volumes")" ]
}

@test "the record of a dead --rm container uses nothing" {
	"$RL" volume create data
	id=$(printf %064d 1)
	mkdir -p "$RL_ROOT/containers/$id.rm"
	printf '{"Id":"%s","Mounts":[{"Type":"volume","Name":"data"}]}' "$id" \
		>"$RL_ROOT/containers/$id.rm/container.json"
	exec 7<"$RL_ROOT/containers/$id.rm"
	flock -x 7
	run "$RL" volume rm data 7<&-
	[ "$output" = "rl: remove data: volume is in use - [$id]" ]
	exec 7<&-
	"$RL" volume rm data
}

@test "half made and half removed volumes are swept" {
	"$RL" volume create data
	mkdir -p "$RL_ROOT/volumes/.0123456789abcdef.tmp/_data/x" \
		"$RL_ROOT/volumes/.0123456789abcdef.rm/_data/y"
	[ "$(volumes)" = data ]
	[ "$(ls -A "$RL_ROOT/volumes")" = data ]
	# a record that is none of ours is no reason to fail
	echo '{' >"$RL_ROOT/volumes/data/volume.json"
	[ "$(volumes)" = data ]
	"$RL" volume inspect data
	"$RL" volume rm data
}

@test "creating and removing one name at once: each says what it did" {
	load_busybox
	for i in $(seq 8); do
		r -v data:/d busybox touch /d/x &
		"$RL" volume rm -f data >/dev/null 2>&1 || true
		wait $!
	done
	"$RL" volume rm -f data
	[ -z "$(ls -A "$RL_ROOT/volumes")" ]
}
