# options.bats - the options of rl run, one by one, by docker's rules.
load ../lib/common

r() { "$RL" run --rm --network none "$@" </dev/null; }

# refused TEXT OPTION... - exit code 125 and a message with TEXT.
refused() {
	local text=$1
	shift
	run r "$@" busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"$text"* ]]
}

# record - the record of the one container that was kept.
record() { cat "$RL_ROOT"/containers/*/container.json; }

@test "--label, --label-file, --annotation: in the record, the last wins" {
	load_busybox
	cd "$BATS_TEST_TMPDIR"
	printf 'a=file\n# comment\nb=file\nempty\n' >labels
	"$RL" run --network none -l a=1 --label-file labels --label bare \
		--label 'c=x=y z' -l a=2 --annotation k=v --annotation k=w \
		--annotation org.x/y= busybox true </dev/null
	[ "$(record | jq -cS .Config.Labels)" = \
	  '{"a":"2","b":"file","bare":"","c":"x=y z","empty":""}' ]
	[ "$(record | jq -cS .HostConfig.Annotations)" = \
	  '{"k":"w","org.x/y":""}' ]
	[ "$(stat -c %a "$RL_ROOT"/containers/*/container.json)" = 600 ]
}

@test "labels that are none are refused" {
	load_busybox
	cd "$BATS_TEST_TMPDIR"
	refused "invalid label '=x': empty name" -l =x
	refused "contains whitespaces" -l 'a b=c'
	refused "invalid annotation" --annotation =x
	printf 'a b=c\n' >bad
	refused "contains whitespaces" --label-file bad
	refused "missing" --label-file missing
}

@test "the record of a kept container: what was asked, and how it ended" {
	load_busybox
	run "$RL" run --name kept --network none --stop-signal RTMIN+3 -w /tmp \
		-e X=1 --cidfile "$BATS_TEST_TMPDIR/id" busybox sh -c 'exit 3' \
		</dev/null
	[ "$status" -eq 3 ]
	id=$(cat "$BATS_TEST_TMPDIR/id")
	cd "$RL_ROOT/containers/$id"
	jq -e --arg id "$id" '.Id == $id and .Name == "kept"
		and .Path == "sh" and .Args == ["-c", "exit 3"]
		and .Config.Image == "busybox" and .Config.WorkingDir == "/tmp"
		and (.Config.Env | index("X=1")) and .Config.StopSignal == "37"
		and .HostConfig.NetworkMode == "none"
		and (.Image | startswith("sha256:"))' container.json
	[ "$(jq .ExitCode state.json)" = 3 ]
	# the record can be read as a date that has just passed
	made=$(date -d "$(jq -r .Created container.json)" +%s)
	[ $(($(date +%s) - made)) -lt 600 ]
}

@test "--stop-signal: names, numbers, nonsense" {
	load_busybox
	for s in TERM SIGTERM sigusr1 9 RTMAX-1 SIGRTMIN; do
		r --stop-signal $s busybox true
	done
	for s in NOPE 0 65 -1 RTMIN+99 ''; do
		refused "nvalid signal" --stop-signal "$s"
	done
}

@test "--stop-timeout is a number" {
	load_busybox
	for bad in abc 1m "" -; do
		run "$RL" create --stop-timeout "$bad" busybox true
		[ "$status" -eq 125 ]
		[[ $output == *"--stop-timeout '$bad'"*"number of seconds"* ]]
	done
	[ -z "$("$RL" ps -aq)" ]
	"$RL" create --name stay --stop-timeout -1 busybox true
	[ "$("$RL" inspect -f '{{.Config.StopTimeout}}' stay)" = -1 ]
}

@test "what would only matter later is checked at once" {
	load_busybox
	for bad in "--log-opt foo=bar" "--log-driver syslog" \
		"--log-opt max-size=abc" "--detach-keys foo"; do
		for command in "run --rm" "run -d" create; do
			run "$RL" $command $bad busybox true
			[ "$status" -eq 125 ]
		done
	done
	printf 'A=1\nB=\xff\n' >"$BATS_TEST_TMPDIR/env"
	run r --env-file "$BATS_TEST_TMPDIR/env" busybox true
	[ "$status" -eq 125 ]
	[[ $output == *"no UTF-8"* ]]
	[ -z "$("$RL" ps -aq)" ]
}

@test "-a: only the streams that it names" {
	load_busybox
	both='echo out; echo err >&2'
	for way in "--rm" "--name kept"; do
		r() { "$RL" run $way --network none "$@" busybox sh -c "$both"; }
		[ "$(r -a stdout 2>"$BATS_TEST_TMPDIR/err")" = out ]
		[ ! -s "$BATS_TEST_TMPDIR/err" ]
		"$RL" rm -f kept 2>/dev/null || true
		[ -z "$(r -a STDERR 2>"$BATS_TEST_TMPDIR/err")" ]
		[ "$(cat "$BATS_TEST_TMPDIR/err")" = err ]
		"$RL" rm -f kept 2>/dev/null || true
	done
	[ "$(r -a stderr -a stdout 2>&1 | sort)" = $'err\nout' ]
}

@test "what the kernel refuses says which, and why" {
	load_busybox
	says() { # TEXT OPTION VALUE
		run "$RL" run --rm --network none "${@:2}" busybox true
		[ "$status" -eq 125 ]
		[[ $output == *"$1"* ]] || { echo "$output"; return 1; }
	}
	says "clocks by -99999999 s" --time-offset -99999999
	says "oom_score_adj to -999: Permission denied (without root" \
		--oom-score-adj -999
	says "ulimit nofile=99999999:99999999" --ulimit nofile=99999999
	says "the hard limit is $(ulimit -Hn) here" --ulimit nofile=99999999
	says "kernel/panic=1: Permission denied (what can be set" \
		--sysctl kernel.panic=1
	echo '{"defaultAction":"NO_SUCH"}' >"$BATS_TEST_TMPDIR/bad.json"
	says "bad.json: seccomp profile" \
		--security-opt "seccomp=$BATS_TEST_TMPDIR/bad.json"
	says "bind-propagation: upward" \
		--mount type=bind,source=/tmp,target=/m,bind-propagation=upward
}

@test "a ~ that no shell has seen is no folder's name" {
	load_busybox
	cd "$BATS_TEST_TMPDIR"
	for source in "~/d" "~" "~nobody/d"; do
		run "$RL" run --rm --network none -v "$source:/m" busybox true
		[ "$status" -eq 125 ]
		[[ $output == *"only a shell knows"* ]]
		run "$RL" run --rm --network none \
			--mount "type=bind,source=$source,target=/m" busybox true
		[ "$status" -eq 125 ]
	done
	[ -z "$(find . -maxdepth 1 -name '~*')" ]
}

@test "the image's working directory, where -w is empty; 64 MB where --shm-size is 0" {
	load_busybox
	[ "$("$RL" run --rm --network none -w '' busybox pwd)" = / ]
	[ "$("$RL" run --rm --network none --shm-size 0 busybox \
		stat -f -c '%b' /dev/shm)" = \
		"$("$RL" run --rm --network none busybox stat -f -c '%b' /dev/shm)" ]
}

@test "--cidfile: the ID, and never over a file that is there" {
	load_busybox
	f=$BATS_TEST_TMPDIR/cid
	(umask 077; r --cidfile "$f" busybox true)
	[[ $(cat "$f") =~ ^[0-9a-f]{64}$ ]]
	[ "$(stat -c %a "$f")" = 600 ]
	refused "container ID file found" --cidfile "$f"
	refused "/no/such/dir" --cidfile /no/such/dir/cid
	[ -z "$(ls "$RL_ROOT/containers")" ]
}

@test "--name: docker's rule" {
	load_busybox
	for n in ab A.b-c_1 0x; do r --name $n busybox true; done
	for n in a _x .x -- 'a b' a/b é "$(printf '%0300d' 0)" ''; do
		run r --name "$n" busybox true
		[ "$status" -eq 125 ]
	done
	refused "Invalid container name (.x)" --name .x
}

@test "--hostname, --domainname, --uts" {
	load_busybox
	[ "$(r -h box busybox hostname)" = box ]
	[ "$(r -h box busybox cat /etc/hostname)" = box ]
	[ "$(r -h box busybox sh -c 'echo $HOSTNAME')" = box ]
	r -h box.example.org busybox grep -qw box.example.org /etc/hosts
	[ "$(r --domainname d busybox cat /proc/sys/kernel/domainname)" = d ]
	[ "$(r --uts host busybox hostname)" = "$(hostname)" ]
	refused conflicting --uts host -h box
	refused "64 bytes" -h "$(printf 'h%.0s' $(seq 65))"
}

@test "--entrypoint replaces, clears and drops the image's command" {
	load_busybox
	[ "$(r --entrypoint echo busybox a b)" = "a b" ]
	[ "$(r --entrypoint '["echo","x"]' busybox y)" = "x y" ]
	[ "$(r --entrypoint "" busybox echo z)" = z ]
	run r --entrypoint "" busybox
	[ "$status" -eq 125 ]
	[[ $output == *"no command specified"* ]]
}

@test "--ulimit" {
	load_busybox
	[ "$(r --ulimit nofile=100:200 busybox sh -c 'ulimit -Sn; ulimit -Hn')" = \
	  $'100\n200' ]
	[ "$(r --ulimit core=0 busybox sh -c 'ulimit -c')" = 0 ]
	refused "invalid ulimit type: nope" --ulimit nope=1
	refused "SOFT is at most HARD" --ulimit nofile=200:100
	refused "NAME=SOFT" --ulimit nofile
}

@test "--shm-size" {
	load_busybox
	[ "$(r busybox df -k /dev/shm | awk 'END { print $2 }')" = 65536 ]
	[ "$(r --shm-size 8m busybox df -k /dev/shm |
		awk 'END { print $2 }')" = 8192 ]
	refused "is not a size" --shm-size lots
}

@test "--group-add and -u with a group" {
	load_busybox
	[ "$(r -u 33:33 --group-add adm busybox id -G)" = "33 4" ]
	[ "$(r -u www:adm busybox id -g)" = 4 ]
	[ "$(r -u 12345 busybox id -g)" = 0 ]
	refused "unable to find group nope" --group-add nope
	refused "unable to find user" -u nope
}

@test "--pid, --ipc: what they may be" {
	load_busybox
	refused "--pid 'foo': it is private, host or container:NAME" --pid foo
	refused "--ipc 'foo': it is private or host" --ipc foo
}

@test "--ipc, --pid, --cgroupns of the host" {
	load_busybox
	for ns in ipc pid cgroup; do
		opt=$ns
		[ $ns != cgroup ] || opt=cgroupns
		[ "$(r --$opt host busybox readlink /proc/self/ns/$ns)" = \
		  "$(readlink /proc/self/ns/$ns)" ]
		refused "'nonsense': it is private" --$opt nonsense
	done
	[ "$(r --pid host busybox sh -c 'echo $$')" != 1 ]
}

@test "--device" {
	load_busybox
	r --device /dev/zero:/dev/nought busybox sh -c \
		'[ -c /dev/nought ] && [ "$(head -c 3 /dev/nought | wc -c)" = 3 ]'
	refused "not a device node" --device /etc/passwd
	refused "device /dev/nope" --device /dev/nope
	refused "--device 'x'" --device x
}

@test "--device: PATH:MODE, and modes that are none" {
	load_busybox
	d() { "$RL" create --name "$1" --device "$2" busybox true >/dev/null; }
	d one /dev/null:r
	d two /dev/null:/dev/x:rm
	[ "$("$RL" inspect -f '{{json .HostConfig.Devices}}' one | jq -c '.[0] | [.PathInContainer, .CgroupPermissions]')" = \
		'["/dev/null","r"]' ]
	[ "$("$RL" inspect -f '{{json .HostConfig.Devices}}' two | jq -c '.[0] | [.PathInContainer, .CgroupPermissions]')" = \
		'["/dev/x","rm"]' ]
	for bad in /dev/null:/dev/x:q /dev/null:rr /dev/null: dev/null \
		/dev/null:/dev/x:rwmr; do
		run d bad "$bad"
		[ "$status" -eq 125 ]
		[[ $output == *"--device '$bad': it is"* ]]
	done
}

@test "--sysctl: the container's own, and not the host's" {
	load_busybox
	[ "$(r --sysctl kernel.msgmax=4242 busybox \
		cat /proc/sys/kernel/msgmax)" = 4242 ]
	[ "$(r --sysctl net.ipv4.ip_forward=1 busybox \
		cat /proc/sys/net/ipv4/ip_forward)" = 1 ]
	refused sysctl --sysctl kernel.panic=1
	refused "not allowed in the host's network namespace" \
		--network host --sysctl net.ipv4.ip_forward=1
	refused "KEY=VALUE" --sysctl nonsense
	refused "not a kernel parameter" --sysctl ../../etc/x=1
}

@test "--add-host and --dns" {
	load_busybox
	r --add-host db:10.1.2.3 --add-host v6=::1 busybox sh -c \
		'grep -q "^10.1.2.3[[:space:]]*db$" /etc/hosts &&
		 grep -q "^::1[[:space:]]*v6$" /etc/hosts'
	r --dns 9.9.9.9 --dns-search example.org --dns-option ndots:2 busybox \
		sh -c 'grep -q "^nameserver 9.9.9.9" /etc/resolv.conf &&
		       grep -q "^search example.org" /etc/resolv.conf &&
		       grep -q "^options ndots:2" /etc/resolv.conf'
	refused add-host --add-host nonsense
	refused dns --dns nonsense
}

@test "--oom-score-adj" {
	load_busybox
	[ "$(r --oom-score-adj 500 busybox cat /proc/self/oom_score_adj)" = 500 ]
	refused "1000" --oom-score-adj 2000
}

@test "--cap-add and --cap-drop" {
	load_busybox
	bnd() { r "$@" busybox awk '/CapBnd/ { print $2 }' /proc/self/status; }
	[ "$(bnd --cap-drop ALL --cap-add CHOWN)" = 0000000000000001 ]
	[ "$(bnd --cap-drop ALL --cap-add cap_net_admin)" = 0000000000001000 ]
	# docker: what is both added and dropped is added
	[ "$(bnd --cap-drop CHOWN --cap-add CHOWN)" = 00000000a80425fb ]
	refused "unknown capability" --cap-add NOPE
	refused "unknown capability" --cap-add 12
	# another user has them in the bounding set only
	r -u 33 busybox grep -q 'CapEff:.*0000000000000000' /proc/self/status
}

@test "--privileged: every capability of the user namespace, nothing masked" {
	load_busybox
	r --privileged busybox sh -c \
		'mount -t tmpfs x /tmp && grep -q "CapEff:.*1ff" /proc/self/status'
	refute r --privileged busybox grep -q ' /proc/sys proc ro' /proc/mounts
}

@test "--network host and none" {
	load_busybox
	[ "$("$RL" run --rm --network host busybox readlink /proc/self/ns/net \
		</dev/null)" = "$(readlink /proc/self/ns/net)" ]
	[ "$(r busybox sh -c 'grep -c : /proc/net/dev')" = 1 ]
}

@test "--rootfs: the folder itself" {
	make_busybox_root "$BATS_TEST_TMPDIR/root"
	cd "$BATS_TEST_TMPDIR"
	[ "$(r --rootfs root echo in)" = in ]
	r --rootfs root sh -c 'echo x >/made'
	[ "$(cat root/made)" = x ]
	refute r --rootfs no-such-root true
}

@test "--dry-run prints a plan and leaves nothing; --debug names the steps" {
	load_busybox
	run r --dry-run -v /etc:/host:ro busybox echo hi
	[ "$status" -eq 0 ]
	[[ $output == *"/etc on /host (ro)"* ]]
	[[ $output == *"echo"* ]]
	run r --dry-run -p 127.0.0.1:8080:80 --network slirp --device /dev/null \
		--ulimit nofile=100:200 --sysctl net.ipv4.ip_forward=1 \
		--read-only --init --cap-drop ALL --cap-add KILL \
		--group-add 7 --security-opt no-new-privileges busybox true
	[ "$status" -eq 0 ]
	for line in "  127.0.0.1:8080/tcp to 80" "  /dev/null on /dev/null" \
		"  ulimit nofile = 100:200" "  net/ipv4/ip_forward = 1" \
		"root filesystem: read-only" "init: rl's own" \
		"capabilities: cap_kill" "no new privileges: yes" "  7" \
		"system call filter: the default"; do
		grep -qxF "$line" <<<"$output" || { echo "no $line"; return 1; }
	done
	[ -z "$(ls "$RL_ROOT/containers" 2>/dev/null)" ]
	run r --debug busybox true
	[[ $output == *"step seccomp"* ]]
}

@test "--init: its own command line does not tell the host's" {
	load_busybox
	[ "$("$RL" run --rm --network none --init -e WORD=secret busybox \
		cat /proc/1/cmdline | tr -d '\0')" = rl-init ]
}

@test "--init reaps, forwards signals and ends as the program ends" {
	load_busybox
	run r --init busybox sh -c 'exit 9'
	[ "$status" -eq 9 ]
	# an orphan is reaped: no zombie stays
	run r --init busybox sh -c \
		'(sleep 0.1 &) ; sleep 0.5; ! grep -l "^State:.Z" /proc/[0-9]*/status'
	[ "$status" -eq 0 ]
}

@test "--tmpfs and --mount type=tmpfs: options" {
	load_busybox
	r --tmpfs /t:size=1m,mode=700 busybox sh -c \
		'[ "$(stat -c %a /t)" = 700 ] && grep -q " /t tmpfs.*noexec" /proc/mounts'
	r --tmpfs /t:exec busybox sh -c \
		'! grep " /t tmpfs.*noexec" /proc/mounts'
	r --mount type=tmpfs,dst=/u,tmpfs-mode=1770,tmpfs-size=2m busybox sh -c \
		'[ "$(stat -c %a /u)" = 1770 ] && [ "$(df -k /u | awk "END { print \$2 }")" = 2048 ]'
	refused "unexpected key" --mount type=tmpfs,dst=/u,nope=1
	refused "cannot mix" --mount type=bind,src=/etc,dst=/u,tmpfs-size=1m
	refused "target" --mount type=tmpfs
}

@test "a missing -v source is made, a --mount source is not" {
	load_busybox
	r -v "$BATS_TEST_TMPDIR/new:/n" busybox true
	[ -d "$BATS_TEST_TMPDIR/new" ]
	refused "does not exist" --mount "type=bind,src=$BATS_TEST_TMPDIR/no,dst=/n"
	refused "absolute" -v /etc:relative
	refused "cannot be '/'" -v /etc:/
}
