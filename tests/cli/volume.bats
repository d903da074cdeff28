# volume.bats - rl volume, and volumes in containers.
load ../lib/common
load store_images

r() { "$RL" run --rm --network none "$@" </dev/null; }
keep() { "$RL" run --network none "$@" </dev/null; }
volumes() { "$RL" volume ls -q "$@"; }

@test "create, ls, inspect, rm: docker's words" {
	run "$RL" volume create data
	[ "$status" -eq 0 ]
	[ "$output" = data ]
	[ "$("$RL" volume create data)" = data ]
	"$RL" volume create --label a=b --label c tagged
	run "$RL" volume ls
	[ "$output" = "DRIVER    VOLUME NAME
local     data
local     tagged" ]
	[ "$(volumes)" = "data
tagged" ]
	run "$RL" volume rm data nope tagged
	[ "$status" -eq 1 ]
	[ "$output" = "data
rl: get nope: no such volume
tagged" ]
	run "$RL" volume rm -f nope
	[ "$status" -eq 0 ]
	[ -z "$(volumes)" ]
	[ -z "$(ls -A "$RL_ROOT/volumes")" ]
}

@test "a volume without a name is anonymous" {
	name=$("$RL" volume create)
	[[ $name =~ ^[0-9a-f]{64}$ ]]
	[ "$("$RL" volume inspect -f '{{json .Labels}}' "$name")" = \
	  '{"com.docker.volume.anonymous":""}' ]
}

@test "inspect: the whole, a template, one that is missing" {
	"$RL" volume create --label b=2 --label a=1 data
	run "$RL" volume inspect data
	made=$(jq -r '.[0].CreatedAt' <<<"$output")
	[ $(($(date +%s) - $(date -d "$made" +%s))) -lt 600 ]
	[ "$output" = "[
    {
        \"CreatedAt\": \"$made\",
        \"Driver\": \"local\",
        \"Labels\": {
            \"b\": \"2\",
            \"a\": \"1\"
        },
        \"Mountpoint\": \"$RL_ROOT/volumes/data/_data\",
        \"Name\": \"data\",
        \"Options\": null,
        \"Scope\": \"local\"
    }
]" ]
	[ "$("$RL" volume inspect -f '{{.Name}} {{index .Labels "a"}}' data)" = \
	  "data 1" ]
	run "$RL" volume inspect nope
	[ "$status" -eq 1 ]
	[ "$output" = "rl: get nope: no such volume
[]" ]
}

@test "ls --format and --filter" {
	"$RL" volume create --label a=b --label c web-data
	"$RL" volume create db-data
	[ "$("$RL" volume ls --format '{{.Name}}|{{.Labels}}|{{.Driver}}' \
		-f name=web)" = "web-data|a=b,c=|local" ]
	[ "$("$RL" volume ls --format 'table {{.Name}}\t{{.Scope}}')" = \
"VOLUME NAME   SCOPE
db-data       local
web-data      local" ]
	"$RL" volume ls --format json -f label=c | jq -e --arg r "$RL_ROOT" '. == {
		Availability: "N/A", Driver: "local", Group: "N/A",
		Labels: "a=b,c=", Links: "N/A",
		Mountpoint: ($r + "/volumes/web-data/_data"), Name: "web-data",
		Scope: "local", Size: "N/A", Status: "N/A"}'
	[ "$(volumes -f label=a=b)" = web-data ]
	[ "$(volumes -f 'label!=a')" = db-data ]
	[ -z "$(volumes -f driver=other)" ]
	[ "$(volumes -f name=web -f name=db | wc -l)" = 2 ]
	[ "$(volumes -f dangling=true | wc -l)" = 2 ]
	[ -z "$(volumes -f dangling=false)" ]
	refute "$RL" volume ls -f nope=1
	refute "$RL" volume ls -f dangling=perhaps
}

@test "names, drivers and options that are none are refused" {
	for name in .. . a .x a/b 'a b' -x '' ../x; do
		refute "$RL" volume create -- "$name" || [ -z "$name" ]
		refute "$RL" volume rm -- "$name"
	done 2>/dev/null
	run "$RL" volume create -d nfs data
	[[ $output == *'plugin "nfs" not found'* ]]
	run "$RL" volume create --name data other
	[[ $output == *"conflicting options"* ]]
	run "$RL" volume create -o type=nfs -o device=:/x data
	[[ $output == *"-o type=none -o o=bind -o device=/PATH"* ]]
	run "$RL" volume create -o size=1g data
	[[ $output == *"invalid option"* ]]
}

@test "half made and half removed volumes are swept" {
	"$RL" volume create data
	mkdir -p "$RL_ROOT/volumes/.0123456789abcdef.tmp/_data/x" \
		"$RL_ROOT/volumes/.0123456789abcdef.rm/_data/y"
	[ "$(volumes)" = data ]
	[ "$(ls -A "$RL_ROOT/volumes")" = data ]
	# a record that is none of ours is no reason to fail
	echo '{' >"$RL_ROOT/volumes/data/volume.json"
	[ "$(volumes)" = data ]
	"$RL" volume inspect data
	"$RL" volume rm data
}

