/* How each library grows with what was swept: all views of a test that differ in one parameter. A comparison has a
 * point, its own figure with its interval; a trial that was measured once has a hollow one beside it. Nothing is
 * averaged here. */

const DIMENSIONS = [
	['request_size_bytes', 'size of a request', size_text],
	['concurrency', 'operations in flight', count],
	['replicas', 'replicas', count],
	['rate', 'requests/s asked for', count],
	['pool_size', 'connections of the pool', count],
	['cpus_limit', 'CPUs at most', figure_text],
	['memory_limit_bytes', 'memory at most', size_text],
	['link_bits_per_second', 'bits/s of the link', count],
	['keys', 'objects', count],
].map(([name, label, text]) => ({ name, label, text }));

/* `estimate` is of a row: { value, low, high }; where there is no interval the merged column is the figure. */
const merged_as =
	(name, by = 1) =>
	row => ({ value: known(row.merged[name]) ? row.merged[name] * by : null, low: null, high: null });
const GROWN = [
	{ name: 'requests_per_second', label: 'requests/s', of: row => row.requests_per_second },
	{ name: 'bytes_per_second', label: 'MB/s', of: merged_as('bytes_per_second', 1 / MB) },
	{ name: 'cpu_seconds_per_1000_requests', label: 'CPU us a request', of: row => row.cpu_us_per_request },
	{ name: 'cpu_seconds_per_gb', label: 'CPU s a GB', of: merged_as('cpu_seconds_per_gb') },
	{ name: 'latency_p50_ms', label: 'p50 ms', of: merged_as('latency_p50_ms') },
	{ name: 'latency_p99_ms', label: 'p99 ms', of: merged_as('latency_p99_ms') },
	{ name: 'peak_rss_bytes', label: 'peak memory, MiB', of: merged_as('peak_rss_bytes', 1 / MIB) },
];

const setting_at = (one, name) => one.row.merged[name] ?? null;

/* The rows of the test whose figures are to be looked at, each with its view; the newest first. */
function growth_rows(view) {
	return model.views
		.filter(other => other.test === view.test)
		.flatMap(other => other.rows.map(row => ({ view: other, row })))
		.filter(({ view: other, row }) => makes_requests(row) && (other.compared || row.merged.state === 'ok'));
}

const values_of = (rows, name) =>
	unique(rows.map(one => setting_at(one, name)))
		.filter(known)
		.sort((a, b) => a - b);

/* What follows from the others is none of its own: a pool that is as large as the concurrency, for instance. */
function swept_of(rows) {
	const kept = [];
	for (const one of DIMENSIONS.filter(each => values_of(rows, each.name).length > 1)) {
		const pairs = unique(
			rows.map(row => JSON.stringify([kept.map(each => setting_at(row, each.name)), setting_at(row, one.name)])),
		);
		const others = unique(rows.map(row => JSON.stringify(kept.map(each => setting_at(row, each.name)))));
		if (pairs.length > others.length) kept.push(one);
	}
	return kept;
}

/* Values that others are held at, as the address or else the view has them; where there is none such, the commonest. */
function growth_held(view, rows, others) {
	const held = new Map();
	for (const one of others) {
		const values = values_of(rows, one.name),
			wanted = Number(state.get(`growth.${one.name}`) ?? NaN);
		const own = view.about[one.name];
		held.set(one.name, values.includes(wanted) ? wanted : values.includes(own) ? own : values[0]);
	}
	return held;
}

/* One of each row that is held at those values. `leads`: it is the newest of its library there, a comparison before
 * single trials, and the line goes through it. */
function growth_points(rows, x, y, held) {
	const points = rows
		.filter(one => [...held].every(([name, value]) => setting_at(one, name) === value))
		.map(({ view, row }) => ({
			library: row.library,
			at: setting_at({ row }, x.name),
			estimate: y.of(row),
			value: y.of(row)?.value,
			compared: view.compared,
			blocks: row.blocks,
			when: view.start_time ?? '',
		}))
		.filter(one => one.at > 0 && one.value > 0)
		.sort(
			(a, b) =>
				compare_text(a.library, b.library) ||
				a.at - b.at ||
				b.compared - a.compared ||
				compare_text(b.when, a.when),
		);
	return points.map((one, i) => {
		const before = points[i - 1];
		return { ...one, leads: before?.library !== one.library || before.at !== one.at };
	});
}

/* Lines from point to point: dashed where one of both was measured once. */
function growth_lines(points) {
	const leading = points.filter(point => point.leads);
	const joins = leading
		.slice(1)
		.map((next, i) => ({ ...next, before: leading[i] }))
		.filter(one => one.library === one.before.library);
	const link = (which, strokeDasharray) =>
		Plot.link(joins.filter(which), {
			...{ x1: one => one.before.at, x2: 'at', y1: one => one.before.value, y2: 'value' },
			...{ stroke: 'library', strokeWidth: 1.8, strokeDasharray },
		});
	const sure = one => one.compared && one.before.compared;
	return [link(sure), link(one => !sure(one), '5 4')];
}

function growth_marks(points) {
	const compared = points.filter(point => point.compared),
		once = points.filter(point => !point.compared);
	const ranges = compared.filter(point => known(point.estimate.low) && known(point.estimate.high));
	return [
		Plot.link(ranges, {
			...{ x1: 'at', x2: 'at', y1: one => one.estimate.low, y2: one => one.estimate.high },
			...{ stroke: 'library', strokeWidth: 1.6, strokeOpacity: 0.7 },
		}),
		growth_lines(points),
		Plot.dot(once, {
			...{ x: 'at', y: 'value', symbol: 'library', stroke: 'library', r: 4 },
			...{ fill: GROUND, strokeWidth: 1.5 },
		}),
		symbols(compared, 'at', 'value', 5),
	];
}

function growth_options(points, x, y, width) {
	const ticks = unique(points.map(point => point.at)).sort((a, b) => a - b),
		[low, high] = [ticks[0] / 1.15, ticks[ticks.length - 1] * 1.15];
	const all = points.flatMap(point => [point.value, point.estimate.low, point.estimate.high]),
		height = chart_height(width),
		scale = log_scale(all, y.label);
	const leading = points.filter(point => point.leads);
	return log_axes({
		height,
		marginLeft: 56,
		marginRight: width < 480 ? 92 : 112,
		names: { x: x.text },
		y: scale,
		x: { type: 'log', domain: [low, high], ticks, label: x.label },
		marks: [
			growth_marks(points),
			names_of_lines(leading, { x: 'at', y: 'value', low, high, scale, width, height }),
			tip_of(points, { x: 'at', y: 'value', title: growth_words(x, y), maxRadius: 60 }),
		],
	});
}

const measured_text = point => (point.compared ? plural(point.blocks, 'block') : 'measured once');

const growth_words = (x, y) => point => {
	const range = interval_text(point.estimate);
	return (
		`${point.library}, ${x.text(point.at)}: ${figure_text(point.value)}${range && ` (${range})`} ${y.label}, ` +
		measured_text(point)
	);
};

function growth_choices(view, rows, swept, x, y, held) {
	const again = (key, value) => {
		state.set(`growth.${key}`, value);
		draw_growth(view);
		$('growth').querySelector(`[data-choice="${key}"] select`)?.focus();
	};
	const choice = (key, label, options, value) => {
		const node = chooser(label, options, value, chosen => again(key, chosen));
		node.dataset.choice = key;
		return node;
	};
	return make(
		'div',
		{ class: 'choices' },
		choice(
			'figure',
			'Figure',
			GROWN.map(one => [one.name, one.label]),
			y.name,
		),
		swept.length > 1
			? choice(
					'over',
					'over',
					swept.map(one => [one.name, one.label]),
					x.name,
				)
			: null,
		...swept
			.filter(one => one !== x)
			.map(one =>
				choice(
					one.name,
					one.label,
					values_of(rows, one.name).map(value => [String(value), one.text(value)]),
					String(held.get(one.name)),
				),
			),
	);
}

function growth_chart(points, x, y) {
	const words = growth_words(x, y);
	return figure_new({
		id: 'growth',
		title: `${y.label} over ${x.label}`,
		defines: y.name,
		describes: `Lines. ${points.map(words).join('; ')}`,
		points: points.map(point => ({ x: point.at, y: point.value, text: words(point) })),
		columns: [
			library_cell,
			plain_column(x.name, x.label, point => point.at, x.text),
			plain_column(y.name, y.label, point => point.value, figure_text),
			plain_column('low', 'low', point => point.estimate.low, figure_text, { defines: 'interval_low' }),
			plain_column('high', 'high', point => point.estimate.high, figure_text, { defines: 'interval_high' }),
			{ name: 'measured', label: 'measured', of: measured_text, defines: 'measured_how' },
		],
		rows: points,
		options: width => growth_options(points, x, y, width),
	});
}

const NOT_SWEPT =
	' that succeeded in this report have the same size of requests, concurrency and limits. ' +
	'A sweep shows how libraries grow: benchmark run-parameterized-test --help.';

const SINGLES_SAY =
	' A hollow symbol is a trial that was measured once, of which differences of 10 to 40% can be noise: it is averaged ' +
	'with nothing, and lines to it are dashed.';

function growth_says(view, points) {
	const compared = points.some(point => point.compared),
		again = points.some(point => !point.leads);
	return (
		`All that this report has of ${view.test}.` +
		(compared ? ' A symbol is the figure of a comparison, as in its ranking, with its interval.' : '') +
		(points.some(point => !point.compared) ? SINGLES_SAY : '') +
		(again ? ' Where a library was measured several times, the line goes through the newest, a comparison before single trials.' : '')
	);
}

function draw_growth(view) {
	const rows = growth_rows(view),
		swept = swept_of(rows),
		node = heading('growth', 'Growth with what was swept');
	if (!swept.length) return node.append(nothing(`All trials of ${view.test}${NOT_SWEPT}`));
	const x = swept.find(one => one.name === state.get('growth.over')) ?? swept[0];
	const y = GROWN.find(one => one.name === state.get('growth.figure')) ?? GROWN[0];
	const others = swept.filter(one => one !== x),
		held = growth_held(view, rows, others),
		points = growth_points(rows, x, y, held);
	node.append(
		make('p', { class: 'says' }, growth_says(view, points)),
		growth_choices(view, rows, swept, x, y, held),
	);
	if (!points.length) return node.append(nothing('No trial has these parameters together.'));
	return node.append(legend_of(unique(points.map(point => point.library))), growth_chart(points, x, y));
}
