#!/bin/bash
# buildah.sh - buildah runs RUN and `buildah run` with rl-oci.
set -u
. "$(dirname "$0")/lib.sh"
needs buildah
needs_ranges
work_folder

b() {
	timeout --foreground 60 buildah --root "$work/store" --runroot "$work/run/buildah" \
		--storage-driver vfs "$@"
}

run_in() {
	b run --isolation oci --runtime "$oci" --network none "$@"
}

from() {
	b pull -q "docker-archive:$work/busybox.tar" &&
		container=$(b from --name work busybox) && [ "$container" = work ]
}

run_it() {
	is "0 2" run_in work sh -c 'echo $(id -u) $(grep Seccomp: \
		/proc/self/status | cut -f2)'
}

codes() {
	ends 7 run_in work sh -c 'exit 7'
}

user() {
	is "33 33" run_in --user 33:33 work sh -c 'echo $(id -u) $(id -g)'
}

volume() {
	mkdir -p "$work/shared"
	echo text >"$work/shared/f"
	is text run_in -v "$work/shared:/s:ro" work cat /s/f
}

terminal() {
	local out
	out=$(SHELL=/bin/bash script -qec "$(declare -p work oci); $(declare -f b run_in); \
		run_in -t work tty" /dev/null)
	[[ $out == */dev/pts/0* ]] || { echo "$out"; return 1; }
}

build() {
	mkdir -p "$work/context"
	cat >"$work/context/Dockerfile" <<-'DOCKERFILE'
	FROM busybox AS one
	RUN mkdir /d && echo made >/d/f && chown 33:4 /d/f
	FROM busybox
	COPY --from=one /d /d
	WORKDIR /d
	USER 33
	RUN test "$(stat -c %u:%g f)" = 33:4 && test "$(id -u)" = 33
	DOCKERFILE
	b bud --isolation oci --runtime "$oci" --network none -t made \
		"$work/context" && b inspect made | grep -q '"User": "33"'
}

fails() {
	printf 'FROM busybox\nRUN exit 3\n' >"$work/context/Dockerfile"
	! b bud --isolation oci --runtime "$oci" --network none \
		"$work/context" >"$work/said" 2>&1 &&
		grep -q 'exit status 3' "$work/said"
}

left_over() {
	[ -z "$(find "$work/run" -path '*/oci/[^%]*')" ]
}

make_busybox_archive "$work/busybox.tar"
t "from" from
t "run" run_it
t "run: the exit code" codes
t "run: a user" user
t "run: a volume" volume
t "run -t" terminal
t "bud: stages, owners, a user" build
t "bud: a RUN that fails" fails
t "nothing is left" left_over
done_testing
