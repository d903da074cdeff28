/* certs.c - read the folders of certs.d. */
#include "fs/transfer/certs.h"

#include "core/base/file.h"

#define PEM_MAX (4 << 20)

static const char *const system_bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
};

static int add_pem(const char *path, struct str *ca, struct err *e)
{
	auto_free char *text = NULL;

	TRY(file_read(AT_FDCWD, path, PEM_MAX, &text, NULL, e));
	str_puts(ca, text);
	str_putc(ca, '\n');
	return 0;
}

/* libcurl takes one list: ours must hold the system's as well. */
static void add_system(struct str *ca)
{
	const char *named = getenv("SSL_CERT_FILE");
	struct err ignored;

	if (named && add_pem(named, ca, &ignored) == 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(system_bundles); i++)
		if (add_pem(system_bundles[i], ca, &ignored) == 0)
			return;
}

static void take_client(const char *dir, const char *name,
			struct http_tls *ret)
{
	auto_free char *base = xstrndup(name, strlen(name) - strlen(".cert"));
	auto_free char *key = xasprintf("%s/%s.key", dir, base);

	if (ret->cert || access(key, R_OK) < 0)
		return;
	ret->cert = xasprintf("%s/%s", dir, name);
	ret->key = steal_ptr(key);
}

static int take_folder(const char *dir, struct http_tls *ret, struct err *e)
{
	auto_dir DIR *d = opendir(dir);
	struct dirent *ent;

	while (d && (ent = readdir(d))) {
		auto_free char *path = xasprintf("%s/%s", dir, ent->d_name);

		if (has_suffix(ent->d_name, ".cert"))
			take_client(dir, ent->d_name, ret);
		if (!has_suffix(ent->d_name, ".crt"))
			continue;
		if (!ret->ca.len)
			add_system(&ret->ca);
		TRY(add_pem(path, &ret->ca, e));
	}
	return 0;
}

static char *user_folder(void)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (config && *config == '/')
		return xasprintf("%s/containers", config);
	return xasprintf("%s/.config/containers", home ? home : "");
}

int certs_load(const char *host, bool insecure, struct http_tls *ret,
	       struct err *e)
{
	auto_free char *user = user_folder();
	const char *const roots[] = { user, "/etc/containers", "/etc/docker" };

	ret->insecure = insecure;
	if (strchr(host, '/') || host[0] == '.')
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
		auto_free char *dir = xasprintf("%s/certs.d/%s", roots[i],
						host);

		TRY(take_folder(dir, ret, e));
	}
	return 0;
}
