#ifndef RL_IMAGE_JSON_H
#define RL_IMAGE_JSON_H
/*
 * image_json.h - an image as `inspect` shows it.
 */
#include "fs/image.h"

/* docker's object of an image.  A new reference. */
json_t *image_json(const struct image *img);

#endif
