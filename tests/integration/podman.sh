#!/bin/bash
# podman.sh - podman runs its containers with rl-oci.
set -u
. "$(dirname "$0")/lib.sh"
needs podman conmon
needs_ranges
work_folder

p() {
	timeout --foreground 60 podman --log-level error --root "$work/store" \
		--runroot "$work/run/podman" --storage-driver vfs \
		--cgroup-manager cgroupfs --runtime "$oci" "$@"
}

# configured ARG... - the same by a file, as docs/integrations.md has it.
configured() {
	cat >"$work/containers.conf" <<-CONF
	[engine]
	runtime = "rl-oci"
	runtime_supports_json = ["rl-oci"]
	runtime_supports_nocgroup = ["rl-oci"]
	[engine.runtimes]
	rl-oci = ["$oci"]
	CONF
	CONTAINERS_CONF=$work/containers.conf timeout --foreground 60 podman \
		--log-level error --root "$work/store" \
		--runroot "$work/run/podman" --storage-driver vfs "$@"
}

by_file() {
	is rl-oci configured info -f '{{.Host.OCIRuntime.Name}}' &&
		is "0 from-file" configured run --rm --network none \
			--cgroups=disabled busybox sh -c 'echo $(id -u) from-file'
}

json_errors() {
	! configured run --rm --network none --cgroups=disabled busybox \
		nosuch >"$work/said" 2>&1
	grep -q 'executable file not found in \$PATH' "$work/said" ||
		{ cat "$work/said"; return 1; }
}

stop_all() {
	p rm -af -t 0
}

on_a_terminal() {
	SHELL=/bin/bash script -qec "$(declare -p work oci); $(declare -f p); p $*" /dev/null
}

shows_rl() {
	is "$oci" p inspect -f '{{.OCIRuntime}}' "$1"
}

run_it() {
	is hello p run --rm --network none busybox echo hello
}

codes() {
	ends 7 p run --rm --network none busybox sh -c 'exit 7' &&
		ends 127 p run --rm --network none busybox nosuch &&
		ends 126 p run --rm --network none busybox /etc
}

ids() {
	is "1000 5 33 44" p run --rm --network none -u 1000:5 --group-add 33 \
		--group-add 44 busybox sh -c 'echo $(id -u) $(id -G)' ||
		is "1000 5 33 44" p run --rm --network none -u 1000:5 \
			--group-add 44 --group-add 33 busybox \
			sh -c 'echo $(id -u) $(id -G)'
}

rights() {
	local got
	got=$(p run --rm --network none --cap-drop all --cap-add net_admin \
		--security-opt no-new-privileges busybox grep -E \
		'CapEff|NoNewPrivs|Seccomp:' /proc/self/status)
	[[ $got == *0000000000001000*NoNewPrivs:*1*Seccomp:*2* ]] ||
		{ echo "$got"; return 1; }
}

mounts() {
	mkdir -p "$work/shared"
	echo from-host >"$work/shared/f"
	is "from-host 1777 readonly" p run --rm --network none --read-only \
		-v "$work/shared:/s:ro" --tmpfs /t busybox sh -c 'touch /s/x \
		2>/dev/null || touch /x 2>/dev/null || ro=readonly
		echo $(cat /s/f) $(stat -c %a /t) $ro'
}

network() {
	p run --rm --network slirp4netns busybox ip addr show tap0 |
		grep -q 10.0.2.100
}

detached() {
	p run -d --name web --network none -e A=b busybox \
		sh -c 'echo logged; trap "exit 9" TERM; while :; do sleep 0.1; done' &&
		shows_rl web && until_ok logs_have logged
}

logs_have() {
	p logs web | grep -q "$1"
}

exec_it() {
	is b p exec web sh -c 'echo $A' || return
	ends 6 p exec web sh -c 'exit 6' && ends 127 p exec web nosuch &&
		is root p exec -w /root web sh -c 'basename $PWD' &&
		is in exec_stdin
}

exec_stdin() {
	echo in | p exec -i web cat
}

exec_detached() {
	p exec -d web sh -c 'echo x >/made; sleep 100' &&
		until_ok p exec web test -e /made
}

top() {
	p top web | grep -q sleep
}

stop_it() {
	p stop -t 10 web && is 9 p inspect -f '{{.State.ExitCode}}' web &&
		p start web && until_ok p exec web true
}

kill_it() {
	p kill web && until_ok is exited p inspect -f '{{.State.Status}}' web &&
		is 137 p inspect -f '{{.State.ExitCode}}' web
}

remove() {
	p rm web && [ -z "$(p ps -aq)" ]
}

terminal() {
	local out rc=0
	out=$(on_a_terminal run --rm -it --network none busybox \
		"sh -c 'tty; ls -l /dev/console; exit 4'") || rc=$?
	[ $rc = 4 ] && [[ $out == */dev/pts/0*/dev/console* ]] ||
		{ echo "ended with $rc: $out"; return 1; }
}

exec_terminal() {
	p run -d --name tty --network none busybox sleep 1000 &&
		on_a_terminal exec -it tty tty | grep -q /dev/pts/0 &&
		p rm -f -t 0 tty
}

pod() {
	p pod create --name pod --infra-image busybox --infra-command \
		"/bin/sleep 1000" --share net,ipc,uts --network none &&
		is "pod lo" p run --rm --pod pod busybox sh -c \
			'echo $(hostname) $(ls /sys/class/net)' &&
		p pod rm -f -t 0 pod
}

build() {
	mkdir -p "$work/context"
	printf 'FROM busybox\nRUN echo $(id -u) >/made\nUSER 33\nRUN id -u\n' \
		>"$work/context/Dockerfile"
	p build --network none --layers=false -t made "$work/context" &&
		is "0 33" p run --rm --network none made \
			sh -c 'echo $(cat /made) $(id -u)'
}

restarted() {
	p create --name again --network none busybox sh -c 'echo ran' &&
		is ran p start -a again && is ran p start -a again && p rm again
}

keep_groups() {
	p run --rm --network none --group-add keep-groups busybox id
}

init() {
	p run --rm --network none --ulimit nofile=100:100 --shm-size 1m \
		--hostname h --sysctl net.ipv4.ip_forward=1 busybox sh -c '
		[ $(ulimit -n) = 100 ] && [ $(hostname) = h ] &&
		[ $(cat /proc/sys/net/ipv4/ip_forward) = 1 ] &&
		grep -q "/dev/shm.*size=1024k" /proc/mounts'
}

left_over() {
	is "" p ps -aq && [ -z "$(find "$work/run" -path '*/oci/[^%]*')" ] &&
		! pgrep -u "$(id -u)" -f "$work/store.*conmon"
}

make_busybox_archive "$work/busybox.tar"
t "an image is loaded" p load -q -i "$work/busybox.tar"
t "run" run_it
t "exit codes: the program's, 126, 127" codes
t "run: users and groups" ids
t "run: capabilities, no-new-privileges, podman's own filter" rights
t "run: binds, tmpfs, a read-only root" mounts
t "run: a network of slirp4netns" network
t "run: limits of the process, hostname, sysctl, shm" init
t "run --group-add keep-groups" keep_groups
t "run -d, logs" detached
t "exec: environment, exit codes, stdin" exec_it
t "exec -d" exec_detached
t "top" top
t "stop, start" stop_it
t "kill" kill_it
t "rm" remove
t "run -it" terminal
t "exec -it" exec_terminal
t "start of one that has ended" restarted
t "a pod: namespaces by path" pod
t "build" build
t "the runtime of containers.conf, --cgroups=disabled" by_file
t "errors come through the JSON log" json_errors
t "nothing is left" left_over
done_testing
