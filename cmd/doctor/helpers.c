/* helpers.c - doctor: the programs that rl runs. */
#include "cmd/doctor/doctor.h"

#include "core/base/proc.h"

#define PUT "make install"

static const struct remedy transfer_remedies[] = {
	{ "it is not there", PUT },
	{ "it does not run: a library is missing, or it is not whole",
	  "sudo apt-get install libarchive13 libcurl4 libisal2 libzstd1 "
	  "libssl3, or " PUT },
	{ 0 },
};

static const struct remedy slirp_remedies[] = {
	{ "it is not there", PUT },
	{ "it does not run: a library is missing, or it is not whole",
	  "sudo apt-get install libslirp0, or " PUT },
	{ 0 },
};

static const struct remedy scope_remedies[] = {
	{ "it is not there", PUT },
	{ "it does not run: a library is missing, or it is not whole",
	  "sudo apt-get install libsystemd0, or " PUT },
	{ 0 },
};

/* Its --version says nothing but that all of it could be loaded. */
static int probe(const char *name, const struct remedy *remedies,
		 struct finding *f, struct err *e)
{
	auto_free char *path = proc_helper_path(name);
	char *const argv[] = { path, "--version", NULL };
	auto_free char *out = NULL, *text = NULL;
	int code;

	f->remedy = &remedies[access(path, F_OK) < 0 ? 0 : 1];
	code = proc_capture(argv, NULL, 4096, &out, &text, e);
	if (code < 0)
		return proc_helper_failed(name, e);
	text[strcspn(text, "\n")] = '\0';
	if (code > 0)
		return err_set(e, ENOEXEC, "%s --version: exit code %d%s%s",
			       path, code, *text ? ": " : "", text);
	str_puts(&f->detail, path);
	return 0;
}

static int probe_transfer(const struct doctor *d UNUSED, struct finding *f,
			  struct err *e)
{
	return probe("rl-transfer", transfer_remedies, f, e);
}

static int probe_slirp(const struct doctor *d UNUSED, struct finding *f,
		       struct err *e)
{
	return probe("rl-slirp", slirp_remedies, f, e);
}

static int probe_scope(const struct doctor *d UNUSED, struct finding *f,
		       struct err *e)
{
	return probe("rl-scope", scope_remedies, f, e);
}

const struct rung doctor_helpers[] = {
	{ "programs", "rl-transfer", "images, in and out, and rl build",
	  transfer_remedies, probe_transfer },
	{ "programs", "rl-slirp", "the default network", slirp_remedies,
	  probe_slirp },
	{ "programs", "rl-scope", "limits in a scope of systemd",
	  scope_remedies, probe_scope },
	{ 0 },
};
