#include "cell/pin.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The end of the run of CPUs that begins at `first`. */
static int run_end(const cpu_set_t *cpus, int first)
{
	while (first + 1 < CPU_SETSIZE && CPU_ISSET(first + 1, cpus))
		first++;
	return first;
}

void pin_format(const cpu_set_t *cpus, char *out, size_t size)
{
	static const char more[] = ",…";
	size_t used = 0;

	out[0] = '\0';
	for (int first = 0; first < CPU_SETSIZE; first++) {
		char run[32];
		int last;

		if (!CPU_ISSET(first, cpus))
			continue;
		last = run_end(cpus, first);
		snprintf(run, sizeof(run), last > first ? "%s%d-%d" : "%s%d",
			 used ? "," : "", first, last);
		if (used + strlen(run) + sizeof(more) > size) {
			strcpy(out + used, used ? more : more + 1);
			return;
		}
		strcpy(out + used, run);
		used += strlen(run);
		first = last;
	}
}

void pin_format_replicas(const struct pin *pin, char out[PIN_TEXT_BYTES])
{
	char list[PIN_TEXT_BYTES - 10];

	pin_format(&pin->replicas, list, sizeof(list));
	snprintf(out, PIN_TEXT_BYTES, "replicas %s", list);
}

static int may_not(const cpu_set_t *allowed, long cpu, struct err *err)
{
	char list[PIN_TEXT_BYTES];

	pin_format(allowed, list, sizeof(list));
	return err_set(err, ERR_USAGE,
		       "--pin: CPU %ld may not be used here: take from %s",
		       cpu, list);
}

static int malformed(const char *text, struct err *err)
{
	return err_set(err, ERR_USAGE,
		       "--pin: '%.40s' is no list of CPUs: give auto, none, a "
		       "list (0,2-3), or the origin's and the replicas' (1/0)",
		       text);
}

/* "3" or "2-5" at *at, which moves behind it. */
static bool parse_range(const char **at, long *first, long *last)
{
	char *end;

	if (!isdigit((unsigned char)**at))
		return false;
	*first = *last = strtol(*at, &end, 10);
	if (*end == '-') {
		if (!isdigit((unsigned char)end[1]))
			return false;
		*last = strtol(end + 1, &end, 10);
	}
	*at = end;
	return *last >= *first;
}

/* A list up to a '/' or the end. */
static int parse_list(const char *whole, const char **at,
		      const cpu_set_t *allowed, cpu_set_t *out,
		      struct err *err)
{
	CPU_ZERO(out);
	for (;;) {
		long first, last;

		if (!parse_range(at, &first, &last))
			return malformed(whole, err);
		for (long cpu = first; cpu <= last; cpu++) {
			if (cpu >= CPU_SETSIZE || !CPU_ISSET(cpu, allowed))
				return may_not(allowed, cpu, err);
			CPU_SET(cpu, out);
		}
		if (**at != ',')
			return 0;
		++*at;
	}
}

static int parse_given(const char *text, const cpu_set_t *allowed,
		       struct pin *out, struct err *err)
{
	const char *at = text;
	int code = parse_list(text, &at, allowed, &out->origin, err);

	out->replicas = out->origin;
	if (code == 0 && *at == '/') {
		at++;
		code = parse_list(text, &at, allowed, &out->replicas, err);
	}
	if (code == 0 && *at)
		return malformed(text, err);
	return code;
}

static void choose(const cpu_set_t *allowed, struct pin *out)
{
	int last = CPU_SETSIZE - 1;

	while (last > 0 && !CPU_ISSET(last, allowed))
		last--;
	CPU_SET(last, &out->origin);
	out->replicas = *allowed;
	if (CPU_COUNT(allowed) > 1)
		CPU_CLR(last, &out->replicas);
}

static void describe(struct pin *pin)
{
	char origin[20], replicas[26];

	pin_format(&pin->origin, origin, sizeof(origin));
	pin_format(&pin->replicas, replicas, sizeof(replicas));
	pin_format(&pin->replicas, pin->cpuset, sizeof(pin->cpuset));
	snprintf(pin->text, sizeof(pin->text), "origin %s, replicas %s",
		 origin, replicas);
}

int pin_parse(const char *text, struct pin *out, struct err *err)
{
	cpu_set_t allowed;
	int code = 0;

	memset(out, 0, sizeof(*out));
	strcpy(out->text, "none");
	if (text && strcmp(text, "none") == 0)
		return 0;
	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return err_sys(err, "cannot read which CPUs may be used");
	out->on = true;
	if (!text || strcmp(text, "auto") == 0)
		choose(&allowed, out);
	else
		code = parse_given(text, &allowed, out, err);
	if (code == 0)
		describe(out);
	return code;
}
