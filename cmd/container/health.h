#ifndef RL_CONTAINER_HEALTH_H
#define RL_CONTAINER_HEALTH_H
/*
 * health.h - a container's health checks, in its supervisor: each is a child
 * process that joins the container as rl exec does, keeps the first of its
 * output and its time, and answers through a pipe.  The supervisor only
 * starts it and takes the answer.
 */
#include "cmd/container/assembly.h"

struct health_monitor;

/* NULL: nothing is to be checked.  `a` is borrowed. */
struct health_monitor *health_monitor_new(struct assembly *a);
/* The container runs: its state has a Health from here on. */
void health_monitor_begin(struct health_monitor *m);
/* supervisor_hooks.tick; `arg` is the monitor. */
int health_monitor_tick(void *arg);
/* The container has ended: so has a check.  NULL is fine. */
void health_monitor_free(struct health_monitor *m);

#endif
