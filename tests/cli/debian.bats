# debian.bats - a Debian image does what Debian does: apt-get, useradd, su.
load ../lib/common
load ../lib/registry

# The image comes as users get it: from a registry, made there by skopeo.
setup_file() {
	export RL_ROOT=$BATS_FILE_TMPDIR/store
	[ -r "${RL_TEST_DEBIAN:-}" ] || return 0
	start_registry "$BATS_FILE_TMPDIR/registry"
	skopeo copy -q --insecure-policy --dest-tls-verify=false \
		"docker-archive:$RL_TEST_DEBIAN" "docker://$REGISTRY/debian:12"
	"$RL" pull -q "$REGISTRY/debian:12"
	"$RL" tag "$REGISTRY/debian:12" debian:12
	kill "$REGISTRY_PID"
	make_repository "$BATS_FILE_TMPDIR/repo"
}

# One store for the whole file: the image is large.
setup() {
	export RL_ROOT=$BATS_FILE_TMPDIR/store
	[ -r "${RL_TEST_DEBIAN:-}" ] ||
		skip "no Debian image: tests/lib/debian.sh could not make one"
}

teardown() { :; }

teardown_file() {
	export RL_ROOT=$BATS_FILE_TMPDIR/store
	unshare -U --map-root-user --map-auto rm -rf "$RL_ROOT" 2>/dev/null ||
		unshare -U --map-root-user rm -rf "$RL_ROOT"
}

# make_package DIR NAME FIELDS - build DIR/NAME.deb from DIR/NAME.
make_package() {
	mkdir -p "$1/$2/DEBIAN"
	printf 'Package: %s\nVersion: 1.0\nArchitecture: all\nMaintainer: t <t@example.org>\nDescription: a test\n%s' \
		"$2" "$3" >"$1/$2/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$1/$2" "$1/$2.deb" >/dev/null
	rm -r "${1:?}/$2"
	{
		dpkg-deb -f "$1/$2.deb"
		echo "Filename: ./$2.deb"
		echo "Size: $(stat -c %s "$1/$2.deb")"
		echo "SHA256: $(sha256sum "$1/$2.deb" | cut -d' ' -f1)"
		echo
	} >>"$1/Packages"
}

# Two packages; one needs the other, and a user, groups, owners and a setgid
# file of its own, as a server's package does.
make_repository() {
	mkdir -p "$1"
	mkdir -p "$1/rl-lib/usr/share/rl-lib"
	echo data >"$1/rl-lib/usr/share/rl-lib/data"
	make_package "$1" rl-lib ""
	mkdir -p "$1/rl-server/usr/bin" "$1/rl-server/var/lib/rl-server" \
		"$1/rl-server/DEBIAN"
	printf '#!/bin/sh\ncat /usr/share/rl-lib/data\n' \
		>"$1/rl-server/usr/bin/rl-server"
	chmod 2755 "$1/rl-server/usr/bin/rl-server"
	cat >"$1/rl-server/DEBIAN/postinst" <<-'POSTINST'
	#!/bin/sh
	set -e
	addgroup --system rlgroup
	adduser --system --ingroup rlgroup --home /var/lib/rl-server rlserver
	chown -R rlserver:rlgroup /var/lib/rl-server
	chgrp rlgroup /usr/bin/rl-server
	POSTINST
	chmod 755 "$1/rl-server/DEBIAN/postinst"
	make_package "$1" rl-server $'Depends: rl-lib, adduser\n'
	echo 'deb [trusted=yes] file:/repo ./' >"$1/sources.list"
}

# r COMMAND - a shell in the image, with the repository.
r() {
	"$RL" run --rm --network none -v "$BATS_FILE_TMPDIR/repo:/repo:ro" \
		-v "$BATS_FILE_TMPDIR/repo/sources.list:/etc/apt/sources.list:ro" \
		debian:12 bash -ec "$1" </dev/null
}

@test "apt-get update and install from a folder, with a package's own user" {
	run r 'apt-get update && apt-get install -y rl-server && rl-server
		id -u rlserver >/dev/null; id -gn rlserver; dpkg -s rl-server'
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *$'\ndata\nrlgroup\n'*"install ok installed"* ]]
	[[ $output != *"W: "* ]]
	[[ $output != *"E: "* ]]
}

@test "apt-get remove and purge" {
	run r 'apt-get update -qq && apt-get install -qq -y rl-server >/dev/null
		apt-get purge -y rl-server && apt-get autoremove -y
		[ ! -e /usr/bin/rl-server ] && [ ! -e /usr/share/rl-lib ]'
	[ "$status" -eq 0 ]
}

@test "useradd, groupadd, usermod, passwd, su, and who one is then" {
	run r 'useradd -m -s /bin/bash -G adm,tty eve
		groupadd staff2 && usermod -aG staff2 eve && passwd -d eve
		su - eve -c "id -un; id -Gn; pwd; touch mine"
		su eve -c "id -Gn"
		setpriv --reuid eve --regid eve --init-groups id -Gn
		runuser -u eve -- id -un
		userdel eve && ! id eve'
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *$'\neve\neve adm tty staff2\n/home/eve\neve adm tty staff2\neve adm tty staff2\neve\n'* ]]
}

@test "perl and who it says it is, for good" {
	run r 'perl -e "\$( = \$) = q(5 5 6); \$< = \$> = 33;
		print \$< . q( ) . \$> . q( ) . \$) . chr 10; \$> = 0;
		print \$> . chr 10"'
	[ "${lines[0]}" = "33 33 5 5 6" ]
	[ "${lines[1]}" = 33 ]
}

@test "a second user's program cannot become root again" {
	run r 'useradd eve; setpriv --reuid eve --regid eve --clear-groups \
		perl -e "\$< = \$> = 0; print qq(\$< \$>\n)"'
	[ "$output" = "1000 1000" ]
}

@test "with ranges the owners are seen by everybody" {
	requires subuid
	run r 'apt-get update -qq && apt-get install -qq -y rl-server >/dev/null
		stat -c %U:%G /var/lib/rl-server; stat -c %G:%a /usr/bin/rl-server'
	[[ $output == *$'rlserver:rlgroup\nrlgroup:2755' ]] ||
		[[ $output == *$'rlserver:rlgroup\nrlgroup:755' ]]
}

@test "curl and ping of the image, over the default network" {
	[ -w /dev/net/tun ] || skip "/dev/net/tun cannot be opened"
	mkdir -p "$BATS_TEST_TMPDIR/www"
	head -c 3000001 /dev/urandom >"$BATS_TEST_TMPDIR/www/file"
	PYTHONUNBUFFERED=1 python3 -m http.server -d "$BATS_TEST_TMPDIR/www" 0 \
		>"$BATS_TEST_TMPDIR/serve" 2>&1 3>&- &
	server=$!
	until_text "port [0-9]" "$BATS_TEST_TMPDIR/serve"
	port=$(sed -n 's/.*port \([0-9]*\).*/\1/p' "$BATS_TEST_TMPDIR/serve")
	run "$RL" run --rm --add-host peer:host-gateway -v "$BATS_TEST_TMPDIR:/t" \
		debian:12 sh -ec "curl -sSf -o /tmp/got http://peer:$port/file
		cmp /tmp/got /t/www/file
		curl -sS -o /dev/null -w '%{http_code}\n' http://peer:$port/none
		getent hosts peer >/dev/null && ping -c 1 -W 5 127.0.0.1" </dev/null
	kill $server
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *404*"1 received"* ]]
}
