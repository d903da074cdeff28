/* list_row.c - what `rl ps` shows of a container. */
#include "cmd/container/list_row.h"

#include "cmd/disk_usage.h"
#include "cmd/image_facts.h"
#include "cmd/ui/cell.h"
#include "cmd/ui/filter.h"
#include "cmd/ui/status_text.h"
#include "core/base/json_skim.h"
#include "core/base/time.h"

#include <sys/stat.h>

#define COMMAND_LEN 20
#define MOUNT_LEN 15

static void set(json_t *row, const char *key, char *text)
{
	json_object_set_new(row, key, json_from_bytes(text));
	free(text);
}

/* ---- the image ---- */

/* IDs of the images that have been looked up, by name. */
static const char *image_id(const struct store *s, const char *name,
			    json_t *known)
{
	json_t *id = json_object_get(known, name);
	struct image img;
	struct err ignored;

	if (id)
		return json_string_value(id);
	if (image_find(s, name, NULL, &img, &ignored) < 0) {
		id = json_string("");
	} else {
		id = json_string(img.id);
		image_release(&img);
	}
	json_object_set_new(known, name, id);
	return json_string_value(id);
}

/* As docker: the name it was given, unless that is another image now. */
static char *image_text(const struct store *s, const struct entry *n,
			json_t *known, bool whole)
{
	auto_json json_t *name = entry_config(n, "Config", "Image");
	auto_json json_t *id = json_skim_value(n->record, "Image");
	const char *text = json_string_value(name);
	const char *digits = json_string_value(id);

	if (!text)
		return xstrdup("<no image>");
	if (!digits || !*digits || streq(image_id(s, text, known), digits))
		return xstrdup(text);
	return whole ? xstrdup(digits) :
		       xstrndup(SHORT_ID(digits), SHORT_ID_LEN);
}

/* ---- the command ---- */

/* Words with a space in them are quoted, as docker does: to be read, not to be
 * run. */
static char *command_text(const struct entry *n, bool whole)
{
	auto_json json_t *path = json_skim_value(n->record, "Path");
	auto_json json_t *args = json_skim_value(n->record, "Args");
	const char *first = json_string_value(path);
	auto_str struct str all = { 0 };
	auto_free char *cut = NULL;
	json_t *arg;
	size_t i;

	str_puts(&all, first ? first : "");
	json_array_foreach(args, i, arg) {
		const char *a = json_string_value(arg);
		const char *quote = a && strchr(a, ' ') ? "'" : "";

		str_printf(&all, " %s%s%s", quote, a ? a : "", quote);
	}
	cut = whole ? str_steal(&all) : cell_cut(str_text(&all), COMMAND_LEN);
	return cell_quote(cut);
}

/* ---- the rest ---- */

static char *labels_text(const json_t *labels)
{
	struct str all = { 0 };
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)labels, key, value)
		str_printf(&all, "%s%s=%s", all.len ? "," : "", key,
			   json_string_value(value));
	return str_steal(&all);
}

static void set_labels(json_t *row, const struct entry *n)
{
	json_t *labels = entry_config(n, "Config", "Labels");

	if (!labels)
		labels = json_object();
	set(row, "Labels", labels_text(labels));
	json_object_set_new(row, "Label()", labels);
}

static void set_mounts(json_t *row, const struct entry *n, bool whole)
{
	auto_json json_t *mounts = json_skim_value(n->record, "Mounts");
	struct str all = { 0 };
	size_t i, volumes = 0;
	json_t *m;

	json_array_foreach(mounts, i, m) {
		const json_t *name = json_object_get(m, "Name");
		const char *text = json_string_value(
			name ? name : json_object_get(m, "Source"));
		auto_free char *cut = NULL;

		volumes += name != NULL;
		cut = whole ? xstrdup(text ? text : "") :
			      cell_cut(text ? text : "", MOUNT_LEN);
		str_printf(&all, "%s%s", all.len ? "," : "", cut);
	}
	set(row, "Mounts", str_steal(&all));
	set(row, "LocalVolumes", xasprintf("%zu", volumes));
}

static char *ports_of(const struct entry *n)
{
	auto_json json_t *ports = entry_ports(n);

	return ports_text(ports);
}

static char *network_of(const struct entry *n)
{
	auto_json json_t *mode = entry_config(n, "HostConfig", "NetworkMode");

	return xstrdup(mode ? json_string_value(mode) : "");
}

int entry_size(const struct store *s, const struct entry *n, uint64_t *ret_rw,
	       uint64_t *ret_all, struct err *e)
{
	auto_json json_t *text = json_skim_value(n->record, "IdMap");
	auto_free char *upper = xasprintf("%s/upper", n->path);
	struct idmap map;
	struct image img;
	struct stat st;
	struct err ignored;
	bool mapped = text && idmap_load(json_string_value(text), &map,
					 &ignored) == 0;

	*ret_rw = 0;
	TRY(disk_usage(upper, mapped ? &map : NULL, ret_rw, e));
	/* the folder itself is nothing that the container wrote */
	if (stat(upper, &st) == 0 && *ret_rw >= (uint64_t)st.st_blocks * 512)
		*ret_rw -= (uint64_t)st.st_blocks * 512;
	if (!ret_all)
		return 0;
	*ret_all = *ret_rw;
	if (n->manifest && image_load(s, n->manifest, NULL, &img,
				      &ignored) == 0) {
		*ret_all += image_size(&img);
		image_release(&img);
	}
	return 0;
}

static char *size_text(const struct store *s, const struct entry *n)
{
	uint64_t rw = 0, all = 0;
	auto_free char *a = NULL;
	auto_free char *b = NULL;
	struct err ignored;

	entry_size(s, n, &rw, &all, &ignored);
	a = format_size(rw);
	b = format_size(all);
	return xasprintf("%s (virtual %s)", a, b);
}

static json_t *make_row(const struct store *s, const struct entry *n,
			const struct row_options *o, json_t *known)
{
	json_t *row = json_object();
	auto_free char *ago = format_duration((o->now - n->created) / NS_PER_S);

	set(row, "Command", o->command ? command_text(n, o->whole) :
					 xstrdup(""));
	set(row, "CreatedAt", date_text(n->created / NS_PER_S));
	set(row, "ID", xstrndup(n->id, o->whole ? 64 : SHORT_ID_LEN));
	set(row, "Image", o->image ? image_text(s, n, known, o->whole) :
				     xstrdup(""));
	set(row, "Labels", xstrdup(""));
	if (o->labels)
		set_labels(row, n);
	set(row, "LocalVolumes", xstrdup("0"));
	set(row, "Mounts", xstrdup(""));
	if (o->mounts)
		set_mounts(row, n, o->whole);
	set(row, "Names", xstrdup(n->name));
	set(row, "Networks", o->networks ? network_of(n) : xstrdup(""));
	set(row, "Ports", o->ports ? ports_of(n) : xstrdup(""));
	set(row, "RunningFor", xasprintf("%s ago", ago));
	set(row, "Size", o->size ? size_text(s, n) : xstrdup("0B"));
	set(row, "State", xstrdup(container_status_name(n->state.status)));
	set(row, "Status", status_text(&n->state, o->now));
	return row;
}

int list_rows(const struct store *s, const struct entry_list *l,
	      const struct row_options *o, json_t *rows, struct err *e UNUSED)
{
	auto_json json_t *known = json_object();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(rows, make_row(s, &l->e[i], o, known));
	return 0;
}
