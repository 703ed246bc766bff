/*
 * The live page: reads the document of /events (else /live.json), keeps the
 * last minute of each run, and draws it. docs/monitoring.md defines the
 * document. A rate is the difference of two readings of one replica, divided
 * by the difference of their own times. Texts go in as text, never as markup.
 */

import { NONE, COLOURS, seen, page, $, make, put, say, children, total, known, count, mb, span,
	clock, failed_of, params_text, in_block, parts_of, title_of, one, two, tick } from './base.js';
import { CHARTS, Chart, History, moment } from './chart.js';
import { show_finished, show_recent, show_replicas, show_tests } from './table.js';

const SILENT_MS = 4000; // no event for so long: ask for the document
const SILENT_S = 5;     // a run that wrote nothing for so long is not well
const calm = matchMedia('(prefers-reduced-motion: reduce)');

function run_now() {
	const runs = seen.doc ? seen.doc.runs : [];
	return runs.find(run => run.id === seen.run) || runs.find(run => !run.ended) || runs[0];
}

function show_tabs(runs, now) {
	$('tabs').hidden = runs.length < 2;
	put($('run'), runs.length < 2 ? { role: null, 'aria-labelledby': null } :
		{ role: 'tabpanel', 'aria-labelledby': `tab-${runs.indexOf(now)}` });
	children($('tabs'), runs.length < 2 ? [] : runs, (run, i) => {
		const tab = make('button', { type: 'button', role: 'tab', id: `tab-${i}`, 'aria-controls': 'run' });
		tab.addEventListener('click', () => choose(i));
		return tab;
	}, (tab, run) => {
		put(tab, { 'aria-selected': run === now, tabindex: run === now ? 0 : -1 });
		say(tab, `${run.pid}${run.ended ? ', ended' : ''}: ` +
			(run.trial ? title_of(run.trial) : run.command));
	});
}

function choose(i) {
	const run = seen.doc && seen.doc.runs[i];
	if (!run)
		return;
	seen.run = run.id;
	seen.pin = seen.cursor = null;
	render();
	if ($('tabs').contains(document.activeElement))
		$('tabs').children[i].focus();
}

function trial_share(run) {
	const { trial, replicas } = run;
	if (!trial || !(trial.go || trial.block))
		return [0, trial ? 'not begun' : NONE];
	if (!trial.n_requests || trial.block)
		return [trial.elapsed_seconds / trial.timeout_seconds,
			`${one(trial.elapsed_seconds)} of ${tick(trial.timeout_seconds)} s`];
	const done = total(replicas, cell => cell.operations_ok + failed_of(cell));
	const all = trial.n_requests * trial.replica_count;
	return [done / all, `${count(done)} of ${count(all)} requests`];
}

function shape(trial) {
	const n = trial.replica_count;
	return `${n} ${n === 1 ? 'replica' : 'replicas'} \u00d7 ${trial.concurrency} in flight`;
}

function show_summary(run) {
	const { trial } = run, [share, text] = trial_share(run);
	const begun = trial ? run.trial_number - 1 + Math.min(1, share) : run.trial_number;
	const failed = run.trials_failed ? `, ${count(run.trials_failed)} failed` : '';
	const stage = run.ended ? 'ended' : trial ? trial.stage : 'between trials';
	const turn = trial && trial.round ? `round ${trial.round}: turn of ${trial.library}` : '';
	say($('title'), trial ? title_of(trial) : run.ended ? 'The run is over' : 'Between two trials');
	say($('stage'), stage);
	put($('stage'), { 'data-stage': stage });
	say($('part'), in_block(run) ? 'This block' : 'This trial');
	say($('shape'), trial ? [turn, params_text(trial.params), shape(trial),
		[trial.isolation, trial.cgroup && `cgroup ${trial.cgroup}`, trial.network].filter(Boolean).join(' / ')]
		.filter(Boolean).join(' \u00b7 ') : '');
	$('trial-bar').value = Math.min(1, share);
	$('run-bar').value = run.trial_count ? Math.min(1, begun / run.trial_count) : 0;
	say($('trial-progress'), text);
	say($('run-progress'), `${in_block(run) ? 'step' : 'trial'} ${run.trial_number} of ${run.trial_count}${failed}`);
	$('run-progress').classList.toggle('bad', run.trials_failed > 0);
	say($('left'), run.ended ? 'none' : known(run.left_seconds) ?
		`${run.left_at_most ? 'at most' : 'about'} ${span(run.left_seconds)}` : NONE);
	say($('command'), run.command);
	document.title = `${trial ? title_of(trial) : stage}, ${run.trial_number}/${run.trial_count}` +
		' \u2013 geoio-benchmark';
	announce(`${run.id} ${trial && (trial.block ? run.trial_number : trial.id)} ${stage}`, trial ?
		`${run.trial_number} of ${run.trial_count}: ${title_of(trial)}, ${stage}` : stage);
}

/* Once for each stage: a reader of the screen is not to hear every figure. */
let said = '';

function announce(what, text) {
	if (said !== what)
		say($('announce'), text);
	said = what;
}

function show_about(run) {
	const origin = run.origin, facts = [['Run', run.id], ['Began', clock(run.start, true)], ['Process', run.pid],
		['Database', run.database], ['Processor', run.cpu_model], ['Kernel', run.kernel],
		['CPU of the harness', `${two(run.harness_cpu_seconds)} s`]];
	if (origin)
		facts.push(['Origin, over the run', `${count(origin.requests)} requests, ${count(origin.connections_total)} ` +
			`connections, ${mb(origin.sent_bytes)} MB sent, ${count(origin.aborted)} aborted, ` +
			`${count(origin.repeated)} repeated`]);
	children($('about'), facts, () => make('div', {}, make('dt'), make('dd')), (node, [name, text]) => {
		say(node.firstChild, name);
		say(node.lastChild, String(text));
	});
}

function show_legend(run) {
	const n = run.parts.length, block = in_block(run);
	const keys = block ? [] : [['sum', n === 1 ? 'the replica' : 'sum']];
	if (n > 1)
		keys.push(...n <= COLOURS ? run.parts.map((cell, i) => [`c${i}`, cell.who]) :
			[['many', block ? `${n} libraries` : `${n} replicas`]]);
	if (n > 1 && seen.pin !== null)
		keys.push(['pin', block ? seen.pin : `replica ${seen.pin}`]);
	if (run.origin)
		keys.push(['origin', 'origin']);
	children($('legend'), keys, () => make('li'), (node, [style, text]) => {
		say(node, text);
		put(node, { class: `key ${style}` });
	});
}

function draw_charts() {
	const run = run_now(), history = run && seen.histories.get(run.id);
	if (!history)
		return;
	const now = run.ended ? run.updated : seen.doc.now;
	for (const chart of charts)
		chart.draw(history, run, now);
	const t = moment(now);
	say($('moment'), t === null ? '' : `${one(now - t)} s ago, ${clock(t)}, ${history.trial_at(t)}`);
}

let timer = 0, drawn_ms = 0;

/* Twice a second at most: the page must not use the CPU that is measured. */
function render_soon() {
	if (timer || seen.paused || document.hidden)
		return;
	timer = setTimeout(() => { timer = 0; render(); },
		Math.max(0, drawn_ms + (calm.matches ? 2000 : 500) - performance.now()));
}

function render() {
	const { doc } = seen, run = run_now();
	drawn_ms = performance.now();
	if (!doc)
		return;
	say($('version'), doc.version);
	$('scale').hidden = !run || run.parts.length < 2 || in_block(run);
	$('idle').hidden = Boolean(run);
	$('run').hidden = !run;
	show_tabs(doc.runs, run);
	show_recent(doc.recent);
	notice();
	if (!run) {
		document.title = 'No run \u2013 geoio-benchmark';
		return;
	}
	const history = seen.histories.get(run.id);
	show_summary(run);
	show_about(run);
	show_legend(run);
	draw_charts();
	show_replicas(run, history);
	show_tests(run);
	show_finished(run);
}

/* ---- The connection ---- */

let events = null, heard_ms = 0, way = '', lost = null;

function receive(text, by) {
	let doc;
	try {
		doc = JSON.parse(text);
	} catch {
		return lose();
	}
	heard_ms = performance.now();
	way = by;
	lost = null;
	for (const run of doc.runs) {
		run.parts = parts_of(run);
		if (!seen.histories.has(run.id))
			seen.histories.set(run.id, new History());
		seen.histories.get(run.id).add(run);
	}
	for (const id of seen.histories.keys())
		if (!doc.runs.some(run => run.id === id))
			seen.histories.delete(id);
	if (seen.paused)
		return connection();
	const first = !seen.doc;
	seen.doc = doc;
	connection();
	first ? render() : render_soon();
}

function lose() {
	lost ??= Date.now() / 1000;
	connection();
	notice();
}

function connection() {
	const state = lost ? 'lost' : seen.doc ? 'live' : 'connecting';
	put(document.body, { 'data-state': state });
	say($('connection-text'), state === 'lost' ? `lost since ${clock(lost)}` :
		state === 'live' ? (seen.paused ? 'held' : way === 'events' ? 'live' : 'live, by polling') : state);
}

function notice() {
	const run = run_now(), last = run && run.finished.at(-1), texts = [];
	if (lost)
		texts.push(run && run.ended ?
			`The run is over, and its monitor ended at ${clock(lost)}: these are the last figures.` :
			`Connection lost at ${clock(lost)}: trying again. ${seen.doc ? 'The figures are those of that moment.' : ''}`);
	else if (run && run.killed)
		texts.push(`The run was killed; its last word was at ${clock(run.updated)}.`);
	else if (run && run.ended)
		texts.push(`The run ended at ${clock(run.updated)}: ${count(run.trial_number)} of ` +
			`${count(run.trial_count)} trials, ${count(run.trials_failed)} failed.`);
	else if (run && seen.doc.now - run.updated > SILENT_S)
		texts.push(`The run has written nothing since ${clock(run.updated)}: it hangs, or was killed.`);
	if (seen.paused)
		texts.push('The page is held still: p goes on.');
	if (last && last.state !== 'ok')
		texts.push(`The last trial, ${last.library} ${last.test}, did not end well: ${last.state}.`);
	$('notice').hidden = !texts.length;
	say($('notice'), texts.join(' '));
	put($('notice'), { class: lost && !(run && run.ended) || (last && last.state !== 'ok') ? 'bad' : '' });
}

function listen() {
	events = new EventSource('events');
	events.addEventListener('live', event => receive(event.data, 'events'));
	events.addEventListener('error', lose);
}

async function poll() {
	try {
		const answer = await fetch('live.json', { cache: 'no-store' });
		if (!answer.ok)
			throw new Error(answer.status);
		receive(await answer.text(), 'polling');
	} catch {
		lose();
	}
}

/* Where events stay away, the document is asked for. */
function tend() {
	if (events.readyState === EventSource.CLOSED)
		listen();
	if (performance.now() - heard_ms > (way === 'polling' ? 900 : SILENT_MS))
		poll();
}

/* ---- Keys and buttons ---- */

function hold() {
	seen.paused = !seen.paused;
	put($('pause'), { 'aria-pressed': seen.paused });
	connection();
	notice();
}

function scale() {
	seen.each = !seen.each;
	put($('scale'), { 'aria-pressed': seen.each });
	render();
}

function page_key(event) {
	if (event.altKey || event.ctrlKey || event.metaKey || $('help').open)
		return;
	if (event.key === '?')
		$('help').showModal();
	else if (event.key === 'p')
		hold();
	else if (event.key === 's')
		scale();
	else if (event.key >= '1' && event.key <= '9')
		choose(event.key - 1);
}

function tab_key(event) {
	const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key], tabs = [...$('tabs').children];
	const at = tabs.indexOf(document.activeElement);
	if (step && at >= 0)
		choose((at + step + tabs.length) % tabs.length);
}

const charts = CHARTS.map(about => new Chart(about));
$('charts').append(...charts.map(chart => chart.node));
$('pause').addEventListener('click', hold);
$('scale').addEventListener('click', scale);
$('help-open').addEventListener('click', () => $('help').showModal());
$('tabs').addEventListener('keydown', tab_key);
document.addEventListener('keydown', page_key);
document.addEventListener('visibilitychange', render_soon);
page.render = render;
page.draw = draw_charts;
listen();
setInterval(tend, 1000);
