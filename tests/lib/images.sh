# images.sh - real images out of Debian's busybox-static.

# make_busybox_root DIR - a root filesystem.
make_busybox_root() {
	mkdir -p "$1/bin" "$1/etc" "$1/root" "$1/tmp"
	cp /bin/busybox "$1/bin/busybox"
	for applet in $(/bin/busybox --list); do
		[ "$applet" = busybox ] || ln -s busybox "$1/bin/$applet"
	done
	printf 'root:x:0:0:root:/root:/bin/sh\nwww:x:33:33::/var/www:/bin/sh\n' \
		>"$1/etc/passwd"
	printf 'root:x:0:\nwww:x:33:\nadm:x:4:www\n' >"$1/etc/group"
	chmod 1777 "$1/tmp"
}

# make_busybox_archive FILE - what `docker save busybox` would write.
make_busybox_archive() (
	dir=$(mktemp -d)
	trap 'rm -rf "$dir"' EXIT
	make_busybox_root "$dir/root"
	tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 \
		-C "$dir/root" -cf "$dir/layer.tar" .
	layer=$(sha256sum "$dir/layer.tar" | cut -d' ' -f1)
	cat >"$dir/config" <<-CONFIG
	{"architecture":"$(dpkg --print-architecture)","os":"linux","config":{"Env":["PATH=/bin"],"Cmd":["sh"]},"rootfs":{"type":"layers","diff_ids":["sha256:$layer"]}}
	CONFIG
	config=$(sha256sum "$dir/config" | cut -d' ' -f1).json
	mv "$dir/config" "$dir/$config"
	printf '[{"Config":"%s","RepoTags":["busybox:latest"],"Layers":["layer.tar"]}]' \
		"$config" >"$dir/manifest.json"
	tar -C "$dir" -cf "$1" "$config" manifest.json layer.tar
)
