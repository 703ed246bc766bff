/* A person's price table, YAML. */
#include "fuzz.h"

#include <math.h>

#include "prices/prices.h"

static void check_line(const struct price_table *table,
		       const struct price_line *line)
{
	bool compute = line->section == PRICE_COMPUTE;

	must(line->section < PRICE_SECTION_COUNT);
	must(line->region[0] && line->item[0] && line->source[0]);
	must(strlen(line->date) == 10);
	must(line->usd >= 0 && line->usd <= 1e6);
	must(compute ? line->vcpus > 0 : isnan(line->vcpus) != 0);
	must(line->unit->amount >= 1 && price_of_one(line) <= line->usd);
	/* No other has its place. */
	must(prices_find(table, line->section, line->region, line->item) ==
	     line);
}

static void check_choice(const struct price_table *table,
			 const struct price_line *line)
{
	const struct price_wish wish = {
		line->region,
		line->section == PRICE_COMPUTE ? line->item : NULL,
		line->section == PRICE_EGRESS ? line->item : NULL,
	};
	struct price_choice choice;
	struct err err = { "" };

	must(prices_choose(table, &wish, &choice, &err) == 0);
	must(line == choice.compute || line == choice.egress ||
	     line == choice.requests);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct price_table table;
	struct err err = { "" };
	int code = prices_parse(&table, (const char *)bytes, n, "prices.yaml",
				&err);

	must_tell(code, &err);
	must(code == 0 || code == ERR_USAGE);
	must(code == 0 || !strncmp(err.text, "prices.yaml", 11));
	must(code < 0 || (table.count && table.count <= PRICES_MOST));
	for (size_t i = 0; code == 0 && i < table.count; i++) {
		check_line(&table, &table.lines[i]);
		check_choice(&table, &table.lines[i]);
	}
	prices_release(&table);
	return 0;
}

#include "replay.h"
