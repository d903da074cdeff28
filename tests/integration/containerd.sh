#!/bin/bash
# containerd.sh - containerd without root runs its tasks with rl-oci.
set -u
. "$(dirname "$0")/lib.sh"
needs containerd ctr rootlesskit nsenter
needs_ranges
work_folder
PATH=$PATH:/usr/sbin:/sbin
image=docker.io/library/busybox:latest

start_containerd() {
	cat >"$work/config.toml" <<-CONFIG
	version = 2
	root = "$work/root"
	state = "$work/state"
	disabled_plugins = ["io.containerd.grpc.v1.cri"]
	[grpc]
	  address = "$work/sock"
	CONFIG
	# /run/containerd is where shims have their sockets
	rootlesskit --state-dir "$work/kit" --copy-up /run sh -c \
		"rm -rf /run/containerd; exec containerd -c $work/config.toml" \
		>"$work/log" 2>&1 </dev/null &
	daemon=$!
}

inside() {
	timeout --foreground 60 nsenter -U --preserve-credentials -m \
		-t "$(cat "$work/kit/child_pid")" "$@"
}

c() {
	inside ctr -a "$work/sock" "$@"
}

# run_in OPTION... ID WORD... - a task of busybox.
run_in() {
	c run --runc-binary "$oci" --snapshotter overlayfs \
		"${options[@]}" "$image" "$@"
}

stop_all() {
	local id
	for id in $(c task ls -q); do
		c task kill -s KILL "$id"
		c task rm -f "$id"
	done
	kill "$daemon"
	wait "$daemon"
}

import() {
	c image import --snapshotter overlayfs "$work/busybox.tar" &&
		c image ls -q | grep -qx "$image"
}

run_it() {
	local options=(--rm)
	is "0 /dev/shm" run_in one sh -c \
		'echo $(id -u) $(grep -o /dev/shm /proc/mounts)'
}

codes() {
	local options=(--rm)
	ends 7 run_in one sh -c 'exit 7' || return
	! run_in one nosuch 2>"$work/said" &&
		grep -q 'create failed: exec: "nosuch": .*not found' "$work/said" ||
		{ cat "$work/said"; return 1; }
}

unconfined() {
	local options=(--rm --cgroup '' --runc-root "$work/oci"
		--env A=b --cwd /root --read-only)
	is "b /root readonly" run_in one sh -c \
		'touch /x 2>/dev/null || echo $A $PWD readonly' &&
		[ -d "$work/oci/default" ]
}

rights() {
	local options=(--rm --seccomp --cap-drop CAP_CHOWN) got
	got=$(run_in one grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status)
	[[ $got == *00000000a80425fa*NoNewPrivs:*1*Seccomp:*2* ]] ||
		{ echo "$got"; return 1; }
}

mounts() {
	local options=(--rm --mount
		"type=bind,src=$work/shared,dst=/s,options=rbind:ro")
	mkdir -p "$work/shared"
	echo from-host >"$work/shared/f"
	is from-host run_in one sh -c '! touch /s/x 2>/dev/null && cat /s/f'
}

host_net() {
	local options=(--rm --net-host)
	is "$(cd /sys/class/net && echo *)" run_in one sh -c \
		'cd /sys/class/net && echo *'
}

terminal() {
	local options=(--rm -t) out
	out=$(SHELL=/bin/bash script -qec "$(declare -p work oci image options)
		$(declare -f inside c run_in); run_in one sh -c 'tty; exit 4'" \
		/dev/null)
	[ $? = 4 ] && [[ $out == */dev/pts/0* ]] || { echo "$out"; return 1; }
}

detached() {
	local options=(-d --log-uri "file://$work/task.log")
	run_in web sh -c 'echo logged; trap "exit 9" TERM
		while :; do sleep 0.1; done' &&
		until_ok grep -q logged "$work/task.log" &&
		task_is RUNNING web && ours web
}

# ours ID - it is a container of rl-oci.
ours() {
	inside "$oci" --root /run/containerd/runc/default list |
		grep -q "^$1 .* running "
}

# task_is STATUS ID
task_is() {
	c task ls | grep -Eq "^$2 .* $1"
}

exec_it() {
	is "web root" c task exec --exec-id e1 --cwd /root web \
		sh -c 'echo web $(basename $PWD)' &&
		ends 6 c task exec --exec-id e2 web sh -c 'exit 6' &&
		is in exec_stdin &&
		! c task exec --exec-id e4 web nosuch
}

exec_stdin() {
	echo in | c task exec --exec-id e3 web cat
}

exec_terminal() {
	SHELL=/bin/bash script -qec "$(declare -p work oci)
		$(declare -f inside c); c task exec --exec-id e5 -t web tty" \
		/dev/null | grep -q /dev/pts/0
}

processes() {
	local pid
	pid=$(c task ls | awk '$1 == "web" { print $2 }')
	c task ps web | grep -q "^$pid "
}

paused() {
	c task pause web && task_is PAUSED web && c task resume web &&
		task_is RUNNING web
}

terminated() {
	c task kill web && until_ok task_is STOPPED web &&
		ended_with 9 web
}

# ended_with CODE ID - so its task did; it is forgotten.
ended_with() {
	c task rm "$2" 2>"$work/said"
	grep -q "exit code $1\"" "$work/said" && c container rm "$2" ||
		{ cat "$work/said"; return 1; }
}

killed() {
	local options=(-d --null-io)
	run_in web sleep 1000 && c task kill -s KILL web &&
		until_ok task_is STOPPED web && ended_with 137 web
}

many() {
	local options=(-d --null-io) i
	for i in 1 2 3 4 5; do
		run_in "m$i" sleep 1000 || return
	done
	[ "$(c task ls -q | wc -l)" = 5 ] || return
	for i in 1 2 3 4 5; do
		c task kill -s KILL "m$i" && until_ok task_is STOPPED "m$i" &&
			ended_with 137 "m$i" || return
	done
}

left_over() {
	is "" c task ls -q && is "" c container ls -q &&
		is "" oci_ids /run/containerd/runc/default &&
		is "" oci_ids "$work/oci/default" && until_ok no_shim
}

oci_ids() {
	inside "$oci" --root "$1" list -q
}

no_shim() {
	! pgrep -u "$(id -u)" -f "containerd-shim.* $work/sock"
}

make_busybox_archive "$work/busybox.tar"
start_containerd
t "containerd starts" until_ok c version
t "an image is imported" import
t "run" run_it
t "exit codes; a program that is not there" codes
t "run: --cgroup '', --runc-root, a read-only root" unconfined
t "run: capabilities, no new privileges, containerd's filter" rights
t "run: a bind" mounts
t "run: the host's network" host_net
t "run -t" terminal
t "run -d, a log" detached
t "task exec: exit codes, stdin" exec_it
t "task exec -t" exec_terminal
t "task ps" processes
t "task pause, resume" paused
t "task kill: what the program makes of it" terminated
t "task kill -s KILL" killed
t "five at once" many
t "nothing is left" left_over
done_testing
