# oci_podman.bats - podman's limits, kept by rl-oci.
bats_require_minimum_version 1.5.0
load ../lib/common
load ../lib/oci

setup_file() {
	local tar=$BATS_FILE_TMPDIR/busybox.tar
	export P_HOME=$BATS_FILE_TMPDIR/podman
	ln -s "$RL" "$BATS_FILE_TMPDIR/rl-oci"
	make_busybox_archive "$tar"
	p load -q -i "$tar"
}

setup() { :; }

teardown() {
	p rm -af -t 0 >/dev/null 2>&1 || :
}

teardown_file() {
	kill "$(cat "$XDG_RUNTIME_DIR/libpod/tmp/pause.pid")" 2>/dev/null || :
	unshare -U --map-root-user --map-auto rm -rf "$P_HOME"
}

p() {
	podman --root "$P_HOME/store" --runroot "$P_HOME/run" \
		--storage-driver vfs --runtime "$BATS_FILE_TMPDIR/rl-oci" "$@"
}

@test "podman run --memory --pids-limit --cpus, with systemd's cgroups" {
	run -0 p run --rm --network none --memory 64m --pids-limit 40 \
		--cpus 0.5 busybox sh -c 'cd /sys/fs/cgroup
		cat memory.max pids.max cpu.max'
	[ "$output" = "67108864
40
50000 100000" ]
	run -137 p run --rm --network none --memory 16m --memory-swap 16m \
		busybox tail /dev/zero
}

@test "podman pause, stats and update see the container's group" {
	p run -d --name web --network none --memory 64m busybox sleep 1000
	p pause web
	[ "$(p inspect -f '{{.State.Status}}' web)" = paused ]
	p unpause web
	p stats --no-stream --format '{{.MemUsage}}' web | grep -q '67.11MB'
}
