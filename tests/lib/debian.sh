#!/bin/bash
# debian.sh - print the path of a Debian image (docker archive), made once.
set -eu
suite=bookworm

# A folder that nobody else can have put something into.
if [ "$(id -u)" = 0 ]; then
	cache=/var/tmp/rl-test-cache
else
	cache=${XDG_CACHE_HOME:-$HOME/.cache}/rl-test
fi
umask 022
mkdir -p "$(dirname "$cache")"
mkdir "$cache" 2>/dev/null || :
if [ -L "$cache" ] || [ ! -O "$cache" ] ||
   [ -n "$(find "$cache" -maxdepth 0 -perm /022)" ]; then
	echo "debian.sh: $cache is not this user's alone" >&2
	exit 1
fi
include=adduser,passwd,perl-base,curl,iputils-ping
image=$cache/debian-$suite-${include//,/+}.tar
exec 9>"$cache/lock"
flock 9
if [ ! -e "$image" ]; then
	dir=$(mktemp -d "$cache/make.XXXXXX")
	trap 'rm -rf "$dir"' EXIT
	mmdebstrap --quiet --variant=apt \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--include=$include \
		$suite "$dir/layer.tar" >"$dir/log" 2>&1 ||
		{ tail -3 "$dir/log" >&2; exit 1; }
	layer=$(sha256sum "$dir/layer.tar" | cut -d' ' -f1)
	cat >"$dir/config.json" <<-CONFIG
	{"architecture":"$(dpkg --print-architecture)","os":"linux","config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Cmd":["bash"]},"rootfs":{"type":"layers","diff_ids":["sha256:$layer"]}}
	CONFIG
	echo '[{"Config":"config.json","RepoTags":["debian:12"],"Layers":["layer.tar"]}]' \
		>"$dir/manifest.json"
	tar -C "$dir" -cf "$dir/image.tar" config.json manifest.json layer.tar
	mv "$dir/image.tar" "$image"
fi
echo "$image"
