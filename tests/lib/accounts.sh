# accounts.sh - unprivileged accounts for what root asks to be tested:
# rltest has ranges of subordinate ids, rltest1 has none.
make_accounts() {
	for user in rltest rltest1; do
		id "$user" >/dev/null 2>&1 || useradd -m -s /bin/bash "$user"
	done
	sed -i '/^rltest1:/d' /etc/subuid /etc/subgid
	for file in /etc/subuid /etc/subgid; do
		grep -q '^rltest:' $file || echo rltest:300000:65536 >>$file
	done
	[ ! -e /dev/fuse ] || chmod 666 /dev/fuse
	if [ ! -e /dev/net/tun ]; then
		mkdir -p /dev/net
		mknod /dev/net/tun c 10 200 2>/dev/null || true
	fi
	[ ! -e /dev/net/tun ] || chmod 666 /dev/net/tun
}

# run_as USER COMMAND [ARG...] - with a clean environment and a home.
run_as() {
	user=$1
	shift
	setpriv --reuid "$user" --regid "$user" --init-groups \
		env -i PATH="$PATH" HOME="$(getent passwd "$user" | cut -d: -f6)" \
		USER="$user" LC_ALL=C.UTF-8 ${RL:+RL="$RL"} ${TERM:+TERM="$TERM"} \
		${RL_TEST_DEBIAN:+RL_TEST_DEBIAN="$RL_TEST_DEBIAN"} \
		"$@"
}
