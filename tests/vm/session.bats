# session.bats - rung 2: a login session, whose service manager makes scopes.
bats_require_minimum_version 1.5.0
load ../lib/common
load limits

@test "each container has a scope, which goes with it" {
	detached job --memory 64m busybox sleep 1000
	id=$(id_of job)
	[[ $(group job) == */user.slice/rl-$id.scope/container ]]
	systemctl --user show -P ActiveState "rl-$id.scope" | grep -qx active
	"$RL" rm -f job
	until_true test "$(systemctl --user list-units --all --plain \
		--no-legend 'rl-*.scope' | wc -l)" = 0
	until_true no_groups
}

@test "a scope is gone after kill -9 of everything in it" {
	detached job --memory 64m busybox sleep 1000
	where=$(dirname "$(group job)")
	xargs -n1 <"$where/supervisor/cgroup.procs" kill -9
	until_true no_groups
}

@test "exec, pause, update, stats and kill from another session" {
	detached job --memory 64m busybox sleep 1000
	[ "$("$RL" exec job cat /proc/self/cgroup)" = 0::/ ]
	"$RL" pause job
	[ "$(read_number job cgroup.events frozen)" = 1 ]
	"$RL" unpause job
	"$RL" update --memory 32m job
	[ "$(read_number job memory.max)" = 33554432 ]
	"$RL" stats --no-stream job | grep -q 32MiB
	"$RL" kill job
	"$RL" wait job
}

@test "--cgroup-parent takes a slice of the user" {
	detached job --cgroup-parent work.slice --memory 64m busybox sleep 100
	[[ $(group job) == */work.slice/rl-*.scope/container ]]
	run -125 "$RL" run --rm --network none --cgroups split --memory 64m \
		busybox true
	[[ $output == *"split"* ]]
}

@test "doctor says that the session is not ours, and that scopes are" {
	"$RL" doctor >"$BATS_TEST_TMPDIR/report"
	cat "$BATS_TEST_TMPDIR/report"
	grep -q "delegated cgroup .*no" "$BATS_TEST_TMPDIR/report"
	grep -q "systemd scope .*yes" "$BATS_TEST_TMPDIR/report"
}
