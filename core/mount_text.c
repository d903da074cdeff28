/* mount_text.c - reading -v and --tmpfs. */
#include "core/mount_text.h"

#include "core/volume_name.h"

char *mount_host_path(const char *source)
{
	auto_free char *cwd = NULL;

	if (*source == '/')
		return xstrdup(source);
	cwd = getcwd(NULL, 0);
	return xasprintf("%s/%s", cwd ? cwd : "", source);
}

int mount_check_tilde(const char *what, const char *source, struct err *e)
{
	if (*source != '~')
		return 0;
	return err_set(e, EINVAL, "%s '%s': only a shell knows what ~ is, and "
		       "none has seen this one: write \"$HOME/...\", or "
		       "./%s for a folder of that name", what, source, source);
}

int mount_text_dest(const char *what, const char *text, const char *dest,
		    char **ret, struct err *e)
{
	auto_free char *clean = NULL;

	if (*dest != '/')
		return err_set(e, EINVAL, "%s '%s': the place in the container "
			       "('%s') must be an absolute path", what, text,
			       dest);
	clean = mount_clean_path(dest);
	if (streq(clean, "/"))
		return err_set(e, EINVAL, "%s '%s': the place in the container "
			       "cannot be '/'", what, text);
	*ret = steal_ptr(clean);
	return 0;
}

/* ---- -v ---- */

/* Of each class one word; what has none is mount(8)'s. */
static const struct {
	const char *word;
	char class;
} modes[] = {
	{ "ro", 'w' }, { "rw", 'w' }, { "z", 'z' }, { "Z", 'z' },
	{ "shared", 'p' }, { "rshared", 'p' }, { "slave", 'p' },
	{ "rslave", 'p' }, { "private", 'p' }, { "rprivate", 'p' },
	{ "nocopy", 'n' }, { "cached", 'c' }, { "delegated", 'c' },
	{ "consistent", 'c' }, { "default", 'c' }, { "", 0 },
};

static char mode_class(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(modes); i++)
		if (streq(modes[i].word, word))
			return modes[i].class;
	return 'm';
}

static int volume_mode(struct mount *m, const char *word, const char *text,
		       struct err *e)
{
	char class = mode_class(word);

	if (class == 'n' && !m->volume)
		return err_set(e, EINVAL, "-v '%s': invalid mode: nocopy is "
			       "for volumes, nothing is copied into a folder "
			       "of the host", text);
	if (class == 'p' && m->volume)
		return err_set(e, EINVAL, "-v '%s': invalid mode: %s is for "
			       "folders of the host, a volume has no mounts "
			       "of its own", text, word);
	if (class == 'n')
		m->copy_up = false;
	if (!class || strchr("znc", class))
		return 0;
	if (mount_parse_option(m, word, e) < 0)
		return err_set(e, EINVAL, "-v '%s': invalid mode: unknown "
			       "option '%s'", text, word);
	return 0;
}

static int volume_modes(struct mount *m, const char *list, const char *text,
			struct err *e)
{
	auto_strv struct strv word = { 0 };
	auto_str struct str seen = { 0 };

	strv_split(&word, list, ',');
	for (size_t i = 0; i < word.n; i++) {
		char class = mode_class(word.v[i]);

		if (class && class != 'm' && strchr(str_text(&seen), class))
			return err_set(e, EINVAL, "-v '%s': invalid mode: %s",
				       text, list);
		str_putc(&seen, class ? class : ' ');
		TRY(volume_mode(m, word.v[i], text, e));
	}
	return 0;
}

/* What is mounted: a folder of the host, a volume, a new one. */
static int volume_source(struct mount_list *l, const char *source,
			 const char *dest, struct mount **ret, struct err *e)
{
	auto_free char *path = NULL;

	if (!source || !strchr("/.~", *source)) {
		if (source)
			TRY(volume_name_check(source, e));
		*ret = mount_list_volume(l, source ? source : "", dest);
		return 0;
	}
	TRY(mount_check_tilde("-v", source, e));
	path = mount_host_path(source);
	*ret = mount_list_bind(l, path, dest);
	(*ret)->given = true;
	(*ret)->make_source = true;
	(*ret)->recursive_attr = true;
	return 0;
}

int mount_text_volume(const char *text, struct mount_list *l, struct err *e)
{
	auto_strv struct strv field = { 0 };
	auto_free char *dest = NULL;
	struct mount *m;

	strv_split(&field, text, ':');
	if (field.n > 3)
		return err_set(e, EINVAL, "-v '%s': invalid volume "
			       "specification, it is [SOURCE:]DEST[:OPTIONS]",
			       text);
	for (size_t i = 0; i < field.n; i++)
		if (!*field.v[i])
			return err_set(e, EINVAL, "-v '%s': invalid spec: "
				       "empty section between colons", text);
	TRY(mount_text_dest("-v", text, field.v[field.n > 1], &dest, e));
	TRY(mount_list_claim(l, dest, e));
	TRY(volume_source(l, field.n > 1 ? field.v[0] : NULL, dest, &m, e));
	return field.n == 3 ? volume_modes(m, field.v[2], text, e) : 0;
}

/* ---- --tmpfs ---- */

int mount_text_tmpfs(const char *text, struct mount_list *l, struct err *e)
{
	auto_strv struct strv option = { 0 };
	auto_free char *path = xstrdup(text), *dest = NULL;
	char *colon = strchr(path, ':');
	struct mount *m;

	if (colon)
		*colon++ = '\0';
	TRY(mount_text_dest("--tmpfs", text, path, &dest, e));
	TRY(mount_list_claim(l, dest, e));
	m = mount_list_fs(l, "tmpfs", dest, MOUNT_TMPFS_ATTR);
	m->given = true;
	if (colon && *colon)
		strv_split(&option, colon, ',');
	for (size_t i = 0; i < option.n; i++)
		TRY(mount_parse_option(m, option.v[i], e));
	return 0;
}
