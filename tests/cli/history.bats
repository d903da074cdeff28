#!/usr/bin/env bats
# rl history: the steps of an image, as docker prints them.
bats_require_minimum_version 1.5.0
load ../lib/common

# made - an image whose steps are known.
made() {
	load_busybox
	"$RL" run --name made busybox sh -c 'head -c 5000 /dev/zero >/new'
	"$RL" commit -m 'a note' made made:1
	long=$(printf 'x%.0s' $(seq 80))
	"$RL" run --name long busybox sh -c "echo $long >/new"
	"$RL" commit long long:1
}

@test "the table: the last step first, with the image's ID" {
	made
	run "$RL" history made:1
	echo "$output"
	[ "$status" = 0 ]
	[[ ${lines[0]} =~ ^IMAGE\ +CREATED\ +CREATED\ BY\ +SIZE\ +COMMENT$ ]]
	id=$("$RL" image inspect -f '{{.Id}}' made:1)
	id=${id#sha256:}
	[[ ${lines[1]} =~ ^"${id:0:12}"\ .*\ ago\ +sh\ -c\ head.*[kM]B\ +a\ note$ ]]
	[[ -z ${lines[2]-} || ${lines[2]} == '<missing>'* ]]
	run "$RL" image history made:1
	[[ ${lines[0]} == IMAGE* ]]
}

@test "texts are cut at 45 characters, with --no-trunc not at all" {
	made
	run "$RL" history --format '{{.CreatedBy}}' long:1
	[ "${#lines[0]}" = 45 ]
	[[ ${lines[0]} == *… ]]
	run "$RL" history --no-trunc --format '{{.CreatedBy}}' long:1
	[ "${lines[0]}" = "sh -c echo $long >/new" ]
}

@test "-q, -H=false, --format json" {
	made
	run "$RL" history -q --no-trunc made:1
	[ "${lines[0]}" = "$("$RL" image inspect -f '{{.Id}}' made:1)" ]
	run "$RL" history -H=false made:1
	[[ ${lines[0]} == *"CREATED AT"* ]]
	[[ ${lines[1]} =~ [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z\ .*\ [0-9]+\ +a\ note ]]
	run "$RL" history --format json made:1
	[ "$(jq -r .Comment <<<"${lines[0]}")" = 'a note' ]
	run "$RL" history nothing:1
	[ "$status" = 1 ]
}
