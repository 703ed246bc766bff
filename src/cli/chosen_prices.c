#include "cli/chosen_prices.h"

#include <math.h>
#include <string.h>

#include "cli/say.h"

int chosen_prices_read(struct chosen_prices *prices,
		       const struct options *options, struct err *err)
{
	const struct price_wish wish = { options->price_region,
					 options->instance, options->egress };
	int code;

	memset(prices, 0, sizeof(*prices));
	if (!options->prices)
		return 0;
	code = prices_open(&prices->table, options->prices, err);
	if (code == 0)
		code = prices_choose(&prices->table, &wish, &prices->choice,
				     err);
	prices->is_chosen = code == 0;
	return code;
}

void chosen_prices_release(struct chosen_prices *prices)
{
	prices_release(&prices->table);
}

void chosen_prices_tell(const struct chosen_prices *prices, FILE *out)
{
	const struct price_choice *choice = &prices->choice;
	struct str text = STR_INIT;

	if (!prices->is_chosen)
		return;
	prices_describe(choice, &text);
	say(out, "cost_usd by %s, %s: %s", prices->table.name, choice->region,
	    text.buf);
	if (isnan(choice->unit.machine_hour))
		say(out, "cost_usd is empty: name the machine with --instance");
	else if (isnan(choice->unit.get_request))
		say(out, "cost_usd is empty: %s has no price of GET in %s",
		    prices->table.name, choice->region);
	str_release(&text);
}
