/* The verdict in words: which library, how sure, what would change it. All of it is made of the comparison's own
 * members; where nothing was compared it says so. */

const BY = [
	{ key: 'rate', rank: 'rank_rate', best: 'fastest', words: 'speed', figure: 'requests_per_second', unit: 'requests/s',
	  more: 'faster', text: figure_text },
	{ key: 'cpu', rank: 'rank_cpu', best: 'cheapest', words: 'CPU a request', figure: 'cpu_us_per_request',
	  unit: 'us CPU a request', more: 'cheaper', text: figure_text },
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

function lead_sentence(view, by) {
	const best = leaders(view, by);
	if (!best.length)
		return [`No verdict on ${by.words}.`];
	const sign = by.key === 'rate' ? -1 : 1;
	best.sort((a, b) => sign * (a[by.figure].value - b[by.figure].value));
	const figures = best.map(row => {
		const range = interval_text(row[by.figure], by.text);
		return make('span', { class: 'figures-of' }, badge(row.library), make('strong', {}, row.library),
			` ${by.text(row[by.figure].value)}${range ? ` (${range})` : ''} ${by.unit}`);
	});
	return [best.length === 1 ? `The ${by.best}` : `The ${by.best}, not told apart`, ...figures];
}

/* "faster: a than b by 3%, than c by 4%; d than e …" in parts that can be read. */
function verdict_lines(view) {
	return view.verdicts_in_words.map(line => {
		const parts = line.match(/^([^:]+): (.*)$/);
		if (!parts)
			return make('li', {}, line);
		const said = parts[2].split('; ');
		return make('li', {}, make('span', { class: 'kind' }, `${parts[1]}:`), said.length === 1 ? ` ${said[0]}` :
			make('ul', {}, said.map(one => make('li', {}, one))));
	});
}

function which(view) {
	if (!view.compared)
		return answer('Which library', make('p', {}, 'Nothing was compared here: each library was measured once, so there is no verdict. ',
			'The table below has the figures in the order of speed.'));
	return answer('Which library', ...BY.map(by => make('p', { class: 'lead' }, lead_sentence(view, by))),
		make('ul', { class: 'verdicts' }, verdict_lines(view)));
}

const answer = (title, ...children) => make('div', { class: 'answer' }, make('h2', {}, title), ...children);

/* ---- How sure ---- */

function seen_range(view, by) {
	const seen = view.pairs.filter(pair => ![pair.a, pair.b].includes('reference')).map(pair => pair[by]?.seen).filter(known);
	if (!seen.length)
		return '';
	const least = percent(Math.min(...seen)), most = percent(Math.max(...seen));
	return least === most ? least : `${least} to ${most}`;
}

function marked_sentence(view) {
	const rounds = view.rows.reduce((sum, row) => sum + (row.rounds || 0), 0);
	const marked = view.rows.reduce((sum, row) => sum + (row.marked || 0), 0);
	return rounds && marked ? `${percent(marked / rounds)} of the ${count(rounds)} slices were disturbed, by other programs or by ` +
		'the hypervisor. They count all the same.' : '';
}

/* The same comparison, made in other runs. */
function repeated_sentences(view) {
	const same = model.views.filter(other => other.compared && other.config_hash === view.config_hash &&
		other.test === view.test && names_of(other.rows).join() === names_of(view.rows).join());
	if (same.length < 2)
		return [];
	return BY.map(by => {
		const best = names_of(leaders(view, by)).join(), agree = same.filter(other => names_of(leaders(other, by)).join() === best);
		return best ? `${listed(names_of(leaders(view, by)))} came out ${by.best} in ${agree.length} of the ${same.length} comparisons ` +
			'of this kind in the report.' : '';
	});
}

function limited_sentence(view) {
	const held = view.rows.filter(row => !row.baseline && row.limited_by && !['cpu', 'unknown', 'library'].includes(row.limited_by));
	if (!held.length)
		return '';
	const by_limit = Map.groupBy ? [...Map.groupBy(held, row => row.limited_by)] : unique(held.map(row => row.limited_by))
		.map(limit => [limit, held.filter(row => row.limited_by === limit)]);
	return `Not at the limit of the library itself: ${by_limit.map(([limit, rows]) =>
		`${listed(names_of(rows))} (limited by: ${limit})`).join('; ')}. Their speed says less of them than their CPU does.`;
}

function how_sure(view) {
	if (!view.compared)
		return answer('How sure', make('p', {}, 'Not at all: one trial each. Differences of 10 to 40% can be noise.'));
	const sentences = [
		`${plural(view.blocks, 'block')} of work in turn${view.blocks < view.blocks_needed ?
			`: too few, an interval needs ${view.blocks_needed}` : ''}.`,
		view.level && view.verdicts ? `Each interval of a pair is at ${(100 * view.level).toFixed(1)}%, so that all ` +
			`${view.verdicts} verdicts together hold with 95%.` : '',
		...BY.map(by => seen_range(view, by.key) ? `Smaller differences of ${by.words} than ${seen_range(view, by.key)}, by pair, ` +
			'could not have been seen.' : ''),
		limited_sentence(view), marked_sentence(view), ...repeated_sentences(view),
	];
	return answer('How sure', make('ul', {}, sentences.filter(Boolean).map(text => make('li', {}, text))));
}

/* ---- What would change it ---- */

/* The newest view of each other configuration of the test, and who leads there. */
function other_views(view) {
	const found = new Map();
	for (const other of model.views)
		if (other.test === view.test && other.config_hash !== view.config_hash && !found.has(other.config_hash))
			found.set(other.config_hash, other);
	return [...found.values()];
}

function best_of(view) {
	const best = view.compared ? names_of(leaders(view, BY[0])) : [];
	if (best.length)
		return `fastest: ${listed(best)}`;
	const first = drawn_rows(view).find(row => !row.baseline);
	return first ? `${first.library} first, measured once` : 'no figures';
}

function undecided(view, by) {
	const pairs = view.pairs.filter(pair => pair[by.key]?.verdict === 'not told apart' && pair.a !== 'reference' &&
		pair.b !== 'reference');
	return pairs.length ? `In ${by.words}, more blocks and a longer budget could still tell apart ${listed(pairs.map(pair =>
		`${pair.a} from ${pair.b}`))}.` : '';
}

function change_sentences(view) {
	const environment = model.runs.get(view.run_id), others = view.rows.some(row => row.limited_by === 'machine');
	return [
		view.compared ? '' : 'A comparison in blocks: `benchmark run-all --blocks 12`.',
		...BY.map(by => undecided(view, by)),
		others ? 'A quieter machine: other programs had CPUs that the libraries wanted.' : '',
		environment ? `Another machine: this was ${environment.cpus} CPUs of ${environment.cpu_model || 'an unknown model'}` +
			`${view.about.pinning ? `, pinned: ${view.about.pinning}` : ''}.` : '',
	].filter(Boolean);
}

const OTHERS_SHOWN = 12;

/* Views where the same came out, together. */
function others_list(others) {
	const groups = new Map();
	for (const other of others.slice(0, OTHERS_SHOWN))
		groups.set(best_of(other), [...groups.get(best_of(other)) ?? [], other]);
	const link = other => button(parameters_of(other.about).join(', ') || other.title, () => choose_view(other.key), { class: 'link' });
	return make('ul', {}, [...groups].map(([best, list]) => make('li', {}, `${best}: `, list.flatMap((other, i) => [i ? '; ' : null, link(other)]))),
		others.length > OTHERS_SHOWN ? make('li', {}, `and ${others.length - OTHERS_SHOWN} more, in the list above`) : null);
}

function what_changes(view) {
	const others = other_views(view);
	const list = make('ul', {}, change_sentences(view).map(text => make('li', {}, quoted(text))));
	if (others.length)
		list.append(make('li', {}, 'Other parameters, as measured in this report:', others_list(others)));
	else
		list.append(make('li', {}, 'Other parameters: another size of requests, or more in flight, can turn the order. None was measured in this report.'));
	return answer('What would change it', list);
}

/* ---- Doubts ---- */

function doubts(view) {
	const general = [...view.notes.filter(note => !/^(\[\d+\]|all:) /.test(note)), ...model.document.doubts ?? []], own = doubts_of_libraries(view);
	return [general.length ? make('div', { class: 'doubting' }, make('h2', {}, 'Doubts and notes'), make('ul', {}, general.map(text => make('li', {}, text)))) : null,
		own.length ? make('details', { class: 'doubting', open: own.length < 4 }, make('summary', {}, `Doubts of single libraries (${own.length})`),
			make('ul', {}, own)) : null].filter(Boolean);
}

/* What is said of several in the same words, once. */
function doubts_of_libraries(view) {
	const found = new Map();
	for (const row of ranked(view.rows))
		for (const one of row.merged?.findings ?? [])
			found.set(one.text, [...found.get(one.text) ?? [], row.library]);
	return [...found].map(([text, names]) => make('li', {}, make('strong', {}, names.length === view.rows.length && names.length > 2 ? 'all' : names.join(', ')), `: ${text}`));
}

/* ---- The head of the page ---- */

function draw_made() {
	const runs = model.document.runs;
	const machines = unique(runs.map(run => [run.cpu_model, run.cpus && plural(run.cpus, 'CPU'), run.distribution,
		run.isolation && `isolation ${run.isolation}`].filter(Boolean).join(', ')));
	const days = unique(runs.map(run => (run.start_time ?? '').slice(0, 10))).filter(Boolean).sort();
	$('made').textContent = [plural(model.rows, 'trial'), plural(runs.length, 'run'),
		days.length > 1 ? `${days[0]} to ${days[days.length - 1]}` : days[0],
		machines.length === 1 ? machines[0] : machines.length ? `${machines.length} different machines or settings of them` : '']
		.filter(Boolean).join(' · ');
}

function draw_chooser(view) {
	const time = one => (one.start_time ?? '').slice(0, 16);
	const options = model.views.map(one => [one.key, `${one.title} – ${time(one)}${one.compared ?
		`, ${plural(one.blocks, 'block')}` : ', measured once'}`]);
	$('chooser').replaceChildren(model.views.length > 1 ?
		chooser(`Comparison, of ${model.views.length}`, options, view.key, choose_view) : '');
}

function draw_verdict(view) {
	draw_chooser(view);
	$('verdict-title').textContent = view.title;
	document.title = `${view.title} – geoio-benchmark report`;
	const run = model.runs.get(view.run_id);
	$('what').textContent = [`${(view.start_time ?? '').slice(0, 16)} UTC`, run?.cpu_model, run?.cpus && plural(run.cpus, 'CPU'),
		run?.distribution, run?.kernel, view.about.isolation && `isolation: ${view.about.isolation}`,
		view.about.pinning && `pinned: ${view.about.pinning}`, view.about.dataset && `dataset ${view.about.dataset}`,
		`run ${view.run_id}`].filter(Boolean).join(' · ');
	$('answers').replaceChildren(which(view), how_sure(view), what_changes(view));
	$('doubts').replaceChildren(...doubts(view));
}
