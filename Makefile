# rl - rootless containers.  `make help` lists the targets.
PREFIX  ?= /usr/local
VERSION := $(shell cat VERSION 2>/dev/null || git describe --tags --always --dirty 2>/dev/null || echo unknown)
B       ?= build
CC      ?= cc
# What each program may use: rl starts containers and is linked statically;
# rl-transfer moves images in and out and loads the large libraries; rl-slirp
# is a container's network, rl-scope asks systemd for a cgroup.
PKGS          ?= libseccomp libcap jansson
LIBS_SLIRP    ?= -lslirp
LIBS_SCOPE    ?= -lsystemd
PKGS_TRANSFER ?= $(PKGS) libarchive libcrypto libcurl libzstd libisal zlib

CFLAGS   ?= -O2 -g
CPPFLAGS += -std=gnu11 -D_GNU_SOURCE -DRL_VERSION='"$(VERSION)"' \
            -DRL_LIBEXEC='"$(PREFIX)/libexec/rl"' -I. -I$B/gen -MMD -MP
WARN     := -Wall -Wextra -Wshadow -Wundef -Wvla -Wformat=2 -Wpointer-arith \
            -Wstrict-prototypes -Wmissing-prototypes \
            -Wold-style-definition -Wno-missing-field-initializers \
            -Wno-format-nonliteral -Werror
HARDEN   := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fno-common -fPIE \
            -ffunction-sections -fdata-sections
STATIC   := -static-pie
LDFLAGS  += -Wl,-z,relro,-z,now,--as-needed,--gc-sections
ifdef SAN        # make SAN=address,undefined B=build-san
HARDEN   := -fno-omit-frame-pointer -fno-sanitize-recover=all -fPIE
STATIC   := -pie
override CFLAGS += -fsanitize=$(SAN)
LDFLAGS  += -fsanitize=$(SAN)
endif
ifdef FUZZING    # the sanitizers, and libFuzzer: clang only
HARDEN   := -fno-omit-frame-pointer -fno-sanitize-recover=all -fPIE
override CFLAGS += -fsanitize=fuzzer-no-link,address,undefined
LDFLAGS  += -fsanitize=fuzzer,address,undefined
WARN     += -Wno-unused-variable # to clang, what is only freed is unused
endif
override CFLAGS += $(WARN) $(HARDEN)

# The folder says which program a file belongs to.
LIB_SRC      := $(wildcard core/base/*.c core/*.c core/oci/*.c net/*.c fs/*.c fs/dockerfile/*.c)
SHARED_SRC   := $(wildcard cmd/ui/*.c)
RL_SRC       := $(wildcard cmd/*.c cmd/container/*.c cmd/doctor/*.c cmd/oci/*.c)
TRANSFER_SRC := $(wildcard fs/transfer/*.c fs/build/*.c cmd/transfer/*.c cmd/build/*.c) cmd/image_obtain.c
SLIRP_SRC    := $(wildcard net/slirp/*.c)
SCOPE_SRC    := $(wildcard core/scope/*.c) core/base/base.c
SLIRP_PURE   := $(addprefix net/slirp/,frame.c dns.c judge.c merge.c timewait.c)
SLIRP_LIB    := net/wire.c net/policy.c $(addprefix core/base/,base.c err.c resident.c str.c)
UNIT_SRC     := $(wildcard tests/unit/*_test.c)
FUZZ_SRC     := $(wildcard tests/fuzz/*_fuzz.c)
obj           = $(patsubst %.c,$B/%.o,$(1))
LIB          := $(call obj,$(LIB_SRC))
UNIT         := $(patsubst %.c,$B/%,$(UNIT_SRC))
FUZZ         := $(patsubst %.c,$B/%,$(FUZZ_SRC))

Q = $(if $(V),,@printf '  %-5s %s\n' $(1) $@;)

all: $B/rl $B/rl-transfer $B/rl-slirp $B/rl-scope ## build the programs

$B/rl: $(call obj,$(RL_SRC) $(SHARED_SRC)) $(LIB)
	$(call Q,LD)$(CC) $(CFLAGS) $(STATIC) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(if $(SAN),,--static) $(PKGS)) -lm
# The same with a place to fail at in each step of init: RL_FAIL_AT=STEP.
$B/rl-faults: $(call obj,$(RL_SRC) $(SHARED_SRC)) $(filter-out $B/core/init.o,$(LIB)) $B/faults/init.o
	$(call Q,LD)$(CC) $(CFLAGS) $(STATIC) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(if $(SAN),,--static) $(PKGS)) -lm
$B/faults/init.o: core/init.c Makefile
	@mkdir -p $(@D)
	$(call Q,CC)$(CC) $(CPPFLAGS) -DRL_FAULTS $(CFLAGS) -c -o $@ $<
$B/rl-transfer: $(call obj,$(TRANSFER_SRC) $(SHARED_SRC)) $(LIB)
	$(call Q,LD)$(CC) $(CFLAGS) -pie $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(PKGS_TRANSFER)) -lm -lpthread
$B/rl-slirp: $(call obj,$(SLIRP_SRC) $(SLIRP_LIB))
	$(call Q,LD)$(CC) $(CFLAGS) -pie $(LDFLAGS) -o $@ $^ $(LIBS_SLIRP) -lm
$B/rl-scope: $(call obj,$(SCOPE_SRC))
	$(call Q,LD)$(CC) $(CFLAGS) -pie $(LDFLAGS) -o $@ $^ $(LIBS_SCOPE)
# The default seccomp profile is compiled once, now, not at every start.
GEN_SRC := core/gen/seccomp_gen.c core/gen/seccomp_shrink.c \
           core/seccomp_profile.c core/caps.c \
           core/base/base.c core/base/err.c core/base/file.c core/base/str.c
$B/gen/seccomp_default.h: $B/gen/seccomp_gen
	$(call Q,GEN)$B/gen/seccomp_gen > $@.tmp && mv $@.tmp $@
$B/gen/seccomp_gen: $(GEN_SRC) core/seccomp_profile.h core/gen/seccomp_shrink.h
	@mkdir -p $(@D)
	$(call Q,CC)$(CC) $(filter-out -MMD -MP,$(CPPFLAGS)) $(CFLAGS) -pie -o $@ $(GEN_SRC) -lseccomp -lcap -lm
$B/core/seccomp.o: $B/gen/seccomp_default.h
$B/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call Q,CC)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
$(UNIT): $B/%: $B/%.o $(LIB) $(call obj,$(SHARED_SRC) $(SLIRP_PURE) $(wildcard fs/transfer/*.c))
	$(call Q,LD)$(CC) $(CFLAGS) -pie $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(PKGS_TRANSFER)) -lm -lpthread
$(FUZZ): $B/%: $B/%.o $(LIB) $(call obj,$(SHARED_SRC) $(SLIRP_PURE) $(wildcard fs/transfer/*.c))
	$(call Q,LD)$(CC) $(CFLAGS) -pie $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(PKGS_TRANSFER)) -lm -lpthread

$B/tests/hostile/guest: $B/tests/hostile/guest.o $(call obj,$(SLIRP_LIB))
	$(call Q,LD)$(CC) $(CFLAGS) -pie $(LDFLAGS) -o $@ $^
-include $(shell find $B -name "*.d" 2>/dev/null)
.SECONDARY:
.PHONY: all
demo:                                     ## a container of a real image, without root
	@tests/setup.sh build
	@$(MAKE) --no-print-directory -j2 all
	@tests/demo.sh $B
check:                                    ## install what the tests need, run them all
	@tests/setup.sh check
	@$(MAKE) --no-print-directory -j2 all unit $B/rl-faults
	@$(MAKE) --no-print-directory -j2 unit B=$B-san SAN=address,undefined CFLAGS='-O1 -g'
	@! tests/fuzz/run.sh possible || $(MAKE) --no-print-directory -j2 fuzzers B=$B-fuzz CC=clang FUZZING=1 CFLAGS='-O1 -g'
	@tests/check.sh $B
check-vm:                                 ## limits, on a machine with systemd and cgroup v2
	@tests/setup.sh vm
	@$(MAKE) --no-print-directory -j2 all
	@tests/vm/check.sh $B
bench:                                    ## times and memory beside floors and peers
	@tests/setup.sh bench
	@$(MAKE) --no-print-directory -j2 all
	@tests/bench/start.sh $B && echo && tests/bench/exec.sh $B && \
		echo && tests/bench/oci.sh $B && \
		echo && tests/bench/memory.sh $B && \
		echo && tests/bench/pull.sh $B && echo && tests/bench/push.sh $B && \
		echo && tests/bench/build.sh $B && \
		echo && tests/bench/build_debian.sh $B && \
		echo && tests/bench/net.sh $B && echo && tests/bench/net_bytes.sh $B && \
		echo && tests/bench/net_requests.sh $B && \
		echo && tests/bench/net_connections.sh $B && echo && tests/bench/log.sh $B && \
		echo && tests/bench/life.sh $B && echo && tests/bench/limits.sh $B && \
		echo && tests/vm/bench.sh $B
fuzz:                                     ## run each fuzzer for SECONDS (5)
	@$(MAKE) --no-print-directory -j2 fuzzers B=$B-fuzz CC=clang FUZZING=1 CFLAGS='-O1 -g'
	@tests/fuzz/run.sh $B-fuzz $(if $(filter environment,$(origin SECONDS)),5,$(or $(SECONDS),5))
fuzzers: $(FUZZ)
hostile:                                  ## a guest that sends rubbish, for SECONDS (60)
	@tests/hostile/run.sh $B $(if $(filter environment,$(origin SECONDS)),60,$(or $(SECONDS),60))
unit: $(UNIT)
lint:                                     ## layers, headers, banned calls, length
	@tests/lint/layers.sh && tests/lint/docs.sh && tests/lint/source.sh
install: SHARE = $(DESTDIR)$(PREFIX)/share
install: all                              ## into PREFIX
	install -D -m0755 $B/rl $(DESTDIR)$(PREFIX)/bin/rl
	ln -sf rl $(DESTDIR)$(PREFIX)/bin/rl-oci
	install -D -m0755 $B/rl-transfer $(DESTDIR)$(PREFIX)/libexec/rl/rl-transfer
	install -D -m0755 $B/rl-slirp $(DESTDIR)$(PREFIX)/libexec/rl/rl-slirp
	install -D -m0755 $B/rl-scope $(DESTDIR)$(PREFIX)/libexec/rl/rl-scope
	mkdir -p $(SHARE)/man/man1 $(SHARE)/bash-completion/completions \
		$(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	$B/rl __man $(SHARE)/man/man1
	$B/rl __complete bash >$(SHARE)/bash-completion/completions/rl
	$B/rl __complete zsh >$(SHARE)/zsh/site-functions/_rl
	$B/rl __complete fish >$(SHARE)/fish/vendor_completions.d/rl.fish
map:                                      ## what each file is for
	@for f in $$(git ls-files '*.[ch]'); do sed -n 's|^.*/\?\* \?\([a-z_]*\.[ch] - .*\)|\1|p' $$f | head -1; done
clean:
	rm -rf $B
help:                                     ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*##/\t/'
.PHONY: fuzz fuzzers hostile demo check check-vm bench unit lint install map clean help
