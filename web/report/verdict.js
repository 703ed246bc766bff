/* The verdict in words: which library, how sure, what would change it. All of it is made of the comparison's own
 * members; where nothing was compared it says so. */

const BY = [
	{
		key: 'rate',
		rank: 'rank_rate',
		best: 'fastest',
		words: 'speed',
		figure: 'requests_per_second',
		unit: 'requests/s',
		more: 'faster',
		text: figure_text,
	},
	{
		key: 'cpu',
		rank: 'rank_cpu',
		best: 'cheapest',
		words: 'CPU a request',
		figure: 'cpu_us_per_request',
		unit: 'us CPU a request',
		more: 'cheaper',
		text: figure_text,
	},
];

/* Those of the first rank: several where they are not told apart. */
function leaders(view, by) {
	const ranks = view.rows.map(row => row[by.rank]).filter(known);
	return ranks.length ? view.rows.filter(row => row[by.rank] === Math.min(...ranks)) : [];
}

const names_of = rows => rows.map(row => row.library);

function interval_text(figure, text = figure_text) {
	return known(figure?.low) && known(figure?.high) ? `${text(figure.low)} to ${text(figure.high)}` : '';
}

/* ---- Which ---- */

function figure_line(row, by) {
	const range = interval_text(row[by.figure], by.text);
	return make(
		'span',
		{ class: 'figures-of' },
		badge(row.library),
		make('strong', {}, row.library),
		` ${by.text(row[by.figure].value)}${range ? ` (${range})` : ''} ${by.unit}`,
	);
}

function lead_sentence(view, by) {
	const best = leaders(view, by);
	if (!best.length) return [`No verdict on ${by.words}.`];
	const sign = by.key === 'rate' ? -1 : 1;
	best.sort((a, b) => sign * (a[by.figure].value - b[by.figure].value));
	return [
		best.length === 1 ? `The ${by.best}` : `The ${by.best}, not told apart`,
		...best.map(row => figure_line(row, by)),
	];
}

/* Differences of single trials that can be noise: 40% is what was seen on shared machines. */
const MAY_BE_NOISE = 0.4;

/* Of what was measured once: the libraries, the best first, and by how much it is before the next. */
function best_of_singles(view, by) {
	const rows = drawn_rows(view).filter(row => !row.baseline && known(row[by.figure].value));
	const sign = by.key === 'rate' ? -1 : 1;
	rows.sort((a, b) => sign * (a[by.figure].value - b[by.figure].value));
	const [first, second] = rows.map(row => row[by.figure].value);
	return { rows, lead: rows.length > 1 ? Math.max(first, second) / Math.min(first, second) - 1 : null };
}

function first_sentence(view, by) {
	const { rows, lead } = best_of_singles(view, by);
	if (!rows.length) return [];
	if (lead === null) return [`The only library with ${by.words}, measured once`, figure_line(rows[0], by)];
	return lead <= MAY_BE_NOISE
		? [
				`No winner by ${by.words}: the two best, measured once, differ by ${percent(lead)}, which may be noise`,
				...rows.slice(0, 2).map(row => figure_line(row, by)),
			]
		: [`The ${by.best} of these single trials, by ${percent(lead)}`, figure_line(rows[0], by)];
}

/* "faster: a than b by 3%, than c by 4%; d than e …" in parts that can be read. */
function verdict_lines(view) {
	return view.verdicts_in_words.map(line => {
		const parts = line.match(/^([^:]+): (.*)$/);
		if (!parts) return make('li', {}, line);
		const said = parts[2].split('; ');
		return make(
			'li',
			{},
			make('span', { class: 'kind' }, `${parts[1]}:`),
			said.length === 1
				? ` ${said[0]}`
				: make(
						'ul',
						{},
						said.map(one => make('li', {}, one)),
					),
		);
	});
}

function which(view) {
	if (!view.compared)
		return answer(
			'Which library',
			make('p', {}, 'Nothing was compared here: each library was measured once, so there is no verdict.'),
			...BY.map(by => make('p', { class: 'lead' }, first_sentence(view, by))),
		);
	return answer(
		'Which library',
		...BY.map(by => make('p', { class: 'lead' }, lead_sentence(view, by))),
		make('ul', { class: 'verdicts' }, verdict_lines(view)),
	);
}

const answer = (title, ...children) => make('div', { class: 'answer' }, make('h2', {}, title), ...children);

/* ---- How sure ---- */

function seen_range(view, by) {
	const seen = view.pairs
		.filter(pair => ![pair.a, pair.b].includes('reference'))
		.map(pair => pair[by]?.seen)
		.filter(known);
	if (!seen.length) return '';
	const least = percent(Math.min(...seen)),
		most = percent(Math.max(...seen));
	return least === most ? least : `${least} to ${most}`;
}

function marked_sentence(view) {
	const rounds = view.rows.reduce((sum, row) => sum + (row.rounds || 0), 0);
	const marked = view.rows.reduce((sum, row) => sum + (row.marked || 0), 0);
	return rounds && marked
		? `${percent(marked / rounds)} of the ${count(rounds)} slices were disturbed, by other programs or by ` +
				'the hypervisor. They count all the same.'
		: '';
}

/* The same comparison, made in other runs. */
function repeated_sentences(view) {
	const same = model.views.filter(
		other =>
			other.compared &&
			other.config_hash === view.config_hash &&
			other.test === view.test &&
			names_of(other.rows).join() === names_of(view.rows).join(),
	);
	if (same.length < 2) return [];
	return BY.map(by => {
		const best = names_of(leaders(view, by)).join(),
			agree = same.filter(other => names_of(leaders(other, by)).join() === best);
		return best
			? `${listed(names_of(leaders(view, by)))} came out ${by.best} in ${agree.length} of the ${same.length} comparisons ` +
					'of this kind in the report.'
			: '';
	});
}

const LIMITS = {
	failures: 'its failures',
	throttled: 'the CPU quota',
	link: 'the link',
	rate: 'the rate that was asked for',
	store_cpu: 'the CPU of the store',
	shared_cpu: 'CPUs that it shares with the store',
	machine: 'other programs or the hypervisor',
	pool: 'its pool of connections',
	in_flight: 'the number in flight',
};

function limited_sentence(view) {
	const held = view.rows.filter(row => !row.baseline && LIMITS[row.limited_by]);
	const parts = unique(held.map(row => row.limited_by)).map(
		limit => `${listed(names_of(held.filter(row => row.limited_by === limit)))} by ${LIMITS[limit]}`,
	);
	return held.length
		? `Not the library, but something else limited ${parts.join('; ')}. Speed says less of them than CPU does.`
		: '';
}

/* Those that took no turns while others did: their figures are of separate trials. */
const took_no_turns = (view, row) => view.sliced && row.rounds === 0 && known(row.requests_per_second.value);

const seconds_text = s => `${s < 100 ? Number(s.toPrecision(2)) : count(s)} s`;

/* How long was worked: blocks, and the slices and seconds of the libraries that had least and most. */
function measured_sentence(view) {
	const apart = names_of(view.rows.filter(row => took_no_turns(view, row)));
	const blocks =
		plural(view.blocks, 'block') +
		(view.sliced ? ` of work in turn${apart.length ? `, but not of ${listed(apart)}` : ''}` : ', one trial of each');
	const rows = view.rows
		.filter(row => !row.baseline && row.merged.duration_seconds > 0)
		.sort((a, b) => a.merged.duration_seconds - b.merged.duration_seconds);
	const work = row =>
		`${row.library} had ${row.rounds ? `${plural(row.rounds, 'slice')}, ` : ''}${seconds_text(row.merged.duration_seconds)}`;
	if (!rows.length) return `${blocks}.`;
	const [least, most] = [rows[0], rows[rows.length - 1]];
	return least === most
		? `${blocks}; ${work(least)} of work in all.`
		: `${blocks}; ${work(least)} of work in all, the least, and ${work(most)}, the most.`;
}

function separate_sentence(view) {
	const apart = names_of(view.rows.filter(row => took_no_turns(view, row)));
	return apart.length
		? `${listed(apart)} took no turns while the others did: ${apart.length > 1 ? 'each' : 'it'} was measured in ` +
				'separate trials. These flatter: CPU a request is 5 to 9% less than it would be in turn ' +
				'(docs/method.md), and the intervals do not cover that.'
		: '';
}

function how_sure(view) {
	if (!view.compared)
		return answer(
			'How sure',
			make('p', {}, 'Not at all: one trial each. Differences of 10 to 40% can be noise.'),
		);
	const sentences = [
		measured_sentence(view),
		view.blocks < view.blocks_needed ? `Too few blocks: an interval needs ${view.blocks_needed}.` : '',
		separate_sentence(view),
		view.level && view.verdicts
			? `Each interval of a pair is at ${(100 * view.level).toFixed(1)}%, so that all ` +
				`${view.verdicts} verdicts together hold with 95%.`
			: '',
		...BY.map(by =>
			seen_range(view, by.key)
				? `Smaller differences of ${by.words} than ${seen_range(view, by.key)}, by pair, ` +
					'could not have been seen.'
				: '',
		),
		limited_sentence(view),
		marked_sentence(view),
		...repeated_sentences(view),
	];
	return answer(
		'How sure',
		make(
			'ul',
			{},
			sentences.filter(Boolean).map(text => make('li', {}, text)),
		),
	);
}

/* ---- What would change it ---- */

/* What distinguishes one view of a test from another: what it was made to do, not for how long or in which way. */
function settings_of(view) {
	const about = view.about;
	return JSON.stringify(
		['test_params', 'dataset', 'endpoint', ...DIMENSIONS.map(one => one.name)].map(name => about[name] ?? null),
	);
}

/* One view of each other setting of the test: a comparison before single trials, then the newest. */
function other_views(view) {
	const found = new Map([[settings_of(view), null]]);
	for (const other of [...model.views].sort((a, b) => b.compared - a.compared))
		if (other.test === view.test && !found.has(settings_of(other))) found.set(settings_of(other), other);
	return [...found.values()].filter(Boolean);
}

/* What came out of a view, in words that views share, and what is its own. */
function outcome_of(view) {
	const best = view.compared ? names_of(leaders(view, BY[0])) : [];
	if (best.length) return { says: `${listed(best)} fastest`, own: '' };
	if (view.compared) return { says: 'compared, without a verdict', own: '' };
	const { rows, lead } = best_of_singles(view, BY[0]);
	if (!rows.length) return { says: 'no figures', own: '' };
	if (lead === null) return { says: `only ${rows[0].library}, measured once`, own: '' };
	return lead <= MAY_BE_NOISE
		? { says: 'no winner', own: ` (measured once, by ${percent(lead)}: may be noise)` }
		: { says: `${rows[0].library} first`, own: ` (measured once, by ${percent(lead)})` };
}

function undecided(view, by) {
	const pairs = view.pairs.filter(
		pair => pair[by.key]?.verdict === 'not told apart' && pair.a !== 'reference' && pair.b !== 'reference',
	);
	return pairs.length
		? `In ${by.words}, more blocks and a longer budget could still tell apart ${listed(
				pairs.map(pair => `${pair.a} from ${pair.b}`),
			)}.`
		: '';
}

function change_sentences(view) {
	const environment = model.runs.get(view.run_id),
		others = view.rows.some(row => row.limited_by === 'machine');
	return [
		view.compared ? '' : 'A comparison in blocks: `benchmark run-all --blocks 12`.',
		...BY.map(by => undecided(view, by)),
		others ? 'A quieter machine: other programs had CPUs that the libraries wanted.' : '',
		environment
			? `Another machine: this was ${environment.cpus} CPUs of ${environment.cpu_model || 'an unknown model'}` +
				`${view.about.pinning ? `, pinned: ${view.about.pinning}` : ''}.`
			: '',
	].filter(Boolean);
}

const OTHERS_SHOWN = 12;

/* The parameters of a view, and those that differ from the view that is shown though no title has them. */
function other_title(other, view) {
	const parts = parameters_of(other.about);
	const own = ['pool_size', 'memory_limit_bytes', 'link_bits_per_second', 'keys'].filter(
		name => other.about[name] !== view.about[name] && !(name === 'pool_size' && other.about[name] === other.about.concurrency),
	);
	for (const { name, label, text } of DIMENSIONS.filter(one => own.includes(one.name)))
		parts.push(`${label}: ${known(other.about[name]) ? text(other.about[name]) : 'no limit'}`);
	return parts.join(', ') || other.title;
}

/* Views where the same came out, together. */
function others_list(others, view) {
	const groups = new Map();
	for (const other of others.slice(0, OTHERS_SHOWN)) {
		const { says, own } = outcome_of(other);
		groups.set(says, [...(groups.get(says) ?? []), { other, own }]);
	}
	const link = ({ other, own }) => [
		button(other_title(other, view), () => choose_view(other.key), { class: 'link' }),
		own,
	];
	return make(
		'ul',
		{ class: 'others' },
		[...groups].map(([says, list]) =>
			make(
				'li',
				{},
				`${says}: `,
				list.flatMap((one, i) => [i ? '; ' : null, ...link(one)]),
			),
		),
		others.length > OTHERS_SHOWN
			? make('li', {}, `and ${others.length - OTHERS_SHOWN} more, in the list above`)
			: null,
	);
}

function what_changes(view) {
	const others = other_views(view);
	const list = make(
		'ul',
		{},
		change_sentences(view).map(text => make('li', {}, quoted(text))),
	);
	if (others.length)
		list.append(make('li', {}, 'Other parameters, as measured in this report:', others_list(others, view)));
	else
		list.append(
			make(
				'li',
				{},
				'Other parameters: another size of requests, or more in flight, can turn the order. None was measured in this report.',
			),
		);
	return answer('What would change it', list);
}

/* ---- Doubts ---- */

function doubts(view) {
	const general = [
			...view.notes.filter(note => !/^(\[\d+\]|all:) /.test(note)),
			...(model.document.doubts ?? []),
		],
		own = doubts_of_libraries(view);
	return [
		general.length
			? make(
					'div',
					{ class: 'doubting' },
					make('h2', {}, 'Doubts and notes'),
					make(
						'ul',
						{},
						general.map(text => make('li', {}, text)),
					),
				)
			: null,
		own.length
			? make(
					'details',
					{ class: 'doubting', open: own.length < 4 },
					make('summary', {}, `Doubts of single libraries (${own.length})`),
					make('ul', {}, own),
				)
			: null,
	].filter(Boolean);
}

/* What is said of several in the same words, once. */
function doubts_of_libraries(view) {
	const found = new Map();
	for (const row of ranked(view.rows))
		for (const one of row.merged?.findings ?? [])
			found.set(one.text, [...(found.get(one.text) ?? []), row.library]);
	return [...found].map(([text, names]) =>
		make(
			'li',
			{},
			make('strong', {}, names.length === view.rows.length && names.length > 2 ? 'all' : names.join(', ')),
			`: ${text}`,
		),
	);
}

/* ---- The head of the page ---- */

function draw_made() {
	const runs = model.document.runs;
	const machines = unique(
		runs.map(run =>
			[
				run.cpu_model,
				run.cpus && plural(run.cpus, 'CPU'),
				run.distribution,
				run.isolation && `isolation ${run.isolation}`,
			]
				.filter(Boolean)
				.join(', '),
		),
	);
	const days = unique(runs.map(run => (run.start_time ?? '').slice(0, 10)))
		.filter(Boolean)
		.sort();
	$('made').textContent = [
		plural(model.rows, 'trial'),
		plural(runs.length, 'run'),
		days.length > 1 ? `${days[0]} to ${days[days.length - 1]}` : days[0],
		machines.length === 1
			? machines[0]
			: machines.length
				? `${machines.length} different machines or settings of them`
				: '',
	]
		.filter(Boolean)
		.join(' · ');
}

function draw_chooser(view) {
	const time = one => (one.start_time ?? '').slice(0, 16);
	const options = model.views.map(one => [
		one.key,
		`${one.title} – ${time(one)}${one.compared ? `, ${plural(one.blocks, 'block')}` : ', measured once'}`,
	]);
	$('chooser').replaceChildren(
		model.views.length > 1
			? chooser(`Comparison, of ${model.views.length}`, options, view.key, choose_view)
			: '',
	);
}

function draw_verdict(view) {
	draw_chooser(view);
	$('verdict-title').textContent = view.title;
	document.title = `${view.title} – geoio-benchmark report`;
	const run = model.runs.get(view.run_id);
	$('what').textContent = [
		`${(view.start_time ?? '').slice(0, 16)} UTC`,
		run?.cpu_model,
		run?.cpus && plural(run.cpus, 'CPU'),
		run?.distribution,
		run?.kernel,
		view.about.isolation && `isolation: ${view.about.isolation}`,
		view.about.pinning && `pinned: ${view.about.pinning}`,
		view.about.dataset && `dataset ${view.about.dataset}`,
		`run ${view.run_id}`,
	]
		.filter(Boolean)
		.join(' · ');
	$('answers').replaceChildren(which(view), how_sure(view), what_changes(view));
	$('doubts').replaceChildren(...doubts(view));
}
