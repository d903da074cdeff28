#!/bin/bash
# build_debian.sh BUILD [RUNS] - a Debian build as people have them: packages
# from an archive in a folder, a user, 20,000 files, a program in C; cold, warm
# and with one line of the program changed; beside buildah, in turn.  Then the
# memory of builds whose context is larger than a gigabyte.
set -eu
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/registry.sh"
runs=${2:-3}
cache=${RL_BENCH_CACHE:-/var/tmp/rl-bench-cache}
bench_open "$1"
account=${ranges:-$one}

for need in buildah mmdebstrap dpkg-scanpackages; do
	command -v "$need" >/dev/null || {
		echo "no Debian builds are measured: $need is not installed"
		exit 0
	}
done
tool peak

# archive_folder - gcc and make with all that they need, as packages, once.
archive_folder() {
	[ ! -d "$cache/archive" ] || return 0
	echo "fetching gcc's packages, once: $cache/archive" >&2
	mkdir -p "$cache/archive.new"
	mmdebstrap --quiet --variant=minbase --include=gcc,libc6-dev,make \
		--skip=essential/unlink,download/empty,cleanup/apt \
		--customize-hook="copy-out /var/cache/apt/archives $cache/archive.new" \
		bookworm "$stage/gcc.tar" >&2
	find "$cache/archive.new" -name '*.deb' -exec mv -t "$cache/archive.new" {} + \
		2>/dev/null || :
	rm -rf "$cache/archive.new/archives" "$stage/gcc.tar"
	(cd "$cache/archive.new" && dpkg-scanpackages . >Packages 2>/dev/null)
	mv "$cache/archive.new" "$cache/archive"
}

# source_of - fifty files in C and a Makefile.
source_of() {
	mkdir "$stage/ctx/code"
	for i in $(seq 50); do
		printf '#include <stdio.h>\nint f%s(int n)\n{\n\treturn printf("%%d\\n", n + %s);\n}\n' \
			"$i" "$i" >"$stage/ctx/code/f$i.c"
	done
	{
		echo '#include "word.h"'
		seq -f 'int f%g(int);' 50
		echo 'int main(void) {'
		seq -f 'f%g(WORD);' 50
		echo 'return 0; }'
	} >"$stage/ctx/code/main.c"
	printf 'prog: $(patsubst %%.c,%%.o,$(wildcard *.c))\n\tgcc -o $@ $^\n%%.o: %%.c\n\tgcc -O2 -c -o $@ $<\n' \
		>"$stage/ctx/code/Makefile"
}

debian_tar
archive_folder
mkdir "$stage/ctx"
cp -r "$cache/archive" "$stage/ctx/archive"
source_of
# 20,000 files of 100 to 4,000 bytes in 200 folders.
for d in $(seq 200); do
	mkdir -p "$stage/ctx/files/$d"
	for f in $(seq 100); do
		printf "%$((f * 40))s" "$d.$f" >"$stage/ctx/files/$d/$f"
	done
done
cat >"$stage/ctx/Dockerfile" <<'D'
FROM debian:made
COPY archive /archive
RUN echo 'deb [trusted=yes] file:/archive ./' >/etc/apt/sources.list && apt-get -q update
RUN apt-get -q install -y --no-install-recommends gcc libc6-dev make
RUN useradd -m builder
WORKDIR /src
COPY files files
COPY code code
RUN make -C code -j2
RUN code/prog >/result && find files -type f | wc -l >>/result
CMD ["cat", "/result"]
D

# A base with a history, without which buildah stops.
mkdir "$stage/base"
ln "$cache/debian.tar" "$stage/base/root.tar" 2>/dev/null ||
	cp "$cache/debian.tar" "$stage/base/root.tar"
printf 'FROM scratch\nADD root.tar /\nENV PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive\n' \
	>"$stage/base/Dockerfile"
chmod -R a+rX "$stage/base" "$stage/ctx"
as "$account" "$stage/rl" build -q -t debian:made \
	-o "type=docker,dest=$stage/$account/debian.tar" "$stage/base" >/dev/null
buildah="buildah --root $stage/$account/buildah --storage-driver overlay
	--runroot $stage/$account/run/buildah"
bud="$buildah bud -q --layers --isolation chroot"
as "$account" $buildah pull -q "docker-archive:$stage/$account/debian.tar" \
	>/dev/null

for i in $(seq "$runs"); do
	echo "#define WORD ${i}1" >"$stage/ctx/code/word.h"
	as "$account" "$stage/rl" builder prune -f >/dev/null
	as "$account" "$stage/rl" rmi -f t >/dev/null 2>&1 || :
	as "$account" "$stage/rl" image prune -f >/dev/null
	as "$account" $buildah rmi -f t >/dev/null 2>&1 || :
	as "$account" $buildah rmi --prune -f >/dev/null 2>&1 || :
	timed rl-cold "$stage/rl" build -q -t t "$stage/ctx"
	timed buildah-cold $bud -t t "$stage/ctx"
	timed rl-warm "$stage/rl" build -q -t t "$stage/ctx"
	timed buildah-warm $bud -t t "$stage/ctx"
	echo "#define WORD ${i}2" >"$stage/ctx/code/word.h"
	timed rl-line "$stage/rl" build -q -t t "$stage/ctx"
	timed buildah-line $bud -t t "$stage/ctx"
done
said=$(as "$account" "$stage/rl" run --rm --network none t | tail -1)
[ "$said" = 20000 ] || echo "the image that was built says '$said'"

echo "A Debian build of 10 steps (apt, 20,000 files, gcc), median of $runs" \
	"in turn:"
echo
echo "| | median ms | least ms | to buildah |"
echo "|---|---|---|---|"
for kind in cold warm line; do
	slower=$(median "buildah-$kind")
	row "rl build, $kind" "rl-$kind"
	row "buildah bud --layers, $kind" "buildah-$kind"
done

# A context of 1.2 GB: a large file, and many.
rm -rf "$stage/ctx/files"
mkdir "$stage/ctx/big"
head -c 1G /dev/urandom >"$stage/ctx/big/one"
for i in $(seq 200); do
	head -c 1M /dev/urandom >"$stage/ctx/big/$i"
done
printf 'FROM debian:made\nCOPY big /big\n' >"$stage/ctx/Dockerfile"
chmod -R a+rX "$stage/ctx"
timed big "$stage/peak" peak.kb "$stage/rl" build -q -t big "$stage/ctx"
cat "$stage/$account/peak.kb" >>"$stage/peaks"
tar -C "$stage/ctx" -cf "$stage/ctx.tar" Dockerfile big
chmod a+r "$stage/ctx.tar"
timed big-tar "$stage/peak" peak.kb "$stage/rl" build -q -t big --no-cache \
	"$stage/ctx.tar"
cat "$stage/$account/peak.kb" >>"$stage/peaks"
echo
echo "A context of 1.2 GB: $(median big) ms, as a tar $(median big-tar) ms;" \
	"at most $(sort -n "$stage/peaks" | tail -1) kB resident"
