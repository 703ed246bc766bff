/* The document of the report: its tables by name, its libraries with a colour and a shape each, and its views. A view
 * is what is looked at together: a comparison, or the trials of one run, test and configuration that were measured
 * once. The rows of both have the same members. */

const model = {
	document: null,
	columns: new Map(),
	rows: 0,
	views: [],
	libraries: new Map(),
	trials: new Map(),
	timelines: new Map(),
	definitions: new Map(),
	runs: new Map(),
};

async function read_document() {
	const packed = Uint8Array.from(atob($('document').textContent), c => c.charCodeAt(0));
	const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
	return JSON.parse(await new Response(stream).text());
}

/* ---- Results, by columns ---- */

function value_at(name, i) {
	const column = model.columns.get(name);
	if (!column) return null;
	return column.values ? column.values[i] : column.all;
}

function row_of(i) {
	const row = {};
	for (const name of model.columns.keys()) row[name] = value_at(name, i);
	return row;
}

const definition_of = name => model.definitions.get(name) ?? model.columns.get(name);

/* ---- Libraries ---- */

/* Corners, within a circle of radius 1 or little more. */
const star_of = (tips, inner, turn = 0) =>
	Array.from({ length: 2 * tips }, (_, i) => {
		const r = i % 2 ? inner : 1.15,
			angle = Math.PI * (i / tips - 0.5) + turn;
		return [r * Math.cos(angle), r * Math.sin(angle)];
	});
const plus_of = thick => [
	[-thick, -1],
	[thick, -1],
	[thick, -thick],
	[1, -thick],
	[1, thick],
	[thick, thick],
	[thick, 1],
	[-thick, 1],
	[-thick, thick],
	[-1, thick],
	[-1, -thick],
	[-thick, -thick],
];
const turned = points => points.map(([x, y]) => [(x - y) * Math.SQRT1_2, (x + y) * Math.SQRT1_2]);
const SHAPES = new Map([
	['circle', star_of(24, 0.88).map(([x, y]) => [(x * 0.88) / Math.hypot(x, y), (y * 0.88) / Math.hypot(x, y)])],
	[
		'square',
		[
			[-0.8, -0.8],
			[0.8, -0.8],
			[0.8, 0.8],
			[-0.8, 0.8],
		],
	],
	[
		'triangle',
		[
			[0, -1.05],
			[1.05, 0.8],
			[-1.05, 0.8],
		],
	],
	[
		'diamond',
		[
			[0, -1.15],
			[0.85, 0],
			[0, 1.15],
			[-0.85, 0],
		],
	],
	['star', star_of(5, 0.48)],
	[
		'turned',
		[
			[0, 1.05],
			[1.05, -0.8],
			[-1.05, -0.8],
		],
	],
	[
		'bar',
		[
			[-1.1, -0.5],
			[1.1, -0.5],
			[1.1, 0.5],
			[-1.1, 0.5],
		],
	],
	['plus', plus_of(0.3)],
	['times', turned(plus_of(0.25))],
]);
const COMPARED = [...SHAPES.keys()].slice(0, 7);
const COLOURS = 7; // the eighth is that of baselines

/* As Plot draws it. */
const symbol_of = name => ({
	draw(context, size) {
		const r = Math.sqrt(size / Math.PI) * 1.15;
		SHAPES.get(name).forEach(([x, y], i) => context[i ? 'lineTo' : 'moveTo'](r * x, r * y));
		context.closePath();
	},
});

/* In the order of their names over the whole document: the same everywhere. */
function name_libraries(baselines) {
	const names = unique([
		...column_values('library_name'),
		...model.views.flatMap(view => view.rows.map(row => row.library)),
	])
		.filter(known_value)
		.sort();
	const compared = names.filter(name => !baselines.has(name));
	for (const [i, name] of compared.entries())
		model.libraries.set(name, {
			colour: `var(--c${i % COLOURS})`,
			baseline: false,
			shape: COMPARED[(i + Math.floor(i / COLOURS)) % COMPARED.length],
		});
	for (const name of names.filter(one => baselines.has(one)))
		model.libraries.set(name, {
			colour: 'var(--base)',
			baseline: true,
			shape: name === 'reference' ? 'plus' : 'times',
		});
}

function column_values(name) {
	const column = model.columns.get(name);
	return column ? (column.values ?? Array(model.rows).fill(column.all)) : [];
}

const look_of = name => model.libraries.get(name) ?? { colour: 'var(--base)', shape: 'circle', baseline: false };

/* The symbol of a library, as it is in the charts, before its name. */
function badge(name) {
	const look = look_of(name);
	return make(
		'svg',
		{ class: 'badge', viewBox: '-7 -7 14 14', 'aria-hidden': 'true' },
		make('path', {
			d: `M${SHAPES.get(look.shape)
				.map(([x, y]) => `${(6 * x).toFixed(2)},${(6 * y).toFixed(2)}`)
				.join('L')}Z`,
			style: `fill:${look.colour}`,
		}),
	);
}

const named = name =>
	make(
		'span',
		{ class: 'library' },
		badge(name),
		name,
		look_of(name).baseline ? make('span', { class: 'tag' }, 'baseline') : null,
	);

/* ---- Views ---- */

function parameters_of(row) {
	const parts = [];
	if (known(row.request_size_bytes)) parts.push(size_text(row.request_size_bytes));
	let others = {};
	try {
		others = JSON.parse(row.test_params || '{}') ?? {};
	} catch {
		/* not ours: shown as it is, in the table */
	}
	for (const [name, value] of Object.entries(others))
		if (name !== 'request_size' && value !== false)
			parts.push(value === true ? name.replaceAll('_', ' ') : `${name.replaceAll('_', ' ')} ${value}`);
	if (known(row.concurrency))
		parts.push(
			row.replicas > 1 ? `${row.replicas} × ${row.concurrency} in flight` : `${row.concurrency} in flight`,
		);
	if (row.rate > 0) parts.push(`${count(row.rate)} requests/s asked for`);
	for (const [name, unit] of [
		['cpus_limit', 'CPUs at most'],
		['endpoint', ''],
	])
		if (known_value(row[name])) parts.push(`${row[name]} ${unit}`.trim());
	return parts;
}

function view_of_comparison(comparison) {
	const first = comparison.rows[0]?.merged ?? {};
	return {
		...comparison,
		key: comparison.comparison,
		compared: true,
		about: first,
		trials: [],
		title: [comparison.test, ...parameters_of(first)].join(', '),
	};
}

/* What is no figure of a trial that failed, or whose answers were wrong. */
const FIGURES = [
	'requests_per_second',
	'bytes_per_second',
	'latency_p50_ms',
	'latency_p90_ms',
	'latency_p99_ms',
	'latency_p99_9_ms',
	'latency_max_ms',
	'cpu_seconds_per_1000_requests',
	'cpu_seconds_per_gb',
	'limited_by',
];

/* A single as the row of a comparison: without intervals, ranks and blocks. */
function row_of_single(single) {
	const merged = row_of(model.trials.get(single.trial_id) ?? -1),
		lost = ['failed', 'wrong bytes'].includes(single.state);
	const alone = value => ({ value: lost ? null : value, low: null, high: null });
	for (const name of lost ? FIGURES : []) merged[name] = null;
	return {
		library: single.library,
		baseline: single.baseline,
		blocks: 1,
		rounds: 0,
		marked: 0,
		marks: {},
		requests_per_second: alone(single.requests_per_second),
		cpu_us_per_request: alone(single.cpu_us_per_request),
		cpu_us_less_harness: null,
		share_of_reference: { rate: alone(null), cpu: alone(null) },
		rank_rate: null,
		rank_cpu: null,
		limited_by: merged.limited_by,
		merged,
		curve: single.curve,
		trial_id: single.trial_id,
	};
}

function views_of_singles(singles) {
	const groups = new Map();
	for (const single of singles) {
		const key = [single.run_id, single.test, single.config_hash].join(' ');
		groups.set(key, [...(groups.get(key) ?? []), single]);
	}
	return [...groups].map(([key, list]) => {
		const rows = list.map(row_of_single),
			first = rows[0].merged;
		share_singles(rows);
		return {
			key,
			compared: false,
			run_id: list[0].run_id,
			test: list[0].test,
			config_hash: list[0].config_hash,
			start_time: first.start_time,
			blocks: 1,
			rows,
			pairs: [],
			notes: [],
			verdicts_in_words: [],
			heading: [],
			about: first,
			trials: [],
			title: [list[0].test, ...parameters_of(first)].join(', '),
		};
	});
}

/* Of two trials the ratio is what it is, without an interval. */
function share_singles(rows) {
	const reference = rows.find(row => row.library === 'reference')?.requests_per_second.value;
	for (const row of rows)
		if (reference && !row.baseline)
			row.share_of_reference.rate.value =
				row.requests_per_second.value === null ? null : row.requests_per_second.value / reference;
}

/* Which trials a view is of, as numbers of rows of the results. */
function join_trials() {
	const by_key = new Map(model.views.map(view => [view.key, view]));
	for (const view of model.views)
		for (const row of view.rows)
			if (row.trial_id && model.trials.has(row.trial_id)) view.trials.push(model.trials.get(row.trial_id));
	for (let i = 0; i < model.rows; i++) by_key.get(value_at('comparison', i))?.trials.push(i);
}

function model_fill(read) {
	model.document = read;
	model.rows = read.results.rows;
	for (const column of read.results.columns) model.columns.set(column.name, column);
	for (const one of [...OWN_WORDS, ...(read.definitions ?? [])]) model.definitions.set(one.name, one);
	column_values('trial_id').forEach((id, i) => model.trials.set(id, i));
	for (const run of read.runs) model.runs.set(run.run_id, run);
	for (const one of read.timelines) model.timelines.set(one.trial_id, one);
	model.views = [...read.comparisons.map(view_of_comparison), ...views_of_singles(read.singles)];
	model.views.sort((a, b) => compare_text(b.start_time ?? '', a.start_time ?? ''));
	join_trials();
	name_libraries(
		new Set([
			...model.views
				.flatMap(view => view.rows)
				.filter(row => row.baseline)
				.map(row => row.library),
			'reference',
			'null',
		]),
	);
}

/* What is shown first: the newest comparison, as single trials answer no question. */
const first_view = () => model.views.find(view => view.compared) ?? model.views[0];

const compare_text = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

const makes_requests = row => !(row.merged.finding_names ?? '').split(';').includes('no_requests');

/* The rows that charts show, the fastest first: null makes no request, and would push all others together. */
function drawn_rows(view) {
	return view.rows
		.filter(row => makes_requests(row) && known(row.requests_per_second.value))
		.sort((a, b) => b.requests_per_second.value - a.requests_per_second.value);
}
