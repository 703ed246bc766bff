/* What a store outside says in XML: listings, and any other document. */
#include "fuzz.h"

#include "base/mem.h"
#include "data/remote_error.h"
#include "data/remote_list.h"
#include "data/xml.h"
#include "objects/objects.h"

static int ended(void *context, const struct xml_path *path,
		 const struct str *inside, struct err *err)
{
	unsigned *elements = context;

	(void)err;
	must(path->depth >= 1 && path->depth <= XML_DEPTH_MAX);
	for (unsigned i = 0; i < path->depth; i++)
		must(path->name[i][0] &&
		     strlen(path->name[i]) < XML_NAME_BYTES);
	must(strlen(inside->buf) == inside->len);
	++*elements;
	return 0;
}

static void check_page(const struct list_page *page)
{
	for (size_t i = 0; i < page->count; i++) {
		const struct list_key *key = &page->keys[i];

		must(key->key[0] && strlen(key->key) <= OBJECT_KEY_MAX);
		must(key->has_size && key->size <= INT64_MAX);
		must(!i || strcmp(page->keys[i - 1].key, key->key) < 0);
	}
}

/* What stands in a sentence is one line. */
static void check_line(const char *text, size_t size)
{
	must(strlen(text) < size);
	for (; *text; text++)
		must((unsigned char)*text >= ' ' && *text != 0x7f);
}

static void check_error(const char *text, size_t n)
{
	struct store_error error;

	store_error_read(text, n, &error);
	check_line(error.code, sizeof(error.code));
	check_line(error.message, sizeof(error.message));
	check_line(error.region, sizeof(error.region));
	check_line(error.other, sizeof(error.other));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *text = (const char *)bytes;
	struct list_page page = { 0 };
	struct err err = { "" };
	unsigned elements = 0;
	int code = xml_read(text, n, ended, &elements, &err);

	must_tell(code, &err);
	must(code == 0 || code == ERR_INVALID);
	must(code < 0 || elements > 0);
	code = list_page_parse(text, n, &page, &err);
	must_tell(code, &err);
	if (code == 0)
		check_page(&page);
	list_page_clear(&page);
	check_error(text, n);
	return 0;
}

#include "replay.h"
