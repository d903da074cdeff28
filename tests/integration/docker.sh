#!/bin/bash
# docker.sh - dockerd without root runs its containers with rl-oci.
set -u
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin:/sbin:/usr/share/docker.io/contrib
needs docker dockerd dockerd-rootless.sh rootlesskit slirp4netns iptables
needs_ranges
work_folder
export DOCKER_HOST=unix://$work/run/docker.sock DOCKER_CONFIG=$work/client

start_docker() {
	local bridge=
	bridges || bridge="--iptables=false --bridge=none"
	cat >"$work/daemon.json" <<-CONFIG
	{ "data-root": "$work/data",
	  "runtimes": { "rl": { "path": "$oci" } }, "default-runtime": "rl" }
	CONFIG
	DOCKERD_ROOTLESS_ROOTLESSKIT_FLAGS="--state-dir=$work/kit" \
		dockerd-rootless.sh --config-file "$work/daemon.json" $bridge \
		>"$work/log" 2>&1 </dev/null &
	daemon=$!
}

# What docker's own network takes.
bridges() {
	unshare -Urn sh -c 'ip link add br0 type bridge &&
		ip link add ve0 type veth peer name ve1 &&
		iptables -t nat -A POSTROUTING -j MASQUERADE' 2>/dev/null
}

d() {
	timeout --foreground 60 docker "$@"
}

stop_all() {
	docker rm -f $(docker ps -aq)
	kill "$daemon"
	wait "$daemon"
}

started() {
	until_ok d version && is rl d info -f '{{.DefaultRuntime}}' ||
		{ tail -n 20 "$work/log"; return 1; }
}

run_it() {
	is "hello 1" d run --rm --network none busybox sh -c 'echo hello $$'
}

codes() {
	ends 7 d run --rm --network none busybox sh -c 'exit 7' &&
		ends 127 d run --rm --network none busybox nosuch &&
		ends 126 d run --rm --network none busybox /etc
}

ids() {
	is "1000 5 33 44" d run --rm --network none -u 1000:5 --group-add 33 \
		--group-add 44 busybox sh -c \
		'echo $(id -u) $(id -G | tr " " "\n" | sort -n)'
}

rights() {
	local got
	got=$(d run --rm --network none --cap-drop all --cap-add net_admin \
		--security-opt no-new-privileges busybox grep -E \
		'CapEff|NoNewPrivs|Seccomp:' /proc/self/status)
	[[ $got == *0000000000001000*NoNewPrivs:*1*Seccomp:*2* ]] ||
		{ echo "$got"; return 1; }
}

privileged() {
	is mounted d run --rm --network none --privileged busybox sh -c \
		'mount -t tmpfs none /root && echo mounted'
}

mounts() {
	mkdir -p "$work/shared"
	echo from-host >"$work/shared/f"
	is "from-host 1777 readonly" d run --rm --network none --read-only \
		-v "$work/shared:/s:ro" --tmpfs /t:mode=1777 busybox sh -c '
		touch /s/x 2>/dev/null || touch /x 2>/dev/null || ro=readonly
		echo $(cat /s/f) $(stat -c %a /t) $ro'
}

volume() {
	d run --rm --network none -v kept:/v busybox sh -c 'echo x >/v/f' &&
		is x d run --rm --network none -v kept:/v busybox cat /v/f
}

limits_of_process() {
	d run --rm --network none --ulimit nofile=100:100 --shm-size 1m \
		--hostname h --sysctl net.ipv4.ip_forward=1 --init busybox \
		sh -c '[ $(ulimit -n) = 100 ] && [ $(hostname) = h ] &&
		[ $(cat /proc/sys/net/ipv4/ip_forward) = 1 ] &&
		grep -q docker-init /proc/1/cmdline &&
		grep -q "/dev/shm.*size=1024k" /proc/mounts'
}

detached() {
	d run -d --name web --network none -e A=b busybox sh -c \
		'echo logged; trap "exit 9" TERM; while :; do sleep 0.1; done' &&
		is rl d inspect -f '{{.HostConfig.Runtime}}' web &&
		until_ok logs_have logged && ours web
}

logs_have() {
	d logs web | grep -q "$1"
}

# ours NAME - it is a container of rl-oci.
ours() {
	local id
	id=$(d inspect -f '{{.Id}}' "$1") &&
		"$oci" --root "$work/run/docker/runtime-runc/moby" list -q |
		grep -qx "$id"
}

exec_it() {
	is b d exec web sh -c 'echo $A' && ends 6 d exec web sh -c 'exit 6' &&
		! d exec web nosuch && is in exec_stdin &&
		is "33 /root C" d exec -u 33 -w /root -e B=C web \
			sh -c 'echo $(id -u) $PWD $B'
}

exec_stdin() {
	echo in | d exec -i web cat
}

exec_detached() {
	d exec -d web sh -c 'echo x >/made; sleep 100' &&
		until_ok d exec web test -e /made
}

top() {
	d top web | grep -q 'sleep 100'
}

paused() {
	d pause web && is paused d inspect -f '{{.State.Status}}' web &&
		d unpause web && is running d inspect -f '{{.State.Status}}' web
}

stop_it() {
	d stop -t 10 web && is 9 d inspect -f '{{.State.ExitCode}}' web &&
		d start web && d exec web true && d restart -t 0 web &&
		d exec web true
}

kill_it() {
	d kill web && until_ok is exited d inspect -f '{{.State.Status}}' web &&
		is 137 d inspect -f '{{.State.ExitCode}}' web
}

remove() {
	d rm web && [ -z "$(d ps -aq)" ]
}

on_a_terminal() {
	SHELL=/bin/bash script -qec "$(declare -f d); d $*" /dev/null
}

terminal() {
	local out
	out=$(on_a_terminal run --rm -it --network none busybox \
		"sh -c 'tty; ls -l /dev/console; exit 4'")
	[ $? = 4 ] && [[ $out == */dev/pts/0*/dev/console* ]] ||
		{ echo "$out"; return 1; }
}

exec_terminal() {
	d run -d --name tty --network none busybox sleep 1000 &&
		on_a_terminal exec -it tty tty | grep -q /dev/pts/0 &&
		d rm -f tty
}

health() {
	d run -d --name ill --network none --health-cmd 'test -e /tmp/well' \
		--health-interval 1s --health-retries 1 busybox sleep 1000 &&
		until_ok is unhealthy d inspect -f '{{.State.Health.Status}}' \
			ill && d exec ill touch /tmp/well &&
		until_ok is healthy d inspect -f '{{.State.Health.Status}}' \
			ill && d rm -f ill
}

again() {
	d run -d --name again --network none --restart on-failure:2 busybox \
		sh -c 'echo ran; exit 3' && until_ok ran_thrice && d rm again
}

ran_thrice() {
	is "exited 2" d inspect -f '{{.State.Status}} {{.RestartCount}}' again &&
		[ "$(d logs again | grep -c ran)" = 3 ]
}

shared() {
	d run -d --name first --network none --ipc shareable \
		busybox sleep 1000 &&
		d run --rm --network container:first --pid container:first \
			--ipc container:first busybox \
			grep -q 'sleep.1000' /proc/1/cmdline &&
		d rm -f first
}

build() {
	mkdir -p "$work/context"
	printf 'FROM busybox\nRUN echo $(id -u) >/made\nUSER 33\nRUN id -u\n' \
		>"$work/context/Dockerfile"
	DOCKER_BUILDKIT=0 d build -q --network none -t made "$work/context" &&
		is "0 33" d run --rm --network none made \
			sh -c 'echo $(cat /made) $(id -u)'
}

names() {
	d network create net && d run -d --name server --network net busybox \
		sh -c 'echo page >/index.html; exec httpd -f -p 80 -h /' &&
		until_ok is page d run --rm --network net busybox \
			wget -qO- http://server/
}

published() {
	local port
	d run -d --name out -p 127.0.0.1::80 busybox \
		sh -c 'echo page >/index.html; exec httpd -f -p 80 -h /' &&
		port=$(d port out 80) && until_ok is page busybox wget -qO- \
			"http://$port/" && d rm -f out server && d network rm net
}

left_over() {
	is "" d ps -aq &&
		is "" "$oci" --root "$work/run/docker/runtime-runc/moby" list -q &&
		until_ok no_shim
}

no_shim() {
	! pgrep -u "$(id -u)" -f "containerd-shim.* $work/"
}

# network_t NAME COMMAND... - a test that takes docker's own network.
network_t() {
	if bridges; then
		t "$@"
	else
		tests=$((tests + 1))
		echo "ok $tests - $1 # skip no bridge, veth or iptables here"
	fi
}

make_busybox_archive "$work/busybox.tar"
start_docker
t "dockerd starts, with rl as its runtime" started
t "an image is loaded" d load -q -i "$work/busybox.tar"
t "run" run_it
t "exit codes: the program's, 126, 127" codes
t "run: users and groups" ids
t "run: capabilities, no-new-privileges, docker's filter" rights
t "run --privileged" privileged
t "run: binds, tmpfs, a read-only root" mounts
t "run: a volume" volume
t "run: limits of the process, hostname, sysctl, shm, --init" \
	limits_of_process
t "run -d, logs" detached
t "exec: environment, exit codes, stdin, a user" exec_it
t "exec -d" exec_detached
t "top" top
t "pause, unpause" paused
t "stop, start, restart" stop_it
t "kill" kill_it
t "rm" remove
t "run -it" terminal
t "exec -it" exec_terminal
t "a health check" health
t "a restart policy" again
t "namespaces of another container" shared
t "build" build
network_t "a network: names" names
network_t "a published port" published
t "nothing is left" left_over
done_testing
