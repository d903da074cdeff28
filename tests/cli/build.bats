# build.bats - rl build: Dockerfiles.
load ../lib/common

# Each test's context is a folder of its own.
setup() {
	export RL_ROOT=$BATS_TEST_TMPDIR/store
	ctx=$BATS_TEST_TMPDIR/ctx
	mkdir "$ctx"
}

teardown() {
	end_containers
	unshare -U --map-root-user --map-auto rm -rf "$BATS_TEST_TMPDIR/store" 2>/dev/null ||
		unshare -U --map-root-user rm -rf "$BATS_TEST_TMPDIR/store"
}

# dockerfile - from stdin.
dockerfile() { cat >"$ctx/Dockerfile"; }

b() { "$RL" build "$@" </dev/null; }

r() { "$RL" run --rm --network none "$@" </dev/null; }

config() { "$RL" image inspect -f "{{json .Config}}" "$1" | jq -cS "$2"; }

# leaves_nothing - no step's folder, no mount, no process of the store.
leaves_nothing() {
	[ "$(containers)" = 0 ]
	refute grep -q "$RL_ROOT" /proc/self/mountinfo
	local pid
	for pid in $(pgrep -u "$(id -u)" -f "rl-transfer build"); do
		refute grep -qsz "^RL_ROOT=$RL_ROOT\$" "/proc/$pid/environ"
	done
}

@test "every instruction: an image that runs, with docker's configuration" {
	load_busybox
	echo text >"$ctx/file"
	dockerfile <<-'E'
	FROM busybox
	MAINTAINER somebody
	ARG WHO=world
	ENV GREETING="hello $WHO" TWO=2
	LABEL one=1 "two words"="a b"
	WORKDIR /work/deep
	WORKDIR more
	COPY file ./
	ADD file /added/
	RUN echo "$GREETING $TWO $(pwd)" >/made && cat file >>/made
	RUN ["/bin/sh", "-c", "echo exec >>/made"]
	RUN <<EOT
	echo heredoc >>/made
	EOT
	SHELL ["/bin/ash", "-ec"]
	RUN echo "shell $0" >>/made
	USER www:adm
	RUN id -un >/tmp/who; id -gn >>/tmp/who
	EXPOSE 80 53/udp
	VOLUME /data
	STOPSIGNAL SIGINT
	HEALTHCHECK --interval=90s --retries=2 CMD true
	ONBUILD RUN echo trigger
	ENTRYPOINT ["echo", "run"]
	CMD ["it"]
	E
	run b -t all "$ctx"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(r all)" = "run it" ]
	[ "$(r --entrypoint cat all /made)" = $'hello world 2 /work/deep/more\ntext\nexec\nheredoc\nshell /bin/ash' ]
	[ "$(r --entrypoint cat all /added/file)" = text ]
	[ "$(config all '[.Entrypoint,.Cmd,.User,.WorkingDir,.StopSignal,.Shell]')" = \
		'[["echo","run"],["it"],"www:adm","/work/deep/more","SIGINT",["/bin/ash","-ec"]]' ]
	[ "$(config all '[.Env,.Labels,.ExposedPorts,.Volumes,.OnBuild]')" = \
		'[["PATH=/bin","GREETING=hello world","TWO=2"],{"one":"1","two words":"a b"},{"53/udp":{},"80/tcp":{}},{"/data":{}},["RUN echo trigger"]]' ]
	[ "$(config all .Healthcheck)" = '{"Interval":90000000000,"Retries":2,"Test":["CMD-SHELL","true"]}' ]
	[ "$("$RL" image inspect -f '{{.Author}}' all)" = somebody ]
	if grep -q "^$(id -un):" /etc/subuid; then
		[ "$(r --entrypoint cat all /tmp/who)" = $'www\nadm' ]
	fi
	leaves_nothing
}

@test "history has docker's words" {
	load_busybox
	touch "$ctx/f"
	dockerfile <<-'E'
	FROM busybox
	ARG A=1
	RUN true
	COPY --chown=1:2 f /d/
	WORKDIR /w
	EXPOSE 80
	VOLUME /v
	HEALTHCHECK --interval=90s CMD true
	CMD ["a", "b\"c"]
	E
	b -q -t h "$ctx"
	run "$RL" history --no-trunc --format '{{.CreatedBy}}' h
	[ "$output" = 'CMD ["a" "b\"c"]
HEALTHCHECK &{["CMD-SHELL" "true"] "1m30s" "0s" "0s" "0s" '"'\\x00'"'}
VOLUME [/v]
EXPOSE map[80/tcp:{}]
WORKDIR /w
COPY --chown=1:2 f /d/ # buildkit
RUN |1 A=1 /bin/sh -c true # buildkit
ARG A=1' ]
}

@test "a second build takes all from the cache, and is the same image" {
	load_busybox
	echo 1 >"$ctx/file"
	dockerfile <<-'E'
	FROM busybox
	RUN cat /proc/sys/kernel/random/uuid >/time
	COPY file /
	RUN cat /proc/sys/kernel/random/uuid >/time2
	CMD ["cat", "/time", "/time2"]
	E
	b -q -t one "$ctx"
	run b -t two "$ctx"
	[ "$(grep -c CACHED <<<"$output")" = 3 ]
	[ "$("$RL" images -q --no-trunc one)" = "$("$RL" images -q --no-trunc two)" ]
	# a time is nothing, a byte is
	touch -d 2001-01-01 "$ctx/file"
	run b -t two "$ctx"
	[ "$(grep -c CACHED <<<"$output")" = 3 ]
	echo 2 >"$ctx/file"
	run b -t two "$ctx"
	[ "$(grep -c CACHED <<<"$output")" = 1 ]
	[ "$(r one | head -1)" = "$(r two | head -1)" ]
	[ "$(r one | tail -1)" != "$(r two | tail -1)" ]
	run b --no-cache -t three "$ctx"
	[[ $output != *CACHED* ]]
	run "$RL" builder prune -f
	[[ $output == *"Total reclaimed space"* ]]
	run b -t two "$ctx"
	[[ $output != *CACHED* ]]
	r one >/dev/null
}

@test "builder prune takes cache mounts, but those in use" {
	load_busybox
	printf 'FROM busybox\nRUN --mount=type=cache,target=/c echo x >/c/x; chown 33 /c/x\n' | dockerfile
	b -q "$ctx"
	[ "$(ls "$RL_ROOT/cache-mounts" | wc -l)" = 1 ]
	printf 'FROM busybox\nRUN --mount=type=cache,target=/busy echo begun; sleep 100\n' | dockerfile
	"$RL" build "$ctx" </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	pid=$!
	until_text begun "$BATS_TEST_TMPDIR/out"
	"$RL" builder prune -f
	[ "$(ls "$RL_ROOT/cache-mounts" | wc -l)" = 1 ]
	kill "$pid"
	wait "$pid" || :
	"$RL" builder prune -f
	[ -z "$(ls "$RL_ROOT/cache-mounts")" ]
}

@test "stages: by name, by number, as a base; those nobody needs are not built" {
	load_busybox
	dockerfile <<-'E'
	FROM busybox AS one
	RUN echo 1 >/one
	FROM busybox AS unused
	RUN false
	FROM one AS two
	RUN echo 2 >/two
	FROM busybox
	COPY --from=one /one /a
	COPY --from=2 /two /b
	COPY --from=busybox /etc/passwd /c
	RUN --mount=type=bind,from=two,target=/m cat /m/one /m/two >/d
	RUN --mount=type=bind,from=two,source=/two,target=/file cat /file >>/d
	E
	run b -t stages "$ctx"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(r stages cat /a /b /d)" = $'1\n2\n1\n2\n2' ]
	r stages grep -q ^root: /c
	# mount points are no part of it
	r stages sh -c '[ ! -e /m ] && [ ! -e /file ]'
	b -q --target one -t first "$ctx"
	[ "$(r first cat /one)" = 1 ]
	r first sh -c '[ ! -e /two ]'
}

@test "COPY: modes, owners, links, patterns, what is left out" {
	load_busybox
	mkdir -p "$ctx/d/sub/deep" "$ctx/empty"
	for f in a.txt b.txt c.md d/x.txt d/y.md d/sub/z.txt d/sub/deep/w.txt; do
		echo "$f" >"$ctx/$f"
	done
	chmod 755 "$ctx/a.txt"; chmod 4711 "$ctx/b.txt"; chmod 700 "$ctx/d/sub"
	ln -s sub "$ctx/d/link"
	ln -s /etc/passwd "$ctx/d/out"
	printf '%s\n' '# comment' '*.md' '!d/y.md' 'd/sub/deep' >"$ctx/.dockerignore"
	dockerfile <<-'E'
	FROM busybox
	COPY . /all/
	COPY *.txt /some/
	COPY d /d
	COPY --chown=www:adm --chmod=640 a.txt d /owned/
	COPY --chmod=u=rwX,go-w d/x.txt /sym
	COPY --exclude=*.txt --exclude=sub d /ex
	COPY --parents d/sub/z.txt ./d/./x.txt /par/
	COPY <<-EOT <<B /here/
		tab
	EOT
	second
	B
	COPY a.txt /new/deep/name
	E
	run b -t copy "$ctx"
	echo "$output"
	[ "$status" = 0 ]
	run r copy sh -c 'cd /; find all some d ex par here new sym | sort'
	[ "$output" = "all
all/.dockerignore
all/Dockerfile
all/a.txt
all/b.txt
all/d
all/d/link
all/d/out
all/d/sub
all/d/sub/z.txt
all/d/x.txt
all/d/y.md
all/empty
d
d/link
d/out
d/sub
d/sub/z.txt
d/x.txt
d/y.md
ex
ex/link
ex/out
ex/y.md
here
here/B
here/EOT
new
new/deep
new/deep/name
par
par/d
par/d/sub
par/d/sub/z.txt
par/x.txt
some
some/a.txt
some/b.txt
sym" ]
	[ "$(r copy stat -c '%a' /some/a.txt /some/b.txt /d/sub /par/d/sub /sym /new/deep | xargs)" = "755 4711 700 700 644 755" ]
	[ "$(r copy sh -c 'readlink /d/link; readlink /d/out' | xargs)" = "sub /etc/passwd" ]
	[ "$(r copy cat /here/EOT /here/B)" = $'tab\nsecond' ]
	[ "$(r copy stat -c '%a' /owned/a.txt /owned/sub/z.txt | xargs)" = "640 640" ]
	"$RL" save --format oci-dir -o "$BATS_TEST_TMPDIR/oci" copy
	m=$(jq -r '.manifests[0].digest' "$BATS_TEST_TMPDIR/oci/index.json")
	l=$(jq -r '.layers[4].digest' "$BATS_TEST_TMPDIR/oci/blobs/sha256/${m#*:}")
	run tar --numeric-owner -tvf "$BATS_TEST_TMPDIR/oci/blobs/sha256/${l#*:}"
	[[ $output == *"-rw-r----- 33/4 "*owned/a.txt* ]]
	[[ $output == *"drw-r----- 33/4 "*owned/sub/* ]]
}

@test "COPY leads out of the context on no way" {
	load_busybox
	echo secret >"$BATS_TEST_TMPDIR/secret"
	ln -s "$BATS_TEST_TMPDIR/secret" "$ctx/abs"
	ln -s ../secret "$ctx/rel"
	ln -s "$BATS_TEST_TMPDIR" "$ctx/dir"
	for from in ../secret abs rel dir/secret /../secret; do
		printf 'FROM busybox\nCOPY %s /x\n' "$from" | dockerfile
		run b "$ctx"
		[ "$status" = 1 ]
		[[ $output == *"Dockerfile:2"*"not found"* ]]
	done
	printf 'FROM busybox\nRUN --mount=type=bind,source=../secret,target=/m cat /m\n' | dockerfile
	run b "$ctx"
	[ "$status" = 1 ]
	[[ $output != *secret$'\n'secret* ]]
	# nor does an image's link lead to the host
	printf 'FROM busybox\nRUN ln -s %s /out\nCOPY Dockerfile /out/\n' "$BATS_TEST_TMPDIR" | dockerfile
	run b "$ctx"
	[ ! -e "$BATS_TEST_TMPDIR/Dockerfile" ]
	leaves_nothing
}

@test "ADD unpacks archives of the context, not what is only compressed" {
	load_busybox
	mkdir "$BATS_TEST_TMPDIR/t"
	echo in >"$BATS_TEST_TMPDIR/t/in"
	ln -s in "$BATS_TEST_TMPDIR/t/l"
	for z in "" z j J; do
		tar -C "$BATS_TEST_TMPDIR/t" --owner=33 --group=4 -c${z}f "$ctx/t$z.tar" .
	done
	echo plain | gzip >"$ctx/plain.gz"
	dockerfile <<-'E'
	FROM busybox
	ADD t.tar /t/
	ADD tz.tar /tz/
	ADD tj.tar /tj/
	ADD tJ.tar /tJ/
	ADD --chown=5:6 t.tar /o/
	ADD plain.gz /plain.gz
	ADD --unpack=false t.tar /t.tar
	E
	run b -t add "$ctx"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(r add cat /t/in /tz/l /tj/in /tJ/in | xargs)" = "in in in in" ]
	[ "$(r add sh -c 'zcat /plain.gz; tar tf /t.tar | wc -l')" = $'plain\n3' ]
	if grep -q "^$(id -un):" /etc/subuid; then
		[ "$(r add stat -c '%u:%g' /t/in /o/in | xargs)" = "33:4 5:6" ]
	fi
}

@test "RUN --mount: cache, tmpfs, secret, the context" {
	load_busybox
	echo data >"$ctx/data"
	printf sesame99 >"$BATS_TEST_TMPDIR/hush"
	dockerfile <<-'E'
	FROM busybox
	ARG N
	RUN --mount=type=cache,target=/cache echo "$N" >>/cache/list; cp /cache/list /list
	RUN --mount=type=tmpfs,target=/t touch /t/x && grep -q ' /t tmpfs' /proc/mounts
	RUN --mount=type=secret,id=key [ "$(wc -c </run/secrets/key)" = 8 ] && stat -c %a /run/secrets/key >/mode
	RUN --mount=type=secret,id=key,env=KEY [ "${#KEY}" = 8 ]
	RUN --mount=type=secret,id=other,target=/o [ ! -s /o ]
	RUN --mount=type=bind,target=/c cp /c/data /data; ! touch /c/x 2>/dev/null
	E
	for n in 1 2; do
		run b --build-arg N=$n --secret "id=key,src=$BATS_TEST_TMPDIR/hush" -t mounts "$ctx"
		echo "$output"
		[ "$status" = 0 ]
	done
	[ "$(r mounts cat /list)" = $'1\n2' ]
	[ "$(r mounts cat /data /mode)" = $'data\n400' ]
	r mounts sh -c '[ ! -e /cache ] && [ ! -e /t ] && [ ! -e /run/secrets ] && [ ! -e /c ]'
	# the secret is nowhere
	refute grep -rlq sesame99 "$RL_ROOT/blobs" "$RL_ROOT/cache"
	printf 'FROM busybox\nRUN --mount=type=secret,id=other,required=true true\n' | dockerfile
	run b "$ctx"
	[ "$status" = 1 ]
	[[ $output == *"Dockerfile:2: RUN: secret other: not found (--secret id=other,src=FILE gives it)"* ]]
	run b --secret "id=other,src=$BATS_TEST_TMPDIR/nothing" "$ctx"
	[ "$status" = 1 ]
	[[ $output == *"secret other"*"No such file"* ]]
	run b --secret "src=x" "$ctx"
	[ "$status" = 1 ]
	[[ $output == *"id= is missing"* ]]
}

@test "RUN --mount=type=bind,rw: what is written is thrown away" {
	load_busybox
	mkdir "$ctx/d"
	echo data >"$ctx/d/f"
	dockerfile <<-'E'
	FROM busybox AS one
	RUN echo 1 >/one
	FROM busybox
	RUN --mount=type=bind,target=/c,rw echo x >>/c/d/f && rm /c/Dockerfile && cp /c/d/f /f
	RUN --mount=type=bind,source=d,target=/c,readwrite=true echo y >>/c/f && cat /c/f >>/f
	RUN --mount=type=bind,source=d/f,target=/c,rw echo z >>/c && cat /c >>/f
	RUN --mount=type=bind,from=one,target=/m,rw mkdir /m/new && rm /m/one && ls -d /m/new /m/one >>/f 2>/dev/null; true
	RUN --mount=type=bind,from=one,target=/m,rw cat /m/one >>/f; [ ! -e /m/new ]
	RUN --mount=type=bind,target=/c [ -e /c/Dockerfile ]
	E
	run b -t rw "$ctx"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(r rw cat /f | xargs)" = "data x data y data z /m/new 1" ]
	[ "$(cat "$ctx/d/f")" = data ]
	[ -e "$ctx/Dockerfile" ]
	r rw sh -c '[ ! -e /c ] && [ ! -e /m ]'
	leaves_nothing
}

@test "RUN --mount=type=bind shows nothing that is ignored" {
	load_busybox
	mkdir -p "$ctx/.git" "$ctx/d/e" "$ctx/only/x" "$ctx/more"
	for f in .git/log a.txt b.md d/c.md d/e/f d/e/keep only/x/y only/back more/m more/n; do echo "$f" >"$ctx/$f"; done
	chmod 750 "$ctx/d"
	printf '%s\n' .git '**/*.md' d/e/f only '!only/back' >"$ctx/.dockerignore"
	echo n >"$ctx/more/.dockerignore"
	dockerfile <<-'E'
	FROM busybox
	RUN --mount=type=bind,target=/c cd /c && find . | sort >/seen && stat -c %a d >/mode && cat d/e/keep >>/mode
	RUN --mount=type=bind,target=/c,rw cd /c && touch d/c.md .git && find . -name '*.md' -o -name .git | sort >/rw
	RUN --mount=type=bind,source=d,target=/c ls /c >/part
	RUN --mount=type=bind,from=more,target=/c ls /c >/more
	E
	run b --build-context "more=$ctx/more" -t seen "$ctx"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(r seen cat /seen | xargs)" = ". ./.dockerignore ./Dockerfile ./a.txt ./d ./d/e ./d/e/keep ./more ./more/.dockerignore ./more/m ./more/n ./only ./only/back" ]
	[ "$(r seen cat /mode /rw /part /more | xargs)" = "750 d/e/keep ./.git ./d/c.md e m" ]
	leaves_nothing
	# nor does the cache depend on it
	echo new >"$ctx/.git/log"
	run b --build-context "more=$ctx/more" "$ctx"
	[ "$(grep -c CACHED <<<"$output")" = 4 ]
	echo new >"$ctx/a.txt"
	run b --build-context "more=$ctx/more" "$ctx"
	[ "$(grep -c CACHED <<<"$output")" = 0 ]
	printf 'FROM busybox\nRUN --mount=type=bind,source=.git,target=/c ls /c\n' | dockerfile
	run b "$ctx"
	[ "$status" = 1 ]
	[[ $output == *"the ignore file leaves it out"* ]]
}

@test "RUN --mount=type=cache: what it begins with, its mode and owner, sharing" {
	load_busybox
	mkdir "$ctx/d"
	echo data >"$ctx/d/f"
	dockerfile <<-'E'
	FROM busybox AS one
	RUN mkdir -p /in/sub && echo 1 >/in/sub/f && chmod 750 /in/sub && ln -s sub /in/l
	FROM busybox
	ARG N
	RUN --mount=type=cache,id=a,from=one,source=/in,target=/c cat /c/l/f >>/out; stat -c %a /c/sub >>/out; echo $N >>/c/sub/f
	RUN --mount=type=cache,id=b,target=/c,mode=0711,uid=33,gid=4 stat -c %a /c >>/out; stat -c %u:%g /c >/owner
	RUN --mount=type=cache,id=c,from=more,target=/c cat /c/d/f >>/out; echo x >/c/d/f
	RUN --mount=type=cache,id=d,target=/c,ro ! touch /c/x 2>/dev/null
	RUN --mount=type=cache,id=e,target=/c,sharing=locked --mount=type=cache,id=f,target=/p,sharing=private touch /c/x /p/x
	E
	run b --build-arg N=2 --build-context "more=$ctx" -t cache "$ctx"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(r cache cat /out | xargs)" = "1 750 711 data" ]
	! grep -q "^$(id -un):" /etc/subuid || [ "$(r cache cat /owner)" = 33:4 ]
	# it is filled once, and the source stays what it was
	[ "$(cat "$ctx/d/f")" = data ]
	b -q --build-arg N=3 --build-context "more=$ctx" -t cache "$ctx"
	[ "$(r cache cat /out | xargs)" = "1 2 750 711 x" ]
	leaves_nothing
	printf 'FROM busybox\nRUN --mount=type=cache,id=z,from=busybox,source=/none,target=/c true\n' | dockerfile
	run b "$ctx"
	[ "$status" = 1 ]
	[[ $output == *"/none"*"not found"* ]]
	"$RL" builder prune -f
	[ -z "$(ls "$RL_ROOT/cache-mounts")" ]
}

@test "a RUN that fails: the lines, the output, the code, and 1" {
	load_busybox
	printf 'FROM busybox\nRUN true\nRUN echo words; \\\n    exit 7\nRUN true\n' | dockerfile
	run b -t no "$ctx"
	[ "$status" = 1 ]
	[[ $output == *"words"*"3 | >>> RUN echo words"*"4 | >>>     exit 7"* ]]
	[[ $output == *"Dockerfile:3: RUN: process \"/bin/sh -c echo words;"*"did not complete successfully: exit code: 7"* ]]
	refute "$RL" image inspect no
	leaves_nothing
}

@test "bad Dockerfiles name file and line" {
	load_busybox
	bad() { # TEXT EXPECTED
		printf "$1" | dockerfile
		run b "$ctx"
		echo "$output"
		[ "$status" = 1 ]
		[[ $output == *$2* ]]
	}
	bad 'FROM busybox\nCOPPY a b\n' 'Dockerfile:2*COPPY*did you mean*COPY'
	bad 'FROM busybox\nCOPY --chwon=1 a b\n' 'Dockerfile:2*chwon*did you mean*chown'
	bad 'FROM busybox AS a\nCOPY --from=a /x /y\n' 'Dockerfile:2*a*'
	bad 'FROM busybox AS a\nCOPY --from=b /x /\nFROM busybox AS b\nCOPY --from=a /x /\n' 'Dockerfile:*need one another: *a -> *'
	bad 'FROM busybox\nCOPY nothing /x\n' 'Dockerfile:2*nothing*not found'
	bad 'FROM busybox\nADD https://example.com/x.git#v1 git@host:x.git /x\n' 'Dockerfile:2*'
	run b --target nowhere "$ctx"
	[ "$status" = 1 ]
	echo "$output"; [[ $output == *"nowhere"* ]]
	run b "$BATS_TEST_TMPDIR/missing"
	[ "$status" = 1 ]
	rm "$ctx/Dockerfile"
	run b "$ctx"
	[ "$status" = 1 ]
	[[ $output == *"Dockerfile"* ]]
	leaves_nothing
}

@test "^C in the middle: nothing is left" {
	load_busybox
	printf 'FROM busybox\nRUN echo begun; sleep 100\n' | dockerfile
	"$RL" build -t never "$ctx" </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	pid=$!
	until_text begun "$BATS_TEST_TMPDIR/out"
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" = 1 ]
	grep -q interrupted "$BATS_TEST_TMPDIR/out"
	leaves_nothing
	refute "$RL" image inspect never
}

@test "a build that is killed: its processes go, the next command sweeps" {
	load_busybox
	printf 'FROM busybox\nRUN echo begun; sleep 100\n' | dockerfile
	"$RL" build -t never "$ctx" </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	pid=$!
	until_text begun "$BATS_TEST_TMPDIR/out"
	kill -KILL "$pid"
	wait "$pid" || :
	for i in $(seq 100); do
		pgrep -u "$(id -u)" -f "sleep 100" >/dev/null || break
		sleep 0.1
	done
	printf 'FROM busybox\nRUN true\n' | dockerfile
	b -q "$ctx"
	leaves_nothing
	"$RL" system prune -f >/dev/null
	r busybox true
}

@test "--jobs: stages that do not need one another, side by side" {
	load_busybox
	# each waits for the other
	dockerfile <<-'E'
	FROM busybox AS a
	RUN --mount=type=cache,target=/c touch /c/a; while [ ! -e /c/b ]; do sleep 0.05; done
	FROM busybox AS b
	RUN --mount=type=cache,target=/c touch /c/b; while [ ! -e /c/a ]; do sleep 0.05; done
	RUN echo b >/b
	FROM busybox
	COPY --from=a /bin/true /a
	COPY --from=b /b /b
	E
	run timeout 60 "$RL" build --jobs 2 -t side "$ctx" </dev/null
	echo "$output"
	[ "$status" = 0 ]
	[ "$(r side cat /b)" = b ]
	# one that fails ends the others
	printf 'FROM busybox AS a\nRUN sleep 100\nFROM busybox AS b\nRUN sleep 0.3; exit 3\nFROM busybox\nCOPY --from=a / /\nCOPY --from=b / /\n' | dockerfile
	run timeout 60 "$RL" build --jobs 0 "$ctx" </dev/null
	[ "$status" = 1 ]
	[[ $output == *"[a 2/2] RUN sleep 100"* ]]
	[[ $output == *CANCELED* ]]
	[[ $output == *"Dockerfile:4: RUN: "*"exit code: 3" ]]
	leaves_nothing
	run b --jobs many "$ctx"
	[ "$status" = 1 ]
}

@test "--progress: a list on a terminal, JSON, lines" {
	load_busybox
	printf 'FROM busybox AS one\nRUN echo first; sleep 0.4; printf "a\\033[2Jb\\n"; sleep 0.3; echo last\n' | dockerfile
	TERM=xterm script -qec "'$RL' build -t shown '$ctx'" /dev/null </dev/null >"$BATS_TEST_TMPDIR/tty"
	grep -q '^\[+\] Building .*(2/2) FINISHED' <(tr -d '\r' <"$BATS_TEST_TMPDIR/tty" | sed 's/.*\x1b\[J//')
	grep -q '=> => [0-9.]* first' "$BATS_TEST_TMPDIR/tty"
	# what a program writes does not move the cursor
	grep -q '=> => [0-9.]* ab' "$BATS_TEST_TMPDIR/tty"
	grep -q '=> \[one 2/2\] RUN echo first' "$BATS_TEST_TMPDIR/tty"
	run b --progress tty "$ctx"
	[ "$status" = 1 ]
	[[ $output == *"no terminal"* ]]
	b --no-cache --progress rawjson "$ctx" 2>"$BATS_TEST_TMPDIR/json"
	[ "$(jq -r '.vertexes[]?|select(.completed)|.name' "$BATS_TEST_TMPDIR/json" | head -1)" = "[one 1/2] FROM busybox" ]
	[ "$(jq -r '.logs[]?.data|@base64d' "$BATS_TEST_TMPDIR/json" | head -1)" = first ]
	b --progress rawjson "$ctx" 2>"$BATS_TEST_TMPDIR/json"
	[ "$(jq -r '.vertexes[]?|select(.cached)|.name' "$BATS_TEST_TMPDIR/json" | wc -l)" = 1 ]
	run b --progress plain "$ctx"
	[[ $output == *"#2 [one 2/2] RUN echo first"*"#2 CACHED"* ]]
	[ -z "$(b --progress quiet "$ctx" 2>&1 | grep -v ^sha256)" ]
	run b --progress fancy "$ctx"
	[ "$status" = 1 ]
	[[ $output == *"it is auto, plain, tty, rawjson or quiet"* ]]
}

@test "--build-arg, --label, --iidfile, -q, -f, Dockerfile on stdin" {
	load_busybox
	printf 'ARG T=latest\nFROM busybox:$T\nARG A=1\nRUN echo "$A" >/a\n' >"$ctx/other"
	id=$(b -q -f "$ctx/other" --build-arg A=2 --label l=v --label a=b \
		--iidfile "$BATS_TEST_TMPDIR/iid" -t args -t second:2 "$ctx")
	[[ $id =~ ^sha256:[0-9a-f]{64}$ ]]
	[ "$(cat "$BATS_TEST_TMPDIR/iid")" = "$id" ]
	[ "$("$RL" images -q --no-trunc second:2)" = "$id" ]
	[ "$(r args cat /a)" = 2 ]
	[ "$(config args .Labels)" = '{"a":"b","l":"v"}' ]
	run b -f "$ctx/other" --build-arg NOBODY=1 "$ctx"
	[ "$status" = 0 ]
	[[ $output == *"[NOBODY] were not consumed"* ]]
	printf 'FROM busybox\nRUN echo stdin >/s\n' | "$RL" build -q -t stdin -
	[ "$(r stdin cat /s)" = stdin ]
	echo x >"$ctx/x"
	printf 'FROM busybox\nCOPY x /x\n' | "$RL" build -q -t stdin -f - "$ctx"
	[ "$(r stdin cat /x)" = x ]
	printf 'FROM busybox\nCOPY x /y\n' | dockerfile
	tar -C "$ctx" -cz . | "$RL" build -q -t stdin -
	[ "$(r stdin cat /y)" = x ]
	# the same as a file, with a Dockerfile in it, or one on stdin
	mv "$ctx/Dockerfile" "$ctx/named"
	tar -C "$ctx" -czf "$BATS_TEST_TMPDIR/ctx.tar.gz" .
	b -q -t tarfile -f named "$BATS_TEST_TMPDIR/ctx.tar.gz"
	[ "$(r tarfile cat /y)" = x ]
	printf 'FROM busybox\nCOPY x /z\n' | "$RL" build -q -t tarfile -f - "$BATS_TEST_TMPDIR/ctx.tar.gz"
	[ "$(r tarfile cat /z)" = x ]
	run b "$ctx/x"
	[ "$status" = 1 ]
	[[ $output == *"ctx/x is neither a folder, a tar archive"* ]]
	leaves_nothing
}

@test "-o: a folder, a tar, archives" {
	load_busybox
	printf 'FROM busybox AS x\nRUN echo out >/out; chown 33:4 /out\nFROM scratch\nCOPY --from=x /out /dir/\n' | dockerfile
	b -q -o "$BATS_TEST_TMPDIR/local" "$ctx"
	[ "$(cd "$BATS_TEST_TMPDIR/local" && find . | sort | xargs)" = ". ./dir ./dir/out" ]
	[ "$(stat -c %U "$BATS_TEST_TMPDIR/local/dir/out")" = "$(id -un)" ]
	b -q -o "type=tar,dest=$BATS_TEST_TMPDIR/o.tar" "$ctx"
	run tar --numeric-owner -tvf "$BATS_TEST_TMPDIR/o.tar"
	[[ $output == *dir/out* ]]
	if grep -q "^$(id -un):" /etc/subuid; then
		[[ $output == *" 33/4 "*dir/out* ]]
	fi
	[ "$(b -o - "$ctx" 2>/dev/null | tar -xO dir/out)" = out ]
	b -q -t arch:1 -o "type=oci,dest=$BATS_TEST_TMPDIR/oci.tar" "$ctx"
	[ "$(skopeo inspect "oci-archive:$BATS_TEST_TMPDIR/oci.tar" | jq '.Layers | length')" = 1 ]
	b -q -t arch:1 -o "type=docker,dest=$BATS_TEST_TMPDIR/docker.tar" "$ctx"
	skopeo inspect "docker-archive:$BATS_TEST_TMPDIR/docker.tar" >/dev/null
	run b -o type=registry "$ctx"
	[ "$status" = 1 ]
}

@test "what an option cannot be is told before anything is built" {
	load_busybox
	mkdir "$ctx/d"
	printf 'FROM busybox\nRUN echo ran\n' >"$ctx/Dockerfile"
	cp "$ctx/Dockerfile" "$ctx/d/other"
	bad() { # TEXT OPTION...
		local text=$1
		shift
		run b "$@" "$ctx"
		echo "$output"
		[ "$status" = 1 ] || [ "$status" = 125 ]
		[[ $output == *"$text"* ]]
		[[ $output != *ran* ]]
	}
	bad "it is NAME:ADDRESS" --add-host foo
	bad "empty name" --label =x
	bad "then rl push NAME" -o type=registry
	bad "not 'nmae=x'" -o type=image,nmae=x
	bad "files have no name=" -o type=local,dest=x,name=y
	bad "must be lowercase" -o type=image,name=BAD:1
	bad "did you mean --build-arg?" --buid-arg a=b
	bad "it is a number from 0" --jobs x
	bad "it is default, none or host" --network bridge
	bad "'x' is no KEY=VALUE" --secret x
	unset SSH_AUTH_SOCK
	bad "there is no agent (SSH_AUTH_SOCK is not set" --ssh default
	bad "other is no agent's socket (a key goes into an agent" --ssh "k=$ctx/d/other"
	bad "look at /no: No such file" --ssh k=/no
	bad "no stage is named 'nowhere'" --target nowhere
	bad "open nothing: No such file" -f nothing
	bad "-f is a path from here, though the context has a d/other: open d/other" -f d/other
	b -q -o type=image,name=named:1 "$ctx"
	[ "$(r named:1 echo x)" = x ]
	run b --iidfile "$BATS_TEST_TMPDIR/no/iid" -t stays "$ctx"
	[ "$status" = 1 ]
	[[ $output == *"--iidfile (the image is made: sha256:"* ]]
	r stays true
}

@test "--squash: one layer that shows what all did" {
	load_busybox
	mkdir "$ctx/d"
	echo 1 >"$ctx/d/1"; echo 2 >"$ctx/d/2"
	dockerfile <<-'E'
	FROM busybox
	RUN mkdir -p /base/in /gone /again && echo old >/base/in/old && touch /base/x /gone/x /again/old /file
	E
	b -q -t sqbase "$ctx"
	dockerfile <<-'E'
	FROM sqbase
	COPY d /d
	RUN rm -r /base/in /gone /again && rm /d/1 && echo new >/new && ln /new /hard
	RUN mkdir /again && touch /again/new && rm /file && mkdir /file && chown 33:4 /d/2
	RUN rm -r /base/x && mkdir /base/x && rm /hard
	E
	b -q -t plain "$ctx"
	run b --squash -t squashed "$ctx"
	echo "$output"
	[ "$status" = 0 ]
	list() { r "$1" sh -c 'find / -xdev ! -path "/proc*" ! -path "/sys*" ! -path "/dev*" -exec stat -c "%n %F %a %u:%g %s" {} + | grep -v "^/ \|/etc \|hosts\|resolv\|hostname" | sort'; }
	diff <(list plain) <(list squashed)
	[ "$("$RL" image inspect -f '{{len .RootFS.Layers}}' squashed)" = 3 ]
	[ "$(r squashed sh -c 'ls /again /base; cat /new')" = $'/again:\nnew\n\n/base:\nx\nnew' ]
	"$RL" save -o "$BATS_TEST_TMPDIR/s.tar" squashed
	RL_ROOT=$BATS_TEST_TMPDIR/store/two "$RL" load -q -i "$BATS_TEST_TMPDIR/s.tar"
	diff <(list plain) <(RL_ROOT=$BATS_TEST_TMPDIR/store/two list squashed)
	# so does the peer
	skopeo inspect "docker-archive:$BATS_TEST_TMPDIR/s.tar" >/dev/null
}

@test "SOURCE_DATE_EPOCH: the same bytes in two stores" {
	load_busybox
	echo x >"$ctx/x"
	printf 'FROM busybox\nCOPY x /x\nRUN date >/dev/null; mkdir -p /d/e; echo y >/d/e/y\nENV A=1\n' | dockerfile
	export SOURCE_DATE_EPOCH=1700000000
	first=$(b -q -t repro "$ctx")
	sleep 1.1
	touch "$ctx/x"
	RL_ROOT=$BATS_TEST_TMPDIR/store/two
	load_busybox
	[ "$(b -q -t repro "$ctx")" = "$first" ]
	run "$RL" image inspect -f '{{.Created}}' repro
	echo "$output"
	[[ $output == 2023-11-14T22:13:20* ]]
}

@test "--build-context: a folder, an image; --add-host, --network none" {
	load_busybox
	mkdir "$BATS_TEST_TMPDIR/more"
	echo more >"$BATS_TEST_TMPDIR/more/m"
	dockerfile <<-'E'
	FROM base
	COPY --from=more m /m
	RUN --mount=type=bind,from=more,target=/b cat /b/m >>/m
	RUN grep -q '^10.1.2.3.*somehost' /etc/hosts
	RUN --network=none ! ip -o addr | grep -v ' lo '
	E
	run b --build-context "more=$BATS_TEST_TMPDIR/more" --build-context base=docker-image://busybox \
		--add-host somehost:10.1.2.3 -t ctxs "$ctx"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(r ctxs cat /m)" = $'more\nmore' ]
}

@test "ONBUILD of a base is carried out in front" {
	load_busybox
	echo f >"$ctx/f"
	printf 'FROM busybox\nONBUILD COPY f /f\nONBUILD RUN cat /f >/g\n' | dockerfile
	b -q -t onbase "$ctx"
	printf 'FROM onbase\nRUN cat /g >/h\n' | dockerfile
	b -q -t onchild "$ctx"
	[ "$(r onchild cat /h)" = f ]
	[ "$(config onchild .OnBuild)" = null ]
}

@test "ADD of a URL: a file of mode 600, its checksum, no git" {
	load_busybox
	echo served >"$ctx/served"
	port=$((20000 + RANDOM % 10000))
	busybox httpd -f -p "127.0.0.1:$port" -h "$ctx" 3>&- &
	server=$!
	sleep 0.5
	sum=$(sha256sum "$ctx/served" | cut -d' ' -f1)
	printf 'FROM busybox\nADD --checksum=sha256:%s http://127.0.0.1:%s/served /u/\nADD http://127.0.0.1:%s/served /name\n' \
		"$sum" "$port" "$port" | dockerfile
	run b -t url "$ctx"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(r url cat /u/served /name)" = $'served\nserved' ]
	[ "$(r url stat -c '%a %Y' /u/served)" = "600 0" ]
	echo other >"$ctx/served"
	run b -t url "$ctx"
	[ "$status" = 1 ]
	[[ $output == *"Dockerfile:2: ADD: digest mismatch"* ]]
	kill "$server"
	printf 'FROM busybox\nADD https://example.com/x.git /x\n' | dockerfile
	run b "$ctx"
	[ "$status" = 1 ]
	[[ $output == *"Dockerfile:2"*"git repositories"* ]]
}

@test "a full disk: an error, and nothing is left" {
	requires userns
	busybox_archive >/dev/null
	mkdir -p "$RL_ROOT"
	printf 'FROM busybox\nRUN dd if=/dev/zero of=/big bs=1M count=20\n' | dockerfile
	run unshare -Urm sh -c '
		mount -t tmpfs -o size=8m,mode=700 none "$1" && "$2" load -q -i "$3" && { "$2" build "$4"; echo "exit $?"; ls "$1/containers" "$1/incoming"; }' \
		sh "$RL_ROOT" "$RL" "$(busybox_archive)" "$ctx"
	echo "$output"
	[[ $output == *"No space left on device"*"exit 1"* ]]
	[[ $output != *.rm* ]]
}

# Each step that writes, on a disk that is full at once, in the middle, or when
# the layer's tar is made; then the disk grows.
@test "a full disk in COPY, ADD, WORKDIR and RUN: the store is whole afterwards" {
	requires userns
	busybox_archive >/dev/null
	mkdir -p "$RL_ROOT"
	head -c 3M /dev/urandom >"$ctx/big"
	tar -C "$ctx" -cf "$BATS_TEST_TMPDIR/big.tar" big
	mv "$BATS_TEST_TMPDIR/big.tar" "$ctx/"
	for step in "COPY big /x" "ADD big.tar /y/" "RUN dd if=/dev/zero of=/z bs=1M count=3" \
		"RUN --mount=type=cache,target=/c dd if=/dev/zero of=/c/z bs=1M count=9"; do
		printf 'FROM busybox\nRUN echo first >/first\n%s\nWORKDIR /w\n' "$step" | dockerfile
		run unshare -Urm sh -c '
			root=$1 rl=$2 ctx=$4
			mount -t tmpfs -o size=64m,mode=700 none "$root"
			"$rl" load -q -i "$3" || exit 9
			for more in 1 3 5; do
				left=$(df -k --output=avail "$root" | tail -1)
				head -c $((left - more * 1024))k /dev/zero >"$root/filler"
				"$rl" build -t x --no-cache "$ctx" && echo "built with $more"
				ls "$root/containers" "$root/incoming" | grep -v :
				grep -c "$root" /proc/self/mountinfo
				rm "$root/filler"
			done
			"$rl" build -q -t x "$ctx" && "$rl" run --rm --network none x cat /first' \
			sh "$RL_ROOT" "$RL" "$(busybox_archive)" "$ctx" </dev/null
		echo "$output"
		[ "$status" = 0 ]
		[[ $output == *"No space left on device"* ]]
		[ "${lines[-1]}" = first ]
		[[ $output != *".rm"* ]]
		# the tmpfs alone is mounted there
		refute grep -qx '[2-9]' <<<"$output"
	done
}

@test "^C at any time: nothing is left, and the next build works" {
	load_busybox
	head -c 20M /dev/urandom >"$ctx/big"
	printf 'FROM busybox AS a\nCOPY big /a\nRUN cat /a /a >/b\nFROM busybox\nRUN sleep 0.1\nCOPY --from=a /b /c\nWORKDIR /w\n' | dockerfile
	for delay in 0.01 0.03 0.06 0.1 0.15 0.2 0.3 0.4; do
		"$RL" build --no-cache -t never "$ctx" </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
		pid=$!
		sleep "$delay"
		kill -INT "$pid" 2>/dev/null || :
		status=0
		wait "$pid" || status=$?
		cat "$BATS_TEST_TMPDIR/out"
		[ "$status" = 1 ] || [ "$status" = 0 ] || [ "$status" = 130 ]
		[ "$status" = 0 ] || refute "$RL" image inspect never
		leaves_nothing
		"$RL" rmi never >/dev/null 2>&1 || :
	done
	b -q -t works "$ctx"
	[ "$(r works stat -c %s /c)" = $((40 << 20)) ]
	"$RL" system prune -f >/dev/null
	[ "$(r works stat -c %s /c)" = $((40 << 20)) ]
}

@test "owners that RUN gives are in the layer, with one id too" {
	load_busybox
	echo x >"$ctx/f"
	dockerfile <<-'E'
	FROM busybox
	COPY --chown=33:4 --chmod=600 f /copied
	RUN mkdir -p /d/e; touch /d/a /d/b /d/c /d/e/f /d/-g; ln -s a /d/link; \
		chown -R 33:4 /d; chown 5:6 /d/b; chown 0:0 /d/c; \
		cd /d && chown 7:8 ./-g && chmod 640 a && chmod 644 /copied; \
		ln -s a rel; chown 9:9 rel; ln -s /d/e/f abs; chown 10:10 abs; \
		! chown 1:1 /missing 2>/dev/null
	RUN chown 0:0 /d/e/f; chown 11:11 /etc/group /d; mv /d/-g /d/h
	E
	b -q -t owned "$ctx"
	"$RL" save --format oci-dir -o "$BATS_TEST_TMPDIR/oci" owned
	m=$(jq -r '.manifests[0].digest' "$BATS_TEST_TMPDIR/oci/index.json")
	for i in 1 2 3; do
		l=$(jq -r ".layers[$i].digest" "$BATS_TEST_TMPDIR/oci/blobs/sha256/${m#*:}")
		tar --numeric-owner -tvf "$BATS_TEST_TMPDIR/oci/blobs/sha256/${l#*:}"
	done | awk '{ print $1, $2, $6 }' | grep -v '^[lh]\|/$\|/proc\|/\.wh' | LC_ALL=C sort >"$BATS_TEST_TMPDIR/owners"
	cat "$BATS_TEST_TMPDIR/owners"
	[ "$(cat "$BATS_TEST_TMPDIR/owners")" = "-rw------- 33/4 copied
-rw-r----- 9/9 d/a
-rw-r--r-- 0/0 d/c
-rw-r--r-- 0/0 d/e/f
-rw-r--r-- 10/10 d/e/f
-rw-r--r-- 11/11 etc/group
-rw-r--r-- 33/4 copied
-rw-r--r-- 5/6 d/b
-rw-r--r-- 7/8 d/-g
-rw-r--r-- 7/8 d/h" ]
}

@test "--ssh hands an agent's socket in" {
	load_busybox
	command -v ssh-agent >/dev/null || skip "no ssh-agent here"
	printf 'FROM busybox\nRUN --mount=type=ssh,required=true test -S "$SSH_AUTH_SOCK"\n' | dockerfile
	ssh-agent "$RL" build --ssh default "$ctx" </dev/null
	run b --no-cache "$ctx"
	[ "$status" = 1 ]
	[[ $output == *'no SSH key "default" is given'* ]]
}

@test "names in /etc/passwd that an earlier step made" {
	[ -n "$RL_TEST_DEBIAN" ] || skip "no Debian image here"
	"$RL" load -q -i "$RL_TEST_DEBIAN"
	echo x >"$ctx/x"
	dockerfile <<-'E'
	FROM debian:12
	RUN adduser --system --group --home /home/tool tool
	COPY --chown=tool:tool x /home/tool/
	WORKDIR /home/tool
	USER tool
	RUN id -un >/tmp/who && cat x >>/tmp/who
	E
	run b -t names "$ctx"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(r names cat /tmp/who)" = $'tool\nx' ]
}
