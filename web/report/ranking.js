/* The ranking: a row a library, each figure with its interval and its doubts. */

const MB = 1e6,
	MIB = 1048576;

const merged = name => row => row.merged[name];
const scaled = (name, by) => row => (known(row.merged[name]) ? row.merged[name] / by : row.merged[name]);
/* Nothing moved where nothing was asked for: the rate that null has is of bytes that it only counts. */
const moved = row => (row.merged.origin_requests === 0 || !makes_requests(row) ? null : scaled('bytes_per_second', MB)(row));
const shown_as = (of, text) => row => (known(of(row)) ? text(of(row)) : NONE);

/* A figure with its interval below it, and as three columns of CSV. */
function with_interval(name, label, of, text) {
	return {
		name,
		label,
		number: true,
		of: row => of(row)?.value ?? null,
		show: row => estimate_node(of(row), text, limit_mark(name, row)),
		csv: [
			[name, row => of(row)?.value],
			[`${name}_low`, row => of(row)?.low],
			[`${name}_high`, row => of(row)?.high],
		],
	};
}

function estimate_node(figure, text, mark) {
	if (!known(figure?.value)) return NONE;
	const range = interval_text(figure, text);
	return make(
		'span',
		{ class: 'estimate', 'data-value': exact(figure.value) },
		make('b', {}, text(figure.value)),
		mark,
		range ? make('span', { class: 'range' }, range) : null,
	);
}

/* ^, as the table of the terminal has it: the rate is not the library's own. */
function limit_mark(name, row) {
	if (name !== 'requests_per_second' || row.baseline || row.limited_by !== 'machine') return null;
	return [make('abbr', { class: 'doubt', title: 'not at its own limit: others had the CPUs' }, '^')];
}

function doubt_buttons(row) {
	const findings = row.merged.findings ?? [],
		names = unique(findings.map(one => one.name));
	return names.length
		? make(
				'span',
				{ class: 'chips' },
				names.map(name =>
					button(
						name,
						() =>
							tell(
								`${row.library}: ${name}`,
								findings.filter(one => one.name === name).map(one => make('p', {}, one.text)),
								finding_definition(name),
							),
						{ class: 'chip', 'aria-label': `${row.library}, doubt: ${name}` },
					),
				),
			)
		: null;
}

function finding_definition(name) {
	const about = definition_of(`finding ${name}`);
	return about
		? make('p', { class: 'soft' }, make('code', {}, name), ' is said when: ', ...quoted(about.meaning))
		: null;
}

const plain_column = (name, label, of, text, more = {}) => ({
	name,
	label,
	number: true,
	of,
	show: shown_as(of, text),
	...more,
});

function ranking_columns(view) {
	const share = part => row => row.share_of_reference?.[part] ?? null;
	const columns = [
		plain_column('rank_rate', '#', row => row.rank_rate, count),
		{
			name: 'library',
			label: 'library',
			of: row => row.library,
			show: row => [
				named(row.library),
				make('span', { class: 'version' }, row.merged.library_version ?? ''),
				doubt_buttons(row),
			],
			defines: 'library_name',
			head: true,
		},
		{ name: 'library_version', label: 'version', of: merged('library_version'), hidden: true },
		with_interval('requests_per_second', 'requests/s', row => row.requests_per_second, figure_text),
		{ ...with_interval('share_of_reference', 'of reference', share('rate'), percent), defines: 'of_reference' },
		with_interval('cpu_us_per_request', 'CPU us/request', row => row.cpu_us_per_request, figure_text),
		plain_column('rank_cpu', '# CPU', row => row.rank_cpu, count),
		plain_column('cpu_us_less_harness', 'less harness', row => row.cpu_us_less_harness, figure_text),
		...[
			['p50', 'p50 ms'],
			['p99', 'p99 ms'],
			['p99_9', 'p99.9 ms'],
		].map(([part, label]) =>
			plain_column(`latency_${part}_ms`, label, merged(`latency_${part}_ms`), figure_text),
		),
		plain_column('bytes_per_second', 'MB/s', moved, figure_text, {
			csv: [['bytes_per_second', merged('bytes_per_second')]],
		}),
		plain_column('peak_rss_bytes', 'peak MiB', scaled('peak_rss_bytes', MIB), figure_text, {
			csv: [['peak_rss_bytes', merged('peak_rss_bytes')]],
		}),
		plain_column('number_failures', 'failed', merged('number_failures'), count),
		{ name: 'limited_by', label: 'limited by', of: row => row.limited_by },
		{ name: 'finding_names', label: 'doubts', of: merged('finding_names'), hidden: true, class: 'wide' },
	];
	const known_of = column => view.rows.some(row => known_value(column.of(row)));
	const always = ['library', 'requests_per_second', 'cpu_us_per_request', 'number_failures', 'finding_names'];
	return columns.filter(column => always.includes(column.name) || known_of(column));
}

/* Those that have a rank first, then by speed; baselines last, as in the terminal. */
function ranked(rows) {
	const rate = row => row.requests_per_second.value ?? -1;
	return [...rows].sort(
		(a, b) => a.baseline - b.baseline || (a.rank_rate ?? 1e9) - (b.rank_rate ?? 1e9) || rate(b) - rate(a),
	);
}

/* What is to be known of the figures before they are read. */
function ranking_says(view) {
	if (view.compared)
		return `Medians over blocks; below each its 95% interval. Latencies are ${latency_pooled(view)}`;
	const shared = view.rows.some(row => known(row.share_of_reference?.rate?.value));
	return (
		'Measured once: nothing tells how sure these figures are.' +
		(shared
			? ' A share of reference is of two single trials, at different times: noise can bring it over 100%.'
			: '')
	);
}

function draw_ranking(view) {
	const says = ranking_says(view);
	heading('ranking', 'Ranking', says).append(
		table_new({
			id: 'ranking',
			caption: 'Libraries',
			columns: ranking_columns(view),
			rows: ranked(view.rows),
			choice: true,
			plain: true,
			file: 'ranking',
			mark: row => ({ class: row.baseline ? 'baseline' : null, 'data-library': row.library }),
		}),
	);
	if (view.rows.some(row => limit_mark('requests_per_second', row)))
		$('ranking').append(
			make(
				'p',
				{ class: 'soft' },
				make('abbr', { class: 'doubt' }, '^'),
				' not at its own limit: other programs, or the hypervisor, had CPUs that it wanted.',
			),
		);
}
