/* resources.c - limits become the writes of a cgroup. */
#include "core/resources.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define CPU_PERIOD_US 100000
#define CPU_LIST_MAX  65535

void resources_release(struct resources *r)
{
	free(r->cpus);
	free(r->mems);
	free(r->io);
	strv_release(&r->unified);
	*r = (struct resources){ 0 };
}

void resources_add_io(struct resources *r, const struct io_limit *l)
{
	r->io = xrealloc(r->io, r->n_io + 1, sizeof(*r->io));
	r->io[r->n_io++] = *l;
}

bool resources_any(const struct resources *r)
{
	return r->memory || r->reservation || r->swap || r->shares ||
	       r->quota || r->period || r->cpus || r->mems || r->pids ||
	       r->io_weight || r->n_io || r->unified.n;
}

bool resources_limited(const struct resources *r)
{
	return r->memory > 0 || r->reservation > 0 || r->swap > 0 ||
	       (r->shares && r->shares != RESOURCE_SHARES) ||
	       r->quota > 0 || r->period || r->cpus || r->mems ||
	       r->pids > 0 || r->io_weight || r->n_io || r->unified.n;
}

void resource_plan_release(struct resource_plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->w[i].file);
		free(p->w[i].text);
	}
	free(p->w);
	*p = (struct resource_plan){ 0 };
}

/* ---- conversions ---- */

uint64_t resources_cpu_weight(uint64_t shares)
{
	double l;

	if (shares <= 2)
		return 1;
	if (shares >= 262144)
		return 10000;
	l = log2((double)shares);
	return (uint64_t)ceil(pow(10, (l * l + 125 * l) / 612 - 7.0 / 34));
}

uint64_t resources_io_weight(uint64_t weight)
{
	return 1 + (weight - 10) * 9999 / 990;
}

int resources_cpu_list_max(const char *list)
{
	int max = -1;

	while (*list) {
		char *end;
		unsigned long a, b;

		if (*list < '0' || *list > '9')
			return -1;
		a = b = strtoul(list, &end, 10);
		if (*end == '-' && end[1] >= '0' && end[1] <= '9')
			b = strtoul(end + 1, &end, 10);
		if (b < a || b > CPU_LIST_MAX || (*end && *end != ',') ||
		    (*end == ',' && !end[1]))
			return -1;
		max = (int)b > max ? (int)b : max;
		list = end + (*end == ',');
	}
	return max;
}

/* ---- the plan ---- */

/* "memory" of "memory.max". */
static void name_controller(struct resource_write *w)
{
	size_t n = strcspn(w->file, ".");

	if (n >= sizeof(w->controller))
		n = sizeof(w->controller) - 1;
	memcpy(w->controller, w->file, n);
	w->controller[n] = '\0';
}

static struct resource_write *add(struct resource_plan *p, const char *file,
				  char *text)
{
	struct resource_write *w;

	p->w = xrealloc(p->w, p->n + 1, sizeof(*p->w));
	w = &p->w[p->n++];
	*w = (struct resource_write){ .file = xstrdup(file), .text = text };
	name_controller(w);
	return w;
}

static struct resource_write *add_number(struct resource_plan *p,
					 const char *file, int64_t n)
{
	struct resource_write *w = add(p, file, n < 0 ? xstrdup("max") :
				       xasprintf("%" PRId64, n));

	w->optional = n < 0;
	return w;
}

/*
 * Version 1 counts memory and swap together, version 2 each alone.  A limit
 * of memory alone allows as much swap again, as docker has it; without swap
 * in the machine, or in its accounting, the file is missing or moot.
 */
static void plan_memory(const struct resources *r, struct resource_plan *p)
{
	int64_t swap = r->swap;

	if (r->memory)
		add_number(p, "memory.max", r->memory);
	if (r->reservation)
		add_number(p, "memory.low", r->reservation);
	if (!swap && r->memory > 0)
		swap = r->memory > INT64_MAX / 2 ? -1 : 2 * r->memory;
	else if (!swap && r->memory < 0)
		swap = -1;
	if (swap)
		add_number(p, "memory.swap.max", swap < 0 ? -1 :
			   r->memory > 0 ? swap - r->memory : swap)->optional =
			r->swap <= 0;
}

static void plan_cpu(const struct resources *r, struct resource_plan *p)
{
	uint64_t period = r->period ? r->period : CPU_PERIOD_US;

	if (r->shares)
		add_number(p, "cpu.weight", resources_cpu_weight(r->shares))
			->optional = r->shares == RESOURCE_SHARES;
	if (r->quota > 0)
		add(p, "cpu.max", xasprintf("%" PRId64 " %" PRIu64, r->quota,
					    period));
	else if (r->quota < 0 || r->period)
		add(p, "cpu.max", xasprintf("max %" PRIu64, period))->optional =
			!r->period;
	if (r->mems)
		add(p, "cpuset.mems", xstrdup(r->mems));
	if (r->cpus)
		add(p, "cpuset.cpus", xstrdup(r->cpus));
}

static void plan_io(const struct resources *r, struct resource_plan *p)
{
	static const char *const keys[IO_LIMIT_KINDS] = {
		[IO_READ_BPS] = "rbps", [IO_WRITE_BPS] = "wbps",
		[IO_READ_IOPS] = "riops", [IO_WRITE_IOPS] = "wiops",
	};

	/* the file of the BFQ scheduler takes version 1's numbers */
	if (r->io_weight) {
		add_number(p, "io.bfq.weight", r->io_weight)->optional = true;
		add_number(p, "io.weight", resources_io_weight(
					   r->io_weight))->stands_in = true;
	}
	for (size_t i = 0; i < r->n_io; i++)
		add(p, "io.max", xasprintf("%u:%u %s=%" PRIu64, r->io[i].major,
					   r->io[i].minor, keys[r->io[i].kind],
					   r->io[i].rate));
}

bool resources_is_unified(const char *text)
{
	size_t n = strcspn(text, "=");
	auto_free char *file = xstrndup(text, n);

	return n && text[n] && *file != '.' && !strchr(file, '/') &&
	       strchr(file, '.');
}

static int plan_unified(const struct resources *r, struct resource_plan *p,
			struct err *e)
{
	for (size_t i = 0; i < r->unified.n; i++) {
		const char *text = r->unified.v[i];
		size_t n = strcspn(text, "=");
		auto_free char *file = xstrndup(text, n);

		if (!resources_is_unified(text))
			return err_set(e, EINVAL, "unified '%s': it is a file "
				       "of the cgroup, such as memory.high, "
				       "= and its text", text);
		add(p, file, xstrdup(text + n + 1));
	}
	return 0;
}

int resource_plan_make(const struct resources *r, struct resource_plan *ret,
		       struct err *e)
{
	*ret = (struct resource_plan){ 0 };
	plan_memory(r, ret);
	plan_cpu(r, ret);
	if (r->pids)
		add_number(ret, "pids.max", r->pids);
	plan_io(r, ret);
	return plan_unified(r, ret, e);
}
