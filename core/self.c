/* self.c - a sealed copy of the program, where its file could be written. */
#include "core/self.h"

#include "core/base/file.h"

#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* Command line of this process, as execve wants it. */
static int own_argv(struct strv *ret, struct err *e)
{
	auto_free char *text = NULL;
	size_t n;

	TRY(file_read(AT_FDCWD, "/proc/self/cmdline", 8 << 20, &text, &n, e));
	for (size_t i = 0; i < n; i += strlen(text + i) + 1)
		strv_add(ret, text + i);
	return 0;
}

/* What the kernel loads; debug information behind it is left out. */
static off_t loaded_size(void)
{
	const ElfW(Phdr) *p = (const void *)getauxval(AT_PHDR);
	off_t size = 0;

	for (size_t i = 0; i < getauxval(AT_PHNUM); i++)
		if (p[i].p_type == PT_LOAD &&
		    (off_t)(p[i].p_offset + p[i].p_filesz) > size)
			size = p[i].p_offset + p[i].p_filesz;
	return size;
}

static int copy_and_run(int exe, struct err *e)
{
	off_t size = loaded_size();
	auto_close int fd = memfd_create("rl", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	auto_strv struct strv argv = { 0 };
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (fd < 0 || n < 0)
		return err_sys(e, "copy the program to memory");
	path[n] = '\0';
	while (size > 0) {
		ssize_t k = sendfile(fd, exe, NULL, size);

		if (k <= 0)
			return err_sys(e, "copy the program to memory");
		size -= k;
	}
	if (fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		return err_sys(e, "seal the program's copy");
	TRY(own_argv(&argv, e));
	setenv("RL_EXE", path, 1);
	fexecve(fd, strv_list(&argv), environ);
	return err_sys(e, "run the program's copy");
}

int self_protect(struct err *e)
{
	auto_close int exe = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (exe < 0 || fstat(exe, &st) < 0)
		return err_sys(e, "look at /proc/self/exe");
	/* a memfd has no links: this is the copy */
	if (st.st_nlink == 0 || (st.st_uid != geteuid() &&
				 !(st.st_mode & (S_IWGRP | S_IWOTH))))
		return 0;
	return copy_and_run(exe, e);
}
