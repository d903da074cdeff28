/* seccomp_gen.c - at build time: the default profile as a C array. */
#include "core/seccomp_profile.h"

#include <stdio.h>

int main(void)
{
	struct seccomp_filter f;
	struct err e = { 0 };

	if (seccomp_profile_compile(caps_default(), &f, &e) < 0) {
		fprintf(stderr, "seccomp_gen: %s\n", e.text);
		return 1;
	}
	printf("static const struct sock_filter seccomp_default_program[] = "
	       "{\n");
	for (unsigned int i = 0; i < f.n; i++)
		printf("\t{ 0x%x, %u, %u, 0x%x },\n", f.insns[i].code,
		       f.insns[i].jt, f.insns[i].jf, f.insns[i].k);
	printf("};\n");
	return 0;
}
