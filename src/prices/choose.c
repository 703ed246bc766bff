/* The prices that answer what a person asks for, or the nearest names. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/near.h"
#include "base/number.h"
#include "prices/prices.h"

#define SECONDS_PER_HOUR 3600

/* Names of a table, each once. */
struct names {
	const char **at;
	size_t count, capacity;
};

static void add_name(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (!strcmp(names->at[i], name))
			return;
	MEM_ROOM(names->at, names->count, names->capacity);
	names->at[names->count++] = name;
}

static struct names regions_of(const struct price_table *table)
{
	struct names names = { NULL, 0, 0 };

	for (size_t i = 0; i < table->count; i++)
		add_name(&names, table->lines[i].region);
	return names;
}

static struct names items_of(const struct price_table *table,
			     enum price_section section, const char *region)
{
	struct names names = { NULL, 0, 0 };

	for (size_t i = 0; i < table->count; i++)
		if (table->lines[i].section == section &&
		    !strcmp(table->lines[i].region, region))
			add_name(&names, table->lines[i].item);
	return names;
}

/* NULL, with the sentence: the table does not have it. */
static const char *choose_region(const struct price_table *table,
				 const char *wanted, struct err *err)
{
	struct names names = regions_of(table);
	struct str near = STR_INIT;
	const char *found = NULL;

	if (!wanted && names.count == 1)
		found = names.at[0];
	for (size_t i = 0; wanted && !found && i < names.count; i++)
		if (!strcmp(names.at[i], wanted))
			found = names.at[i];
	near_add(wanted ? wanted : "", names.at, names.count, "it has ", &near);
	if (!found && wanted)
		err_set(err, ERR_USAGE, "the price table %.100s has no region "
			"'%.60s': %s", table->name, wanted, near.buf);
	else if (!found)
		err_set(err, ERR_USAGE, "the price table %.100s has prices of "
			"several regions: name yours with --region; %s",
			table->name, near.buf);
	str_release(&near);
	free(names.at);
	return found;
}

/* What was asked for by name and is not there. */
static int lacks(const struct price_table *table, enum price_section section,
		 const char *region, const char *item, struct err *err)
{
	struct names names = items_of(table, section, region);
	struct str near = STR_INIT;

	if (names.count)
		near_add(item, names.at, names.count, "it has ", &near);
	else
		str_addf(&near, "it has no price of %s there",
			 price_section_name(section));
	err_set(err, ERR_USAGE, "the price table %.100s has no price of %s "
		"'%.60s' in %.60s: %s", table->name,
		section == PRICE_EGRESS ? "egress" : price_item_key(section),
		item, region, near.buf);
	str_release(&near);
	free(names.at);
	return ERR_USAGE;
}

static int choose_item(const struct price_table *table,
		       enum price_section section, const char *region,
		       const char *item, const struct price_line **out,
		       struct err *err)
{
	*out = item ? prices_find(table, section, region, item) : NULL;
	if (!item || *out)
		return 0;
	return lacks(table, section, region, item, err);
}

static double one(const struct price_line *line)
{
	return line ? price_of_one(line) : NAN;
}

int prices_choose(const struct price_table *table,
		  const struct price_wish *wish, struct price_choice *out,
		  struct err *err)
{
	int code;

	*out = (struct price_choice){ .region = choose_region(
		table, wish->region, err) };
	if (!out->region)
		return ERR_USAGE;
	code = choose_item(table, PRICE_COMPUTE, out->region, wish->instance,
			   &out->compute, err);
	if (code == 0)
		code = choose_item(table, PRICE_EGRESS, out->region,
				   wish->egress, &out->egress, err);
	out->requests = prices_find(table, PRICE_REQUESTS, out->region, "GET");
	out->unit = (struct unit_prices){
		.machine_hour = one(out->compute),
		.vcpu_second = out->compute ? one(out->compute) /
						      SECONDS_PER_HOUR /
						      out->compute->vcpus
					    : NAN,
		.get_request = one(out->requests),
		.egress_byte = one(out->egress),
	};
	return code;
}

static void describe(struct str *out, const struct price_line *line,
		     const char *what)
{
	char usd[NUMBER_TEXT_BYTES];

	if (line)
		str_addf(out, "%s %s USD per %s (%s)", line->item,
			 number_exact(line->usd, usd), line->unit->name,
			 line->date);
	else
		str_addf(out, "%s unknown", what);
}

void prices_describe(const struct price_choice *choice, struct str *out)
{
	describe(out, choice->compute, "instance");
	str_add(out, ", ");
	describe(out, choice->requests, "GET");
	if (!choice->egress)
		return;
	str_add(out, ", egress ");
	describe(out, choice->egress, "");
}
