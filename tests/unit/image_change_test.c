/* image_change_test.c - instructions of --change and what they make. */
#include "fs/image_change.h"

#include "tests/unit/tap.h"

/* The config after the instructions (a NULL-ended list), or the error. */
static char *after(const char *before, const char *const *changes)
{
	auto_json json_t *config = json_loads(before, 0, NULL);
	auto_strv struct strv list = { 0 };
	struct err e;

	for (; *changes; changes++)
		strv_add(&list, *changes);
	if (image_change(config, &list, &e) < 0)
		return xstrdup(e.text);
	return json_dumps(config, JSON_COMPACT | JSON_SORT_KEYS);
}

#define MAKES(before, want, ...)                                           \
	do {                                                               \
		const char *const list_[] = { __VA_ARGS__, NULL };         \
		auto_free char *got_ = after(before, list_);               \
		if (strcmp(got_, want) != 0)                               \
			printf("# %s\n", got_);                            \
		OK(strcmp(got_, want) == 0);                               \
	} while (0)

static void commands(void)
{
	MAKES("{}", "{\"Cmd\":[\"a\",\"b c\"]}", "CMD [\"a\", \"b c\"]");
	MAKES("{}", "{\"Cmd\":[\"/bin/sh\",\"-c\",\"a $B \\\"c\\\"\"]}",
	      "cmd a $B \"c\"");
	MAKES("{}", "{\"Cmd\":[\"/bin/sh\",\"-c\",\"[ -e x ]\"]}",
	      "CMD [ -e x ]");
	MAKES("{\"Cmd\":[\"old\"]}", "{\"Entrypoint\":[\"e\"]}",
	      "ENTRYPOINT [\"e\"]");
	MAKES("{\"Cmd\":[\"old\"]}",
	      "{\"Cmd\":[\"c\"],\"Entrypoint\":[\"e\"]}", "CMD [\"c\"]",
	      "ENTRYPOINT [\"e\"]");
	MAKES("{\"Entrypoint\":[\"old\"]}", "{}", "ENTRYPOINT []");
	MAKES("{}", "{\"Cmd\":[\"/bin/sh\",\"-c\",\"/bin/x\"]}", "CMD=/bin/x");
}

static void environment(void)
{
	MAKES("{\"Env\":[\"A=1\",\"B=2\"]}",
	      "{\"Env\":[\"A=new\",\"B=2\",\"C=x y\",\"D=new$\"]}",
	      "ENV A=new C=\"x y\"", "ENV D=${A}\\$");
	MAKES("{}", "{\"Env\":[\"A=b  c\"]}", "ENV A b  c");
	MAKES("{}", "{\"Env\":[\"A=$B\",\"C=\"]}", "ENV A='$B' C=$none");
	MAKES("{}", "{\"Labels\":{\"a.b\":\"c d\",\"e\":\"\"}}",
	      "LABEL a.b=\"c d\" e=");
	MAKES("{}", "--change \"ENV A\": it needs KEY=VALUE", "ENV A");
	MAKES("{}", "--change \"ENV A=1 B\": 'B' is not KEY=VALUE",
	      "ENV A=1 B");
	MAKES("{}", "--change \"ENV A=\"x\": a quote is not closed",
	      "ENV A=\"x");
}

static void others(void)
{
	MAKES("{}", "{\"ExposedPorts\":{\"53/udp\":{},\"80/tcp\":{},"
		    "\"90/tcp\":{},\"91/tcp\":{}}}",
	      "EXPOSE 80 53/udp 90-91");
	MAKES("{}", "--change \"EXPOSE 0\": invalid port '0': a port is a number "
		    "from 1 to 65535, or a range 8000-8010", "EXPOSE 0");
	MAKES("{\"WorkingDir\":\"/a\"}", "{\"WorkingDir\":\"/a/b\"}",
	      "WORKDIR ./b");
	MAKES("{}", "{\"WorkingDir\":\"/c\"}", "WORKDIR /x/../c");
	MAKES("{}", "{\"User\":\"ann:adm\"}", "USER ann:adm");
	MAKES("{}", "{\"Volumes\":{\"/a\":{},\"/b c\":{}}}",
	      "VOLUME [\"/a\", \"/b c\"]");
	MAKES("{}", "{\"StopSignal\":\"SIGQUIT\"}", "STOPSIGNAL SIGQUIT");
	MAKES("{}", "--change \"STOPSIGNAL x\": Invalid signal: x",
	      "STOPSIGNAL x");
	MAKES("{\"OnBuild\":[\"A\"]}", "{\"OnBuild\":[\"A\",\"RUN b\"]}",
	      "ONBUILD RUN b");
	MAKES("{}", "RUN is not a valid change command", "RUN x");
	MAKES("{}", " is not a valid change command", "");
	MAKES("{}", "--change \"USER\": it needs an argument", "USER");
}

static void health(void)
{
	MAKES("{}", "{\"Healthcheck\":{\"Interval\":90000000000,\"Retries\":3,"
		    "\"Test\":[\"CMD-SHELL\",\"a || b\"],"
		    "\"Timeout\":1500000}}",
	      "HEALTHCHECK --interval=1m30s --timeout=1.5ms --retries=3 "
	      "CMD a || b");
	MAKES("{}", "{\"Healthcheck\":{\"Test\":[\"CMD\",\"a\"]}}",
	      "HEALTHCHECK CMD [\"a\"]");
	MAKES("{}", "{\"Healthcheck\":{\"Test\":[\"NONE\"]}}",
	      "HEALTHCHECK NONE");
	MAKES("{}", "--change \"HEALTHCHECK --interval=x CMD a\": 'x' is not a "
		    "time such as 1m30s", "HEALTHCHECK --interval=x CMD a");
	MAKES("{}", "--change \"HEALTHCHECK\": it is NONE or CMD and a command",
	      "HEALTHCHECK");
}

int main(void)
{
	RUN(commands);
	RUN(environment);
	RUN(others);
	RUN(health);
	return DONE();
}
