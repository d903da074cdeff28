/* labels.c - labels and annotations as users write them. */
#include "core/labels.h"

static void set(const char *text, size_t key_len, struct strv *l)
{
	auto_free char *key = xstrndup(text, key_len);

	env_set(l, key, text[key_len] ? text + key_len + 1 : "");
}

int label_add(const char *text, struct strv *labels, struct err *e)
{
	size_t n = strcspn(text, "=");

	if (n == strspn(text, " \t"))
		return err_set(e, EINVAL, "invalid label '%s': empty name",
			       text);
	if (strcspn(text, " \t") < n)
		return err_set(e, EINVAL, "label '%.*s' contains whitespaces",
			       (int)n, text);
	set(text, n, labels);
	return 0;
}

int annotation_add(const char *text, struct strv *annotations, struct err *e)
{
	size_t n = strcspn(text, "=");

	if (n == 0)
		return err_set(e, EINVAL, "invalid annotation '%s': the empty "
			       "string is not permitted as a key", text);
	set(text, n, annotations);
	return 0;
}
