# build_peers.bats - rl build and buildah make the same of a Dockerfile.
load ../lib/common
load ../lib/peers

setup() {
	work=$BATS_TEST_TMPDIR
	export RL_ROOT=$work/store
	requires subuid
	command -v buildah >/dev/null || skip "no buildah here"
	ctx=$work/ctx
	make_context
	load_both
}

teardown() {
	remove_peer
}

# same [ARG...] - build the Dockerfile on stdin with both, and compare.
same() {
	cat >"$ctx/Dockerfile"
	"$RL" build -q -t ours "$@" "$ctx" </dev/null
	peer_build "$ctx/Dockerfile" "$@"
	same_image ours localhost/theirs
}

@test "RUN: files, folders, links, owners, what is removed" {
	same <<-'E'
	FROM busybox
	RUN mkdir -p /new/deep && echo x >/new/deep/f && ln -s f /new/deep/l && ln /new/deep/f /new/hard && chown 33:4 /new/deep/f && chmod 4755 /new/hard && chmod 1777 /new
	RUN rm /bin/cat && rm -r /root && mkdir /root && echo y >/root/y
	RUN mkfifo /fifo && rmdir /tmp && echo file >/tmp
	RUN ["mkdir", "/exec form"]
	E
}

@test "COPY: folders, patterns, names, owners, modes" {
	same <<-'E'
	FROM busybox
	COPY . /all/
	COPY *.txt /some/
	COPY d /d
	COPY d/ /d2/
	COPY d/sub empty /merged/
	COPY a.txt /new/deep/name
	COPY --chown=33:4 a.txt d /owned/
	COPY --chown=www:adm b.txt /named
	COPY --chown=7 b.txt /number
	COPY --chmod=640 a.txt /mode
	COPY ["a.txt", "/with blank/"]
	COPY [a-b].txt /class/
	COPY d/?.txt /one/
	E
}

@test "COPY into what is there: folders, links, files" {
	same <<-'E'
	FROM busybox
	RUN mkdir -p /x/real && ln -s real /x/link && echo old >/x/a.txt && mkdir -m 700 /x/sub
	COPY a.txt /x/link/
	COPY a.txt /x
	COPY b.txt /x/b
	WORKDIR /x
	COPY d .
	COPY c.md ./real
	COPY src ../y
	E
}

@test ".dockerignore" {
	printf '%s\n' '# a comment' '*.md' '!d/y.md' 'd/sub/*' '!d/sub/z.txt' '**/main.c' '/empty' >"$ctx/.dockerignore"
	same <<-'E'
	FROM busybox
	COPY . /all/
	COPY d /d/
	E
}

@test "stages and images as sources keep owners and modes" {
	same <<-'E'
	FROM busybox AS one
	RUN mkdir -p /out/in && echo 1 >/out/f && echo 2 >/out/in/g && chown -R 33:4 /out/in && chmod 2750 /out/in && ln -s f /out/l
	FROM one AS two
	RUN echo 3 >/out/in/h
	FROM busybox
	COPY --from=one /out /one
	COPY --from=1 /out/in/h /two/
	COPY --from=two --chown=5:6 /out /owned
	COPY --from=busybox /etc/group /group
	E
}

@test "ADD: archives" {
	same <<-'E'
	FROM busybox
	ADD d.tar.gz /unpacked/
	ADD plain.gz /
	ADD a.txt d /plain/
	E
}

@test "ARG and ENV, in every instruction that expands them" {
	same --build-arg GIVEN=given --build-arg V=cmd <<-'E'
	ARG TAG=latest
	FROM busybox:${TAG}
	ARG TAG
	ARG GIVEN
	ARG V=default
	ARG NONE
	ENV A=1 B="two words" C='$notexpanded' D=$GIVEN
	ENV E=${A}${UNSET:-fallback} F=${A:+set} PATH=$PATH:/extra
	ENV old style value
	WORKDIR /w/$D
	COPY ${A}*.none a.t?t /$V/
	LABEL l.$A="$B" m=$GIVEN
	USER ${UNSET:-www}
	EXPOSE $A/udp 80
	STOPSIGNAL ${UNSET:-SIGINT}
	RUN echo "$A $B $C $D $E $F $V ${NONE-none} $TAG" >/tmp/env; env | grep -v -e HOSTNAME -e SHLVL -e container -e BUILDAH -e _= -e PWD | sort >/tmp/all
	E
}

@test "CMD, ENTRYPOINT, SHELL, HEALTHCHECK, ONBUILD, LABEL" {
	same <<-'E'
	FROM busybox
	SHELL ["/bin/ash", "-c"]
	RUN echo $0 >/shell
	HEALTHCHECK --interval=10s --timeout=3s --start-period=1m --retries=4 CMD ["true", "x"]
	ONBUILD COPY a.txt /on
	LABEL one=1 two="2 2"
	ENTRYPOINT ["echo", "x y"]
	CMD ["exec", "form"]
	STOPSIGNAL 9
	E
}

@test "ENTRYPOINT drops the base's CMD, not the file's" {
	same <<-'E'
	FROM busybox
	ENTRYPOINT ["echo"]
	E
	same <<-'E'
	FROM busybox
	CMD ["x"]
	ENTRYPOINT ["echo"]
	E
}

@test "line continuation, comments, an escape of its own" {
	same <<-'E'
	# escape=`
	# a comment
	FROM busybox
	  RUN echo one `
	# between
	    two `

	    three >/out
	run echo lower >/case
	COPY a.txt `
	     b.txt /files/
	E
}

@test "WORKDIR, USER and their files" {
	same <<-'E'
	FROM busybox
	WORKDIR /a
	WORKDIR b/../c
	RUN pwd >/pwd && touch here
	RUN mkdir -m 777 /open
	USER www
	RUN id -u >/open/id; touch /open/mine
	WORKDIR /made/after/user
	USER 12:34
	RUN id -u >/open/id2; id -g >>/open/id2
	E
}
