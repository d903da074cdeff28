/* container_name.c - containers' names: made up, checked, claimed, given up. */
#include "fs/container_name.h"

#include "core/base/file.h"

#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>

static const char *const left[] = {
	"amber", "bold", "brisk", "calm", "clever", "crisp", "deft", "eager",
	"early", "fair", "fleet", "fresh", "gentle", "glad", "keen", "kind",
	"light", "lively", "lucid", "mellow", "neat", "nimble", "patient",
	"plain", "proud", "quick", "quiet", "ready", "rustic", "sharp",
	"silent", "sleek", "smooth", "sober", "solid", "steady", "sunny",
	"swift", "warm", "wise",
};
static const char *const right[] = {
	"babbage", "bartik", "boole", "church", "curry", "diffie", "dijkstra",
	"engelbart", "floyd", "goldberg", "hamilton", "hamming", "hoare",
	"hopper", "iverson", "johnson", "kay", "kernighan", "knuth", "lamport",
	"lamarr", "liskov", "lovelace", "mccarthy", "milner", "minsky",
	"morris", "naur", "perlis", "ritchie", "shannon", "spence", "stallman",
	"tarjan", "thompson", "turing", "wilkes", "wilkinson", "wirth", "zuse",
};

static char *make_up_name(void)
{
	uint16_t r[2];

	if (getrandom(r, sizeof(r), 0) != sizeof(r))
		abort();
	return xasprintf("%s_%s", left[r[0] % ARRAY_LEN(left)],
			 right[r[1] % ARRAY_LEN(right)]);
}

static bool name_valid(const char *s)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	return strlen(s) >= 2 && strlen(s) < 200 && !strchr("_.-", *s) &&
	       strspn(s, chars) == strlen(s);
}

/*
 * A link holds the first digits of an ID: up to 59 bytes fit the inode, and
 * a block on the disk costs ten times as much to free as all the rest.
 */
static char *link_path(const char *name)
{
	return xasprintf(".names/%s", name);
}

static bool read_link(int containers, const char *path,
		      char ret[static CONTAINER_LINK_DIGITS + 1])
{
	ssize_t n = readlinkat(containers, path, ret, CONTAINER_LINK_DIGITS);

	if (n != CONTAINER_LINK_DIGITS)
		return false;
	ret[n] = '\0';
	return true;
}

/*
 * Is this folder's container there, under this name?  One of *.rm needs its
 * process; one that was renamed says so in its file.
 */
static bool lives(int containers, const char *dir, const char *name)
{
	auto_close int fd = openat(containers, dir,
				   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_free char *now = NULL;
	struct err ignored;

	if (fd < 0)
		return false;
	if (file_read(fd, "name", 4096, &now, NULL, &ignored) == 0 &&
	    !streq(now, name))
		return false;
	return !has_suffix(dir, ".rm") || flock(fd, LOCK_EX | LOCK_NB) < 0;
}

/* Is the container with these digits still there, under this name? */
static bool name_taken(int containers, const char *digits, const char *name)
{
	auto_dir DIR *d = NULL;
	struct dirent *ent;

	d = fdopendir(openat(containers, ".",
			     O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	while (d && (ent = readdir(d)))
		if (skip_prefix(ent->d_name, digits))
			return lives(containers, ent->d_name, name);
	return false;
}

static int exchange(int dirfd, const char *a, const char *b)
{
	return renameat2(dirfd, a, dirfd, b, RENAME_EXCHANGE);
}

/*
 * Take over a link that is nobody's.  Others may do the same, or its owner
 * may give it up and somebody claim it, between our look and our act: the
 * exchange shows what we took, and gives back what we should not have.
 */
static bool take_over(int containers, const char *path, const char *stale,
		      const char *digits)
{
	auto_free char *temp = temp_name(".names/.t");
	char was[CONTAINER_LINK_DIGITS + 1];
	bool ok = false;

	if (symlinkat(digits, containers, temp) < 0)
		return false;
	if (exchange(containers, temp, path) == 0) {
		ok = !read_link(containers, temp, was) || streq(was, stale);
		if (!ok)
			exchange(containers, temp, path);
	} else if (errno == EINVAL || errno == ENOSYS) {
		unlinkat(containers, path, 0); /* NFS knows no exchange */
	}
	unlinkat(containers, temp, 0);
	return ok;
}

/* symlink(2) makes the claim; it fails for all but one of several. */
static int claim(int containers, const char *name, const char *id,
		 struct err *e)
{
	auto_free char *link = link_path(name);
	auto_free char *digits = xstrndup(id, CONTAINER_LINK_DIGITS);
	char other[CONTAINER_LINK_DIGITS + 1];

	for (int i = 0; i < 3; i++) {
		if (symlinkat(digits, containers, link) == 0)
			return 0;
		if (errno == ENOENT) {
			TRY(mkdir_parents(containers, ".names", 0700, e));
			continue;
		}
		if (errno != EEXIST)
			return err_sys(e, "claim the name %s", name);
		if (!read_link(containers, link, other))
			continue;
		if (name_taken(containers, other, name))
			return err_set(e, EEXIST, "Conflict. The container "
				       "name \"/%s\" is already in use by "
				       "container \"%.12s\" (rl rm it, or "
				       "choose another name)", name, other);
		if (take_over(containers, link, other, digits))
			return 0;
	}
	return err_set(e, EEXIST, "Conflict. The container name \"/%s\" is "
		       "already in use", name);
}

void container_name_drop(int containers, const char *name, const char *id)
{
	auto_free char *link = link_path(name);
	char digits[CONTAINER_LINK_DIGITS + 1];

	if (read_link(containers, link, digits) && skip_prefix(id, digits))
		unlinkat(containers, link, 0);
}

bool container_name_find(int containers, const char *name,
			 char ret[static CONTAINER_LINK_DIGITS + 1])
{
	auto_free char *link = link_path(name);

	return name_valid(name) && read_link(containers, link, ret);
}

int container_name_claim(int containers, const char *name, const char *id,
			 char **ret, struct err *e)
{
	if (name) {
		if (!name_valid(name))
			return err_set(e, EINVAL, "Invalid container name (%s), "
				       "only [a-zA-Z0-9][a-zA-Z0-9_.-]+ are "
				       "allowed", name);
		TRY(claim(containers, name, id, e));
		*ret = xstrdup(name);
		return 0;
	}
	for (int i = 0; i < 20; i++) {
		auto_free char *made = make_up_name();

		if (claim(containers, made, id, e) == 0) {
			*ret = steal_ptr(made);
			return 0;
		}
		if (e->code != EEXIST)
			return -e->code;
	}
	return -e->code;
}
