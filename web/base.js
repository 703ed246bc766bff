/* What the live page's scripts share: elements, numbers, and what is looked at. */

export const NONE = '\u2013';
export const COLOURS = 8; // more replicas than these look alike
const SVG = 'http://www.w3.org/2000/svg';

export const seen = {
	doc: null, histories: new Map(), run: '', pin: null, cursor: null,
	paused: false, each: false,
};

/* What monitor.js does when something else is to be looked at. */
export const page = { render() {}, draw() {} };

export const $ = id => document.getElementById(id);

/* ---- Elements ---- */

export function make(tag, attributes = {}, ...children) {
	const drawn = /^(svg|g|path|line|rect|text)$/.test(tag);
	const node = drawn ? document.createElementNS(SVG, tag) :
		document.createElement(tag);
	put(node, attributes);
	node.append(...children);
	return node;
}

export function put(node, attributes) {
	for (const [name, value] of Object.entries(attributes)) {
		if (value === null || value === undefined)
			node.removeAttribute(name);
		else if (node.getAttribute(name) !== String(value))
			node.setAttribute(name, value);
	}
}

export function say(node, text) {
	if (node.textContent !== text)
		node.textContent = text;
}

/* As many children as there are items, old ones kept, so that focus stays. */
export function children(parent, items, create, update) {
	while (parent.children.length > items.length)
		parent.lastElementChild.remove();
	items.forEach((item, i) => {
		if (!parent.children[i])
			parent.append(create(item, i));
		update(parent.children[i], item, i);
	});
}

export const total = (list, of) => list.reduce((sum, item) => sum + (of(item) || 0), 0);
export const known = x => x !== null && x !== undefined && Number.isFinite(x);

/* The sum of what is known; null where nothing is. */
export function sum_of(list, of) {
	const values = list.map(of).filter(known);
	return values.length ? values.reduce((a, b) => a + b, 0) : null;
}

/* ---- Numbers: one rounding for each unit ---- */

function rounded(least, most = least) {
	const format = new Intl.NumberFormat('en', {
		minimumFractionDigits: least, maximumFractionDigits: most });
	return x => known(x) ? format.format(x) : NONE;
}

export const count = rounded(0), one = rounded(1), two = rounded(2), tick = rounded(0, 2);
export const rate = x => Math.abs(x) < 100 ? one(x) : count(x);
export const mb = bytes => one(known(bytes) ? bytes / 1e6 : null);
export const mib = bytes => one(known(bytes) ? bytes / 1048576 : null);

export function span(seconds) {
	if (!known(seconds))
		return NONE;
	const s = Math.max(0, Math.round(seconds)), m = Math.floor(s / 60);
	if (m >= 60)
		return `${Math.floor(m / 60)} h ${m % 60} min`;
	return m ? `${m} min ${s % 60} s` : `${s} s`;
}

export function clock(seconds, dated) {
	const at = new Date(seconds * 1000);
	const time = at.toLocaleTimeString('en-GB');
	const day = at.toLocaleDateString('sv');
	return dated && day !== new Date().toLocaleDateString('sv') ?
		`${day} ${time}` : time;
}

export const failed_of = cell => total(Object.values(cell.failures || {}), n => n);

export function classes(failures) {
	return Object.entries(failures).filter(([, n]) => n > 0)
		.sort((a, b) => b[1] - a[1])
		.map(([name, n]) => `${name} ${count(n)}`).join(', ');
}

export function failures_text(failures) {
	const n = failed_of({ failures });
	return n ? `${count(n)}: ${classes(failures)}` : '0';
}

export function added(cells) {
	const sum = {};
	for (const cell of cells)
		for (const [name, n] of Object.entries(cell.failures || {}))
			sum[name] = (sum[name] || 0) + n;
	return sum;
}

const SUMS = ['operations_ok', 'bytes_ok', 'cpu_seconds', 'cpu_user_seconds', 'memory_bytes', 'working_set_bytes',
	'received_bytes', 'transmitted_bytes', 'in_flight', 'connections', 'throttled_seconds'];

function library_of(name, cells) {
	const sum = { key: name, who: name, name: `${cells.length} replicas`, failures: added(cells),
		at: Math.max(...cells.map(cell => cell.at)) || null, worked_seconds: cells[0].worked_seconds,
		state: [...new Set(cells.map(cell => cell.state).filter(Boolean))].join(', ') };
	for (const member of SUMS)
		sum[member] = sum_of(cells, cell => cell[member]);
	return sum;
}

/* Several libraries work in turn. */
export const in_block = run => Boolean(run.trial && run.trial.block);

/* What has a line and a row each: the replicas of the trial, or of a block its libraries. */
export function parts_of(run) {
	if (!in_block(run))
		return run.replicas.map(cell => ({ ...cell, key: String(cell.number), who: String(cell.number) }));
	return [...new Set(run.replicas.map(cell => cell.library))].map(name =>
		library_of(name, run.replicas.filter(cell => cell.library === name)));
}

/* A block is no library's. */
export const title_of = trial => trial.block ? `${trial.test}, block ${trial.block} of ${trial.block_count}` :
	`${trial.library} ${trial.test}`;

export function params_text(params) {
	return Object.entries(params || {}).map(([name, value]) => `${name} ${value}`)
		.join(', ');
}
