/* A file of its own: a test in C links the rest of the room, and no libcrypto. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/spec.h"

#define FIELDS_MOST 128

static int by_name(const void *a, const void *b)
{
	const struct spec_field *x = *(const struct spec_field *const *)a;
	const struct spec_field *y = *(const struct spec_field *const *)b;

	return strcmp(x->name, y->name);
}

/* What is not known of a trial that an earlier program made is the default. */
static bool is_default(const struct trial_spec *spec,
		       const struct trial_spec *defaults,
		       const struct spec_field *field)
{
	return spec_is_same(spec, defaults, field) ||
	       (!spec_is_set(spec, field) && spec_is_set(defaults, field));
}

/* What matters and has not its default. */
static size_t asked_for(const struct trial_spec *spec,
			const struct spec_field *out[FIELDS_MOST])
{
	struct trial_spec defaults;
	size_t count = 0;

	spec_init(&defaults);
	for (const struct spec_field *f = spec_fields; f->name; f++) {
		if ((f->part & (SPEC_NAME | SPEC_NONE)) ||
		    is_default(spec, &defaults, f))
			continue;
		if (count == FIELDS_MOST)
			abort();
		out[count++] = f;
	}
	qsort(out, count, sizeof(*out), by_name);
	return count;
}

void spec_hash(const struct trial_spec *spec, char out[SPEC_HASH_BYTES])
{
	const struct spec_field *asked[FIELDS_MOST];
	size_t count = asked_for(spec, asked);
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct str text = STR_INIT;

	for (size_t i = 0; i < count; i++)
		spec_add_line(spec, asked[i], &text);
	if (!EVP_Digest(text.buf, text.len, digest, NULL, EVP_sha256(), NULL))
		abort();
	for (unsigned i = 0; i < SPEC_HASH_BYTES / 2; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
	str_release(&text);
}
