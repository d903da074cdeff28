/* inspect_json.c - docker's object of a container, from record and state. */
#include "cmd/container/inspect_json.h"

#include "cmd/container/limits.h"
#include "cmd/container/list_row.h"
#include "cmd/image_facts.h"
#include "core/base/file.h"
#include "core/base/time.h"
#include "core/log_file.h"
#include "core/restart.h"
#include "core/spec.h"
#include "fs/layer.h"

/* docker's members, in its order, as they are when nobody asks for more. */
static const char config_defaults[] =
	"{\"Hostname\":\"\",\"Domainname\":\"\",\"User\":\"\","
	"\"AttachStdin\":false,\"AttachStdout\":false,"
	"\"AttachStderr\":false,\"Tty\":false,\"OpenStdin\":false,"
	"\"StdinOnce\":false,\"Env\":[],\"Cmd\":null,\"Image\":\"\","
	"\"Volumes\":null,\"WorkingDir\":\"\",\"Entrypoint\":null,"
	"\"OnBuild\":null,\"Labels\":{}}";
static const char host_config_defaults[] =
	"{\"Binds\":null,\"ContainerIDFile\":\"\",\"LogConfig\":"
	"{\"Type\":\"json-file\",\"Config\":{}},\"NetworkMode\":\"\","
	"\"PortBindings\":{},\"RestartPolicy\":{\"Name\":\"no\","
	"\"MaximumRetryCount\":0},\"AutoRemove\":false,"
	"\"VolumeDriver\":\"\",\"VolumesFrom\":null,\"ConsoleSize\":[0,0],"
	"\"CapAdd\":null,\"CapDrop\":null,\"CgroupnsMode\":\"private\","
	"\"Dns\":[],\"DnsOptions\":[],\"DnsSearch\":[],\"ExtraHosts\":null,"
	"\"GroupAdd\":null,\"IpcMode\":\"private\",\"Cgroup\":\"\","
	"\"Links\":null,\"OomScoreAdj\":0,\"PidMode\":\"\","
	"\"Privileged\":false,\"PublishAllPorts\":false,"
	"\"ReadonlyRootfs\":false,\"SecurityOpt\":null,\"UTSMode\":\"\","
	"\"UsernsMode\":\"\",\"ShmSize\":67108864,\"Runtime\":\"rl\","
	"\"Isolation\":\"\",\"CpuShares\":0,\"Memory\":0,\"NanoCpus\":0,"
	"\"CgroupParent\":\"\",\"BlkioWeight\":0,\"BlkioWeightDevice\":[],"
	"\"BlkioDeviceReadBps\":[],\"BlkioDeviceWriteBps\":[],"
	"\"BlkioDeviceReadIOps\":[],\"BlkioDeviceWriteIOps\":[],"
	"\"CpuPeriod\":0,\"CpuQuota\":0,\"CpuRealtimePeriod\":0,"
	"\"CpuRealtimeRuntime\":0,\"CpusetCpus\":\"\",\"CpusetMems\":\"\","
	"\"Devices\":[],\"DeviceCgroupRules\":null,\"DeviceRequests\":null,"
	"\"MemoryReservation\":0,\"MemorySwap\":0,\"MemorySwappiness\":null,"
	"\"OomKillDisable\":null,\"PidsLimit\":null,\"Ulimits\":[],"
	"\"CpuCount\":0,\"CpuPercent\":0,\"IOMaximumIOps\":0,"
	"\"IOMaximumBandwidth\":0,\"Mounts\":[],\"MaskedPaths\":null,"
	"\"ReadonlyPaths\":null}";

static void set_text(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key, json_from_bytes(text));
}

static void set_time(json_t *o, const char *key, int64_t ns)
{
	auto_free char *text = time_rfc3339(ns);

	set_text(o, key, text);
}

/* A member of the record, over docker's defaults. */
static json_t *over_defaults(const char *defaults, const json_t *record,
			     const char *key)
{
	json_t *ret = json_loads(defaults, 0, NULL);
	json_t *own = json_object_get(record, key);

	if (own)
		json_object_update(ret, own);
	return ret;
}

/* ---- the state ---- */

/* A network that died leaves a container that runs: it is told here. */
static char *error_text(const struct container_state *st)
{
	if (st->error)
		return xstrdup(st->error);
	if (st->network)
		return xasprintf("the container's network is dead: %s",
				 st->network);
	return xstrdup("");
}

static json_t *state_json(const struct container_state *st)
{
	bool restarting = st->status == CONTAINER_RESTARTING;
	auto_free char *error = error_text(st);
	json_t *o = json_object();

	set_text(o, "Status", container_status_name(st->status));
	json_object_set_new(o, "Running", json_boolean(
		restarting || container_status_runs(st->status)));
	json_object_set_new(o, "Paused", json_boolean(
		st->status == CONTAINER_PAUSED));
	json_object_set_new(o, "Restarting", json_boolean(restarting));
	json_object_set_new(o, "OOMKilled", json_boolean(st->oom_killed));
	json_object_set_new(o, "Dead", json_boolean(
		st->status == CONTAINER_DEAD));
	json_object_set_new(o, "Pid", json_integer(st->pid));
	json_object_set_new(o, "ExitCode", json_integer(st->exit_code));
	set_text(o, "Error", error);
	set_time(o, "StartedAt", st->started);
	set_time(o, "FinishedAt", st->finished);
	if (st->health)
		json_object_set(o, "Health", st->health);
	return o;
}

/* ---- HostConfig ---- */

static void set_paths(json_t *host, const json_t *record)
{
	const json_t *own = json_object_get(record, "HostConfig");
	auto_spec struct spec s;

	if (json_object_get(own, "MaskedPaths"))
		return;
	spec_init(&s);
	spec_add_default_mounts(&s, 0);
	json_object_set_new(host, "MaskedPaths",
			    json_from_strv(&s.masked_paths));
	json_object_set_new(host, "ReadonlyPaths",
			    json_from_strv(&s.readonly_paths));
}

/* `rl update` keeps its policy in a file. */
static void set_restart(json_t *host, const struct entry *n)
{
	auto_free char *file = xasprintf("%s/" CONTAINER_RESTART, n->path);
	auto_free char *text = NULL;
	struct restart_policy p;
	struct err ignored;

	if (file_read(AT_FDCWD, file, 64, &text, NULL, &ignored) < 0 ||
	    restart_policy_parse(text, &p, &ignored) < 0)
		return;
	json_object_set_new(host, "RestartPolicy", json_pack(
		"{s:s, s:i}", "Name", restart_policy_name(&p),
		"MaximumRetryCount", (int)p.max));
}

static json_t *host_config(const struct entry *n, const json_t *record)
{
	json_t *ret = over_defaults(host_config_defaults, record,
				    "HostConfig");

	/* docker has these where somebody used them */
	if (!json_array_size(json_object_get(ret, "Mounts")))
		json_object_del(ret, "Mounts");
	if (!json_object_size(json_object_get(ret, "Annotations")))
		json_object_del(ret, "Annotations");
	set_paths(ret, record);
	set_restart(ret, n);
	limits_record(n->path, ret);
	return ret;
}

/* ---- the root filesystem ---- */

static char *layer_paths(const struct store *s, const struct entry *n,
			 const json_t *record)
{
	const char *map_text = json_string_value(json_object_get(record,
								 "IdMap"));
	auto_image struct image img = { 0 };
	struct str out = { 0 };
	struct err ignored;
	struct idmap map;
	char name[24];

	if (!n->manifest || !map_text ||
	    idmap_load(map_text, &map, &ignored) < 0 ||
	    image_load(s, n->manifest, NULL, &img, &ignored) < 0)
		return xstrdup("");
	layer_map_name(&map, name);
	for (size_t i = img.n_layers; i-- > 0;)
		str_printf(&out, "%s%s/layers/%s/%s", out.len ? ":" : "",
			   s->path, name, SHORT_ID(img.layers[i].diff_id));
	return str_steal(&out);
}

static const char *driver_of(const struct entry *n, const json_t *record)
{
	const char *known = json_string_value(json_object_get(record,
							      "Driver"));

	return n->state.driver ? n->state.driver : known ? known : "";
}

static json_t *graph_driver(const struct store *s, const struct entry *n,
			    const json_t *record)
{
	auto_free char *lower = layer_paths(s, n, record);
	json_t *data = json_object();

	set_text(data, "LowerDir", lower);
	json_object_set_new(data, "UpperDir",
			    json_sprintf("%s/upper", n->path));
	json_object_set_new(data, "WorkDir",
			    json_sprintf("%s/work", n->path));
	return json_pack("{s:o, s:s}", "Data", data, "Name",
			 driver_of(n, record));
}

static int set_size(const struct store *s, const struct entry *n, json_t *o,
		    struct err *e)
{
	uint64_t rw, all;

	TRY(entry_size(s, n, &rw, &all, e));
	json_object_set_new(o, "SizeRw", json_integer((json_int_t)rw));
	json_object_set_new(o, "SizeRootFs", json_integer((json_int_t)all));
	return 0;
}

/* ---- all of it ---- */

static void copy(json_t *to, const json_t *record, const char *key)
{
	json_t *v = json_object_get(record, key);

	json_object_set(to, key, v ? v : json_null());
}

/* docker names those of --tmpfs in HostConfig only. */
static json_t *mounts(const json_t *record)
{
	const json_t *tmpfs = json_object_get(
		json_object_get(record, "HostConfig"), "Tmpfs");
	json_t *ret = json_array(), *m;
	size_t i;

	json_array_foreach(json_object_get(record, "Mounts"), i, m) {
		const char *dest = json_string_value(
			json_object_get(m, "Destination"));

		if (!dest || !json_object_get(tmpfs, dest))
			json_array_append(ret, m);
	}
	return ret;
}

static void set_log_path(json_t *o, const struct entry *n)
{
	auto_free char *log = xasprintf("%s/" LOG_NAME, n->path);

	set_text(o, "LogPath", access(log, F_OK) == 0 ? log : "");
}

static json_t *identity(const struct entry *n, const json_t *record)
{
	json_t *o = json_object();

	set_text(o, "Id", n->id);
	copy(o, record, "Created");
	copy(o, record, "Path");
	copy(o, record, "Args");
	json_object_set_new(o, "State", state_json(&n->state));
	copy(o, record, "Image");
	/* they are made anew in memory at each start */
	set_text(o, "ResolvConfPath", "");
	set_text(o, "HostnamePath", "");
	set_text(o, "HostsPath", "");
	set_log_path(o, n);
	json_object_set_new(o, "Name", json_sprintf("/%s", n->name));
	json_object_set_new(o, "RestartCount",
			    json_integer(n->state.restarts));
	set_text(o, "Driver", driver_of(n, record));
	set_text(o, "Platform", "linux");
	set_text(o, "MountLabel", "");
	set_text(o, "ProcessLabel", "");
	set_text(o, "AppArmorProfile", "");
	json_object_set_new(o, "ExecIDs", json_null());
	return o;
}

int inspect_json(const struct store *s, const struct entry *n, bool size,
		 json_t **ret, struct err *e)
{
	auto_json json_t *record = NULL;
	auto_json json_t *o = NULL;

	TRY(json_parse(n->record, strlen(n->record), "container.json",
		       &record, e));
	o = identity(n, record);
	json_object_set_new(o, "HostConfig", host_config(n, record));
	json_object_set_new(o, "GraphDriver", graph_driver(s, n, record));
	if (size)
		TRY(set_size(s, n, o, e));
	json_object_set_new(o, "Mounts", mounts(record));
	json_object_set_new(o, "Config",
			    over_defaults(config_defaults, record, "Config"));
	json_object_set_new(o, "NetworkSettings", inspect_network(n, record));
	*ret = steal_ptr(o);
	return 0;
}
