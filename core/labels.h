#ifndef RL_LABELS_H
#define RL_LABELS_H
/*
 * labels.h - --label, --label-file and --annotation: lists of "KEY=VALUE",
 * the last of a key wins.
 */
#include "core/base/err.h"
#include "core/base/str.h"

/*
 * Add "KEY=VALUE", or "KEY" for an empty value: docker's rules (a key has no
 * white space and is not empty).
 */
int label_add(const char *text, struct strv *labels, struct err *e);
/* The same for an annotation. */
int annotation_add(const char *text, struct strv *annotations, struct err *e);

#endif
