# net_lib.sh - what the network's benchmarks share: an account with rl's image
# and podman's, a namespace behind slirp4netns, background servers.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# net_open BUILD - the stage, the account, the images; sets rl, podman, host.
net_open() {
	bench_open "$1"
	account=${ranges:-$one}
	make_busybox_archive "$stage/busybox.tar"
	chmod a+r "$stage/busybox.tar"
	rl=$stage/rl
	libraries="-v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro"
	host=$(ip -4 -o addr show scope global | awk '{ sub("/.*", "", $4); print $4; exit }')
	as "$account" "$rl" load -q -i "$stage/busybox.tar" >/dev/null
	open_podman
}

# open_podman - $podman run, with what it needs here; empty: it cannot.
open_podman() {
	local at=$stage/$account p way
	podman=
	[ -n "$ranges" ] && command -v podman >/dev/null || return 0
	p="podman --root $at/podman --runroot $at/run/podman"
	p="$p --storage-driver overlay --cgroup-manager cgroupfs"
	as "$account" $p load -q -i "$stage/busybox.tar" >/dev/null 2>&1 || true
	for way in "$p run --cgroups=disabled" "$p --runtime runc run"; do
		if as "$account" timeout 60 $way --rm busybox /bin/true >/dev/null 2>&1; then
			podman=$way
			# podman's own end does not take the container along
			trap "as $account $p rm -f -t 0 -a >/dev/null 2>&1; bench_close" EXIT
			return
		fi
	done
}

# background COMMAND... - as the account, ended with the bench; pid in $last.
background() {
	(become "$account" "$@" >>"$stage/said" 2>&1) &
	started="${started:-} $!"
	last=$!
}

# free_ports N - numbers that nobody listens on.
free_ports() {
	python3 -c '
import socket, sys
l = [socket.socket() for i in range(int(sys.argv[1]))]
for x in l: x.bind(("", 0))
print(*(x.getsockname()[1] for x in l))' "$1"
}

# until_open PORT - somebody listens.
until_open() {
	local i
	for i in $(seq 100); do
		! ss -Hltn "sport = :$1" | grep -q . || return 0
		sleep 0.1
	done
}

# open_slirp4netns - a namespace behind it: enter it with $enter.
open_slirp4netns() {
	local inside
	cat >"$stage/inside" <<-'INSIDE'
	exec unshare -Urn sh -c 'echo $$ >pid; exec sleep 3600'
	INSIDE
	background sh "$stage/inside"
	until [ -s "$stage/$account/pid" ]; do sleep 0.1; done
	inside=$(cat "$stage/$account/pid")
	background slirp4netns --configure --mtu=65520 --api-socket api "$inside" tap0
	until [ -S "$stage/$account/api" ]; do sleep 0.1; done
	enter="nsenter -t $inside -U -n --preserve-credentials"
	started="$started $inside"
}

# forward PORT INSIDE - publish a port through slirp4netns's API.
forward() {
	echo "{\"execute\":\"add_hostfwd\",\"arguments\":{\"proto\":\"tcp\",\"host_addr\":\"127.0.0.1\",\"host_port\":$1,\"guest_port\":$2}}" |
		nc -U -N "$stage/$account/api" >/dev/null
}

# nginx_conf FILE DIR PORT - a server of one small answer.
nginx_conf() {
	cat >"$1" <<-CONF
	user root root; master_process off; daemon off; pid $2/nginx.pid; error_log /dev/null;
	events { worker_connections 4000; }
	http {
		access_log off; client_body_temp_path $2/b; proxy_temp_path $2/p;
		fastcgi_temp_path $2/f; uwsgi_temp_path $2/u; scgi_temp_path $2/s;
		keepalive_requests 1000000;
		server { listen $3 backlog=4000; return 200 "hello"; }
	}
	CONF
	chmod a+r "$1"
}
nginx="/usr/sbin/nginx -e /dev/null -c"

# best FILE - the largest of its lines.
best() {
	sort -n "$1" | tail -1
}
