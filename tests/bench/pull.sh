#!/bin/bash
# pull.sh BUILD [RUNS] - a pull of a Debian image, beside its floors and podman.
#
# The root filesystem is made once and kept in RL_BENCH_CACHE.
set -eu
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/registry.sh"
runs=${2:-5}
cache=${RL_BENCH_CACHE:-/var/tmp/rl-bench-cache}
bench_open "$1"
account=${ranges:-$one}

for need in docker-registry skopeo mmdebstrap; do
	command -v "$need" >/dev/null || {
		echo "no pulls are measured: $need is not installed"
		exit 0
	}
done
tool peak
tool inflate -lisal -lcrypto

debian_tar
archive
registry
image=127.0.0.1:$port/debian:12
skopeo --insecure-policy copy -q --dest-tls-verify=false \
	"docker-archive:$stage/debian.archive" "docker://$image"
rm "$stage/debian.archive"
ln "$cache/debian.tar" "$stage/debian.tar" 2>/dev/null ||
	cp "$cache/debian.tar" "$stage/debian.tar"
blob=$(find "$stage/$account/registry" -name data -size +1M | head -1)
pulls=
! "$stage/rl" help | grep -qE '^ +pull ' || pulls=yes

# Each round has folders of its own and nothing is deleted before the end:
# ext4 is slow to give out the inodes of files deleted minutes ago.
for i in $(seq "$runs"); do
	timed inflate "$stage/inflate" "$blob"
	as "$account" mkdir "tree.$i"
	timed write tar -C "tree.$i" --exclude=./dev -xf "$stage/debian.tar"
	if [ -n "$pulls" ]; then
		timed rl env RL_ROOT="$stage/$account/store.$i" \
			"$stage/peak" peak.kb "$stage/rl" pull -q "$image"
		cat "$stage/$account/peak.kb" >>"$stage/peaks"
		unpacked=$(as "$account" find "store.$i/layers" -mindepth 2 \
			-maxdepth 2 -type d | wc -l)
	fi
	! command -v podman >/dev/null || timed podman podman \
		--root "$stage/$account/podman.$i" --storage-driver overlay \
		--runroot "$stage/$account/run/podman.$i" \
		pull -q --tls-verify=false "$image"
done
inflate=$(median inflate) write=$(median write)
slower=$((inflate > write ? inflate : write))
echo "A pull of $(($(stat -c %s "$blob") >> 20)) MB, unpacked" \
	"$(($(stat -c %s "$stage/debian.tar") >> 20)) MB, median of $runs in turn:"
echo
echo "| | median ms | least ms | to the slower floor |"
echo "|---|---|---|---|"
row "floor: inflate and sha256" inflate
row "floor: write the files (tar)" write
row "rl pull" rl
row "podman pull" podman
echo
if [ -n "$pulls" ]; then
	echo "rl pull: at most $(sort -n "$stage/peaks" | tail -1) kB resident" \
		"in all its processes; $unpacked layer unpacked"
else
	echo "this rl has no pull"
fi
