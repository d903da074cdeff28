/* status_text_test.c - docker's words for a container's state and ports. */
#include "cmd/ui/status_text.h"

#include "core/base/time.h"
#include "tests/unit/tap.h"

#define NOW (1000000 * NS_PER_S)
#define AGO(s) (NOW - (s) * NS_PER_S)

static const char *status(struct container_state st)
{
	static char *text;

	free(text);
	text = status_text(&st, NOW);
	return text;
}

static void up(void)
{
	auto_json json_t *well = json_pack("{s:s}", "Status", "healthy");
	auto_json json_t *sick = json_pack("{s:s}", "Status", "unhealthy");
	auto_json json_t *new = json_pack("{s:s}", "Status", "starting");
	auto_json json_t *none = json_pack("{s:s}", "Status", "none");
	struct container_state st = { .status = CONTAINER_RUNNING,
				      .started = AGO(301) };

	EQ_STR(status(st), "Up 5 minutes");
	st.health = none;
	EQ_STR(status(st), "Up 5 minutes");
	st.health = well;
	EQ_STR(status(st), "Up 5 minutes (healthy)");
	st.health = sick;
	EQ_STR(status(st), "Up 5 minutes (unhealthy)");
	st.health = new;
	EQ_STR(status(st), "Up 5 minutes (health: starting)");
	st.status = CONTAINER_PAUSED;
	EQ_STR(status(st), "Up 5 minutes (Paused)");
	st.started = NOW;
	EQ_STR(status(st), "Up Less than a second (Paused)");
}

static void ended(void)
{
	struct container_state st = { .status = CONTAINER_CREATED };

	EQ_STR(status(st), "Created");
	st = (struct container_state){ .status = CONTAINER_EXITED,
		.started = AGO(9999), .finished = AGO(3 * 3600) };
	EQ_STR(status(st), "Exited (0) 3 hours ago");
	st.exit_code = 137;
	st.finished = AGO(3600);
	EQ_STR(status(st), "Exited (137) About an hour ago");
	st.status = CONTAINER_RESTARTING;
	st.exit_code = 1;
	st.finished = AGO(5);
	EQ_STR(status(st), "Restarting (1) 5 seconds ago");
	st.status = CONTAINER_DEAD;
	EQ_STR(status(st), "Dead");
}

static const char *ports(const char *json)
{
	static char *text;
	auto_json json_t *o = json_loads(json, 0, NULL);

	free(text);
	text = ports_text(o);
	return text;
}

#define ON(ip, port) "{\"HostIp\":\"" ip "\",\"HostPort\":\"" port "\"}"

static void port_lists(void)
{
	EQ_STR(ports("{}"), "");
	EQ_STR(ports("{\"80/tcp\":[" ON("0.0.0.0", "8080") ","
		     ON("::", "8080") "]}"),
	       "0.0.0.0:8080->80/tcp, [::]:8080->80/tcp");
	EQ_STR(ports("{\"9988/tcp\":null,\"53/udp\":[]}"),
	       "53/udp, 9988/tcp");
	EQ_STR(ports("{\"82/tcp\":null,\"80/tcp\":null,\"81/tcp\":null,"
		     "\"90/tcp\":null}"),
	       "80-82/tcp, 90/tcp");
	EQ_STR(ports("{\"80/tcp\":[" ON("0.0.0.0", "80") "],"
		     "\"81/tcp\":[" ON("0.0.0.0", "81") "],"
		     "\"53/udp\":[" ON("127.0.0.1", "5353") "]}"),
	       "0.0.0.0:80-81->80-81/tcp, 127.0.0.1:5353->53/udp");
}

static void ports_of_one_that_runs(void)
{
	auto_json json_t *exposed = json_loads("{\"80/tcp\":{},\"81/tcp\":{}}",
					       0, NULL);
	struct container_state st = { .status = CONTAINER_RUNNING };
	auto_json json_t *published = json_loads(
		"{\"80/tcp\":[" ON("0.0.0.0", "1") "]}", 0, NULL);
	auto_json json_t *both = NULL;
	auto_json json_t *none = NULL;
	auto_free char *text = NULL;

	st.ports = published;
	both = status_ports(&st, exposed);
	text = json_dumps(both, JSON_COMPACT | JSON_SORT_KEYS);
	EQ_STR(text,
	       "{\"80/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"1\"}],"
	       "\"81/tcp\":null}");
	st.status = CONTAINER_EXITED;
	none = status_ports(&st, exposed);
	OK(json_object_size(none) == 0);
}

int main(void)
{
	RUN(up);
	RUN(ended);
	RUN(port_lists);
	RUN(ports_of_one_that_runs);
	return DONE();
}
