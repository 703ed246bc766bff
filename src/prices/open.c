/* Tables by their names: those that are built in, and files. */
#include <stdio.h>
#include <string.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/near.h"
#include "prices/prices.h"

#define BUILT_IN_MOST 32
#define SUFFIX ".yaml"

static bool is_named(const struct embedded *table, const char *name)
{
	size_t n = strlen(table->name) - strlen(SUFFIX);

	return !strncmp(table->name, name, n) && !name[n];
}

/* Neither a file nor a table that is built in. */
static int unknown(const char *name, struct err *err)
{
	char names[BUILT_IN_MOST][64];
	const char *at[BUILT_IN_MOST];
	struct str near = STR_INIT;
	size_t count = 0;

	for (const struct embedded *e = embedded_prices;
	     e->name && count < BUILT_IN_MOST; e++, count++) {
		snprintf(names[count], sizeof(names[count]), "%.*s",
			 (int)(strlen(e->name) - strlen(SUFFIX)), e->name);
		at[count] = names[count];
	}
	near_add(name, at, count, "give the path of a file, or the name of one "
		 "that is built in: ", &near);
	err_set(err, ERR_USAGE, "there is no price table %.300s: %s", name,
		near.buf);
	str_release(&near);
	return ERR_USAGE;
}

static int open_file(struct price_table *table, const char *path,
		     struct err *err)
{
	struct str text = STR_INIT;
	int code;

	if (!file_exists(path))
		return unknown(path, err);
	code = file_read(path, PRICES_BYTES_MOST, &text, err);
	/* Of a file that is too large more than that is read. */
	if (code == 0 || code == ERR_INVALID)
		code = prices_parse(table, text.buf, text.len, path, err);
	else
		code = ERR_USAGE;
	str_release(&text);
	return code;
}

int prices_open(struct price_table *table, const char *name, struct err *err)
{
	memset(table, 0, sizeof(*table));
	for (const struct embedded *e = embedded_prices; e->name; e++)
		if (is_named(e, name))
			return prices_parse(table, e->text, strlen(e->text),
					    e->name, err);
	return open_file(table, name, err);
}
