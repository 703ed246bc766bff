/*
 * What a trial is: its configuration, field by field as spec_fields.h says. A
 * field that is not set is COUNT_UNKNOWN, NAN or NULL; 0 is a figure.
 *
 *	struct trial_spec spec;
 *	struct str text = STR_INIT;
 *
 *	spec_init(&spec);
 *	spec.library = "obstore";
 *	for (const struct spec_field *f = spec_fields; f->name; f++)
 *		if (spec_is_set(&spec, f))
 *			spec_add_value(&spec, f, &text);
 */
#ifndef RECORD_SPEC_H
#define RECORD_SPEC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "record/spec_fields.h"

/* NULL strings: absent. Never stored, never logged. Borrowed from the caller. */
struct credentials {
	const char *access_key_id;
	const char *secret_access_key;
	const char *session_token;
};

/* Texts are borrowed, but for those of a trial (spec_copy()). */
struct trial_spec {
#define X(member, name, kind, ...) SPEC_TYPE_##kind member;
	SPEC_FIELDS(X)
#undef X
	const struct credentials *credentials; /* NULL: anonymous */
};

enum spec_kind { SPEC_COUNT, SPEC_RATE, SPEC_NUMBER, SPEC_FLAG, SPEC_TEXT };

/* What a field belongs to, and so where it goes. */
enum spec_part {
	SPEC_NAME = 1,       /* the library: what is compared */
	SPEC_TEST = 2,
	SPEC_PLAN = 4,       /* what the work is made of: plans are shared by
			      * the trials that have these alike */
	SPEC_CLIENT = 8,     /* goes to the library: client_config of `setup` */
	SPEC_LOAD = 16,      /* how the work is done: members of `setup` */
	SPEC_PLACEMENT = 32, /* where replicas and origin run */
	SPEC_STORE = 64,     /* a store outside; shares plans as SPEC_PLAN */
	SPEC_NONE = 128,     /* changes no figure */
};

struct spec_field {
	const char *name;   /* in the database, the packet and the results */
	const char *option; /* without --; NULL: it is none */
	enum spec_kind kind;
	enum spec_part part;
	size_t offset;      /* in struct trial_spec */
	double least, most; /* of a figure */
	const char *words;  /* in the heading of a table, or NULL */
	const char *unit;   /* "SECONDS", "BYTES", or another word, or NULL */
	const char *word;   /* of a text: says what not set means, or NULL */
};

/* In the order of spec_fields.h; `name` is NULL at the end. */
extern const struct spec_field spec_fields[];

void spec_init(struct trial_spec *spec); /* all defaults */

/* Nothing is set; flags, which have no such state, are false. */
void spec_init_unknown(struct trial_spec *spec);

/* What is set to the word for "not set" is not set: who types a default asks for
 * no other configuration. Texts are borrowed. */
void spec_forget_words(struct trial_spec *spec);

/* A copy with texts of its own; released by spec_release(). */
void spec_copy(struct trial_spec *to, const struct trial_spec *from);
void spec_release(struct trial_spec *spec);

/* Where the value is, of the type that the kind says. */
static inline const void *spec_value(const struct trial_spec *spec,
				     const struct spec_field *field)
{
	return (const char *)spec + field->offset;
}

bool spec_is_set(const struct trial_spec *spec, const struct spec_field *field);

/* Two fields that are not set are alike. */
bool spec_is_same(const struct trial_spec *a, const struct trial_spec *b,
		  const struct spec_field *field);

/* As a person would type it, but numbers with all their digits; "-": not set. */
void spec_add_value(const struct trial_spec *spec,
		    const struct spec_field *field, struct str *out);

/* "keys=512\n" */
void spec_add_line(const struct trial_spec *spec,
		   const struct spec_field *field, struct str *out);

/* null: not set. A text that is not UTF-8 is cleaned. */
json_t *spec_value_json(const struct trial_spec *spec,
			const struct spec_field *field);

/* All fields by name. */
json_t *spec_json(const struct trial_spec *spec);

/* Takes what spec_json() made into a spec whose texts are its own (spec_copy()).
 * Another version may have made it. What `object` does not have gets its
 * default, as that program did not know the field. What has another type, or is
 * out of the range of the field, stays as it was. Texts are cleaned. */
void spec_from_json(struct trial_spec *spec, const json_t *object);

/*
 * Whether two trials may be compared: those with the same hash differ in the
 * library, and in nothing else that was asked for and can change a figure. It is
 * the beginning of the SHA-256 of all lines of such fields, sorted. What has its
 * default is left out, so that a later version's options leave the hashes of
 * earlier trials as they are. `out` gets 16 hexadecimal digits.
 */
#define SPEC_HASH_BYTES 17
void spec_hash(const struct trial_spec *spec, char out[SPEC_HASH_BYTES]);

#endif
