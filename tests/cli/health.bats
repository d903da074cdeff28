# health.bats - health checks: asked, timed, counted, told.
bats_require_minimum_version 1.5.0
load ../lib/common

setup_file() {
	export RL_RUNROOT=$BATS_FILE_TMPDIR/run
}

# What still runs goes with its supervisor.
teardown() {
	local f pid
	for f in "$RL_ROOT"/containers/*/state.json; do
		pid=$([ ! -e "$f" ] || jq .Supervisor "$f")
		[ "${pid:-0}" = 0 ] || kill -9 "$pid" || true
	done 2>/dev/null
	sleep 0.1
	unshare -U --map-root-user --map-auto rm -rf "$RL_ROOT" 2>/dev/null ||
		unshare -U --map-root-user rm -rf "$RL_ROOT"
}

# up OPTION... - a container that waits; its folder in $dir.
up() {
	[ -e "$RL_ROOT" ] || load_busybox
	local image=${image:-busybox}
	id=$("$RL" run -d --network none "$@" "$image" sleep 5434)
	dir=$RL_ROOT/containers/$id
}

# h FILTER - of docker's State.Health.
h() { jq -r ".Health | $1" "$dir/state.json"; }

x() { "$RL" exec "$id" "$@" </dev/null; }

# until_is VALUE FILTER - within twenty seconds.
until_is() {
	for _ in $(seq 400); do
		[ "$(h "$2")" != "$1" ] || return 0
		sleep 0.05
	done
	h .
	return 1
}

@test "starting, healthy, unhealthy, healthy again: state, log, events" {
	up --name web --health-cmd 'echo asked; test ! -e /tmp/ill' \
		--health-interval 100ms --health-retries 2
	[ "$(h .Status)" = starting ] || [ "$(h .Status)" = healthy ]
	until_is healthy .Status
	[ "$(h .FailingStreak)" = 0 ]
	[ "$(h '.Log[0].ExitCode')" = 0 ]
	[ "$(h '.Log[0].Output')" = asked ]
	h '.Log[0].Start' | grep -q '^20..-..-..T..:..:..\.[0-9]*Z$'
	h '.Log[0].End' | grep -q '^20..-..-..T..:..:..\.[0-9]*Z$'
	x touch /tmp/ill
	until_is unhealthy .Status
	[ "$(h .FailingStreak)" -ge 2 ]
	[ "$(h '.Log[-1].ExitCode')" = 1 ]
	until_is 5 '.Log | length'
	x rm /tmp/ill
	until_is healthy .Status
	[ "$(h .FailingStreak)" = 0 ]
	[ "$(jq -r 'select(.Action | startswith("health_status")) |
		.Action + " " + .Actor.Attributes.name' \
		"$RL_ROOT/containers/.events")" = "\
health_status: healthy web
health_status: unhealthy web
health_status: healthy web" ]
	# no check is an exec to the events, and none leaves anything behind
	refute grep -q exec_ <(grep -v "$(printf 'exec_[a-z]*: \(touch\|rm\)\|exec_die')" \
		"$RL_ROOT/containers/.events")
	[ "$(x ps | grep -c Z)" = 0 ]
}

@test "failures in a row, not in all; the first bytes of the output" {
	up --health-interval 50ms --health-retries 3 \
		--health-cmd 'seq 100000; n=$(cat /tmp/n || echo 0)
			echo $((n + 1)) >/tmp/n; exit $((n % 3 / 2))'
	until_is 5 '.Log | length'
	until_is healthy .Status
	[ "$(h '.Log[0].Output' | head -n 3 | tr '\n' ' ')" = "1 2 3 " ]
	[ "$(h '.Log[0].Output | length')" = 4099 ]
	[[ $(h '.Log[0].Output') == *... ]]
	refute grep -q unhealthy "$RL_ROOT/containers/.events"
}

@test "a check that takes too long is killed, what it said is kept" {
	up --health-interval 100ms --health-timeout 300ms --health-retries 1 \
		--health-cmd 'echo slow; exec sleep 4322'
	until_is unhealthy .Status
	[ "$(h '.Log[0].ExitCode')" = -1 ]
	[[ $(h '.Log[0].Output') == "Health check exceeded timeout "*": slow"* ]]
	# one at a time, and not for ever
	until_is 3 '.Log | length'
	[ "$(x ps | grep -c '[s]leep 4322')" -le 1 ]
}

@test "a check that cannot be executed has failed" {
	image=$(image_with '["CMD","/no/such"]')
	up --health-interval 100ms --health-retries 1
	until_is unhealthy .Status
	[ "$(h '.Log[0].ExitCode')" = -1 ]
	[[ $(h '.Log[0].Output') == *'/no/such'* ]]
}

# image_with TEST [MORE] - an image with that HEALTHCHECK; prints its name.
image_with() {
	local layout=$BATS_TEST_TMPDIR/layout config old
	[ -e "$RL_ROOT" ] || load_busybox
	rm -rf "$layout"
	make_busybox_image "$layout"
	python3 - "$layout" "$1" "${2:-}" <<-'PY'
	import hashlib, json, os, sys
	d, test, more = sys.argv[1:]
	def load(digest):
	    return json.load(open(d + "/blobs/sha256/" + digest[7:]))
	def store(o):
	    b = json.dumps(o).encode()
	    h = hashlib.sha256(b).hexdigest()
	    open(d + "/blobs/sha256/" + h, "wb").write(b)
	    return "sha256:" + h, len(b)
	index = json.load(open(d + "/index.json"))
	m = load(index["manifests"][0]["digest"])
	c = load(m["config"]["digest"])
	c["config"]["Healthcheck"] = dict(json.loads(more or "{}"), Test=json.loads(test))
	m["config"]["digest"], m["config"]["size"] = store(c)
	r = index["manifests"][0]
	r["digest"], r["size"] = store(m)
	r["annotations"] = {"org.opencontainers.image.ref.name": "checked:latest"}
	json.dump(index, open(d + "/index.json", "w"))
	PY
	tar cf "$layout.tar" -C "$layout" .
	"$RL" load -q -i "$layout.tar" >/dev/null
	echo checked
}

@test "the image's check; options take its place one by one" {
	image=$(image_with '["CMD","sh","-c","echo image"]' \
		'{"Interval":100000000,"Retries":9}')
	up
	until_is image '.Log[0].Output | rtrimstr("\n")'
	[ "$(jq -c .Config.Healthcheck "$dir/container.json")" = \
	  '{"Test":["CMD","sh","-c","echo image"],"Interval":100000000,"Retries":9}' ]
	up --health-cmd 'echo option' --health-timeout 1m
	until_is option '.Log[0].Output | rtrimstr("\n")'
	[ "$(jq -c .Config.Healthcheck "$dir/container.json")" = \
	  '{"Test":["CMD-SHELL","echo option"],"Interval":100000000,"Timeout":60000000000,"Retries":9}' ]
	up --no-healthcheck
	sleep 0.5
	[ "$(h .)" = null ]
	image=$(image_with '["NONE"]')
	up
	sleep 0.3
	[ "$(h .)" = null ]
}

@test "failures within the start period do not count" {
	up --health-cmd 'test -e /tmp/up' --health-interval 100ms \
		--health-start-period 1h --health-start-interval 50ms \
		--health-retries 1
	until_is 5 '.Log | length'
	[ "$(h .Status)" = starting ]
	[ "$(h .FailingStreak)" = 0 ]
	x touch /tmp/up
	until_is healthy .Status
	x rm /tmp/up
	until_is unhealthy .Status
}

@test "as the container's user, in its folder, with its environment" {
	up -u 5 -w /tmp -e A=b --health-interval 100ms \
		--health-cmd 'echo $(id -u) $(pwd) $A; test ! -t 1 &&
			! read line'
	until_is "5 /tmp b" '.Log[0].Output | rtrimstr("\n")'
	[ "$(h .Status)" = healthy ]
}

@test "a paused container is not asked" {
	up --health-cmd 'true' --health-interval 50ms
	until_is healthy .Status
	touch "$dir/paused"
	sleep 0.3
	last=$(h '.Log[-1].Start')
	sleep 0.5
	[ "$(h '.Log[-1].Start')" = "$last" ]
	rm "$dir/paused"
	for _ in $(seq 100); do
		[ "$(h '.Log[-1].Start')" = "$last" ] || break
		sleep 0.05
	done
	[ "$(h '.Log[-1].Start')" != "$last" ]
}

@test "in the foreground with --rm too, and with a terminal" {
	load_busybox
	"$RL" run --rm --name web --network none --health-cmd true \
		--health-interval 50ms busybox sleep 5434 </dev/null &
	pid=$!
	for _ in $(seq 200); do
		! grep -qs 'health_status: healthy' \
			"$RL_ROOT/containers/.events" || break
		sleep 0.05
	done
	grep -q 'health_status: healthy' "$RL_ROOT/containers/.events"
	[ "$(jq -r .Health.Status "$RL_ROOT"/containers/*.rm/state.json)" = \
	  healthy ]
	kill -9 $pid
	up -t --init --health-cmd true --health-interval 50ms
	until_is healthy .Status
}

@test "the container answers and ends at once while a check runs" {
	load_busybox
	"$RL" run --name slow -i --network none --health-interval 50ms \
		--health-cmd 'echo now >/tmp/asked; sleep 4323' busybox \
		sh -c 'while [ ! -e /tmp/asked ]; do sleep 0.05; done
			echo go; cat; exit 5' </dev/null >"$BATS_TEST_TMPDIR/out" || rc=$?
	[ "$rc" = 5 ]
	[ "$(cat "$BATS_TEST_TMPDIR/out")" = go ]
	dir=$(echo "$RL_ROOT"/containers/*/)
	[ "$(h .Status)" = unhealthy ]
	refute pgrep -u "$(id -u)" -f 'sleep 4323'
}

@test "options that docker refuses" {
	load_busybox
	bad() {
		run "$RL" run --rm --network none "${@:2}" busybox true </dev/null
		[ "$status" -eq 125 ]
		[[ $output == *"$1"* ]]
	}
	bad '--no-healthcheck conflicts with --health-* options' \
		--no-healthcheck --health-cmd true
	bad 'time: invalid duration "5"' --health-interval 5
	bad '--health-timeout cannot be negative' --health-timeout=-1s
	bad '--health-retries cannot be negative' --health-retries=-1
	bad 'StartPeriod in Healthcheck cannot be less than 1ms' \
		--health-start-period 1us
}
