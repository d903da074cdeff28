#!/bin/bash
# build.sh BUILD [RUNS] - a build of 20 steps with a folder of 20,000 files:
# cold, warm, with one line changed; beside buildah, in turn.
set -eu
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/registry.sh"
runs=${2:-5}
bench_open "$1"
account=${ranges:-$one}

command -v buildah >/dev/null || {
	echo "no builds are measured: buildah is not installed"
	exit 0
}
tool peak
# A base with a history, without which buildah stops.
make_busybox_root "$stage/root"
mkdir "$stage/base"
tar -C "$stage/root" --owner=0 --group=0 -cf "$stage/base/root.tar" .
printf 'FROM scratch\nADD root.tar /\nENV PATH=/bin\n' >"$stage/base/Dockerfile"
chmod -R a+rX "$stage/base"
as "$account" "$stage/rl" build -q -t busybox \
	-o "type=docker,dest=$stage/$account/busybox.tar" "$stage/base" >/dev/null

# 20,000 files of 100 to 4,000 bytes in 200 folders.
mkdir -p "$stage/ctx/files"
for d in $(seq 200); do
	mkdir "$stage/ctx/files/$d"
	for f in $(seq 100); do
		printf "%$((f * 40))s" "$d.$f" >"$stage/ctx/files/$d/$f"
	done
done

# dockerfile WORD - its fourth step from the end says the word.
dockerfile() {
	echo FROM busybox:latest
	for i in $(seq 8); do
		echo "RUN echo $i >/step$i"
		echo "ENV STEP=$i"
	done
	echo COPY files /files
	echo "RUN echo $1 >/word"
	echo "RUN ls /files | wc -l >/count"
	echo "WORKDIR /files"
} >"$stage/ctx/Dockerfile"

chmod -R a+rX "$stage/ctx"
buildah="buildah --root $stage/$account/buildah --storage-driver overlay
	--runroot $stage/$account/run/buildah"
bud="$buildah bud -q --layers --isolation chroot"

for i in $(seq "$runs"); do
	dockerfile "first $i"
	as "$account" "$stage/rl" builder prune -f >/dev/null
	as "$account" $buildah rmi -a -f >/dev/null 2>&1 || :
	as "$account" $buildah pull -q "docker-archive:$stage/$account/busybox.tar" \
		>/dev/null
	timed rl-cold "$stage/peak" peak.kb "$stage/rl" build -q -t t "$stage/ctx"
	cat "$stage/$account/peak.kb" >>"$stage/peaks"
	timed buildah-cold $bud -t t "$stage/ctx"
	timed rl-warm "$stage/rl" build -q -t t "$stage/ctx"
	timed buildah-warm $bud -t t "$stage/ctx"
	dockerfile "second $i"
	timed rl-line "$stage/rl" build -q -t t "$stage/ctx"
	timed buildah-line $bud -t t "$stage/ctx"
	sed -i '/COPY/d' "$stage/ctx/Dockerfile"
	sed -i 's|/files |/bin |' "$stage/ctx/Dockerfile"
	as "$account" "$stage/rl" build -q -t few "$stage/ctx" >/dev/null
	timed rl-few "$stage/rl" build -q -t few "$stage/ctx"
done
echo "A build of 20 steps that copies 20,000 files, median of $runs in turn:"
echo
echo "| | median ms | least ms | to buildah |"
echo "|---|---|---|---|"
for kind in cold warm line; do
	slower=$(median "buildah-$kind")
	row "rl build, $kind" "rl-$kind"
	row "buildah bud --layers, $kind" "buildah-$kind"
done
row "rl build, warm, without the files" rl-few
echo
echo "rl build: at most $(sort -n "$stage/peaks" | tail -1) kB resident"
