/* The page: reads the document, draws what is in view at once and the rest when there is time, and follows the address. */

const PARTS = [
	['ranking', 'Ranking', draw_ranking],
	['cost', 'Costs', draw_cost],
	['intervals', 'Intervals', draw_intervals],
	['plane', 'Cost and speed', draw_plane],
	['latency', 'Latency', draw_latency],
	['rounds', 'Rounds', draw_rounds],
	['growth', 'Growth', draw_growth],
	['timeline', 'Time line', draw_timeline],
	['failures', 'Failures', draw_failures],
	['ledger', 'Ledger', draw_ledger],
	['settings', 'Settings', draw_settings],
	['machine', 'Machine', draw_machine],
	['trials', 'All trials', draw_trials],
	['definitions', 'Definitions', draw_definitions],
	['about', 'About', draw_about],
];
const OF_ALL = ['trials', 'definitions', 'about']; // the same in each view

const page = { view: null, waiting: new Set(), idle: 0 };

function show_part(id) {
	const part = PARTS.find(([name]) => name === id);
	if (!part || !page.waiting.delete(id)) return;
	part[2](page.view);
	if (!page.waiting.size) say_drawn();
}

/* Charts are drawn when their width is known: after the next layout. A hidden page has none, and is not waited for. */
function say_drawn() {
	const drawn = () => {
		document.body.dataset.state = 'drawn';
	};
	if (document.hidden) drawn();
	else requestAnimationFrame(() => setTimeout(drawn));
}

/* One part after the other, when the browser has time. */
function show_rest() {
	const later = window.requestIdleCallback ?? (act => setTimeout(act, 1));
	later(
		() => {
			const [next] = page.waiting;
			if (next) {
				show_part(next);
				show_rest();
			}
		},
		{ timeout: 300 },
	);
}

function draw_view(view) {
	page.view = view;
	document.body.dataset.state = 'drawing';
	draw_verdict(view);
	const first = page.waiting.size === 0 && !$('trials').firstChild;
	page.waiting = new Set(
		PARTS.map(([id]) => id).filter(id => first || !OF_ALL.includes(id) || !$(id).firstChild),
	);
	for (const id of page.waiting) if (!OF_ALL.includes(id) || first) $(id).replaceChildren();
	show_part('ranking');
	show_rest();
}

function choose_view(key) {
	const view = model.views.find(one => one.key === key);
	if (!view || view === page.view) return;
	for (const name of [
		'timeline',
		'ranking.sort',
		'ranking.columns',
		...[...state.values.keys()].filter(one => one.startsWith('growth.')),
	])
		if (!name.startsWith('growth.') || !['growth.figure', 'growth.over'].includes(name))
			state.values.delete(name);
	state.set('view', view === first_view() ? null : key);
	draw_view(view);
	say(`showing ${view.title}`);
	($('chooser').querySelector('select') ?? $('verdict-title')).focus({ preventScroll: true });
}

function draw_contents() {
	$('contents').replaceChildren(
		make(
			'ul',
			{},
			PARTS.filter(([id]) => id !== 'cost' || model.document.prices).map(([id, text]) =>
				make('li', {}, link_to(id, text)),
			),
		),
	);
	document.addEventListener('click', event => {
		const link = event.target.closest?.('[data-goto]');
		if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
		event.preventDefault();
		go_to(link.dataset.goto);
	});
}

/* A page without a trial says so, and has its runs. */
function draw_nothing() {
	$('verdict-title').textContent = 'There are no figures in this report';
	$('what').textContent = model.rows
		? 'Its trials are in no comparison that counts: they stand among all trials below.'
		: 'No trial was measured.';
	for (const id of PARTS.map(([name]) => name).filter(name => !OF_ALL.includes(name))) $(id).hidden = true;
	$('contents').hidden = true;
	$('doubts').replaceChildren(...doubts({ notes: [], rows: [] }));
	draw_trials();
	draw_definitions();
	draw_about();
	say_drawn();
}

function follow_address() {
	state.read();
	const view = model.views.find(one => one.key === state.get('view')) ?? first_view();
	$('trials').replaceChildren();
	page.waiting.clear();
	draw_view(view);
	const at = state.get('at');
	if (at && $(at)) {
		show_part(at);
		$(at).scrollIntoView({ block: 'start' });
	}
}

/* On paper nothing can be opened. */
function before_print() {
	[...page.waiting].forEach(show_part);
	for (const details of document.querySelectorAll('.doubting')) details.open = true;
}

function fail(error) {
	$('verdict-title').textContent = 'This report cannot be read';
	$('trouble').hidden = false;
	$('trouble').textContent =
		typeof DecompressionStream === 'undefined'
			? 'This browser is too old for this page: it cannot decompress the data in it.'
			: `The data of this page cannot be shown: ${error.message}`;
	document.body.dataset.state = 'failed';
	throw error;
}

async function start() {
	model_fill(await read_document());
	draw_made();
	draw_contents();
	if (!model.views.length) return draw_nothing();
	window.addEventListener('hashchange', follow_address);
	window.addEventListener('beforeprint', before_print);
	return follow_address();
}

start().catch(fail);
