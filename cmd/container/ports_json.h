#ifndef RL_PORTS_JSON_H
#define RL_PORTS_JSON_H
/*
 * ports_json.h - published ports as docker's NetworkSettings.Ports:
 * {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}, ...]}.
 */
#include "core/base/json.h"
#include "net/port.h"

/* A new object; NULL for an empty list. */
json_t *ports_json(const struct port_list *l);

#endif
