# oci_session.bats - rl-oci --systemd-cgroup: scopes of the user's manager.
bats_require_minimum_version 1.5.0
load ../lib/common
load ../lib/oci

setup() {
	bundle '.linux.resources = {memory: {limit: 67108864}} |
		.linux.cgroupsPath = "user.slice:rl-test:web"'
}

teardown() {
	end_oci
}

scopes() {
	systemctl --user list-units --all --plain --no-legend 'rl-test-*.scope'
}

@test "cgroupsPath names the slice and the scope" {
	local g
	program sleep 1000
	oci --systemd-cgroup run -d -b "$b" web </dev/null
	g=/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$(oci state web |
		jq .pid)/cgroup")
	[[ $g == */user.slice/rl-test-web.scope/container ]]
	[ "$(cat "$g/memory.max")" = 67108864 ]
	scopes | grep -q rl-test-web.scope
	oci exec web true
	oci update --memory 32m web
	[ "$(cat "$g/memory.max")" = 33554432 ]
	oci kill web KILL
	until_status web stopped
	oci delete web
	for i in $(seq 100); do
		[ -n "$(scopes)" ] || break
		sleep 0.1
	done
	[ -z "$(scopes)" ]
	config '.linux.cgroupsPath = "/a/path"'
	run -1 oci --systemd-cgroup run -b "$b" web
	[[ "$output" == *"SLICE:PREFIX:NAME"* ]]
}
