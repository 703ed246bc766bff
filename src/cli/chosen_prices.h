/* The prices that --prices, --region, --instance and --egress choose
 * (options_prices). */
#ifndef CLI_CHOSEN_PRICES_H
#define CLI_CHOSEN_PRICES_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/option.h"
#include "prices/prices.h"

struct chosen_prices {
	bool is_chosen; /* --prices was given */
	struct price_table table;
	struct price_choice choice; /* borrows from it */
};

/* ERR_USAGE: the table cannot be read, or lacks what is asked for. Release also
 * after a failure. */
int chosen_prices_read(struct chosen_prices *prices,
		       const struct options *options, struct err *err);
void chosen_prices_release(struct chosen_prices *prices);

/* Says by which prices cost_usd is, of which days, and why it is empty. */
void chosen_prices_tell(const struct chosen_prices *prices, FILE *out);

#endif
