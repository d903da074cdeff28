# oci_config.bats - config.json, member by member, as a container shows it.
bats_require_minimum_version 1.5.0
load ../lib/common
load ../lib/oci

setup() {
	requires userns
	bundle
}

teardown() {
	end_oci
}

# hook NAME - a program of the host's that notes its calls and its state.
hook() {
	cat >"$b/$1" <<-HOOK
	#!/bin/sh
	echo "$1 \$* \$X fds:\$(ls /proc/self/fd | tr '\n' ' ')" >>"$b/calls"
	cat >"$b/$1.state"
	HOOK
	chmod +x "$b/$1"
}

@test "process: user, groups, umask, limits, environment" {
	config '.process.user.umask = 23 | .process.env += ["A=b c"] |
		.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 200, hard: 300}] |
		.process.cwd = "/tmp/made" | .process.oomScoreAdj = 500'
	run -0 in_bundle sh -c 'umask; ulimit -n; ulimit -Hn; echo "$A"; pwd
		cat /proc/self/oom_score_adj; echo $HOME'
	[ "$output" = "0027
200
300
b c
/tmp/made
500
/root" ]
	config '.process.user.uid = 1'
	run -1 in_bundle id
	[[ "$output" == *"become user 1"*"linux.uidMappings"* ]]
	config '.process.user = {additionalGids: [7]}'
	run -1 in_bundle id
	[[ "$output" == *"additionalGids"* ]]
}

@test "ranges of ids: newuidmap and newgidmap write them" {
	requires subuid
	local sub subg
	sub=$(grep "^$(id -un):" /etc/subuid | head -1 | cut -d: -f2)
	subg=$(grep "^$(id -un):" /etc/subgid | head -1 | cut -d: -f2)
	config '.linux.uidMappings += [{containerID: 1, hostID: $u, size: 1000}] |
		.linux.gidMappings += [{containerID: 1, hostID: $g, size: 1000}] |
		.process.user = {uid: 33, gid: 4, additionalGids: [5, 6]}' \
		--argjson u "$sub" --argjson g "$subg"
	run -0 in_bundle sh -c 'id; grep CapEff /proc/self/status'
	# execve takes them from who is not root, and none is ambient
	[ "$output" = "uid=33(www) gid=4(adm) groups=5,6
CapEff:	0000000000000000" ]
}

@test "capabilities: each set as it is written" {
	config '.process.capabilities = {bounding: ["CAP_KILL", "CAP_CHOWN"],
		permitted: ["CAP_CHOWN"], effective: ["CAP_CHOWN"],
		inheritable: ["CAP_CHOWN"], ambient: ["CAP_CHOWN", "CAP_KILL"]}'
	run -0 in_bundle grep Cap /proc/self/status
	[[ "$output" == *"CapInh:	0000000000000001"* ]]
	[[ "$output" == *"CapBnd:	0000000000000021"* ]]
	[[ "$output" == *"CapAmb:	0000000000000001"* ]]
	config 'del(.process.capabilities)'
	run -0 in_bundle grep -E 'CapEff|CapBnd' /proc/self/status
	[ "$output" = "CapEff:	0000000000000000
CapBnd:	0000000000000000" ]
}

@test "scheduler, ioPriority, personality, noNewPrivileges" {
	config '.process.scheduler = {policy: "SCHED_BATCH", nice: 7} |
		.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 6} |
		.linux.personality = {domain: "LINUX32"}'
	run -0 in_bundle sh -c 'uname -m; cut -d" " -f19,41 /proc/self/stat
		ionice -p 1; grep NoNewPrivs /proc/self/status'
	[ "${lines[0]}" != "$(uname -m)" ]
	[ "${lines[1]}" = "7 3" ]
	[[ "${lines[2]}" == "best-effort: prio 6" ]]
	[[ "$output" == *"NoNewPrivs:	1" ]]
	config 'del(.process.noNewPrivileges)'
	run -0 in_bundle grep NoNewPrivs /proc/self/status
	[ "$output" = "NoNewPrivs:	0" ]
}

@test "hostname, domainname, sysctl, timeOffsets" {
	config '.hostname = "host" | .domainname = "domain" |
		.linux.namespaces += [{type: "time"}] |
		.linux.timeOffsets = {monotonic: {secs: 172800},
			boottime: {secs: 604800, nanosecs: 5}} |
		.linux.sysctl = {"net.ipv4.ip_forward": "1",
			"kernel.shmmni": "77"}'
	run -0 in_bundle sh -c 'hostname; cat /proc/sys/kernel/domainname
		cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmni
		cut -d. -f1 /proc/uptime'
	[ "${lines[*]:0:4}" = "host domain 1 77" ]
	[ "${lines[4]}" -ge 604800 ]
	config '.linux.sysctl = {"kernel.pid_max": "1000"}'
	run -1 in_bundle true
	[[ "$output" == *"linux.sysctl.kernel/pid_max: it is the host's"* ]]
}

@test "namespaces: made, ours, joined by path" {
	program sleep 100
	oci run -d -b "$b" one </dev/null
	pid=$(oci state one | jq .pid)
	config '.linux.namespaces = [{type: "mount"}, {type: "pid"},
		{type: "user", path: "/proc/\($p)/ns/user"},
		{type: "uts", path: "/proc/\($p)/ns/uts"},
		{type: "ipc", path: "/proc/\($p)/ns/ipc"},
		{type: "network", path: "/proc/\($p)/ns/net"}] |
		del(.hostname, .linux.uidMappings, .linux.gidMappings)' \
		--argjson p "$pid"
	run -0 in_bundle ls -l /proc/self/ns
	for kind in user uts net; do
		[[ "$output" == *"$(readlink "/proc/$pid/ns/$kind")"* ]]
	done
	[[ "$output" == *"$(readlink /proc/self/ns/cgroup)"* ]]
	[[ "$output" != *"$(readlink "/proc/$pid/ns/pid")"* ]]
	config '.linux.namespaces[0] = {type: "ipc"}'
	run -1 in_bundle true
	[[ "$output" == *"linux.namespaces"* ]]
}

@test "the network namespace has lo, up" {
	run -0 in_bundle ip addr show lo
	[[ "$output" == *"127.0.0.1/8"* ]]
}

@test "mounts: options of binds and of filesystems" {
	mkdir "$b/shown" "$b/rootfs/full"
	echo here >"$b/shown/file"
	echo covered >"$b/rootfs/full/file"
	chmod 711 "$b/rootfs/full"
	config '.mounts += [
		{destination: "/ro", type: "bind", source: "shown",
			options: ["rbind", "rro", "nosuid", "noexec", "noatime"]},
		{destination: "/rw", type: "bind", source: "shown",
			options: ["bind", "rw", "exec"]},
		{destination: "/one", source: "\($b)/shown/file", options: ["bind"]},
		{destination: "/t", type: "tmpfs", source: "tmpfs",
			options: ["nosuid", "size=1m", "ro"]},
		{destination: "/full", type: "tmpfs", source: "tmpfs",
			options: ["tmpcopyup"]}]' --arg b "$b"
	run -0 in_bundle sh -c 'grep -E " /(ro|rw|t|full) " /proc/mounts
		cat /ro/file /one /full/file; stat -c %a /full
		touch /ro/x; touch /t/x; touch /full/x /rw/x && echo written'
	[[ "$output" == *" /ro "*" ro,nosuid,noexec,"* ]]
	[[ "$output" == *" /rw "*" rw,"* ]]
	[[ "$output" == *"tmpfs /t tmpfs ro,nosuid"*"size=1024k"* ]]
	[[ "$output" == *"here
here
covered
711"* ]]
	[[ "$output" == *"/ro/x: Read-only"*"/t/x: Read-only"*"written"* ]]
	[ -e "$b/shown/x" ] && [ ! -e "$b/rootfs/full/x" ]
}

@test "mounts: a source that is not there, a type that is none" {
	config '.mounts += [{destination: "/x", type: "bind", source: "none",
		options: ["bind"]}]'
	run -1 in_bundle true
	[[ "$output" == *"bind source path does not exist: $b/none"* ]]
	config '.mounts[-1] = {destination: "/x", type: "nosuchfs"}'
	run -1 in_bundle true
	[[ "$output" == *"mount nosuchfs"* ]]
}

@test "mounts: propagation, of one and of the root" {
	mkdir "$b/shown"
	config '.linux.rootfsPropagation = "shared" | .mounts += [
		{destination: "/s", type: "bind", source: "shown",
			options: ["rbind", "rslave"]},
		{destination: "/h", type: "bind", source: "shown",
			options: ["rbind", "rshared"]}]'
	run -0 in_bundle grep -E ' (/|/s|/h) ' /proc/self/mountinfo
	[[ "${lines[0]}" == *" shared:"* ]]
	[[ "$output" == *" /h "*" shared:"* ]]
}

@test "mounts: ids mapped" {
	config '.mounts += [{destination: "/m", type: "tmpfs", source: "tmpfs",
		options: ["idmap"]}]'
	program sh -c 'grep " /m " /proc/mounts'
	run oci run -b "$b" one
	if [ "$status" -eq 0 ]; then
		[[ "$output" == *" /m tmpfs "* ]]
	else
		[[ "$output" == *"map the ids of the mount on /m"* ]]
	fi
}

@test "devices: those of this host are bound, others refused" {
	config '.linux.devices = [
		{path: "/dev/mine", type: "c", major: 1, minor: 3}]'
	run -1 in_bundle true
	[[ "$output" == *"device /dev/mine: it takes root to make it"* ]]
	config '.linux.devices = [{path: "/dev/pipe", type: "p", fileMode: 384},
		{path: "/dev/null", type: "c", major: 1, minor: 3}]'
	run -0 in_bundle sh -c 'ls -l /dev/pipe; echo x >/dev/null && echo ok'
	[[ "$output" == prw-------*ok ]]
	config '.linux.devices = [{path: "/dev/zero", type: "c", major: 9,
		minor: 9}]'
	run -1 in_bundle true
	[[ "$output" == *"this host's is another than c 9:9"* ]]
}

@test "a root without a mount on /dev gets the nodes all the same" {
	config '.mounts |= map(select(.destination | startswith("/dev") | not))'
	run -0 in_bundle sh -c 'head -c 3 /dev/zero | wc -c; echo >/dev/null'
	[ "$output" = 3 ]
}

@test "maskedPaths, readonlyPaths, root.readonly" {
	mkdir "$b/rootfs/secrets"
	echo secret >"$b/rootfs/secrets/a"
	echo secret >"$b/rootfs/secret"
	config '.root.readonly = true |
		.linux.maskedPaths += ["/secrets", "/secret", "/none"] |
		.linux.readonlyPaths += ["/dev/shm"]'
	run -0 in_bundle sh -c 'ls /secrets; cat /secret; touch /x
		touch /dev/shm/x; touch /dev/x && echo end'
	[[ "$output" == *"/x: Read-only"*"/dev/shm/x: Read-only"*end ]]
	[[ "$output" != *secret* ]]
}

@test "seccomp: actions, arguments, errno, architectures" {
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
		flags: ["SECCOMP_FILTER_FLAG_LOG"],
		syscalls: [
		{names: ["chmod", "fchmodat", "nosuchcall"],
			action: "SCMP_ACT_ERRNO", errnoRet: 28},
		{names: ["kill"], action: "SCMP_ACT_ERRNO",
			args: [{index: 1, value: 10, op: "SCMP_CMP_EQ"}]},
		{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_KILL_PROCESS"}]}'
	run -0 in_bundle sh -c 'grep Seccomp: /proc/self/status; chmod 1 /tmp
		kill -USR1 $$; kill -0 $$ && echo alive; mkdir /x; echo $?'
	[[ "$output" == "Seccomp:	2"*"No space left"*"not permitted"*alive* ]]
	[[ "$output" == *159 ]]
	config '.process.noNewPrivileges = false'
	run -0 in_bundle sh -c 'mkdir /x; echo $?'
	[[ "$output" == *159 ]]
	config '.linux.seccomp.syscalls[0].action = "SCMP_ACT_X"'
	run -1 in_bundle true
	[[ "$output" == *"unknown action 'SCMP_ACT_X'"* ]]
}

@test "seccomp: what was compiled is kept, and what is torn is not taken" {
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["chmod", "fchmodat"], action: "SCMP_ACT_ERRNO"}]}'
	local kept before
	for i in 1 2; do
		run -0 in_bundle sh -c 'chmod 1 /tmp; true'
		[[ "$output" == *"not permitted"* ]]
	done
	kept=$(echo "$BATS_TEST_TMPDIR/state/%filters"/*)
	before=$(sha256sum <"$kept")
	[ "$(stat -c %a "$kept")" = 600 ]
	# cut off; another profile's
	truncate -s -8 "$kept"
	run -0 in_bundle sh -c 'chmod 1 /tmp; true'
	[[ "$output" == *"not permitted"* ]]
	[ "$(sha256sum <"$kept")" = "$before" ]
	sed -i 's/SCMP_ACT_ERRNO/SCMP_ACT_ALLOW/' "$kept"
	run -0 in_bundle sh -c 'chmod 1 /tmp; true'
	[[ "$output" == *"not permitted"* ]]
	[ "$(sha256sum <"$kept")" = "$before" ]
	[ -z "$(oci list -q)" ]
}

@test "seccomp: a listener gets the filter's fd and the state" {
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		listenerPath: "\($b)/sock", listenerMetadata: "meta",
		syscalls: [{names: ["mkdir", "mkdirat"],
			action: "SCMP_ACT_NOTIFY"}]}' --arg b "$b"
	for nnp in true false; do
		config ".process.noNewPrivileges = $nnp"
		rm -f "$b/sock"
		tool notify "$b/sock" >"$b/out" 3>&- &
		until_text listening "$b/out"
		run -0 in_bundle sh -c 'mkdir /never && echo answered; ls /never; true'
		[[ "$output" == *answered*"No such file"* ]]
		wait $! || :
		grep -q "^fds \['seccompFd'\] metadata meta id c" "$b/out"
		grep -q '^call ' "$b/out"
	done
	program sh -c 'mkdir /never && echo answered >/out'
	rm "$b/sock"
	tool notify "$b/sock" >"$b/out" 3>&- &
	until_text listening "$b/out"
	oci create -b "$b" later </dev/null
	oci start later
	until_text answered "$b/rootfs/out"
	config 'del(.linux.seccomp.listenerPath)'
	run -1 in_bundle true
	[[ "$output" == *"linux.seccomp.listenerPath: it is missing"* ]]
}

@test "hooks: all six, in order, with the state on stdin" {
	for name in prestart createRuntime createContainer poststart poststop; do
		hook $name
		config '.hooks[$n] = [{path: "\($b)/\($n)", args: ["h", "arg"],
			env: ["PATH=/bin", "X=env"], timeout: 20}]' \
			--arg n $name --arg b "$b"
	done
	cat >"$b/rootfs/inside" <<-'HOOK'
	#!/bin/sh
	echo "startContainer $* $(hostname)" >>/calls
	cat >/state
	HOOK
	chmod +x "$b/rootfs/inside"
	config '.hooks.startContainer = [{path: "/inside",
		env: ["PATH=/bin"]}] | .annotations = {"a.b": "c"}'
	program sh -c 'echo program >>/calls'
	oci create -b "$b" web 5</dev/null </dev/null
	[ "$(cut -d' ' -f1 "$b/calls" | tr '\n' ' ')" = \
		"prestart createRuntime createContainer " ]
	[ ! -e "$b/rootfs/calls" ]
	oci start web
	until_status web stopped
	[ "$(tail -1 "$b/calls" | cut -d' ' -f1)" = poststart ]
	oci delete web
	[ "$(tail -1 "$b/calls" | cut -d' ' -f1)" = poststop ]
	[ "$(cat "$b/rootfs/calls")" = "startContainer  rl
program" ]
	refute grep -vE '^[a-zA-Z]+ arg env fds:0 1 2 3 $' "$b/calls"
	for name in prestart createRuntime createContainer; do
		[ "$(jq -r '.id + .status + .annotations["a.b"]' \
			"$b/$name.state")" = webcreatingc ]
		[ "$(jq .pid "$b/$name.state")" -gt 1 ]
	done
	[ "$(jq -r .status "$b/poststart.state")" = running ]
	[ "$(jq -r .status "$b/poststop.state")" = stopped ]
	[ "$(jq -r .status "$b/rootfs/state")" = created ]
	[ "$(jq .pid "$b/createRuntime.state")" = \
		"$(jq .pid "$b/createContainer.state")" ]
}

@test "hooks: one that fails, or takes too long, ends it" {
	for name in prestart createRuntime createContainer startContainer; do
		printf '#!/bin/sh\necho no good >&2; exit 3\n' >"$b/fail"
		chmod +x "$b/fail"
		cp "$b/fail" "$b/rootfs/fail"
		hook poststop
		config '.hooks = {($n): [{path: (if $n == "startContainer" then
			"/fail" else "\($b)/fail" end)}], poststop: [{path:
			"\($b)/poststop", env: ["PATH=/bin"]}]}' \
			--arg n $name --arg b "$b"
		run -1 in_bundle true
		[[ "$output" == *"hook $name 0: "*"exit status 3: no good"* ]]
		[ -s "$b/poststop.state" ]
		rm "$b/poststop.state"
		[ -z "$(oci list -q)" ]
	done
	printf '#!/bin/sh\nexec sleep 100\n' >"$b/fail"
	config '.hooks = {createRuntime: [{path: "\($b)/fail", timeout: 1}]}' \
		--arg b "$b"
	run -1 in_bundle true
	[[ "$output" == *"was not done in 1 s"* ]]
	config '.hooks = {poststart: [{path: "/nosuch"}]}'
	run -0 in_bundle true
	[[ "$output" == *"hook poststart 0: /nosuch"* ]]
}

@test "linux.resources: kept, or an error; cgroupsPath alone is no matter" {
	config '.linux.cgroupsPath = "/no/such/place"'
	run -0 in_bundle true
	config '.linux.resources = {devices: [{allow: false, access: "rwm"}]}'
	run -0 in_bundle true
	# containerd's: what each has without it
	config '.linux.resources.cpu = {shares: 1024, quota: -1}'
	run -0 in_bundle true
	config '.linux.resources.memory = {limit: 50000000}'
	program cat /proc/self/cgroup
	run oci run -b "$b" web
	[ "$status" -eq 0 ] ||
		[[ "$output" == *"linux.resources cannot be kept"* ]]
	run -0 oci --cgroup-manager disabled run -b "$b" web
}

@test "the runtime-spec's own example, as far as a user without root goes" {
	requires subuid
	cp "$BATS_TEST_DIRNAME/../oci/spec_example.json" "$b/config.json"
	run -1 oci run -b "$b" web
	# what it takes root, or its author's programs, to have
	config '.process.terminal = false | del(.hooks, .linux.devices[1],
		.linux.resources) | .linux.seccomp.architectures +=
		["SCMP_ARCH_X86_64"] | .process.env += ["PATH=/bin"] |
		.linux.devices = []'
	run -0 in_bundle sh -c 'id; hostname; ulimit -n; grep Cap /proc/self/status
		chmod 1 /; touch /x; cat /proc/sys/net/ipv4/ip_forward'
	[[ "$output" == "uid=1 gid=1 groups="*slartibartfast*1024* ]]
	[[ "$output" == *"CapAmb:	0000000000000400"* ]]
	[[ "$output" == *"/x: Read-only"* ]]
}
