# cp.bats - rl cp: into a container and out of it, running or not.
load ../lib/common


# containers - one that runs (on) and one that ended (off), with the same in.
containers() {
	local script='mkdir -p /data/sub /empty && echo one >/data/a &&
		echo two >/data/sub/b && ln -s a /data/link && ln /data/a /data/hard &&
		ln -s /data /to-data && ln -s /nowhere /dangling &&
		printf "#!/bin/sh\n" >/data/tool && chmod 4755 /data/tool'
	load_busybox
	"$RL" run --name off --network none busybox sh -ec "$script" </dev/null
	"$RL" run -d --name on --network none busybox \
		sh -ec "$script; echo x >/ready; exec sleep 300" >/dev/null
	until "$RL" cp on:/ready - >/dev/null 2>&1; do sleep 0.05; done
	cd "$BATS_TEST_TMPDIR"
	mkdir -p src/sub
	echo A >src/a
	echo B >src/sub/b
	ln -s a src/link
}

# what CONTAINER COMMAND... - the output of a command on its files.
look() {
	"$RL" cp "$1:$2" - | tar xOf -
}

teardown() {
	"$RL" kill on >/dev/null 2>&1 || true
	unshare -U --map-root-user --map-auto rm -rf "$RL_ROOT" 2>/dev/null ||
		unshare -U --map-root-user rm -rf "$RL_ROOT"
}

@test "a file: to a new name, over a file, into a folder" {
	containers
	for c in on off; do
		"$RL" cp src/a $c:/new
		"$RL" cp src/sub/b $c:/data/a
		"$RL" cp src/a $c:/empty
		"$RL" cp src/a $c:empty/relative
		[ "$(look $c /new)" = A ]
		[ "$(look $c /data/a)" = B ]
		[ "$(look $c /empty/a)" = A ]
		[ "$(look $c /empty/relative)" = A ]
		"$RL" cp $c:/data/sub/b new-$c
		[ "$(cat new-$c)" = two ]
		echo old >old-$c
		"$RL" cp $c:/data/sub/b old-$c
		[ "$(cat old-$c)" = two ]
		mkdir in-$c
		"$RL" cp $c:/data/sub/b in-$c
		[ "$(cat in-$c/b)" = two ]
	done
}

@test "a folder: to a new name, into a folder, and its content only" {
	containers
	for c in on off; do
		"$RL" cp src $c:/new
		"$RL" cp src $c:/empty
		"$RL" cp src/. $c:/data
		"$RL" cp src/. $c:/fresh
		[ "$(look $c /new/sub/b)" = B ]
		[ "$(look $c /empty/src/sub/b)" = B ]
		[ "$(look $c /data/sub/b)" = B ]
		[ "$(look $c /fresh/sub/b)" = B ]
		mkdir d-$c
		"$RL" cp $c:/new n-$c
		"$RL" cp $c:/new d-$c
		"$RL" cp $c:/new/. d-$c
		"$RL" cp $c:/new/ t-$c
		diff -r --no-dereference src n-$c
		diff -r --no-dereference src d-$c/new
		diff -r --no-dereference src t-$c
		[ "$(cat d-$c/sub/b)" = B ]
	done
}

@test "what docker refuses, in its words" {
	containers
	for c in on off; do
		run "$RL" cp $c:/nosuch .
		[ "$status" -eq 1 ]
		[[ $output == *"Could not find the file /nosuch in container $c" ]]
		run "$RL" cp src/a $c:/nosuch/a
		[ "$status" -eq 1 ]
		[[ $output == *"Could not find the file /nosuch in container $c" ]]
		run "$RL" cp src/a $c:/new/
		[ "$status" -eq 1 ]
		[[ $output == *"no such directory" ]]
		run "$RL" cp src $c:/data/a
		[ "$status" -eq 1 ]
		[[ $output == *"cannot copy directory" ]]
		run "$RL" cp src/nosuch $c:/
		[ "$status" -eq 1 ]
		[[ $output == *"lstat $PWD/src/nosuch: no such file or directory" ]]
		run "$RL" cp $c:/data/a nosuch/a
		[ "$status" -eq 1 ]
		[[ $output == *"invalid output path: directory \"$PWD/nosuch\" does not exist" ]]
		run "$RL" cp $c:/data src/a
		[ "$status" -eq 1 ]
		[[ $output == *"cannot copy directory" ]]
		run "$RL" cp src/a/ $c:/
		[ "$status" -eq 1 ]
		[[ $output == *"Not a directory" ]]
	done
	run "$RL" cp on:/a off:/b
	[[ $output == *"copying between containers is not supported" ]]
	run "$RL" cp a b
	[[ $output == *"must specify at least one container source" ]]
	run "$RL" cp "" on:/
	[[ $output == *"source can not be empty" ]]
	run "$RL" cp src ""
	[[ $output == *"destination can not be empty" ]]
	run "$RL" cp src nosuch:/
	[ "$status" -eq 1 ]
	[[ $output == *"No such container: nosuch" ]]
}

@test "a folder is put over no file, and a file over no folder" {
	containers
	mkdir -p clash/a
	for c in on off; do
		run "$RL" cp clash/. $c:/data
		[ "$status" -eq 1 ]
		[[ $output == *'cannot overwrite non-directory "a" with directory'* ]]
		mkdir -p out-$c/a
		run "$RL" cp $c:/data/. out-$c
		[ "$status" -eq 1 ]
		[[ $output == *'cannot overwrite directory "a" with non-directory'* ]]
		[ -d out-$c/a ]
	done
}

@test "a tar on stdin and stdout, compressed too" {
	containers
	for c in on off; do
		tar c src | "$RL" cp - $c:/empty
		[ "$(look $c /empty/src/sub/b)" = B ]
		tar cz src/a | "$RL" cp - $c:/
		[ "$(look $c /src/a)" = A ]
		[ "$("$RL" cp $c:/data - | tar t | sort | tr '\n' ' ')" = \
			"data/ data/a data/hard data/link data/sub/ data/sub/b data/tool " ]
		[ "$("$RL" cp $c:/data/. - | tar t | sort | head -2 | tail -1)" = ./a ]
		run "$RL" cp - $c:/data/a </dev/null
		[ "$status" -eq 1 ]
		[[ $output == *"destination \"$c:/data/a\" must be a directory" ]]
		run "$RL" cp - $c:/nosuch </dev/null
		[[ $output == *"destination \"$c:/nosuch\" must be a directory" ]]
		run "$RL" cp - $c:/ <src/a
		[ "$status" -eq 1 ]
	done
}

@test "links: copied, followed with -L, and by a slash behind them" {
	containers
	ln -s src to-src
	ln -s src/a to-a
	for c in on off; do
		"$RL" cp $c:/to-data l-$c
		[ "$(readlink l-$c)" = /data ]
		"$RL" cp -L $c:/to-data f-$c
		[ -f f-$c/a ]
		"$RL" cp $c:/to-data/ s-$c
		[ -f s-$c/a ]
		mkdir in-$c
		"$RL" cp -L $c:/data/link in-$c
		[ ! -L in-$c/link ]
		[ "$(cat in-$c/link)" = one ]
		"$RL" cp to-src $c:/l
		[ "$("$RL" cp $c:/l - | tar tv | sed 's/.* l/l/')" = "l -> src" ]
		"$RL" cp -L to-a $c:/a
		[ "$(look $c /a)" = A ]
		# a target is where its links lead
		"$RL" cp src/a $c:/to-data
		[ "$(look $c /data/a)" = A ]
		"$RL" cp src/a $c:/dangling
		[ "$(look $c /nowhere)" = A ]
	done
}

@test "modes, times, hard links, holes and fifos" {
	containers
	truncate -s 3G sparse
	printf end >>sparse
	mkfifo fifo
	chmod 640 src/a
	touch -d '2001-02-03 04:05:06' src/a
	ln src/a src/hard
	for c in on off; do
		timeout 60 "$RL" cp sparse $c:/tmp
		timeout 60 "$RL" cp $c:/tmp/sparse back-$c
		[ "$(stat -c %s back-$c)" = "$(stat -c %s sparse)" ]
		[ "$(stat -c %b back-$c)" -lt 2000 ]
		[ "$(tail -c 3 back-$c)" = end ]
		"$RL" cp fifo $c:/tmp/fifo
		timeout 10 "$RL" cp $c:/tmp/fifo fifo-$c
		[ -p fifo-$c ]
		"$RL" cp src $c:/s
		"$RL" cp $c:/s s-$c
		[ "$(stat -c '%a %Y %h' s-$c/a)" = "$(stat -c '%a %Y %h' src/a)" ]
		[ s-$c/a -ef s-$c/hard ]
	done
}

@test "owners: root's inside, ours outside; set-id bits are not ours to give" {
	containers
	for c in on off; do
		"$RL" cp src $c:/s
		[ "$("$RL" cp $c:/s - | tar tv --numeric-owner | cut -d' ' -f2 | sort -u)" = 0/0 ]
		"$RL" cp $c:/data/tool tool-$c
		[ "$(stat -c '%a %u' tool-$c)" = "755 $(id -u)" ]
		"$RL" cp -a $c:/data/tool kept-$c
		[ "$(stat -c '%a %u' kept-$c)" = "755 $(id -u)" ]
		# within the container they stay
		"$RL" cp $c:/data/tool - | "$RL" cp - $c:/empty
		[ "$("$RL" cp $c:/empty/tool - | tar tv | cut -c1-10)" = -rwsr-xr-x ]
	done
}

@test "owners of mapped ids, in a tar and with -a" {
	requires subuid
	containers
	tar c --owner=33 --group=33 src | "$RL" cp - off:/
	[ "$("$RL" cp off:/src - | tar tv --numeric-owner | cut -d' ' -f2 | sort -u)" = 33/33 ]
	"$RL" cp off:/src plain
	[ "$(stat -c %u plain/a)" = "$(id -u)" ]
	"$RL" cp -a off:/src kept
	[ "$(stat -c %u kept/a)" -gt 65535 ]
	"$RL" cp -a kept off:/again
	[ "$("$RL" cp off:/again - | tar tv --numeric-owner | cut -d' ' -f2 | sort -u)" = 33/33 ]
	"$RL" cp kept off:/rooted
	[ "$("$RL" cp off:/rooted - | tar tv --numeric-owner | cut -d' ' -f2 | sort -u)" = 0/0 ]
	unshare -U --map-root-user --map-auto rm -r kept
}

@test "volumes and bind mounts, and what is read-only" {
	load_busybox
	cd "$BATS_TEST_TMPDIR"
	mkdir bind
	echo host >bind/file
	opts=(--network none -v vol:/vol -v "$PWD/bind:/bind" -v "$PWD/bind:/ro:ro" --read-only)
	"$RL" run --name off "${opts[@]}" busybox sh -c 'echo in >/vol/file'
	"$RL" run -d --name on "${opts[@]}" busybox sleep 300 >/dev/null
	echo new >new
	for c in on off; do
		[ "$(look $c /vol/file)" = in ]
		[ "$(look $c /bind/file)" = host ]
		"$RL" cp new $c:/vol/$c
		"$RL" cp new $c:/bind/$c
		[ "$(look on /vol/$c)" = new ]
		[ "$(cat bind/$c)" = new ]
		run "$RL" cp new $c:/ro
		[ "$status" -eq 1 ]
		[[ $output == *"mounted volume is marked read-only" ]]
		run "$RL" cp new $c:/
		[ "$status" -eq 1 ]
		[[ $output == *"container rootfs is marked read-only" ]]
	done
}

@test "every storage driver" {
	load_busybox
	cd "$BATS_TEST_TMPDIR"
	echo new >new
	drivers="overlay copy"
	[ ! -w /dev/fuse ] || drivers="$drivers fuse-overlayfs"
	for d in $drivers; do
		"$RL" run --name "c-$d" --network none --storage-driver "$d" \
			busybox sh -c 'rm /bin/cat; echo x >/x'
		"$RL" cp new "c-$d:/new"
		[ "$(look "c-$d" /new)" = new ]
		[ "$(look "c-$d" /x)" = x ]
		run "$RL" cp "c-$d:/bin/cat" -
		[ "$status" -eq 1 ]
		[ "$("$RL" diff "c-$d" | tr '\n' ' ')" = \
			"C /bin D /bin/cat A /new A /x " ]
	done
	make_busybox_root root
	"$RL" run --name own --network none --rootfs root true
	"$RL" cp new own:/
	[ "$(cat root/new)" = new ]
}

@test "one that was created and never started: in, out, then it starts" {
	load_busybox
	cd "$BATS_TEST_TMPDIR"
	echo new >new
	drivers="overlay copy"
	[ ! -w /dev/fuse ] || drivers="$drivers fuse-overlayfs"
	for d in $drivers; do
		"$RL" create --name "c-$d" --network none --storage-driver "$d" \
			-v /root -v "v-$d:/etc" -v "n-$d:/bin:nocopy" \
			busybox /new/busybox cat /new/new /etc/new
		"$RL" cp "c-$d:/etc/passwd" "p-$d"
		grep -q ^root: "p-$d"
		[ -d root ] || make_busybox_root root
		"$RL" cp root/bin/busybox "c-$d:/tmp/busybox"
		mkdir -p dir
		cp root/bin/busybox new dir
		"$RL" cp dir "c-$d:/new"
		"$RL" cp new "c-$d:/etc"
		[ "$("$RL" start -a "c-$d")" = $'new\nnew' ]
		# the volume has the image's files, the one of nocopy none
		grep -q ^root: <("$RL" cp "c-$d:/etc/passwd" - | tar xO)
		[ "$("$RL" cp "c-$d:/bin/." - | tar t | wc -l)" = 1 ]
	done
}

@test "a copy into a container that starts meanwhile, and two at once" {
	containers
	for i in 1 2 3 4; do
		"$RL" cp src "off:/c$i" &
	done
	wait
	for i in 1 2 3 4; do
		[ "$(look off "/c$i/sub/b")" = B ]
	done
}

@test "from one place of a container to another, through a pipe" {
	load_busybox
	"$RL" run --name off --network none busybox sh -c \
		'mkdir /big /to; for i in 1 2 3 4; do yes $i | head -c 1000000 >/big/$i; done'
	for i in 1 2 3 4 5; do
		timeout 8 "$RL" cp off:/big - | timeout 8 "$RL" cp - off:/to
		[ "$("$RL" cp off:/to/big - | tar t | wc -l)" = 5 ]
	done
	[ -z "$(ls "$RL_ROOT/incoming")" ]
}

@test "nothing is printed without a terminal, a size with one" {
	containers
	run "$RL" cp src/a on:/
	[ -z "$output" ]
	run script -qec "'$RL' cp src/a on:/" /dev/null
	[[ $output == "Successfully copied "*"kB to on:/"* ]]
	run script -qec "'$RL' cp -q src/a on:/" /dev/null
	[ -z "$output" ]
	run script -qec "'$RL' cp on:/data -" /dev/null
	[ "$status" -eq 1 ]
}

# ---- hostile containers, hostile archives ----

@test "links of a container lead nowhere else, as source and as target" {
	load_busybox
	cd "$BATS_TEST_TMPDIR"
	mkdir victim
	echo precious >victim/file
	echo evil >evil
	"$RL" run --name off --network none busybox sh -c "
		ln -s $PWD/victim /abs; ln -s ../../../../../../../../..$PWD/victim /up
		ln -s $PWD/victim/file /file; ln -s /proc/self/root/$PWD/victim /magic"
	for l in abs up magic; do
		run "$RL" cp evil "off:/$l/"
		run "$RL" cp evil "off:/$l/file"
		run "$RL" cp "off:/$l/file" got
		[ "$status" -eq 1 ]
		run "$RL" cp -L "off:/$l" got
	done
	run "$RL" cp evil off:/file
	run "$RL" cp -L off:/file got
	[ ! -e got ] || refute grep -q precious got
	[ "$(cat victim/file)" = precious ]
	[ "$(ls victim)" = file ]
}

@test "a container that swaps a folder for a link all the time" {
	load_busybox
	cd "$BATS_TEST_TMPDIR"
	mkdir victim out
	echo precious >victim/file
	mkdir -p src/d
	for i in $(seq 50); do echo evil >"src/d/f$i"; done
	"$RL" run -d --name on --network none busybox sh -c "
		mkdir -p /t/d; for i in \$(seq 50); do echo x >/t/d/file\$i; done
		cp -r /t/d /t/e; ln -s $PWD/victim /t/l; echo x >/ready
		while :; do mv /t/d /t/x; mv /t/l /t/d; mv /t/d /t/l; mv /t/x /t/d; done" >/dev/null
	until "$RL" cp on:/ready - >/dev/null 2>&1; do sleep 0.05; done
	for i in $(seq 25); do
		"$RL" cp src/. on:/t >/dev/null 2>&1 || true
		"$RL" cp src/d on:/t/d >/dev/null 2>&1 || true
		rm -rf out/t
		"$RL" cp on:/t out >/dev/null 2>&1 || true
		refute grep -rq precious out
	done
	[ "$(cat victim/file)" = precious ]
	[ "$(ls victim)" = file ]
}

@test "a copy out follows no link that is in its own target" {
	containers
	mkdir victim
	echo precious >victim/file
	# what a container that swaps could make of one name: a link, then a folder
	"$RL" run --name evil --network none busybox sh -c \
		'mkdir -p /t/sub; echo evil >/t/sub/file'
	mkdir -p out
	ln -s "$PWD/victim" out/sub
	run "$RL" cp evil:/t/. out
	[ "$status" -eq 1 ]
	[ "$(cat victim/file)" = precious ]
	[ -L out/sub ]
}

@test "archives with names and links that lead out" {
	containers
	mkdir victim
	echo precious >victim/file
	python3 - "$PWD/victim" <<'PY'
import io, sys, tarfile
victim = sys.argv[1]
def tar(name, *members):
    with tarfile.open(name, "w") as t:
        for m in members:
            info = tarfile.TarInfo(m[0])
            info.type = m[1]
            if len(m) > 2: info.linkname = m[2]
            data = b"evil\n" if m[1] == tarfile.REGTYPE else b""
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
R, S, H = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE
tar("up.tar", ("../" * 20 + victim[1:] + "/file", R))
tar("abs.tar", (victim + "/file", R))
tar("through.tar", ("l", S, victim), ("l/file", R))
tar("above.tar", ("l", S, "../" * 30 + victim[1:]), ("l/file", R))
tar("hard.tar", ("h", H, victim + "/file"), ("h", R))
tar("hardlink.tar", ("l", S, victim), ("h", H, "l/file"), ("h", R))
PY
	for c in on off; do
		for t in up abs through above hard hardlink; do
			run "$RL" cp - $c:/empty <$t.tar
		done
		[ "$(cat victim/file)" = precious ]
		[ "$(ls victim)" = file ]
		# nor out of the folder, inside
		run "$RL" cp $c:/file -
		[ "$status" -eq 1 ]
	done
}
