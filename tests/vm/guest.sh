#!/bin/bash
# guest.sh - within the machine: run the command it was started for, report.
exec >/dev/ttyS1 2>&1
stty -F /dev/ttyS1 raw -echo
mount /dev/vdb /work && chmod 755 /work && cd /work
bash .vm-command </dev/null
printf '\nRL-VM-EXIT %s\n' "$?"
sync
echo o >/proc/sysrq-trigger
sleep 10
