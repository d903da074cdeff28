#!/bin/bash
# push.sh BUILD [RUNS] - a push of a Debian image that was made here (so its
# layer has to be compressed), beside podman, in turn.
set -eu
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/registry.sh"
runs=${2:-5}
cache=${RL_BENCH_CACHE:-/var/tmp/rl-bench-cache}
bench_open "$1"
account=${ranges:-$one}

for need in docker-registry podman mmdebstrap; do
	command -v "$need" >/dev/null || {
		echo "no pushes are measured: $need is not installed"
		exit 0
	}
done
tool peak

debian_tar
registry
ln "$cache/debian.tar" "$stage/debian.tar" 2>/dev/null ||
	cp "$cache/debian.tar" "$stage/debian.tar"
chmod a+r "$stage/debian.tar"
at=127.0.0.1:$port
podman="podman --root $stage/$account/podman --storage-driver overlay
	--runroot $stage/$account/run/podman"
as "$account" "$stage/rl" import "$stage/debian.tar" debian:made >/dev/null
as "$account" $podman import -q "$stage/debian.tar" debian:made \
	>/dev/null

# Each push goes to a registry that has none of it: names would be mounted.
for i in $(seq "$runs"); do
	rm -rf "$stage/$account/registry"
	# what an earlier push has noted on the blob
	find "$stage/$account" -path '*/blobs/sha256/*' -size +1M \
		-exec python3 -c 'import os, sys; os.removexattr(sys.argv[1], "user.rl.gzip")' {} \; 2>/dev/null || :
	timed rl "$stage/peak" peak.kb "$stage/rl" push -q debian:made \
		"$at/rl:1"
	cat "$stage/$account/peak.kb" >>"$stage/peaks"
	rl_blob=$(find "$stage/$account/registry" -name data -size +1M \
		-printf '%s\n' | head -1)
	timed again "$stage/rl" push -q debian:made "$at/rl:1"
	rm -rf "$stage/$account/registry"
	timed podman $podman push -q --tls-verify=false debian:made \
		"$at/podman:1"
	podman_blob=$(find "$stage/$account/registry" -name data -size +1M \
		-printf '%s\n' | head -1)
done
slower=$(median podman)
echo "A push of $(($(stat -c %s "$stage/debian.tar") >> 20)) MB, a plain" \
	"layer, median of $runs in turn:"
echo
echo "| | median ms | least ms | to podman |"
echo "|---|---|---|---|"
row "rl push ($((rl_blob >> 20)) MB gzip)" rl
row "the same again" again
row "podman push ($((podman_blob >> 20)) MB gzip)" podman
echo
echo "rl push: at most $(sort -n "$stage/peaks" | tail -1) kB resident"
