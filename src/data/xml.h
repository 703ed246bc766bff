/*
 * A small strict reader of the XML that S3 answers with: elements, text,
 * attributes (skipped), the five named entities and numbered ones, CDATA
 * sections, comments and processing instructions (skipped), a byte order mark
 * before it all. Anything else, such as a DOCTYPE, is refused.
 */
#ifndef DATA_XML_H
#define DATA_XML_H

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

#define XML_DEPTH_MAX 16
#define XML_NAME_BYTES 64

/* The elements that are open, from the root. */
struct xml_path {
	char name[XML_DEPTH_MAX][XML_NAME_BYTES];
	unsigned depth;
};

/*
 * Calls `ended` at the end of each element, which still is the last of `path`,
 * with the text directly inside of it (up to there, if children stand between).
 * Stops at the first negative value that `ended` returns and returns it;
 * ERR_INVALID when the text is not well-formed.
 */
int xml_read(const char *text, size_t n,
	     int (*ended)(void *context, const struct xml_path *path,
			  const struct str *inside, struct err *err),
	     void *context, struct err *err);

#endif
