#!/bin/bash
# slurm.sh - Slurm's steps on two nodes are containers of rl-oci.
#
# The daemons take root; the jobs are those of rltest.
set -u
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin:/sbin
needs slurmctld slurmd srun sbatch munged setpriv
[ "$(id -u)" = 0 ] || {
	echo "ok 1 - slurm # skip its daemons take root"
	echo 1..1
	exit 0
}
id rltest >/dev/null 2>&1 && id munge >/dev/null 2>&1 || {
	echo "ok 1 - slurm # skip there is no account rltest, or munge"
	echo 1..1
	exit 0
}
work_folder
port=$((20000 + RANDOM % 10000))
host=$(hostname -s)
export SLURM_CONF=$work/etc/slurm.conf

configure() {
	cat >"$work/etc/slurm.conf" <<-CONFIG
	ClusterName=rl
	SlurmctldHost=$host(127.0.0.1)
	SlurmctldPort=$port
	SlurmUser=root
	AuthType=auth/munge
	AuthInfo=socket=$work/munge/sock
	StateSaveLocation=$work/spool/ctl
	SlurmctldPidFile=$work/spool/ctl.pid
	SlurmdPidFile=$work/spool/%n.pid
	SlurmdSpoolDir=$work/spool/%n
	SlurmctldLogFile=$work/log/ctl
	SlurmdLogFile=$work/log/%n
	ProctrackType=proctrack/linuxproc
	TaskPlugin=task/none
	JobAcctGatherType=jobacct_gather/none
	SelectType=select/linear
	SwitchType=switch/none
	MpiDefault=none
	KillWait=5
	SchedulerParameters=sched_min_interval=0,batch_sched_delay=0
	NodeName=one,two NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1)),$((port + 2)) State=UNKNOWN
	PartitionName=all Nodes=one,two Default=YES State=UP
	CONFIG
	echo CgroupPlugin=cgroup/v1 >"$work/etc/cgroup.conf"
	# as docs/integrations.md has it
	cat >"$work/etc/oci.conf" <<-CONFIG
	RunTimeQuery="$oci --root=$work/rl-%u state %n.%u.%j.%s.%t"
	RunTimeRun="exec $oci --root=$work/rl-%u run --bundle %b %n.%u.%j.%s.%t"
	RunTimeKill="$oci --root=$work/rl-%u kill -a %n.%u.%j.%s.%t"
	RunTimeDelete="$oci --root=$work/rl-%u delete --force %n.%u.%j.%s.%t"
	CONFIG
}

# daemon NAME COMMAND... - in the background, until stop_all.
daemons=()
daemon() {
	"${@:2}" >"$work/log/$1.out" 2>&1 </dev/null &
	daemons=($! "${daemons[@]}")
}

start_slurm() {
	# sticky, like /tmp: who comes first makes the folder of a user
	chmod 1777 "$work"
	mkdir -p "$work"/{etc,log,munge,spool/{ctl,one,two}}
	dd if=/dev/urandom of="$work/munge/key" bs=1k count=1 2>/dev/null
	chmod 600 "$work/munge/key"
	chown -R munge "$work/munge"
	configure
	daemon munged setpriv --reuid munge --regid munge --clear-groups \
		munged -F -f --key-file="$work/munge/key" \
		-S "$work/munge/sock" --pid-file="$work/munge/pid" \
		--log-file="$work/munge/log" --seed-file="$work/munge/seed"
	until_ok test -S "$work/munge/sock"
	daemon ctl slurmctld -D -c
	daemon one slurmd -D -N one
	daemon two slurmd -D -N two
}

stop_all() {
	local pid
	scancel -u rltest
	until_ok is "" squeue -h
	for pid in "${daemons[@]}"; do
		kill "$pid"
		wait "$pid"
	done
}

ready() {
	until_ok is 2 sinfo -h -t idle -o %D || tail -n 20 "$work"/log/*.out
}

# u COMMAND... - as the user who has the job, in the bundle's folder.
u() {
	(cd "$work/bundle" && exec setpriv --reuid rltest --regid rltest \
		--init-groups env -i PATH="$PATH" HOME=/ LC_ALL=C.UTF-8 \
		SLURM_CONF="$SLURM_CONF" timeout --foreground 60 "$@")
}

# r OPTION... WORD... - a step in the container.
r() {
	u srun -Q --container="$work/bundle" "$@"
}

make_bundle() {
	mkdir "$work/bundle"
	make_busybox_root "$work/bundle/rootfs"
	chown -R rltest: "$work/bundle"
	u "$oci" spec --rootless
	# with all ids that the user has
	u jq 'del(.linux.uidMappings, .linux.gidMappings) |
		.process.terminal = false | .root.readonly = false' \
		"$work/bundle/config.json" >"$work/config"
	cp "$work/config" "$work/bundle/config.json"
}

two_nodes() {
	is "0: 0 rl 1
1: 0 rl 1" sorted r -N2 -l sh -c 'echo $(id -u) $(hostname) $$'
}

sorted() {
	"$@" | sort
}

codes() {
	ends 7 r -N1 sh -c 'exit 7' && ends 5 r -N2 sh -c 'exit 5' || return
	! r -N1 nosuch 2>"$work/said" &&
		grep -q '"nosuch": executable file not found' "$work/said"
}

stdin() {
	is in sh_in r -N1 cat
}

sh_in() {
	echo in | "$@"
}

environment() {
	is "b rl" r -N1 --export=ALL,A=b sh -c 'echo $A $SLURM_CLUSTER_NAME'
}

ids() {
	grep -q ^rltest: /etc/subuid || return 0
	is 65537 r -N1 awk '{ n += $3 } END { print n }' /proc/self/uid_map
}

terminal() {
	local out
	out=$(SHELL=/bin/bash script -qec "$(declare -p work SLURM_CONF)
		$(declare -f u r); r -N1 --pty sh -c 'test -t 0 && test -t 1 &&
		echo both; exit 4'" /dev/null)
	[ $? = 4 ] && [[ $out == *both* ]] || { echo "$out"; return 1; }
}

batch() {
	u tee job >/dev/null <<-'JOB'
	#!/bin/sh
	echo batch $(id -u) $$ $(hostname)
	exit 5
	JOB
	ends 5 u sbatch -W -Q -o out --container="$work/bundle" job &&
		grep -qx "batch 0 1 rl" "$work/bundle/out" ||
		{ cat "$work/bundle/out"; return 1; }
}

cancelled() {
	r -N2 sh -c 'trap "echo ended; exit 5" TERM; echo ready
		while :; do sleep 0.1; done' >"$work/out" 2>&1 &
	local step=$!
	until_ok lines 2 ready && listed &&
		u scancel -u rltest && ! wait $step && lines 2 ended &&
		until_ok is "" listed_ids || { cat "$work/out"; return 1; }
}

lines() {
	[ "$(grep -c "$2" "$work/out")" = "$1" ]
}

# Each node has its container.
listed() {
	is "one.rltest two.rltest" ids_of_nodes
}

ids_of_nodes() {
	echo $(listed_ids | cut -d. -f1,2 | sort)
}

listed_ids() {
	u "$oci" --root="$work/rl-rltest" list -q
}

# SIGKILL after KillWait, what takes no TERM.
killed() {
	r -N2 sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done' \
		>"$work/out" 2>&1 &
	local step=$!
	until_ok lines 2 ready && u scancel -u rltest && ! wait $step &&
		until_ok is "" squeue -h && is "" listed_ids &&
		! pgrep -u rltest -f 'trap "" TERM; echo ready'
}

left_over() {
	until_ok is "" squeue -h && is "" listed_ids &&
		is "" find "$work/spool" -name 'oci-job*'
}

start_slurm
make_bundle
t "slurmctld and two slurmds" ready
t "srun on both nodes" two_nodes
t "exit codes; a program that is not there" codes
t "srun: stdin" stdin
t "srun: the environment" environment
t "srun: the user's ranges of ids" ids
t "srun --pty" terminal
t "sbatch --container" batch
t "scancel: what the program makes of it" cancelled
t "scancel: SIGKILL" killed
t "nothing is left" left_over
done_testing
