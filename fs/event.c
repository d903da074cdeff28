/* event.c - adding to the list of what happened. */
#include "fs/event.h"

#include "core/base/file.h"
#include "core/base/time.h"

#include <stdio.h>

char *event_line(const char *type, const char *action, const char *id,
		 json_t *attributes)
{
	int64_t now = time_now();
	auto_json json_t *o = json_object();
	json_t *actor = json_object();
	auto_free char *text = NULL;

	json_object_set_new(actor, "ID", json_from_bytes(id));
	json_object_set_new(actor, "Attributes",
			    attributes ? attributes : json_object());
	json_object_set_new(o, "Type", json_string(type));
	json_object_set_new(o, "Action", json_from_bytes(action));
	json_object_set_new(o, "Actor", actor);
	json_object_set_new(o, "scope", json_string("local"));
	json_object_set_new(o, "time", json_integer(now / NS_PER_S));
	json_object_set_new(o, "timeNano", json_integer(now));
	text = json_text(o);
	return xasprintf("%s\n", text);
}

void event_add(const struct store *s, const char *type, const char *action,
	       const char *id, json_t *attributes)
{
	auto_free char *line = event_line(type, action, id, attributes);

	event_add_lines(s, line);
}

/* Nobody's lines get between: open(2), O_APPEND.  One without its end is
 * none. */
void event_add_lines(const struct store *s, const char *lines)
{
	auto_close int fd = openat(s->fd, EVENT_FILE, O_WRONLY | O_APPEND |
				   O_CREAT | O_CLOEXEC, 0600);
	struct stat st;

	if (fd < 0 || fd_write_all(fd, lines, strlen(lines)) < 0)
		return;
	if (fstat(fd, &st) == 0 && st.st_size > EVENT_FILE_MAX)
		renameat(s->fd, EVENT_FILE, s->fd, EVENT_FILE_OLD);
}

/* The code of a line that is this container's death, or -1. */
static int death(const char *line, const char *id)
{
	auto_json json_t *o = NULL;
	const json_t *actor, *attributes;
	const char *code;
	struct err ignored;

	if (!strstr(line, id) || !strstr(line, "\"die\"") ||
	    json_parse(line, strlen(line), "event", &o, &ignored) < 0)
		return -1;
	actor = json_object_get(o, "Actor");
	attributes = json_object_get(actor, "Attributes");
	code = json_string_value(json_object_get(attributes, "exitCode"));
	return code ? atoi(code) : -1;
}

static bool find_in(const struct store *s, const char *file, const char *id,
		    int *ret)
{
	auto_free char *text = NULL;
	auto_strv struct strv lines = { 0 };
	struct err ignored;

	if (file_read(s->fd, file, 2 * EVENT_FILE_MAX, &text, NULL,
		      &ignored) < 0)
		return false;
	strv_split(&lines, text, '\n');
	for (size_t i = lines.n; i-- > 0;) {
		int code = death(lines.v[i], id);

		if (code < 0)
			continue;
		*ret = code;
		return true;
	}
	return false;
}

bool event_exit_code(const struct store *s, const char *id, int *ret)
{
	return find_in(s, EVENT_FILE, id, ret) ||
	       find_in(s, EVENT_FILE_OLD, id, ret);
}

void event_add_container(const struct store *s, const struct container *c,
			 const char *action, json_t *attributes)
{
	json_t *all = attributes ? attributes : json_object();
	auto_json json_t *record = NULL;
	const json_t *config = NULL;
	const char *image = NULL;
	struct err ignored;

	if (container_record(c, &record, &ignored) == 0 &&
	    json_obj(record, "Config", &config, &ignored) == 0)
		json_str(config, "Image", &image, &ignored);
	json_object_set_new(all, "image", json_from_bytes(image));
	json_object_set_new(all, "name", json_from_bytes(c->name));
	event_add(s, "container", action, c->id, all);
}
