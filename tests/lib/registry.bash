# registry.bash - Debian's docker-registry on a free loopback port, and a
# server that fails in every way a registry can.

# free_port - a TCP port that nothing listens on.
free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# wait_port PORT - until something listens there.
wait_port() {
	local i
	for i in $(seq 100); do
		(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
		sleep 0.1
	done
	echo "nothing listens on port $1" >&2
	return 1
}

# start_registry DIR [htpasswd] [tls] [readonly] - sets REGISTRY (host:port) and
# REGISTRY_PID; data, log and certificate are in DIR.
start_registry() {
	local dir=$1 port config
	shift
	port=$(free_port)
	mkdir -p "$dir/data"
	config="version: 0.1
storage: {filesystem: {rootdirectory: $dir/data}}
http:
  addr: 127.0.0.1:$port"
	case " $* " in *" readonly "*)
		config="${config/storage: \{/storage: {maintenance: {readonly: {enabled: true\}\}, }" ;;
	esac
	case " $* " in *" tls "*)
		openssl req -x509 -newkey rsa:2048 -nodes -days 2 \
			-subj /CN=localhost -addext "subjectAltName=DNS:localhost" \
			-keyout "$dir/key.pem" -out "$dir/cert.pem" 2>/dev/null
		config="$config
  tls: {certificate: $dir/cert.pem, key: $dir/key.pem}" ;;
	esac
	case " $* " in *" htpasswd "*)
		htpasswd -Bbn ann "s3cret word" >"$dir/htpasswd"
		config="$config
auth: {htpasswd: {realm: test, path: $dir/htpasswd}}" ;;
	esac
	echo "$config" >"$dir/config.yml"
	docker-registry serve "$dir/config.yml" >"$dir/log" 2>&1 3>&- &
	REGISTRY_PID=$!
	REGISTRY=127.0.0.1:$port
	case " $* " in *" tls "*) REGISTRY=localhost:$port ;; esac
	wait_port "$port"
}

# push_busybox NAME - the busybox archive under $REGISTRY/NAME.
push_busybox() {
	skopeo copy -q --insecure-policy --dest-tls-verify=false \
		"docker-archive:$(busybox_archive)" "docker://$REGISTRY/$1"
}

# start_faulty MODE [OPTION...] - tests/lib/faulty_registry.py in front of
# $REGISTRY: sets FAULTY (host:port), FAULTY_PID and FAULTY_LOG.
start_faulty() {
	local port
	port=$(free_port)
	FAULTY_LOG=$BATS_TEST_TMPDIR/faulty.log
	python3 "$BATS_TEST_DIRNAME/../lib/faulty_registry.py" "$port" \
		"$REGISTRY" "$@" >"$FAULTY_LOG" 2>&1 3>&- &
	FAULTY_PID=$!
	FAULTY=127.0.0.1:$port
	wait_port "$port"
}
