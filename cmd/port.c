/* port.c - `rl port`: what of the host leads to a container. */
#include "cmd/cmd.h"

#include "cmd/container/list.h"
#include "cmd/ui/report.h"
#include "cmd/ui/status_text.h"

/* "80/tcp" before "443/tcp" before "53/udp" is wrong: by number, then name. */
static int by_port(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	int r = atoi(x) - atoi(y);

	return r ? r : strcmp(x, y);
}

static void print_bindings(const char *port, bool named,
			   const json_t *bindings, struct str *out)
{
	const json_t *b;
	size_t i;

	json_array_foreach((json_t *)bindings, i, b) {
		const char *ip = json_string_value(json_object_get(b,
								   "HostIp"));
		const char *number = json_string_value(
			json_object_get(b, "HostPort"));
		auto_free char *text = ports_address(ip ? ip : "",
						     number ? number : "");

		if (named)
			str_printf(out, "%s\n", text);
		else
			str_printf(out, "%s -> %s\n", port, text);
	}
}

static void print_all(const json_t *ports, struct str *out)
{
	auto_strv struct strv keys = { 0 };
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)ports, key, value)
		strv_add(&keys, key);
	if (keys.n)
		qsort(keys.v, keys.n, sizeof(*keys.v), by_port);
	for (size_t i = 0; i < keys.n; i++)
		print_bindings(keys.v[i], false,
			       json_object_get(ports, keys.v[i]), out);
}

static int print_one(const json_t *ports, const char *port,
		     const char *container, struct str *out, struct err *e)
{
	auto_free char *key = xasprintf("%s%s", port,
					strchr(port, '/') ? "" : "/tcp");
	const json_t *bindings = json_object_get(ports, key);
	uint64_t number;
	auto_free char *digits = xstrndup(key, strcspn(key, "/"));

	if (!parse_u64(digits, 65535, &number))
		return err_set(e, EINVAL, "'%.40s' is not a port such as 80 or "
			       "53/udp", port);
	if (!json_array_size(bindings))
		return err_set(e, ENOENT, "No public port '%.40s' published "
			       "for %s", key, container);
	print_bindings(key, true, bindings, out);
	return 0;
}

static int port_run(void *opts UNUSED, int argc, char **argv, struct err *e)
{
	auto_store struct store s = STORE_INIT;
	auto_container struct container c = CONTAINER_INIT;
	auto_container_state struct container_state st = { 0 };
	auto_json json_t *ports = NULL;
	auto_str struct str out = { 0 };

	TRY(store_open(&s, e));
	TRY(container_find(&s, argv[0], &c, e));
	TRY(container_state_read(&c, &st, e));
	ports = status_ports(&st, NULL);
	if (argc > 1)
		TRY(print_one(ports, argv[1], argv[0], &out, e));
	else
		print_all(ports, &out);
	report_text(str_text(&out));
	return 0;
}

const struct cmd cmd_port = {
	.name = "port",
	.aliases = "container port",
	.args = "CONTAINER [PORT[/PROTO]]",
	.help = "list what ports of the host lead to a container",
	.example = "rl port web\n"
		   "rl port web 80",
	.min_args = 1,
	.max_args = 2,
	.run = port_run,
};
