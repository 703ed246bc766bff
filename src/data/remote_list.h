/* Inside of the outside store: reads its listings. */
#ifndef DATA_REMOTE_LIST_H
#define DATA_REMOTE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct list_key {
	char *key;
	uint64_t size; /* bytes, where has_size */
	bool has_size;
	char etag[64];
};

/* One answer to ListObjectsV2. */
struct list_page {
	struct list_key *keys; /* in byte order */
	size_t count, capacity;
	bool truncated; /* there are more keys after the last */
	bool encoded;   /* the store said that its keys are percent-encoded;
			 * here they are decoded */
};

/* Fills a zeroed page. ERR_INVALID: the text is no ListBucketResult whose keys
 * ascend. The caller calls list_page_clear() in any case. */
int list_page_parse(const char *text, size_t n, struct list_page *page,
		    struct err *err);
void list_page_clear(struct list_page *page);

#endif
