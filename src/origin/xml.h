/*
 * Writing XML: texts that are not ours are escaped. What XML 1.0 cannot hold at
 * all (most control characters, bytes that are not UTF-8) becomes U+FFFD, so
 * that a document always parses.
 */
#ifndef ORIGIN_XML_H
#define ORIGIN_XML_H

#include <stddef.h>

#include "base/str.h"

#define XML_DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define XML_S3 "http://s3.amazonaws.com/doc/2006-03-01/"

void xml_add_text(struct str *out, const char *text, size_t len);

/* <name>text</name> */
void xml_add(struct str *out, const char *name, const char *text, size_t len);

/* The same with the text as encoding-type=url has it: all but letters, digits
 * and "-_.~/" becomes %XX. */
void xml_add_url(struct str *out, const char *name, const char *text,
		 size_t len);

#endif
