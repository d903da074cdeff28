#ifndef RL_OCI_CONFIG_H
#define RL_OCI_CONFIG_H
/*
 * config.h - config.json of the OCI runtime-spec (1.2) as data: mostly
 * struct spec, and what is the command line's to do.
 *
 * Pure: nothing of the host is looked at; oci_plan() is given what it has to
 * know of it.  docs/oci.md lists what is ignored.
 */
#include "core/hook.h"
#include "core/oci/read.h"
#include "core/spec.h"

#define OCI_VERSION "1.2.0"

enum oci_hook_kind {
	OCI_PRESTART, OCI_CREATE_RUNTIME, OCI_CREATE_CONTAINER,
	OCI_START_CONTAINER, OCI_POSTSTART, OCI_POSTSTOP, OCI_HOOKS,
};

/* A mount whose ids are mapped in its own way: needs a namespace made. */
struct oci_idmap {
	size_t mount; /* of spec.mounts */
	struct idmap map;
};

struct oci_config {
	char *version;
	struct spec spec;
	bool  has_process;
	char *root;          /* as it was written: relative to the bundle */
	struct hook_list hooks[OCI_HOOKS];
	char *cgroups_path;
	char *listener_path, *listener_metadata; /* linux.seccomp's */
	bool  mappings;      /* linux.uidMappings are given */
	unsigned int given;  /* bit n: namespace kind n is in the list */
	struct oci_idmap *idmaps;
	size_t n_idmaps;
	bool  intel_rdt;     /* linux.intelRdt is there */
	char *mount_label;
};

/* Read the text of a config.json. */
int oci_config_parse(const char *text, size_t n, struct oci_config *ret,
		     struct err *e);
/* The same of one that is parsed. */
int oci_config_read(const json_t *doc, struct oci_config *ret,
		    struct err *e);
/* Read what `exec --process` is given over the process of a config. */
int oci_process_read(const json_t *doc, struct oci_config *ret,
		     struct err *e);
/* Read what `update --resources` is given. */
int oci_resources_read(const json_t *doc, struct resources *ret,
		       struct err *e);
void oci_config_release(struct oci_config *c);
static inline void auto_oci_config_p(struct oci_config *c)
{
	oci_config_release(c);
}
#define auto_oci_config __attribute__((cleanup(auto_oci_config_p)))

/* What a plan has to know of the host. */
struct oci_host {
	const char *bundle; /* absolute */
	bool privileged;    /* namespaces can be made without a user's */
	bool can_set_ids;   /* CAP_SETUID and CAP_SETGID */
	bool apparmor, selinux; /* the kernel has them */
};

/*
 * Complete and check the spec: relative paths become absolute, /dev gets its
 * nodes, the id map its kind.  What cannot be done is an error here.
 */
int oci_plan(struct oci_config *c, const struct oci_host *host,
	     struct err *e);

/* ---- between the files of the parser ---- */

extern const struct field oci_process_fields[], oci_linux_fields[];
extern const struct field oci_resource_fields[];
/* The list of mounts, into the struct oci_config that r->arg is. */
int oci_read_mounts(struct reader *r, const struct field *f, const json_t *v,
		    void *dest);
/* A list of id mappings, into a struct id_extents. */
int oci_read_mappings(struct reader *r, const struct field *f,
		      const json_t *v, void *dest);

#endif
