# oci.bats - rl-oci where cgroups can be had: linux.resources, and podman's.
bats_require_minimum_version 1.5.0
load ../lib/common
load ../lib/oci

setup() {
	bundle
	config '.linux.resources = {memory: {limit: 67108864, swap: 67108864},
			pids: {limit: 50}, cpu: {quota: 50000, period: 100000}}'
}

teardown() {
	end_oci
}

# group ID - the folder of the container's cgroup.
group() {
	echo "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$(oci state "$1" |
		jq .pid)/cgroup")"
}

@test "linux.resources are kept, changed by update, and gone with delete" {
	local g
	program sh -c 'sleep 1000'
	oci run -d -b "$b" web </dev/null
	g=$(group web)
	[ "$(cat "$g/memory.max") $(cat "$g/memory.swap.max")" = "67108864 0" ] ||
		[ "$(cat "$g/memory.max")" = 67108864 ]
	[ "$(cat "$g/pids.max") $(cat "$g/cpu.max")" = "50 50000 100000" ]
	oci exec -d web sleep 1000 </dev/null
	[ "$(wc -l <"$g/cgroup.procs")" -eq 2 ]
	oci update --memory 32m --pids-limit 30 web
	echo '{"cpu": {"quota": 20000, "period": 100000}}' |
		oci update --resources - web
	[ "$(cat "$g/memory.max") $(cat "$g/pids.max")" = "33554432 30" ]
	[ "$(cat "$g/cpu.max")" = "20000 100000" ]
	run -0 oci events --stats web
	[ "$(jq .data.memory.usage.limit <<<"$output")" = 33554432 ]
	[ "$(jq .data.pids.current <<<"$output")" = 2 ]
	oci pause web
	[ "$(cat "$g/cgroup.freeze")" = 1 ]
	[ "$(oci state web | jq -r .status)" = paused ]
	oci resume web
	[ "$(cat "$g/cgroup.freeze")" = 0 ]
	oci kill --all web KILL
	until_status web stopped
	oci delete web
	[ ! -e "$g" ]
}

@test "memory that runs out is exit code 137, and an event" {
	program tail /dev/zero
	config '.linux.resources.memory = {limit: 16777216, swap: 16777216}'
	run -137 oci run -b "$b" web
	program sh -c 'sleep 3; tail /dev/zero; sleep 100'
	oci run -d -b "$b" web </dev/null
	oci events --interval 100ms web >"$b/events" 3>&- &
	until_text '"type":"oom"' "$b/events"
	oci delete -f web
	wait $!
}

@test "a limit without its controller is an error that says so" {
	config '.linux.resources = {unified: {"nosuch.max": "1"}}'
	run -1 in_bundle true
	[[ "$output" == *"linux.resources"*nosuch* ]]
	[ -z "$(oci list -q)" ]
}
