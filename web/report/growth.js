/* How each library grows with what was swept: all trials of a test that differ in one parameter. A point is the median
 * of a library's trials of one configuration; the trials themselves are dots. */

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

const GROWN = [
	{ name: 'requests_per_second', label: 'requests/s', of: i => value_at('requests_per_second', i) },
	{ name: 'bytes_per_second', label: 'MB/s', of: i => scaled_at('bytes_per_second', i, 1e-6) },
	{
		name: 'cpu_seconds_per_1000_requests',
		label: 'CPU us a request',
		of: i => scaled_at('cpu_seconds_per_1000_requests', i, 1000),
	},
	{ name: 'cpu_seconds_per_gb', label: 'CPU s a GB', of: i => value_at('cpu_seconds_per_gb', i) },
	{ name: 'latency_p50_ms', label: 'p50 ms', of: i => value_at('latency_p50_ms', i) },
	{ name: 'latency_p99_ms', label: 'p99 ms', of: i => value_at('latency_p99_ms', i) },
	{ name: 'peak_rss_bytes', label: 'peak memory, MiB', of: i => scaled_at('peak_rss_bytes', i, 1 / MIB) },
];

const scaled_at = (name, i, by) => (known(value_at(name, i)) ? value_at(name, i) * by : null);

/* Trials of the test whose figures are to be looked at. */
function growth_trials(view) {
	const all = [];
	for (let i = 0; i < model.rows; i++)
		if (
			value_at('test_name', i) === view.test &&
			value_at('state', i) === 'ok' &&
			!(value_at('finding_names', i) ?? '').split(';').includes('no_requests')
		)
			all.push(i);
	return all;
}

const values_of = (trials, name) =>
	unique(trials.map(i => value_at(name, i)))
		.filter(known)
		.sort((a, b) => a - b);

/* What follows from the others is none of its own: a pool that is as large as the concurrency, for instance. */
function swept_of(trials) {
	const kept = [];
	for (const one of DIMENSIONS.filter(each => values_of(trials, each.name).length > 1)) {
		const pairs = unique(
			trials.map(i => JSON.stringify([kept.map(each => value_at(each.name, i)), value_at(one.name, i)])),
		);
		const others = unique(trials.map(i => JSON.stringify(kept.map(each => value_at(each.name, i)))));
		if (pairs.length > others.length) kept.push(one);
	}
	return kept;
}

/* Values that others are held at, as the address or else the view has them; where there is none such, the commonest. */
function growth_held(view, trials, others) {
	const held = new Map();
	for (const one of others) {
		const values = values_of(trials, one.name),
			wanted = Number(state.get(`growth.${one.name}`) ?? NaN);
		const own = view.about[one.name];
		held.set(one.name, values.includes(wanted) ? wanted : values.includes(own) ? own : values[0]);
	}
	return held;
}

function growth_points(trials, x, y, held) {
	const groups = new Map();
	for (const i of trials) {
		if ([...held].some(([name, value]) => value_at(name, i) !== value)) continue;
		const at = value_at(x.name, i),
			value = y.of(i),
			library = value_at('library_name', i),
			key = `${library} ${at}`;
		if (!known(at) || !(at > 0) || !known(value) || !(value > 0)) continue;
		if (!groups.has(key)) groups.set(key, { library, at, values: [] });
		groups.get(key).values.push(value);
	}
	return [...groups.values()]
		.map(one => ({ ...one, value: median(one.values), trials: one.values.length }))
		.sort((a, b) => compare_text(a.library, b.library) || a.at - b.at);
}

function growth_options(points, x, y, width) {
	const several = points.filter(point => point.values.length > 1);
	const dots = several.flatMap(point => point.values.map(value => ({ ...point, value })));
	const ticks = unique(points.map(point => point.at)).sort((a, b) => a - b);
	const all = points.flatMap(point => point.values),
		height = chart_height(width),
		scale = log_scale(all, y.label);
	return log_axes({
		height,
		marginLeft: 56,
		marginRight: width < 480 ? 72 : 100,
		names: { x: x.text },
		y: scale,
		x: { type: 'log', domain: [ticks[0] / 1.15, ticks[ticks.length - 1] * 1.15], ticks, label: x.label },
		marks: [
			Plot.dot(dots, { x: 'at', y: 'value', stroke: 'library', r: 1.8, strokeOpacity: 0.6 }),
			Plot.line(points, { x: 'at', y: 'value', z: 'library', stroke: 'library', strokeWidth: 2 }),
			symbols(points, 'at', 'value', 5),
			named_end(spread_labels(last_of(points), 'at', 'value', scale, height), 'at', 'at_y'),
			tip_of(points, { x: 'at', y: 'value', title: growth_words(x, y), maxRadius: 60 }),
		],
	});
}

const growth_words = (x, y) => point =>
	`${point.library}, ${x.text(point.at)}: ${figure_text(point.value)} ${y.label}, ${plural(point.trials, 'trial')}`;

function growth_choices(view, trials, swept, x, y, held) {
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
					values_of(trials, one.name).map(value => [String(value), one.text(value)]),
					String(held.get(one.name)),
				),
			),
	);
}

const one_trial = n =>
	` ${plural(n, 'symbol is', 'symbols are')} of one trial: differences of 10 to 40% can be noise.`;

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
			plain_column('trials', 'trials', point => point.trials, count, { defines: 'trials_of_point' }),
		],
		rows: points,
		options: width => growth_options(points, x, y, width),
	});
}

const NOT_SWEPT =
	' that succeeded in this report have the same size of requests, concurrency and limits. ' +
	'A sweep shows how libraries grow: benchmark run-parameterized-test --help.';

function draw_growth(view) {
	const trials = growth_trials(view),
		swept = swept_of(trials),
		node = heading('growth', 'Growth with what was swept');
	if (!swept.length) return node.append(nothing(`All trials of ${view.test}${NOT_SWEPT}`));
	const x = swept.find(one => one.name === state.get('growth.over')) ?? swept[0];
	const y = GROWN.find(one => one.name === state.get('growth.figure')) ?? GROWN[0];
	const others = swept.filter(one => one !== x),
		held = growth_held(view, trials, others),
		points = growth_points(trials, x, y, held);
	const once = points.filter(point => point.trials === 1).length;
	const says =
		`All trials of ${view.test} in this report. A symbol is the median of a library's trials with the same ` +
		`parameters, a small ring one of them.${once ? one_trial(once) : ''}`;
	node.append(make('p', { class: 'says' }, says), growth_choices(view, trials, swept, x, y, held));
	if (!points.length) return node.append(nothing('No trial has these parameters together.'));
	return node.append(legend_of(unique(points.map(point => point.library))), growth_chart(points, x, y));
}
