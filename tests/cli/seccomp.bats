# seccomp.bats - the system call filter, against Docker's profile.
load ../lib/common

# Docker's profile by the names of its default.json, for the default
# capabilities: what is allowed, and what is not.
allowed="accept accept4 access adjtimex alarm bind brk capget capset chdir
chmod chown clock_adjtime clock_getres clock_gettime clock_nanosleep close
close_range connect copy_file_range creat dup dup2 dup3 epoll_create
epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2
execve execveat faccessat faccessat2 fadvise64 fallocate fanotify_mark fchdir
fchmod fchmodat fchown fchownat fcntl fdatasync fgetxattr flistxattr flock
fremovexattr fsetxattr fstat fstatfs fsync ftruncate futex futimesat
get_robust_list getcpu getcwd getdents getdents64 getegid geteuid getgid
getgroups getitimer getpeername getpgid getpgrp getpid getppid getpriority
getrandom getresgid getresuid getrlimit getrusage getsid getsockname
getsockopt gettid gettimeofday getuid getxattr inotify_add_watch inotify_init
inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents
io_pgetevents io_setup io_submit ioctl ioprio_get ioprio_set
landlock_add_rule landlock_create_ruleset landlock_restrict_self lchown
lgetxattr link linkat listen listxattr llistxattr lremovexattr lseek
lsetxattr lstat madvise membarrier memfd_create mincore mkdir mkdirat mknod
mknodat mlock mlock2 mlockall mmap mprotect mq_getsetattr mq_notify mq_open
mq_timedreceive mq_timedsend mq_unlink mremap msgctl msgget msgrcv msgsnd
msync munlock munlockall munmap name_to_handle_at nanosleep newfstatat open
openat openat2 pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc pkey_free
pkey_mprotect poll ppoll prctl pread64 preadv preadv2 prlimit64
process_vm_readv process_vm_writev pselect6 ptrace pwrite64 pwritev pwritev2
read readahead readlink readlinkat readv recvfrom recvmmsg recvmsg
removexattr rename renameat renameat2 rmdir rt_sigaction rt_sigpending
rt_sigprocmask rt_sigqueueinfo rt_sigsuspend rt_sigtimedwait
rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min
sched_getaffinity sched_getattr sched_getparam sched_getscheduler
sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam
sched_setscheduler sched_yield seccomp select semctl semget semop semtimedop
sendfile sendmmsg sendmsg sendto set_robust_list set_tid_address setfsgid
setfsuid setgid setgroups setitimer setpgid setpriority setregid setresgid
setresuid setreuid setrlimit setsid setsockopt setuid setxattr shmat shmctl
shmdt shmget shutdown sigaltstack signalfd signalfd4 socketpair splice stat
statfs statx symlink symlinkat sync sync_file_range syncfs sysinfo tee tgkill
time timer_create timer_delete timer_getoverrun timer_gettime timer_settime
timerfd_create timerfd_gettime timerfd_settime times tkill truncate umask
uname unlink unlinkat utime utimensat utimes vmsplice wait4 waitid write
writev chroot"
refused="acct add_key bpf clock_settime create_module delete_module
fanotify_init finit_module fsconfig fsmount fsopen fspick get_kernel_syms
get_mempolicy init_module io_uring_enter io_uring_register io_uring_setup
ioperm iopl kcmp kexec_file_load kexec_load keyctl lookup_dcookie mbind
migrate_pages mount mount_setattr move_mount move_pages nfsservctl
open_by_handle_at open_tree perf_event_open pidfd_getfd pivot_root
process_madvise query_module quotactl quotactl_fd reboot request_key
set_mempolicy set_mempolicy_home_node setdomainname sethostname setns
settimeofday swapoff swapon sysfs syslog umount2 unshare uselib userfaultfd
ustat vhangup _sysctl afs_syscall getpmsg putpmsg security tuxcall vserver"

setup_file() {
	dir=$BATS_FILE_TMPDIR
	for name in $allowed $refused; do
		printf '#ifdef SYS_%s\n{ SYS_%s, "%s" },\n#endif\n' $name $name $name
	done >"$dir/names.h"
	cc -static -O1 "-DNAMES=\"$dir/names.h\"" -o "$dir/syscalls" \
		"$BATS_TEST_DIRNAME/../lib/syscalls.c"
	chmod 755 "$dir/syscalls"
}

# p OPTION... -- ARG... - run the prober in a container.
p() {
	local opts=()
	while [ "$1" != -- ]; do opts+=("$1"); shift; done
	shift
	"$RL" run --rm --network none "${opts[@]}" \
		-v "$BATS_FILE_TMPDIR/syscalls:/syscalls:ro" busybox \
		/syscalls "$@" </dev/null
}

@test "what Docker allows answers as without a filter, what it refuses EPERM" {
	load_busybox
	p -- >"$BATS_TEST_TMPDIR/with"
	p --security-opt seccomp=unconfined -- >"$BATS_TEST_TMPDIR/without"
	bad=0
	while read -r name answer; do
		free=$(grep "^$name " "$BATS_TEST_TMPDIR/without" | cut -d' ' -f2)
		case " ${refused//$'\n'/ } " in
		*" $name "*)
			[ "$answer" = EPERM ] || { echo "$name: $answer"; bad=1; } ;;
		*)
			[ "$answer" = "$free" ] ||
				{ echo "$name: $answer, not $free"; bad=1; } ;;
		esac
	done <"$BATS_TEST_TMPDIR/with"
	[ "$bad" = 0 ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/with")" -gt 300 ]
	# the filter is what refuses these
	for name in userfaultfd unshare mount setns kcmp keyctl; do
		grep "^$name " "$BATS_TEST_TMPDIR/without"
		refute grep -q "^$name EPERM" "$BATS_TEST_TMPDIR/without"
	done
}

@test "arguments: socket families, personality, namespaces of clone" {
	load_busybox
	socket=41 personality=135 clone=56 clone3=435
	[ "$(uname -m)" = x86_64 ] || skip "numbers of x86_64"
	for family in 40 38 12 0x100000028 0x100000001; do
		[ "$(p -- $socket $family 1 0)" = "call EPERM" ]
	done
	for family in 1 2 10 16; do
		[ "$(p -- $socket $family 2 0)" = "call OK" ]
	done
	[ "$(p -- $personality 0xffffffff)" = "call OK" ]
	[ "$(p -- $personality 0)" = "call OK" ]
	[ "$(p -- $personality 8)" = "call OK" ]
	[ "$(p -- $personality 0x0040000)" = "call EPERM" ] # ADDR_NO_RANDOMIZE
	[ "$(p -- $personality 6)" = "call EPERM" ]
	for ns in 0x10000000 0x20000 0x40000000 0x20000000 0x04000000 \
		  0x02000000 0x08000000; do
		[ "$(p -- $clone $ns)" = "call EPERM" ]
	done
	[ "$(p -- $clone3 0 0)" = "call ENOSYS" ]
	[ "$(p --cap-add SYS_ADMIN -- $clone3 0 0)" = "call EINVAL" ]
	[ "$(p -- 999)" = "call ENOSYS" ]
}

@test "the terminal's ioctls are refused, also with high bits and by other gates" {
	load_busybox
	[ "$(uname -m)" = x86_64 ] || skip "numbers of x86_64"
	for code in 0x5412 0x541c 0x1000005412 0xffffffff0000541c; do
		[ "$(p -- 16 0 $code 0)" = "call EPERM" ]
		[ "$(p -- 0x40000202 0 $code 0)" = "call EPERM" ]
	done
	[ "$(p -- 16 0 0x5401 0)" = "call ENOTTY" ]
	# setsockopt has the number of i386's ioctl
	[ "$(p -- 54 999 0x5412 0)" = "call EBADF" ]
}

@test "i386 and x32 calls are judged by the same list" {
	load_busybox
	[ "$(uname -m)" = x86_64 ] || skip "numbers of x86_64"
	for nr in 321 272 165 250; do # bpf, unshare, mount, keyctl
		[ "$(p -- $((0x40000000 + nr)) 0 0 0)" = "call EPERM" ]
	done
	run p -- i386 20
	[ "$status" -eq 0 ] || skip "no i386 calls in this kernel"
	[ "$output" = "i386 OK" ]
	for nr in 310 21 288 357 120,0x10000000; do # unshare mount keyctl bpf clone
		[ "$(p -- i386 ${nr/,/ })" = "i386 EPERM" ]
	done
	[ "$(p -- i386 435)" = "i386 ENOSYS" ]
	[ "$(p -- i386 54 0 0x5412 0)" = "i386 EPERM" ]
	[ "$(p -- i386 136 0x40000 0 0)" = "i386 EPERM" ]
}

@test "capabilities bring their calls" {
	load_busybox
	[ "$(uname -m)" = x86_64 ] || skip "numbers of x86_64"
	[ "$(p -- 272 0)" = "call EPERM" ]
	[ "$(p --cap-add SYS_ADMIN -- 272 0)" = "call OK" ]
	[ "$(p --cap-add SYS_PTRACE -- 312 0 0 99)" != "call EPERM" ]
	[ "$(p --cap-add SYS_NICE -- 239 0 0 0 0 0)" = "call OK" ]
	[ "$(p --cap-add BPF -- 321 999 0 0)" = "call EINVAL" ] ||
		[ "$(p --cap-add BPF -- 321 999 0 0)" = "call E2BIG" ] ||
		[ "$(sysctl -n kernel.unprivileged_bpf_disabled)" != 0 ]
	[ "$(p --cap-drop SYS_CHROOT -- 161 0)" = "call EPERM" ]
	[ "$(p -- 161 0)" = "call EFAULT" ]
	[ "$(p --privileged -- 272 0)" = "call OK" ]
}

@test "a profile from a file, in Docker's form" {
	load_busybox
	cd "$BATS_TEST_TMPDIR"
	cat >deny.json <<-'JSON'
	{ "defaultAction": "SCMP_ACT_ALLOW",
	  "archMap": [{ "architecture": "SCMP_ARCH_X86_64",
	    "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"] }],
	  "syscalls": [
	    { "names": ["mkdir", "mkdirat", "no_such_call"],
	      "action": "SCMP_ACT_ERRNO", "errnoRet": 122 },
	    { "names": ["rmdir"], "action": "SCMP_ACT_ERRNO",
	      "includes": { "caps": ["CAP_CHOWN", "CAP_SYS_ADMIN"] } },
	    { "names": ["symlink", "symlinkat"], "action": "SCMP_ACT_ERRNO",
	      "includes": { "minKernel": "3.0" } },
	    { "names": ["unlink", "unlinkat"], "action": "SCMP_ACT_ERRNO",
	      "includes": { "arches": ["s390x"] } },
	    { "names": ["link", "linkat"], "action": "SCMP_ACT_ERRNO",
	      "excludes": { "caps": ["CAP_CHOWN"] } },
	    { "names": ["dup2"], "action": "SCMP_ACT_ERRNO", "errnoRet": 11,
	      "args": [{ "index": 1, "value": 77, "op": "SCMP_CMP_EQ" },
	               { "index": 1, "value": 78, "op": "SCMP_CMP_EQ" }] } ] }
	JSON
	run p --security-opt seccomp=deny.json -- 83 0 0
	[ "$output" = "call EDQUOT" ]
	[ "$(p --security-opt seccomp=deny.json -- 84 0)" = "call EFAULT" ]
	[ "$(p --security-opt seccomp=deny.json --cap-add SYS_ADMIN -- 84 0)" = \
	  "call EPERM" ]
	[ "$(p --security-opt seccomp=deny.json -- 88 0 0)" = "call EPERM" ]
	[ "$(p --security-opt seccomp=deny.json -- 87 0)" = "call EFAULT" ]
	[ "$(p --security-opt seccomp=deny.json -- 86 0 0)" = "call EFAULT" ]
	[ "$(p --security-opt seccomp=deny.json -- 33 1 77)" = "call EAGAIN" ]
	[ "$(p --security-opt seccomp=deny.json -- 33 1 78)" = "call EAGAIN" ]
	[ "$(p --security-opt seccomp=deny.json -- 33 1 79)" = "call OK" ]
	# even then nobody types into the user's terminal
	[ "$(p --security-opt seccomp=deny.json -- 16 0 0x5412 0)" = "call EPERM" ]
}

@test "a profile that cannot be read is an error before anything runs" {
	load_busybox
	cd "$BATS_TEST_TMPDIR"
	for text in '{' '[]' '{"defaultAction":"SCMP_ACT_JUMP"}' \
		'{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"name":"a","names":["b"],"action":"SCMP_ACT_ERRNO"}]}' \
		'{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_ERRNO","args":[{"index":9,"value":1,"op":"SCMP_CMP_EQ"}]}]}' \
		'{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86"],"archMap":[{}]}'; do
		echo "$text" >bad.json
		run p --security-opt seccomp=bad.json -- 39
		[ "$status" -eq 125 ]
		[[ $output == *seccomp* ]]
	done
	run p --security-opt seccomp=missing.json -- 39
	[ "$status" -eq 125 ]
	[[ $output == *missing.json* ]]
}

@test "--security-opt: what docker takes" {
	load_busybox
	for o in no-new-privileges no-new-privileges=true no-new-privileges:true; do
		[ "$("$RL" run --rm --security-opt $o busybox \
			awk '/NoNewPrivs/ { print $2 }' /proc/self/status)" = 1 ]
	done
	for o in no-new-privileges=false seccomp=builtin label=disable \
		label=type:x apparmor=unconfined apparmor=docker-default; do
		[ "$("$RL" run --rm --security-opt $o busybox \
			awk '/NoNewPrivs/ { print $2 }' /proc/self/status)" = 0 ]
	done
	"$RL" run --rm busybox grep -q " /proc/sys proc ro" /proc/mounts
	refute "$RL" run --rm --security-opt systempaths=unconfined busybox \
		grep " /proc/sys proc ro" /proc/mounts
	for o in nonsense no-new-privileges=maybe label=nonsense; do
		run "$RL" run --rm --security-opt $o busybox true
		[ "$status" -eq 125 ]
		[[ $output == *"$o"* ]]
	done
}
