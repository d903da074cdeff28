/* opt_json.c - options as JSON, and back. */
#include "cmd/ui/opt.h"

static json_t *value(const struct opt *o, const void *member)
{
	const struct strv *list = member;

	switch (o->kind) {
	case OPT_BOOL:
	case OPT_OFF:
		return *(const bool *)member ? json_true() : NULL;
	case OPT_STR:
	case OPT_CALL:
		return *(char *const *)member ?
			       json_from_bytes(*(char *const *)member) : NULL;
	case OPT_INT:
		return *(const int64_t *)member ?
			       json_integer(*(const int64_t *)member) : NULL;
	case OPT_LIST:
		return list->n ? json_from_strv(list) : NULL;
	}
	return NULL;
}

json_t *opt_save(const struct opt *table, const void *dest)
{
	json_t *ret = json_object();

	for (; table->name; table++) {
		json_t *v = table->hidden ? NULL :
			    value(table, (const char *)dest + table->offset);

		if (v)
			json_object_set_new(ret, table->name, v);
	}
	return ret;
}

static int load(const struct opt *o, const json_t *saved, void *member,
		struct err *e)
{
	switch (o->kind) {
	case OPT_BOOL:
	case OPT_OFF:
		return json_bool(saved, o->name, member, e);
	case OPT_STR:
	case OPT_CALL:
		return json_str(saved, o->name, member, e);
	case OPT_INT:
		return json_int(saved, o->name, member, e);
	case OPT_LIST:
		return json_strv(saved, o->name, member, e);
	}
	return 0;
}

int opt_load(const struct opt *table, const json_t *saved, void *dest,
	     struct err *e)
{
	for (; table->name; table++)
		if (!table->hidden && json_object_get(saved, table->name))
			TRY(load(table, saved, (char *)dest + table->offset,
				 e));
	return 0;
}
