#include "experiment/varied.h"

static bool varies(const struct job *jobs, size_t count,
		   const struct spec_field *field)
{
	for (size_t i = 1; i < count; i++)
		if (!spec_is_same(&jobs[0].spec, &jobs[i].spec, field))
			return true;
	return false;
}

/* As a sweep file has it. */
static void add_name(const char *name, struct str *out)
{
	for (; *name; name++)
		str_add_char(out, *name == '-' ? '_' : *name);
}

void varied_add(const struct job *jobs, size_t count, const struct job *job,
		struct str *out)
{
	for (const struct spec_field *f = spec_fields; f->name; f++) {
		if (!f->option || !varies(jobs, count, f))
			continue;
		str_add_char(out, ' ');
		add_name(f->option, out);
		str_add_char(out, '=');
		spec_add_value(&job->spec, f, out);
	}
}
