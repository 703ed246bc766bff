/*
 * A small strict reader of the XML in S3's responses. It knows elements, text,
 * the five named entities, numbered ones, CDATA sections, and a byte order mark
 * at the start. It skips attributes, comments and processing instructions. It
 * refuses anything else, such as a DOCTYPE.
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
 * Calls `ended` at the end of each element, which is still the last of `path`,
 * with the text directly inside of it. If the element has children, that is the
 * text behind the last one. Stops at the first negative value that `ended`
 * returns, and returns it. ERR_INVALID: the text is not well-formed.
 */
int xml_read(const char *text, size_t n,
	     int (*ended)(void *context, const struct xml_path *path,
			  const struct str *inside, struct err *err),
	     void *context, struct err *err);

#endif
