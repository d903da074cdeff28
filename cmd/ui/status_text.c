/* status_text.c - docker's STATUS: how a container is, for people. */
#include "cmd/ui/status_text.h"

#include "core/base/time.h"

static char *since(int64_t then, int64_t now)
{
	return format_duration((now - then) / NS_PER_S);
}

const char *status_health(const struct container_state *st)
{
	const char *s = json_string_value(json_object_get(st->health,
							  "Status"));

	return s && *s ? s : "none";
}

static char *up(const struct container_state *st, int64_t now)
{
	auto_free char *time = since(st->started, now);
	const char *health = status_health(st);

	if (st->status == CONTAINER_PAUSED)
		return xasprintf("Up %s (Paused)", time);
	if (streq(health, "none"))
		return xasprintf("Up %s", time);
	return xasprintf("Up %s (%s%s)", time,
			 streq(health, "starting") ? "health: " : "", health);
}

char *status_text(const struct container_state *st, int64_t now)
{
	auto_free char *time = NULL;

	if (container_status_runs(st->status))
		return up(st, now);
	if (st->status == CONTAINER_DEAD)
		return xstrdup("Dead");
	if (!st->started)
		return xstrdup("Created");
	time = since(st->finished, now);
	return xasprintf("%s (%d) %s ago",
			 st->status == CONTAINER_RESTARTING ? "Restarting" :
							      "Exited",
			 st->exit_code, time);
}
