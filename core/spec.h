#ifndef RL_SPEC_H
#define RL_SPEC_H
/*
 * spec.h - what a container is to be: plain data, decided before anything is
 * done.  The shape follows the OCI runtime-spec (config.md, config-linux.md).
 *
 * spec_init() gives Docker's defaults, spec_release() frees what the lists
 * and strings own.  Nothing in here is acted on until core/supervisor.h.
 */
#include "core/base/str.h"
#include "core/caps.h"
#include "core/hook.h"
#include "core/idmap.h"
#include "core/mount.h"
#include "core/resources.h"
#include "core/seccomp.h"

#include <sys/ioctl.h>
#include <sys/resource.h>

/* What a container sees of one kind of namespace. */
enum ns_mode {
	NS_PRIVATE, /* a new one */
	NS_HOST,    /* ours */
	NS_PATH,    /* joined: the file at ns_path */
	NS_SHARED,  /* joined: that of spec.share */
};

enum ns_type {
	NS_CGROUP, NS_IPC, NS_MOUNT, NS_NET, NS_PID, NS_TIME, NS_USER, NS_UTS,
	NS_TYPES,
};

struct ns_spec {
	enum ns_mode mode;
	char        *path; /* NS_PATH: /proc/PID/ns/KIND or any nsfs file */
};

struct rlimit_spec {
	int           resource; /* RLIMIT_* */
	struct rlimit value;
};

struct sysctl_spec {
	char *key, *value; /* key as a path below /proc/sys */
};

/* --user: text until the container's own passwd file can be read. */
struct user_spec {
	char       *text;   /* "", "1000", "www-data:adm" */
	struct strv groups; /* --group-add: names or numbers */
	bool        keep_groups; /* the host's supplementary groups stay */
};

struct device_spec {
	char *source, *dest; /* host node, path inside */
	char access[4];      /* "rwm": for the record; no cgroup asks it */
	/* of one that is made if we may, else bound: 'c', 'b' or 'p'; 0: none */
	char   type;
	unsigned int major, minor;
	mode_t mode;
	uid_t  uid;
	gid_t  gid;
};

/* What a program is besides its arguments; as the OCI runtime-spec has it. */
struct attributes {
	bool has_scheduler, has_io_priority, has_personality;
	struct {
		uint32_t policy; /* SCHED_* */
		int32_t  nice;
		uint32_t priority;
		uint64_t flags, runtime, deadline, period;
	} scheduler; /* sched_setattr(2) */
	int io_priority;      /* ioprio_set(2) */
	unsigned long personality;
	char *apparmor, *selinux; /* of what is executed, or NULL */
};

struct spec {
	char id[65];
	char *name, *hostname, *domainname;

	struct strv argv, env;
	struct strv labels, annotations; /* "KEY=VALUE", for the record */
	int   stop_signal;
	char *cwd;
	struct user_spec user;
	bool  terminal;     /* a pty of its own */
	struct winsize size; /* of that, to begin with; zeroes: unknown */
	bool  interactive;  /* stdin is passed on */
	bool  init;         /* our small reaper is pid 1 */
	bool  readonly_root;
	bool  no_new_privs;
	bool  privileged;
	bool  unmasked;     /* no masked and read-only paths in /proc, /sys */
	bool  seccomp_unconfined;
	char *seccomp_json; /* text of a profile, NULL: the default one */
	char *seccomp_file; /* where it was read, for messages, or NULL */
	struct strv cap_add, cap_drop;
	int  *oom_score_adj; /* NULL: unchanged */

	/*
	 * An exec: a pidfd whose namespaces of the NS_PRIVATE kinds are
	 * entered instead of made; borrowed.  -1: a container of its own.
	 */
	int join;
	/*
	 * A pidfd whose user namespace the container gets, instead of one of
	 * its own, and with it the namespaces of the NS_SHARED kinds, which
	 * nobody has rights over outside; borrowed.  -1: none.  `idmap` is
	 * what that user namespace has already.
	 */
	int share;
	bool  note_owners;  /* with one id: emulate_owner.h */
	struct ns_spec ns[NS_TYPES];
	struct idmap idmap;
	int64_t time_offset_s; /* both clocks; with ns[NS_TIME] private */
	bool    time_offset;

	struct mount_list mounts;
	struct strv masked_paths, readonly_paths;
	struct device_spec *devices;
	size_t n_devices;
	struct rlimit_spec *rlimits;
	size_t n_rlimits;
	struct sysctl_spec *sysctls;
	size_t n_sysctls;

	/* ---- what only the OCI command line asks for ---- */
	/* The kernel answers, with one id too; nothing is added to what is
	 * asked for: no filter of ours, no folder that was not there. */
	bool  plain;
	bool  keep_keyring; /* the caller's session keyring */
	bool  outlives;    /* it goes on when its supervisor is gone */
	int   start_sock;  /* it waits for a connection here, or -1 */
	struct caps *caps; /* the sets as they are to be, or NULL */
	mode_t umask;
	uint64_t propagation; /* of the root: MS_*; 0: none, after a slave */
	char *time_offsets; /* text of timens_offsets, or NULL */
	unsigned int preserve_fds; /* from 3 on, that the program gets */
	bool  runtime_hooks; /* supervisor_hooks.created is to be called */
	struct hook_list create_hooks, start_hooks; /* run by init */
	char *hook_state;  /* for hook_state() */
	struct attributes attributes;
	struct seccomp_filter filter; /* what is installed, n 0: nothing */

	struct resources resources; /* for the cgroup: core/cgroup.h */
	char *affinity; /* processors of a start without one, or NULL */
	bool  writable_cgroup; /* it may make groups below its own */
};

/* A random ID, and zeroes. */
void spec_init(struct spec *s);
void spec_release(struct spec *s);
static inline void auto_spec_p(struct spec *s) { spec_release(s); }
#define auto_spec __attribute__((cleanup(auto_spec_p)))

/* Append a copy of what is given. */
void spec_add_rlimit(struct spec *s, int resource, struct rlimit value);
void spec_add_sysctl(struct spec *s, const char *key, const char *value);
void spec_add_device(struct spec *s, const char *source, const char *dest,
		     const char *mode);

/*
 * Add what every container gets (contract: proc, dev, devpts, shm, mqueue,
 * sys, cgroup; masked and read-only paths), in mounting order.  `shm_size`
 * in bytes.  Reads only the spec.
 */
void spec_add_default_mounts(struct spec *s, uint64_t shm_size);

/* The kernel's word for a namespace ("net"), and its CLONE_NEW* flag. */
const char *ns_name(enum ns_type t);
int ns_clone_flag(enum ns_type t);

#endif
