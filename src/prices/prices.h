/*
 * Price tables: what a cloud asks for, as data. A table is a YAML file
 * (docs/prices.md), and some are built into the program:
 *
 *	name: my-cloud
 *	date: 2026-09-28
 *	source: https://cloud.example/prices
 *	currency: USD
 *	compute:
 *	  - {region: north, instance: two, vcpus: 2, price: 0.07, per: hour}
 *	requests:
 *	  - {region: north, kind: GET, price: 0.0004, per: 1000 requests}
 *	egress:
 *	  - {region: north, to: internet, price: 0.09, per: GB}
 *
 * It is parsed (libyaml, event by event) and never evaluated. What is not of
 * this form is refused with its line: nothing is guessed of a price.
 *
 *	const struct price_wish wish = { "us-east-1", "c7g.large", NULL };
 *	struct price_choice choice;
 *	struct price_table table;
 *	struct err err;
 *	int code = prices_open(&table, "aws-s3", &err);
 *
 *	if (code == 0)
 *		code = prices_choose(&table, &wish, &choice, &err);
 *	if (code == 0)
 *		printf("%g USD\n", choice.unit.machine_hour);
 *	prices_release(&table);
 */
#ifndef PRICES_PRICES_H
#define PRICES_PRICES_H

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "record/unit_prices.h"

#define PRICES_BYTES_MOST (1U << 20) /* of a file */
#define PRICES_MOST 4096             /* of a table */

enum price_section {
	PRICE_COMPUTE,  /* an instance, by its hour */
	PRICE_REQUESTS, /* a kind of request */
	PRICE_EGRESS,   /* bytes that leave, by where they go */
	PRICE_SECTION_COUNT,
};

/* What a price is for: `amount` hours, requests or bytes. */
struct price_unit {
	const char *name; /* "1000 requests"; NULL ends a list */
	double amount;
};

struct price_line {
	enum price_section section;
	char *region;
	char *item;   /* instance, kind or class of destination */
	double usd;   /* for one `unit`; 0 or more */
	double vcpus; /* more than 0; of compute alone, NAN of others */
	const struct price_unit *unit; /* static */
	const char *date, *source; /* its own, or else the table's */
	char *own_date, *own_source; /* NULL: it has none */
	size_t number; /* of its line in the file */
};

/* All texts are owned. */
struct price_table {
	char *name, *date, *source;
	struct price_line *lines;
	size_t count, capacity;
};

/* `path` is for the sentences. ERR_USAGE: the text is no price table; the
 * sentence names file, line, thing and remedy. Release also after a failure. */
int prices_parse(struct price_table *table, const char *text, size_t n,
		 const char *path, struct err *err);

/* The table of this name that is built in, or else the file of this path.
 * ERR_USAGE as above, or: there is neither, or it cannot be read. Release also
 * after a failure. */
int prices_open(struct price_table *table, const char *name, struct err *err);

void prices_release(struct price_table *table);

/* A word of the file for a section ("compute"), and its key for what is priced
 * ("instance"). */
const char *price_section_name(enum price_section section);
const char *price_item_key(enum price_section section);

/* The units and the items that a section knows, NULL-ended; no items: any. */
const struct price_unit *price_units(enum price_section section);
const char *const *price_items(enum price_section section);

/* NULL: unknown. */
const struct price_line *prices_find(const struct price_table *table,
				enum price_section section, const char *region,
				const char *item);

/* USD for one hour, request or byte. */
double price_of_one(const struct price_line *line);

/* What a person asks for. NULL: not given. The region may be left out where the
 * table has just one. */
struct price_wish {
	const char *region, *instance;
	const char *egress; /* "internet", … */
};

/* The prices that answer it, borrowed from the table; NULL: unknown. */
struct price_choice {
	const char *region;
	const struct price_line *compute, *requests, *egress;
	struct unit_prices unit;
};

/* ERR_USAGE: the table lacks the region, or the instance or the egress that is
 * asked for; the sentence has the nearest name, or those there are. A price
 * that nobody asked for by name, and is not there, stays unknown. */
int prices_choose(const struct price_table *table,
		  const struct price_wish *wish, struct price_choice *out,
		  struct err *err);

/* Appends what was chosen, in words: "c7g.large 0.0725 USD per hour
 * (2026-09-18), …"; of egress only where it was asked for. */
void prices_describe(const struct price_choice *choice, struct str *out);

#endif
