/* seccomp_gen.c - at build time: the default profile as a C array. */
#include "core/gen/seccomp_shrink.h"
#include "core/seccomp_profile.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdio.h>

/* ---- the two programs must answer alike ---- */

static bool jumps(const struct sock_filter *i, uint32_t a)
{
	switch (BPF_OP(i->code)) {
	case BPF_JEQ:
		return a == i->k;
	case BPF_JGT:
		return a > i->k;
	case BPF_JGE:
		return a >= i->k;
	default:
		return a & i->k;
	}
}

/* What the kernel would answer. */
static uint32_t answer(const struct seccomp_filter *f,
		       const struct seccomp_data *d)
{
	uint32_t a = 0;

	for (unsigned int pc = 0; pc < f->n; pc++) {
		const struct sock_filter *i = &f->insns[pc];

		if (i->code == (BPF_RET | BPF_K))
			return i->k;
		if (i->code == (BPF_LD | BPF_W | BPF_ABS))
			memcpy(&a, (const char *)d + i->k, sizeof(a));
		else if (i->code == (BPF_ALU | BPF_AND | BPF_K))
			a &= i->k;
		else if (i->code == (BPF_JMP | BPF_JA))
			pc += i->k;
		else if (BPF_CLASS(i->code) == BPF_JMP)
			pc += jumps(i, a) ? i->jt : i->jf;
		else
			abort();
	}
	abort();
}

static bool same_for(const struct seccomp_filter *a,
		     const struct seccomp_filter *b, uint32_t arch,
		     uint32_t nr)
{
	struct seccomp_data d = { .nr = nr, .arch = arch };

	/* every constant of the program as an argument, and one above */
	for (unsigned int i = 0; i < a->n; i++)
		for (unsigned int more = 0; more < 2; more++) {
			d.args[0] = d.args[1] = d.args[2] =
				(uint64_t)a->insns[i].k + more;
			if (answer(a, &d) != answer(b, &d))
				return false;
		}
	return true;
}

static bool same(const struct seccomp_filter *a, const struct seccomp_filter *b)
{
	static const uint32_t arches[] = {
		AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64,
		AUDIT_ARCH_ARM, AUDIT_ARCH_RISCV64,
	};
	static const uint32_t bases[] = { 0, 0x40000000, 0x7fffff00,
					  0xfffffd00 };

	for (size_t i = 0; i < ARRAY_LEN(arches); i++)
		for (size_t k = 0; k < ARRAY_LEN(bases); k++)
			for (uint32_t nr = 0; nr < 700; nr++)
				if (!same_for(a, b, arches[i], bases[k] + nr))
					return false;
	return true;
}

static int make(struct seccomp_filter *ret, struct err *e)
{
	struct seccomp_filter whole = { 0 };
	auto_free struct sock_filter *owned = NULL;

	TRY(seccomp_profile_compile(caps_default(), &whole, e));
	owned = whole.owned;
	TRY(seccomp_profile_compile(caps_default(), ret, e));
	TRY(seccomp_shrink(ret, e));
	return same(&whole, ret) ? 0 :
	       err_set(e, EPROTO, "the shorter filter answers otherwise");
}

int main(void)
{
	struct seccomp_filter f = { 0 };
	struct err e = { 0 };

	if (make(&f, &e) < 0) {
		fprintf(stderr, "seccomp_gen: %s\n", e.text);
		return 1;
	}
	printf("static const struct sock_filter seccomp_default_program[] = "
	       "{\n");
	for (unsigned int i = 0; i < f.n; i++)
		printf("\t{ 0x%x, %u, %u, 0x%x },\n", f.insns[i].code,
		       f.insns[i].jt, f.insns[i].jf, f.insns[i].k);
	printf("};\n");
	free(f.owned);
	return 0;
}
