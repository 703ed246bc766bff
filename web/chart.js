/* The last minute of a run, and the charts of it. */

import { COLOURS, seen, page, $, make, put, say, children, known, sum_of, count, rate, failed_of,
	classes, added, in_block, title_of, one, two, tick } from './base.js';

const WINDOW_S = 60; // what a chart shows
const STEP_S = 0.5;  // least time between two points of a line
const STALE_S = 3;   // a reading older than this is no rate of now
const TURN_STALE_S = 30; // the same of one that waits for its turn

const per_second = name => (a, b, s) => (b[name] - a[name]) / s;

/* The charts: values in the unit that is shown. */
export const CHARTS = [
	{ key: 'rate', title: 'Requests', unit: '/s', text: rate, turns: '/s of work',
	  of: per_second('operations_ok') },
	{ key: 'bytes', title: 'Payload', unit: 'MB/s', text: one, turns: 'MB/s of work',
	  of: (a, b, s) => (b.bytes_ok - a.bytes_ok) / s / 1e6 },
	{ key: 'cpu', title: 'CPU', unit: 'cores', text: two, origin: true, turns: 'cores at work',
	  of: per_second('cpu_seconds') },
	{ key: 'memory', title: 'Memory', unit: 'MiB', text: one, origin: true,
	  of: (a, b) => known(b.memory_bytes) ? b.memory_bytes / 1048576 : null },
	// Nobody looks while somebody is at work: in a block it is always 0.
	{ key: 'flight', title: 'In flight', unit: 'requests', text: count, turns: null,
	  of: (a, b) => b.in_flight },
	{ key: 'failed', title: 'Failures', unit: '/s', text: rate, bad: true, turns: '/s of work',
	  of: (a, b, s) => (failed_of(b) - failed_of(a)) / s },
];

class Line {
	points = [];
	last = null;
	gap = true;
	stale = STALE_S;

	/* A new reading; where its counters begin anew, so does the line. Of one that works in turn the rate is
	 * of the time that it worked. */
	read(cell) {
		const last = this.last, turns = known(cell.worked_seconds);
		if (!known(cell.at))
			return;
		this.stale = turns ? TURN_STALE_S : STALE_S;
		if (!last || ['at', 'operations_ok', 'cpu_seconds', 'worked_seconds'].some(name => cell[name] < last[name])) {
			this.restart(cell);
			return;
		}
		const elapsed = turns ? cell.worked_seconds - last.worked_seconds : cell.at - last.at;
		if (cell.at - last.at < STEP_S || elapsed <= 0)
			return;
		const point = { t: cell.at };
		for (const chart of CHARTS)
			point[chart.key] = chart.of(last, cell, elapsed);
		this.push(point);
		this.last = cell;
	}

	restart(cell = null) {
		this.last = cell;
		this.gap = true;
	}

	push(point) {
		point.gap = this.gap;
		this.gap = false;
		this.points.push(point);
		while (this.points[0].t < point.t - WINDOW_S - 5)
			this.points.shift();
	}

	newest(at) {
		const point = this.points.findLast(one => one.t <= at);
		return !this.gap && point && at - point.t < this.stale ? point : null;
	}

	/* The point at a moment, as the pointer meets it. */
	near(t) {
		let best = null;
		for (const point of this.points)
			if (!best || Math.abs(point.t - t) < Math.abs(best.t - t))
				best = point;
		return best && Math.abs(best.t - t) <= 1.5 ? best : null;
	}
}

export class History {
	trial = '';
	replicas = new Map(); // key of a part -> Line
	origin = new Line();
	sum = new Line();
	marks = [];           // beginnings of trials

	add(run) {
		this.turn(run);
		const live = run.parts.filter(cell => !cell.state);
		for (const cell of run.parts)
			if (cell.state)
				this.line(cell.key).gap = true;
		for (const cell of live)
			this.line(cell.key).read(cell);
		if (run.origin)
			this.origin.read(run.origin);
		if (!in_block(run))
			this.add_up(live);
	}

	line(key) {
		if (!this.replicas.has(key))
			this.replicas.set(key, new Line());
		return this.replicas.get(key);
	}

	/* Another trial, or block: its replicas count from 0, but the origin goes on. */
	turn(run) {
		const id = !run.trial ? '' : in_block(run) ?
			`${run.trial.test} ${run.trial.config_hash} ${run.trial.block}` : run.trial.id;
		if (id === this.trial)
			return;
		this.trial = id;
		for (const line of [this.sum, ...this.replicas.values()])
			line.restart();
		this.marks = this.marks.slice(-20);
		this.marks.push({ t: this.marks.length ? run.updated : -Infinity, text: run.trial ?
			title_of(run.trial) : 'between trials' });
	}

	add_up(live) {
		const latest = live.map(cell => this.line(cell.key).points.at(-1))
			.filter(Boolean);
		const t = Math.max(...latest.map(point => point.t));
		const before = this.sum.points.at(-1);
		if (!latest.length || (before && t - before.t < STEP_S * 0.9))
			return;
		const fresh = live.map(cell => this.line(cell.key).newest(t)).filter(Boolean);
		const point = { t };
		for (const { key } of CHARTS)
			point[key] = sum_of(fresh, part => part[key]);
		if (fresh.length)
			this.sum.push(point);
	}

	trial_at(t) {
		const mark = this.marks.filter(one => one.t <= t + STEP_S).at(-1);
		return mark ? mark.text : '';
	}
}

const HEIGHT = 116, TOP = 8, BOTTOM = 4;

function ceiling(value) {
	if (!(value > 0))
		return 1;
	const power = 10 ** Math.floor(Math.log10(value));
	return power * [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find(step => step * power >= value);
}

export class Chart {
	constructor(about) {
		this.about = about;
		this.width = 300;
		this.value = make('span', { class: 'value', 'data-figure': about.key,
			'data-replica': 'sum' });
		this.unit = make('span', { class: 'unit' });
		this.parts = make('p', { class: 'parts' });
		this.build_drawing();
		this.node = make('figure', { class: about.bad ? 'chart bad' : 'chart',
			'data-chart': about.key },
			make('figcaption', {}, make('span', { class: 'name' }, about.title),
				this.value, this.unit),
			this.parts, this.slider);
		new ResizeObserver(() => this.resize()).observe(this.slider);
		this.listen();
	}

	build_drawing() {
		this.grid = make('path', { class: 'grid' });
		this.labels = [0, 1].map(() => make('text', { class: 'tick', x: 2 }));
		this.marks = make('path', { class: 'marks' });
		this.area = make('path', { class: 'area' });
		this.many = make('path', { class: 'many' });
		this.lines = Array.from({ length: COLOURS }, (_, i) =>
			make('path', { class: `line c${i}` }));
		this.origin = make('path', { class: 'line origin' });
		this.sum = make('path', { class: 'sum' });
		this.pin = make('path', { class: 'pinned' });
		this.cross = make('path', { class: 'cross' });
		this.svg = make('svg', { 'aria-hidden': 'true', focusable: 'false' },
			this.grid, this.marks, this.area, this.many, ...this.lines,
			this.origin, this.sum, this.pin, this.cross, ...this.labels);
		this.slider = make('div', { class: 'plot', role: 'slider', tabindex: 0,
			'aria-label': `${this.about.title}, ${this.about.unit}, last 60 seconds`,
			'aria-valuemin': -WINDOW_S, 'aria-valuemax': 0, 'aria-valuenow': 0 },
			this.svg);
	}

	listen() {
		this.slider.addEventListener('pointermove', event => {
			const box = this.slider.getBoundingClientRect();
			const share = (event.clientX - box.left) / box.width;
			seen.cursor = { ago: WINDOW_S * Math.min(1, Math.max(0, 1 - share)) };
			page.draw();
		});
		this.slider.addEventListener('pointerleave', () => {
			seen.cursor = null;
			page.draw();
		});
		this.slider.addEventListener('keydown', event => chart_key(event, this));
		this.slider.addEventListener('blur', () => {
			seen.cursor = null;
			page.draw();
		});
	}

	resize() {
		this.width = this.slider.clientWidth || 300;
		page.draw();
	}

	x(t) { return (1 - (this.now - t) / WINDOW_S) * this.width; }
	y(value) { return HEIGHT - BOTTOM - value / this.top * (HEIGHT - TOP - BOTTOM); }

	draw(history, run, now) {
		const key = this.about.key, from = now - WINDOW_S;
		const lines = run.parts.map(cell => history.line(cell.key));
		const others = this.about.origin && run.origin ? [history.origin] : [];
		this.now = now;
		this.alone = (seen.each && lines.length > 1) || in_block(run);
		this.keys = run.parts.map(cell => cell.key);
		this.top = ceiling(Math.max(0, ...[...this.alone ? [] : [history.sum], ...lines, ...others]
			.flatMap(line => line.points).filter(point => point.t >= from)
			.map(point => point[key] || 0)));
		put(this.svg, { viewBox: `0 0 ${this.width} ${HEIGHT}` });
		put(this.node, { 'data-points': history.sum.points.length,
			hidden: in_block(run) && this.about.turns === null ? '' : null });
		this.draw_axes(history);
		this.draw_lines(history, lines, others);
		this.draw_cursor();
		this.tell(history, run);
	}

	draw_axes(history) {
		const levels = [this.top / 2, this.top];
		put(this.grid, { d: [0, ...levels].map(level =>
			`M0 ${this.y(level).toFixed(1)}H${this.width}`).join('') });
		levels.forEach((level, i) => {
			say(this.labels[i], tick(level));
			put(this.labels[i], { y: (this.y(level) + 11).toFixed(1) });
		});
		put(this.marks, { d: history.marks.map(mark => this.x(mark.t))
			.filter(x => x > 0).map(x => `M${x.toFixed(1)} 0V${HEIGHT}`).join('') });
	}

	draw_lines(history, lines, others) {
		const few = lines.length <= COLOURS, single = lines.length === 1;
		const path = line => this.path(line);
		this.lines.forEach((node, i) => put(node, {
			d: few && !single && lines[i] ? path(lines[i]) : '' }));
		put(this.many, { d: few ? '' : lines.map(path).join('') });
		put(this.origin, { d: others.map(path).join('') });
		put(this.sum, { d: this.alone ? '' : path(history.sum) });
		put(this.area, { d: this.alone ? '' : this.path(history.sum, true) });
		const pinned = history.replicas.get(seen.pin);
		put(this.pin, { d: pinned && !single ? path(pinned) : '' });
	}

	path(line, closed = false) {
		const from = this.now - WINDOW_S, base = this.y(0).toFixed(1);
		let d = '', x = '0';
		for (const point of line.points) {
			if (point.t < from || !known(point[this.about.key]))
				continue;
			const start = !d || point.gap;
			if (closed && d && start)
				d += `L${x} ${base}Z`;
			x = this.x(point.t).toFixed(1);
			if (closed && start)
				d += `M${x} ${base}L`;
			else
				d += start ? 'M' : 'L';
			d += `${x} ${this.y(point[this.about.key]).toFixed(1)}`;
		}
		return closed && d ? `${d}L${x} ${base}Z` : d;
	}

	draw_cursor() {
		const t = moment(this.now);
		put(this.cross, { d: t === null ? '' : `M${this.x(t).toFixed(1)} 0V${HEIGHT}` });
	}

	/* The figures of the moment: in the heading, and below it by part. */
	tell(history, run) {
		const { key, text, unit } = this.about, t = moment(this.now);
		const at = line => {
			const point = t === null ? line.newest(run.updated) : line.near(t);
			return point ? point[key] : null;
		};
		const block = in_block(run);
		const whole = block ? null : at(history.sum), parts = this.parts_of(history, run, at);
		say(this.value, block ? '' : text(whole));
		say(this.unit, block ? this.about.turns || unit : unit);
		put(this.value, { 'data-value': whole });
		children(this.parts, parts, () => make('span'), (node, part) => {
			say(node, part.text);
			put(node, { class: part.style });
		});
		const when = t === null ? 'now' : `${Math.round(this.now - t)} seconds ago`;
		this.spoken = `${when}: ${block ? '' : text(whole)} ${this.unit.textContent}` +
			(parts.length ? `; ${parts.map(part => part.text).join('; ')}` : '');
		if (document.activeElement !== this.slider)
			this.speak();
	}

	speak() {
		const t = moment(this.now);
		put(this.slider, { 'aria-valuetext': this.spoken,
			'aria-valuenow': t === null ? 0 : Math.round(t - this.now) });
	}

	parts_of(history, run, at) {
		const { text } = this.about, cells = run.parts;
		const value = cell => at(history.line(cell.key));
		const each = in_block(run) ? COLOURS : 4;
		const parts = [];
		if (this.about.bad)
			return [{ style: 'range', text: classes(added(cells)) || in_block(run) ? 'none in this block' : 'none in this trial' }];
		if (cells.length > each) {
			const values = cells.map(value).filter(known);
			if (values.length)
				parts.push({ style: 'range', text: 'each ' +
					`${text(Math.min(...values))} to ${text(Math.max(...values))}` });
		} else if (cells.length > 1) {
			cells.forEach((cell, i) => parts.push({ style: `key c${i}`,
				text: `${cell.who}: ${text(value(cell))}` }));
		}
		const pinned = cells.find(cell => cell.key === seen.pin);
		if (pinned && cells.length > each)
			parts.push({ style: 'key pin', text: `${pinned.who}: ${text(value(pinned))}` });
		if (this.about.origin && run.origin)
			parts.push({ style: 'key origin', text: `origin ${text(at(history.origin))}` });
		return parts;
	}
}

/* The moment of the cursor; null: none, the newest is shown. */
export function moment(now) {
	const cursor = seen.cursor;
	if (!cursor)
		return null;
	return known(cursor.t) ? Math.max(cursor.t, now - WINDOW_S) : now - cursor.ago;
}

function chart_key(event, chart) {
	const steps = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10,
		Home: -WINDOW_S, End: WINDOW_S };
	const now = chart.now;
	if (event.altKey || event.ctrlKey || event.metaKey || !known(now))
		return;
	if (event.key in steps) {
		const step = steps[event.key] * (event.shiftKey ? 10 : 1);
		const t = (moment(now) ?? now) + step;
		seen.cursor = { t: Math.min(now, Math.max(now - WINDOW_S, t)) };
	} else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
		step_pin(chart.keys, event.key === 'ArrowUp' ? -1 : 1);
	} else if (event.key === 'Escape') {
		seen.cursor = seen.pin = null;
	} else {
		return;
	}
	event.preventDefault();
	page.render();
	chart.speak();
}

function step_pin(keys, step) {
	const at = keys.indexOf(seen.pin);
	const next = at < 0 ? (step > 0 ? 0 : keys.length - 1) : at + step;
	seen.pin = keys[next] ?? null;
}
