/* What a price table may hold: its sections, what they price, and by what. */
#include "prices/prices.h"

#include <stdlib.h>
#include <string.h>

static const struct price_unit hours[] = { { "hour", 1 }, { NULL, 0 } };

static const struct price_unit requests[] = { { "request", 1 },
					      { "1000 requests", 1e3 },
					      { "10000 requests", 1e4 },
					      { "1000000 requests", 1e6 },
					      { NULL, 0 } };

static const struct price_unit bytes[] = { { "GB", 1e9 },
					   { "GiB", 0x1p30 },
					   { "TB", 1e12 },
					   { "TiB", 0x1p40 },
					   { NULL, 0 } };

static const char *const any[] = { NULL };
static const char *const kinds[] = { "GET", NULL };
static const char *const classes[] = { "same-region", "cross-region",
				       "internet", NULL };

static const struct section {
	const char *name, *item_key;
	const struct price_unit *units;
	const char *const *items;
} sections[PRICE_SECTION_COUNT] = {
	[PRICE_COMPUTE] = { "compute", "instance", hours, any },
	[PRICE_REQUESTS] = { "requests", "kind", requests, kinds },
	[PRICE_EGRESS] = { "egress", "to", bytes, classes },
};

const char *price_section_name(enum price_section section)
{
	return sections[section].name;
}

const char *price_item_key(enum price_section section)
{
	return sections[section].item_key;
}

const struct price_unit *price_units(enum price_section section)
{
	return sections[section].units;
}

const char *const *price_items(enum price_section section)
{
	return sections[section].items;
}

double price_of_one(const struct price_line *line)
{
	return line->usd / line->unit->amount;
}

const struct price_line *prices_find(const struct price_table *table,
				enum price_section section, const char *region,
				const char *item)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct price_line *line = &table->lines[i];

		if (line->section == section &&
		    !strcmp(line->region, region) && !strcmp(line->item, item))
			return line;
	}
	return NULL;
}

void prices_release(struct price_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		free(table->lines[i].region);
		free(table->lines[i].item);
		free(table->lines[i].own_date);
		free(table->lines[i].own_source);
	}
	free(table->lines);
	free(table->name);
	free(table->date);
	free(table->source);
	memset(table, 0, sizeof(*table));
}
