/* What the work would cost in a cloud, by the prices that the report was made with. */

const PARTS_OF_COST = ['compute', 'requests', 'egress', 'total'];

const cost_of = (amount, part) => row => row.cost?.[amount]?.[`${part}_usd`] ?? null;

/* Dollars, or parts of a cent. */
const usd = x => x >= 100 ? count(x) : x >= 1 ? x.toFixed(2) : Number(x.toPrecision(3)).toString();

function cost_columns(amount) {
	return [library_column, ...PARTS_OF_COST.map(part =>
		plain_column(`${part}_usd`, part, cost_of(amount, part), usd))];
}

function cost_table(view, amount, caption) {
	return table_new({ id: `cost-${amount}`, caption, rows: ranked(view.rows).filter(row => !row.baseline),
		columns: cost_columns(amount), sort: 'total_usd' });
}

function draw_cost(view) {
	const { prices } = model.document;
	const node = heading('cost', 'What it would cost', prices && view.compared ?
		`USD by ${prices.table}, ${prices.region}: ${prices.words}. Unknown stays empty.` :
		'Unknown: no prices were chosen, or this view was measured once. Make the report with --prices aws-s3 --region us-east-1 ' +
		'--instance c7g.large, or a table of yours.');
	if (!prices || !view.compared)
		return;
	node.append(cost_table(view, 'million_operations', 'A million operations'), cost_table(view, 'terabyte', 'A TB of payload'),
		make('p', { class: 'soft' }, 'Compute is by CPU time, as on a machine that is kept busy; who leaves it idle pays more.'));
}
