/* resident.c - what a program keeps in memory while it waits. */
#include "core/base/resident.h"

#include <link.h>
#include <sys/mman.h>

static int give_back(struct dl_phdr_info *o, size_t size UNUSED,
		     void *arg UNUSED)
{
	uintptr_t page = sysconf(_SC_PAGESIZE);

	for (int i = 0; i < o->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &o->dlpi_phdr[i];
		uintptr_t from = o->dlpi_addr + p->p_vaddr;
		uintptr_t to = from + p->p_memsz;

		if (p->p_type != PT_LOAD || (p->p_flags & PF_W))
			continue;
		from &= -page;
		madvise((void *)from, to - from, MADV_DONTNEED);
	}
	return 0;
}

void resident_give_back_code(void)
{
	dl_iterate_phdr(give_back, NULL);
}

void resident_forget(void *buf, size_t n)
{
	uintptr_t page = sysconf(_SC_PAGESIZE);
	uintptr_t from = ((uintptr_t)buf + page - 1) & -page;
	uintptr_t to = ((uintptr_t)buf + n) & -page;

	if (from < to)
		madvise((void *)from, to - from, MADV_DONTNEED);
}
