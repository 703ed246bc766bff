/* Latencies: a line a library over all its operations, and how far its blocks lie apart. */

/* A fraction q stands at 1 / (1 - q) of a logarithmic axis: each further nine is as wide as the last. */
const PERCENTILES = [
	[0, '0'],
	[0.5, '50'],
	[0.9, '90'],
	[0.99, '99'],
	[0.999, '99.9'],
	[0.9999, '99.99'],
	[0.99999, '99.999'],
	[0.999999, '99.9999'],
];
const nines = q => 1 / (1 - q);
const PERCENTILE_NAMES = new Map(PERCENTILES.map(([q, text]) => [Math.round(nines(q)), text]));

function latency_points(view) {
	return drawn_rows(view).flatMap(row =>
		(row.curve?.fraction ?? [])
			.map((q, i) => ({ library: row.library, q, x: nines(q), ms: row.curve.ms[i] }))
			.filter(point => point.q < 1 && point.ms > 0),
	);
}

/* A symbol where each named percentile is, so that lines are told apart without their colours. */
function latency_symbols(points) {
	return PERCENTILES.flatMap(([q]) =>
		unique(points.map(point => point.library)).map(library => {
			const line = points.filter(point => point.library === library);
			const next = line.find(point => point.q >= q - 1e-9);
			return next && q <= line[line.length - 1].q + 1e-9 && q > 0 ? next : null;
		}),
	).filter(Boolean);
}

const latency_words = point =>
	`${point.library}: ${Number((100 * point.q).toFixed(4))}% took at most ${figure_text(point.ms)} ms`;

function latency_options(points, width) {
	const most = Math.max(...points.map(point => point.x)),
		height = chart_height(width),
		times = points.map(point => point.ms),
		y = log_scale(times, 'ms');
	return log_axes({
		height,
		marginLeft: 50,
		marginRight: width < 480 ? 92 : 112,
		x: {
			type: 'log',
			domain: [1, most],
			ticks: PERCENTILES.map(([q]) => nines(q)).filter(x => x <= most * 1.01),
			label: 'percentile of operations',
		},
		y,
		names: { x: x => PERCENTILE_NAMES.get(Math.round(x)) ?? '' },
		marks: [
			Plot.line(points, {
				x: 'x',
				y: 'ms',
				z: 'library',
				stroke: 'library',
				strokeWidth: 2,
				curve: 'monotone-x',
			}),
			symbols(latency_symbols(points), 'x', 'ms', 4.5),
			// Lines end where too few operations lie beyond, so names stand off.
			names_of_lines(points, { x: 'x', y: 'ms', low: 1, high: most, scale: y, width, height }),
			tip_of(points, { x: 'x', y: 'ms', title: latency_words, maxRadius: 80 }),
		],
	});
}

function draw_latency(view) {
	const points = latency_points(view),
		node = heading(
			'latency',
			'Latency',
			[
				view.compared
					? `These are ${latency_pooled(view)}`
					: 'Measured once: nothing tells how sure these are.',
				' Failed operations count as slower than any that succeeded. Each further nine is as wide as the last.',
			],
		);
	if (!points.length) return node.append(nothing('There are no latencies in this view.'));
	const names = unique(points.map(point => point.library)),
		marks = latency_symbols(points);
	node.append(
		legend_of(names),
		figure_new({
			id: 'latency',
			title: 'Latency by percentile, ms',
			defines: 'latency_p99_ms',
			describes: `Line chart. ${marks
				.filter(point => Math.abs(point.q - 0.99) < 0.001)
				.map(latency_words)
				.join('; ')}.`,
			points: names
				.flatMap(name => marks.filter(point => point.library === name))
				.map(point => ({ x: point.x, y: point.ms, text: latency_words(point) })),
			columns: [
				library_cell,
				plain_column(
					'percentile',
					'percentile',
					point => 100 * point.q,
					x => String(Number(x.toFixed(4))),
				),
				plain_column('ms', 'ms', point => point.ms, figure_text, { defines: 'curve_ms' }),
			],
			rows: points,
			options: width => latency_options(points, width),
		}),
	);
	return view.compared && node.append(latency_blocks_table(view));
}

/* ---- By block ---- */

/* What the figures of all blocks together are, and are not. */
const latency_pooled = view =>
	`of all operations of all ${view.blocks} blocks together, so that fast blocks, which have more operations, weigh ` +
	'more: their order can differ from that of requests/s and of the medians of blocks.';

/* Numbers of the rows of results, one for each block that counts: of one that was made anew, the last. */
function block_trials(view, row) {
	const of_block = new Map();
	for (const i of view.trials)
		if (value_at('library_name', i) === row.library && row.by_block?.block.includes(value_at('block', i))) {
			const other = of_block.get(value_at('block', i));
			if (other === undefined || value_at('start_time', other) < value_at('start_time', i))
				of_block.set(value_at('block', i), i);
		}
	return [...of_block.values()];
}

const SHORT_BLOCKS =
	'A block with fewer than 10 operations beyond its p99 has none. These are its slow blocks first: where p99 rests on ' +
	'fewer blocks than p50, it flatters the library.';
const LATENCY_PARTS = ['p50', 'p99'];

function latency_blocks(view, row) {
	const trials = block_trials(view, row),
		found = { library: row.library };
	for (const part of LATENCY_PARTS) {
		const values = trials.map(i => value_at(`latency_${part}_ms`, i)).filter(known);
		found[part] = values.length
			? { median: median(values), least: Math.min(...values), most: Math.max(...values), blocks: values.length }
			: { blocks: 0 };
	}
	return found;
}

const BLOCK_FIGURES = [
	['median', 'block_median', figure_text],
	['least', 'block_least', figure_text],
	['most', 'block_most', figure_text],
	['blocks', 'block_count', count],
];

function latency_blocks_table(view) {
	const rows = drawn_rows(view).map(row => latency_blocks(view, row));
	const columns = LATENCY_PARTS.flatMap(part =>
		BLOCK_FIGURES.map(([which, defines, text]) =>
			plain_column(`${part}_${which}`, `${part} ${which}`, one => one[part][which], text, { defines }),
		),
	);
	const short = rows.some(one => one.p99.blocks < one.p50.blocks);
	return make(
		'div',
		{},
		table_new({
			id: 'latency-blocks',
			caption: 'Latency by block, ms: median, least and most of the blocks',
			columns: [library_column, ...columns],
			rows,
		}),
		short ? make('p', { class: 'soft' }, SHORT_BLOCKS) : null,
	);
}
