#ifndef RL_OCI_CGROUP_H
#define RL_OCI_CGROUP_H
/*
 * cgroup.h - the cgroup of a container of the OCI command line: where
 * linux.cgroupsPath says, with linux.resources.
 *
 * Version 2 only.  Where no group can be made, a container that has no
 * limits runs without, as with crun; one that has is an error.
 */
#include "core/cgroup.h"
#include "core/oci/config.h"

enum oci_manager { OCI_CGROUPFS, OCI_SYSTEMD, OCI_DISABLED };

/* Make and limit it; ret->path stays NULL where there is none. */
int oci_cgroup_make(const struct oci_config *c, const char *id,
		    enum oci_manager how, struct cgroup *ret, struct err *e);
/* Write other limits. */
int oci_cgroup_update(const char *path, const struct resources *r,
		      struct err *e);
/* Kill what is in it and remove it. */
void oci_cgroup_end(const char *path);

#endif
