/* What the work costs by the prices that were chosen: the compute, the requests and the way out, each apart. */

const USD = new Intl.NumberFormat('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
const usd = x => known(x) ? USD.format(x) : NONE;
const COST_PARTS = [['compute_usd', 'compute'], ['requests_usd', 'requests'], ['egress_usd', 'egress'], ['total_usd', 'in all']];

function cost_columns(view) {
	const of = (whole, part) => row => row.cost?.[whole]?.[part] ?? null;
	return [['million_operations', 'a million operations'], ['terabyte', 'a TB']].flatMap(([whole, label]) =>
		COST_PARTS.filter(([part]) => view.rows.some(row => !row.baseline && known(of(whole, part)(row)))).map(([part, word]) =>
			({ name: `${whole}_${part}`, label: `${word}, USD for ${label}`, number: true, of: of(whole, part), show: row => usd(of(whole, part)(row)),
				defines: part })));
}

function draw_cost(view) {
	const prices = model.document.prices, columns = cost_columns(view);
	$('cost').hidden = !prices;
	if (!prices)
		return;
	heading('cost', 'What it costs', `By the table ${prices.table}${prices.region ? ` for ${prices.region}` : ''} of ${prices.date}: ${prices.words}. ` +
		'A part without a price is left out, and then there is no sum.').append(columns.length ? table_new({ id: 'cost', caption: 'Costs',
		rows: ranked(view.rows), columns: [library_column, ...columns] }) : nothing('No library of this view has a cost: nothing was measured that has a price.'),
	make('p', { class: 'soft' }, `Source of the prices: ${prices.source}`));
}
