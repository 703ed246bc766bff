/* Inside of the outside store: what went wrong with a request, for a person. */
#ifndef DATA_REMOTE_ERROR_H
#define DATA_REMOTE_ERROR_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* What an answer with an error says. "" where it does not. */
struct store_error {
	char code[64];     /* "SlowDown" */
	char message[256]; /* one line, without control characters */
	char region[64];   /* where the store says that the bucket is */
	char other[128];   /* what it is, if it is none of S3's: 'an HTML page,
			    * "Welcome"'; with its first words, cleaned */
};

/* What advice depends on besides. */
struct store_settings {
	const char *region; /* that requests are signed for */
	const char *bucket;
	bool anonymous;
};

/* Fills *out from an answer's body; one that is no error's leaves it empty. */
void store_error_read(const char *text, size_t n, struct store_error *out);

/* What to do about a status that is none of the expected. */
void store_error_advise(const struct store_error *error, long status,
			const struct store_settings *settings,
			struct str *out);

/* What to do about an answer that did not come. `verified` is curl's
 * CURLINFO_SSL_VERIFYRESULT, `text` its sentence. */
const char *store_silence_advice(CURLcode code, long verified,
				 const char *text);

#endif
