#!/bin/bash
# registry.sh - for pull.sh and push.sh: an image, a registry, a stopwatch.
# debian_tar - about 180 MB of Debian, made once.
debian_tar() {
	[ ! -f "$cache/debian.tar" ] || return 0
	mkdir -p "$cache"
	echo "making a Debian root filesystem, once: $cache/debian.tar" >&2
	mmdebstrap --quiet --variant=minbase --include=perl,ca-certificates \
		bookworm "$cache/debian.new.tar" >&2
	mv "$cache/debian.new.tar" "$cache/debian.tar"
}

# archive - what `docker save debian:12` would write.
archive() {
	local dir=$stage/archive layer config
	mkdir "$dir"
	ln -s "$cache/debian.tar" "$dir/layer.tar"
	layer=$(sha256sum "$dir/layer.tar" | cut -d' ' -f1)
	printf '{"architecture":"%s","os":"linux","config":{"Env":["PATH=/usr/bin:/bin"],"Cmd":["bash"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
		"$(dpkg --print-architecture)" "$layer" >"$dir/config"
	config=$(sha256sum "$dir/config" | cut -d' ' -f1).json
	mv "$dir/config" "$dir/$config"
	printf '[{"Config":"%s","RepoTags":["debian:12"],"Layers":["layer.tar"]}]' \
		"$config" >"$dir/manifest.json"
	tar -C "$dir" -chf "$stage/debian.archive" "$config" manifest.json \
		layer.tar
	rm -r "$dir"
	chmod a+r "$stage/debian.archive"
}

# registry - one of the account's own, on a port of loopback that is free.
registry() {
	for port in $(shuf -i 20000-40000 -n 20); do
		cat >"$stage/registry.yml" <<-YML
		version: 0.1
		log: {level: error, accesslog: {disabled: true}}
		storage:
		  filesystem: {rootdirectory: $stage/$account/registry}
		http: {addr: "127.0.0.1:$port"}
		YML
		chmod a+r "$stage/registry.yml"
		become "$account" docker-registry serve "$stage/registry.yml" \
			>/dev/null 2>&1 &
		started="${started:-} $!"
		for _ in $(seq 50); do
			kill -0 $! 2>/dev/null || break
			(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
			sleep 0.1
		done
	done
	echo "no registry could be started"
	exit 1
}

# timed NAME COMMAND... - seconds of one run, added to the name's list.
timed() {
	local name=$1 start end
	shift
	sync
	start=$(date +%s%N)
	as "$account" "$@" >"$stage/said" 2>&1 || {
		echo "$name failed: $(tail -n 1 "$stage/said")"
		return 0
	}
	end=$(date +%s%N)
	echo "$(((end - start) / 1000000))" >>"$stage/ms.$name"
}

# median NAME - of its list, in ms.
median() {
	[ -s "$stage/ms.$1" ] || return 0
	sort -n "$stage/ms.$1" | sed -n "$((($(wc -l <"$stage/ms.$1") + 1) / 2))p"
}

# row TITLE NAME - a line of the table.
row() {
	local ms
	ms=$(median "$2")
	[ -z "$ms" ] || echo "| $1 | $ms | $(sort -n "$stage/ms.$2" | head -1) |" \
		"$(awk -v a="$ms" -v b="$slower" 'BEGIN { printf "%.2f", a / b }') |"
}
