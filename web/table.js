/* The tables: replicas, tests, trials. */

import { NONE, COLOURS, seen, page, $, make, put, say, children, total, known, sum_of, count, rate,
	mb, mib, clock, failed_of, failures_text, added, in_block, params_text, one, two, tick } from './base.js';

/* A column: key, head, text(row) and raw(row), or build(td) and fill(td, row). */
class Table {
	constructor(id, caption, columns, noted = false) {
		this.noted = noted;
		this.columns = columns;
		this.node = $(id);
		this.caption = make('span', { id: `${id}-caption` }, caption);
		this.node.append(make('caption', {}, this.caption), make('thead', {}, make('tr', {}, ...columns.map(column =>
			make('th', { scope: 'col', class: column.style }, column.head)))));
	}

	/* groups: [{title, rows, foot}]; a row: its data, tags, and where the table has notes, a note */
	show(groups) {
		const bodies = groups.map(group => group.foot ? 'tfoot' : 'tbody');
		while (this.node.children.length > 2 + bodies.length)
			this.node.lastElementChild.remove();
		bodies.forEach((tag, i) => {
			const old = this.node.children[2 + i];
			if (!old || old.localName !== tag)
				old ? old.replaceWith(make(tag)) : this.node.append(make(tag));
			this.fill(this.node.children[2 + i], groups[i]);
		});
	}

	fill(body, group) {
		const rows = group.rows.flatMap(row => this.noted ? [{ row }, { note: row }] : [{ row }]);
		if (group.title)
			rows.unshift({ title: group.title });
		children(body, rows, item => this.line_of(item), (tr, item) => this.update_line(tr, item));
	}

	/* Which kind stands where is always the same in one table. */
	line_of(item) {
		if (item.row)
			return this.row();
		const all = { colspan: this.columns.length };
		return item.title ? make('tr', { class: 'group' }, make('th', { scope: 'rowgroup', ...all })) :
			make('tr', { class: 'note' }, make('td', { 'data-figure': 'findings', ...all }, make('span')));
	}

	update_line(tr, { title, note, row }) {
		if (row)
			return this.update(tr, row);
		say(title ? tr.firstChild : tr.firstChild.firstChild, title || note.note);
		if (note)
			put(tr, { 'data-trial': note.trial_id, hidden: note.note ? null : '' });
	}

	row() {
		return make('tr', {}, ...this.columns.map((column, i) => {
			const cell = make(i ? 'td' : 'th', { class: column.style, scope: i ? null : 'row',
				'data-figure': column.key });
			if (column.build)
				column.build(cell);
			return cell;
		}));
	}

	update(tr, row) {
		put(tr, row.tags);
		this.columns.forEach((column, i) => {
			const cell = tr.children[i];
			if (column.fill)
				column.fill(cell, row);
			else
				say(cell, column.text(row));
			if (column.raw)
				put(cell, { 'data-value': column.raw(row) });
			if (column.bad)
				cell.classList.toggle('bad', column.bad(row));
		});
	}
}

const figure = (key, head, text, of) => ({ key, head, style: 'number', text: row => text(of(row)), raw: of });
const words = (key, head, text, style = '') => ({ key, head, text, style });

const failures_column = (key, of) => ({ key, head: 'Failed', style: 'failures',
	text: row => of(row) ? failures_text(of(row)) : NONE, raw: row => of(row) && failed_of({ failures: of(row) }),
	bad: row => failed_of({ failures: of(row) }) > 0 });

const REPLICA_COLUMNS = [
	{ key: 'replica', head: 'Replica', style: 'who', build: build_who, fill: fill_who },
	words('state', 'State', row => row.state),
	figure('rate', 'Requests/s', rate, row => row.now.rate),
	figure('bytes', 'MB/s', one, row => row.now.bytes),
	figure('cpu', 'Cores', two, row => row.now.cpu),
	figure('memory_bytes', 'Memory MiB', mib, row => row.memory_bytes),
	figure('in_flight', 'In flight', count, row => row.in_flight),
	figure('connections', 'Connections', count, row => row.connections),
	figure('operations_ok', 'Succeeded', count, row => row.operations_ok),
	failures_column('failures', row => row.failures),
	figure('bytes_ok', 'Payload MB', mb, row => row.bytes_ok),
	figure('received_bytes', 'Received MB', mb, row => row.received_bytes),
	figure('cpu_seconds', 'CPU s', two, row => row.cpu_seconds),
	figure('throttled_seconds', 'Throttled s', two, row => row.throttled_seconds),
];

/* A button that brings a replica's line out, where there is more than one. */
function build_who(cell) {
	const button = make('button', { type: 'button', class: 'who-button', title: '' });
	button.addEventListener('click', () => {
		const { key } = button.dataset;
		seen.pin = seen.pin === key ? null : key;
		page.render();
	});
	cell.append(button, make('span'));
}

function fill_who(cell, row) {
	const [button, plain] = cell.children;
	say(button, row.line ? row.who : '');
	say(plain, row.line ? '' : row.who);
	put(button, { hidden: row.line ? null : '', class: `who-button key ${row.line || ''}`, title: row.name,
		'data-key': row.key, 'aria-pressed': seen.pin === row.key,
		'aria-label': `${row.who}: bring its line out` });
}

const latency = (ms, style) => known(ms) ? style(ms) : NONE;

const FINISHED_COLUMNS = [
	words('library', 'Library', row => row.library),
	words('library_version', 'Version', row => row.library_version),
	words('block', 'Block', row => known(row.block) ? count(row.block) : NONE, 'number'),
	{ key: 'requests_per_second', head: 'Requests/s', style: 'number bar-cell', build: build_bar, fill: fill_bar,
	  raw: row => row.requests_per_second },
	{ key: 'state', head: 'State', style: 'state', text: row => row.state, raw: row => row.state,
	  bad: row => row.state !== 'ok' },
	figure('successes', 'Succeeded', count, row => row.successes),
	{ ...figure('failures', 'Failed', count, row => row.failures), bad: row => row.failures > 0 },
	figure('bytes_per_second', 'MB/s', mb, row => row.bytes_per_second),
	figure('p50_ms', 'p50 ms', two, row => row.p50_ms),
	figure('p99_ms', 'p99 ms', two, row => row.p99_ms),
	figure('cpu_us_per_request', 'CPU \u00b5s/request', count, row => row.cpu_us_per_request),
	figure('cpu_seconds', 'CPU s', two, row => row.cpu_seconds),
	figure('memory_peak_bytes', 'Peak MiB', mib, row => row.memory_peak_bytes),
	figure('duration_seconds', 'Duration s', one, row => row.duration_seconds),
	words('shape', 'Replicas \u00d7\u00a0in\u00a0flight', row => `${row.replicas} \u00d7 ${row.concurrency}`, 'number'),
	words('isolation', 'Isolation', row => row.isolation),
	words('end', 'Ended', row => clock(row.end, true), 'number'),
];
const RECENT_COLUMNS = [FINISHED_COLUMNS[0], words('test', 'Test', row => row.test),
	words('params', 'Parameters', row => params_text(row.params)), ...FINISHED_COLUMNS.slice(1)];

function build_bar(cell) {
	cell.append(make('span'), make('svg', { class: 'bar', 'aria-hidden': 'true' }, make('rect', { height: 3 })));
}

function fill_bar(cell, row) {
	say(cell.firstChild, rate(row.requests_per_second));
	put(cell.lastChild.firstChild, { width: `${row.share || 0}%` });
}

const TEST_COLUMNS = [
	words('library', 'Library', row => row.library),
	words('test', 'Test', row => row.test),
	figure('operations_ok', 'Succeeded', count, row => row.outcomes.ok || 0),
	failures_column('failures', row => ({ ...row.outcomes, ok: 0 })),
	figure('bytes_ok', 'Payload MB', mb, row => row.bytes_ok),
	figure('latency_mean', 'Mean ms', two, row => row.outcomes.ok ?
		row.latency_sum_seconds / row.outcomes.ok * 1000 : null),
	{ key: 'latency', head: 'Latency, 0.5 ms to over 10 s', build: build_histogram, fill: fill_histogram },
];

function build_histogram(cell) {
	cell.append(make('svg', { class: 'histogram', role: 'img', viewBox: '0 0 150 20' }));
}

function fill_histogram(cell, row) {
	const most = Math.max(1, ...row.buckets), sum = total(row.buckets, n => n);
	const at = row.buckets.indexOf(most), ms = i => `${tick(row.bounds[i] * 1000)} ms`;
	children(cell.firstChild, row.buckets, () => make('rect', { width: 9 }), (rect, n, i) => {
		const height = n ? Math.max(1, n / most * 19) : 0.5;
		put(rect, { x: i * 10, y: 20 - height, height });
	});
	put(cell.firstChild, { 'aria-label': !sum ? 'no request yet' : `most requests, ${count(most / sum * 100)}%, took ` +
		(at ? `more than ${ms(at - 1)}` : '') + (at && row.bounds[at] ? ' and ' : '') +
		(row.bounds[at] ? `at most ${ms(at)}` : '') });
}

const tables = {
	replicas: new Table('replicas', 'Replicas', REPLICA_COLUMNS),
	tests: new Table('tests', 'Tests of this run, all their trials', TEST_COLUMNS),
	finished: new Table('finished', 'Finished trials of this run, the best of each test first', FINISHED_COLUMNS, true),
	recent: new Table('recent', 'Recent trials of the database, the newest first', RECENT_COLUMNS, true),
};

/* In a block nobody else works in the turn of one. */
function state_of(run, cell) {
	const { trial } = run;
	if (cell.state || !trial || run.ended)
		return cell.state || 'ended';
	if (!trial.round || trial.stage !== 'running')
		return trial.stage;
	return cell.key === trial.library ? 'at work' : 'paused';
}

function foot_of(run, history) {
	const now = history.origin.newest(run.updated) || {}, foot = [];
	if (!in_block(run))
		foot.push({ ...sums(run.parts), who: 'sum', state: '', now: history.sum.newest(run.updated) || {},
			tags: { 'data-replica': 'sum' } });
	if (run.origin)
		foot.push({ ...run.origin, who: 'origin', state: '', now: { cpu: now.cpu },
			operations_ok: null, bytes_ok: null, failures: null, tags: { 'data-replica': 'origin', class: 'origin' } });
	return foot;
}

export function show_replicas(run, history) {
	const { parts, trial } = run, n = parts.length, several = n > 1;
	const fresh = cell => !cell.state && history.line(cell.key).newest(run.updated);
	const rows = parts.map((cell, i) => ({ ...cell, now: fresh(cell) || {}, state: state_of(run, cell),
		line: several ? (n <= COLOURS ? `c${i}` : 'many') : '',
		tags: { 'data-replica': cell.key, class: seen.pin === cell.key ? 'pinned' : null } }));
	say(tables.replicas.node.querySelector('th'), in_block(run) ? 'Library' : 'Replica');
	say(tables.replicas.caption, in_block(run) ?
		`${n || 'The'} libraries of this block, in turn: rates are of the time that each was at work` :
		`${n} ${n === 1 ? 'replica' : 'replicas'}${trial ? ' of this trial' : ''}`);
	tables.replicas.show([{ rows }, { rows: foot_of(run, history), foot: true }]);
}

function sums(cells) {
	const sum = { failures: added(cells) };
	for (const name of ['memory_bytes', 'in_flight', 'connections', 'operations_ok', 'bytes_ok', 'received_bytes',
		'cpu_seconds', 'throttled_seconds'])
		sum[name] = sum_of(cells, cell => cell[name]);
	return sum;
}

const trial_row = (trial, best) => ({ ...trial, share: trial.requests_per_second / best * 100,
	note: trial.findings ? `In doubt: ${trial.findings}` : '',
	tags: { 'data-trial': trial.trial_id, class: trial.findings ? 'doubted' : null } });

/* One group for each test and its parameters; the best first, failed ones last. */
export function show_finished(run) {
	const groups = new Map();
	for (const trial of run.finished) {
		const title = [trial.test, params_text(trial.params)].filter(Boolean).join(', ');
		groups.set(title, [...groups.get(title) || [], trial]);
	}
	const good = trial => trial.state === 'ok' ? trial.requests_per_second : -1;
	tables.finished.show([...groups].map(([title, trials]) => {
		trials.sort((a, b) => good(b) - good(a));
		return { title, rows: trials.map(trial => trial_row(trial, Math.max(1e-9, ...trials.map(good)))) };
	}));
	$('finished-section').hidden = !run.finished.length;
}

export function show_tests(run) {
	tables.tests.show([{ rows: run.tests.map(test => ({ ...test, bounds: run.bounds,
		tags: { 'data-library': test.library, 'data-test': test.test } })) }]);
	$('tests-section').hidden = !run.tests.length;
}

export function show_recent(trials) {
	tables.recent.show([{ rows: trials.map(trial => trial_row(trial, Infinity)) }]);
	$('recent-section').hidden = !trials.length;
}
