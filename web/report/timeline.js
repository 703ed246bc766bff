/* The time line of one trial: throughput, CPU, memory and what was in flight, from its samples; of a trial in slices, a
 * stretch for each slice. */

const MIB_OF = value => known(value) ? value / MIB : null;

const TIMELINE_PARTS = [
	{ title: 'Requests a second', unit: '/s', members: [['requests_per_second', 'succeeded'], ['failures_per_second', 'failed']],
	  defines: 'requests_per_second' },
	{ title: 'CPUs in use', unit: 'CPUs', members: [['cpus', 'library'], ['origin_cpus', 'origin']], defines: 'cpu_seconds_mean' },
	{ title: 'Memory', unit: 'MiB', members: [['memory_bytes', 'library']], scale: MIB_OF, defines: 'memory_usage_bytes_mean' },
	{ title: 'In flight', unit: 'requests', members: [['in_flight', 'library']], defines: 'concurrency' },
];

function timeline_segments(line, part) {
	return part.members.flatMap(([member, who]) => line[member].map((value, i) => ({ who, from: line.begin_s[i], to: line.end_s[i],
		value: part.scale ? part.scale(value) : value })).filter(one => known(one.value)));
}

/* Straight on from one sample to the next; between slices it waited, and there is no line. */
function timeline_joins(segments) {
	return segments.slice(1).map((next, i) => ({ ...next, before: segments[i] })).filter(one => one.who === one.before.who &&
		one.from - one.before.to < (one.to - one.from) * .5);
}

const middle_of = one => (one.from + one.to) / 2;

function timeline_chart(trial, line, part, library) {
	const segments = timeline_segments(line, part).filter(one => one.who !== 'failed' || segments_any(line.failures_per_second));
	const colour = look_of(library).colour, stroke = one => one.who === 'failed' ? 'var(--bad)' : one.who === 'origin' ? 'var(--soft)' : colour;
	const words = one => `${one.from.toFixed(2)} to ${one.to.toFixed(2)} s: ${figure_text(one.value)} ${part.unit}, ${one.who}`;
	const end = Math.max(...line.end_s);
	const drawn = [...new Set(segments.map(one => one.who))].length > 1;
	const last = unique(segments.map(one => one.who)).map(who => segments.filter(one => one.who === who).pop());
	return figure_new({ id: `timeline-${part.members[0][0]}`, title: `${part.title}, ${part.unit}`, defines: part.defines,
		describes: `Line over ${end.toFixed(1)} s, from ${figure_text(Math.min(...segments.map(one => one.value)))} to ` +
			`${figure_text(Math.max(...segments.map(one => one.value)))} ${part.unit}.`,
		points: segments.map(one => ({ x: middle_of(one), y: one.value, text: words(one) })),
		columns: [{ name: 'of', of: one => one.who, defines: 'whose' }, plain_column('begin_s', 'from s', one => one.from, figure_text),
			plain_column('end_s', 'to s', one => one.to, figure_text), plain_column(part.members[0][0], part.unit, one => one.value,
				figure_text, { defines: part.defines })],
		rows: segments,
		options: () => ({ height: 190, marginLeft: 52, marginRight: drawn ? 62 : 16, marginTop: 12, x: { domain: [0, end], label: 's since GO', ...below, labelOffset: 34 },
			y: { zero: true, grid: true, nice: true, ticks: 4, tickFormat: short_tick, label: null, domain: [0, Math.max(...segments.map(one => one.value)) * 1.08 || 1] },
			marks: [
				Plot.ruleY([0], { stroke: 'var(--rule)' }),
				Plot.link(timeline_joins(segments), { x1: one => middle_of(one.before), x2: middle_of, y1: one => one.before.value, y2: 'value',
					stroke, strokeWidth: 1.8 }),
				Plot.link(segments, { x1: 'from', x2: 'to', y1: 'value', y2: 'value', stroke, strokeWidth: segments.length > 60 ? 0 : 2.6 }),
				Plot.text(drawn ? last : [], { x: 'to', y: 'value', text: 'who', textAnchor: 'start', dx: 6, fill: 'var(--text)' }),
				tip_of(segments, { x: middle_of, y: 'value', title: words, maxRadius: 40 }),
			] }) });
}

const segments_any = values => values.some(value => value > 0);

function timeline_trials(view) {
	return view.trials.map(i => ({ id: value_at('trial_id', i), library: value_at('library_name', i), block: value_at('block', i) }))
		.filter(one => model.timelines.has(one.id));
}

function timeline_name(one) {
	return known(one.block) ? `${one.library}, block ${one.block + 1}` : one.library;
}

/* The one that the address names, else that of the fastest which has most points. */
function timeline_chosen(view, trials) {
	const wanted = state.get('timeline'), first = (drawn_rows(view).find(row => !row.baseline) ?? view.rows[0])?.library;
	const points = one => model.timelines.get(one.id).begin_s.length;
	const own = trials.filter(one => one.library === first).sort((a, b) => points(b) - points(a));
	return trials.find(one => one.id === wanted) ?? own[0] ?? trials[0];
}

function draw_timeline(view) {
	const trials = timeline_trials(view), node = heading('timeline', 'Time line of a trial');
	if (!trials.length)
		return node.append(nothing('No trial of this view has a time line in this report: a report of its run alone, with --run, may have them.'));
	const one = timeline_chosen(view, trials), line = model.timelines.get(one.id);
	const charts = TIMELINE_PARTS.filter(part => timeline_segments(line, part).length);
	const missing = TIMELINE_PARTS.filter(part => !charts.includes(part)).map(part => part.title.toLowerCase());
	const slices = value_at('slices', model.trials.get(one.id));
	trials.sort((a, b) => compare_text(a.library, b.library) || a.block - b.block);
	node.append(make('p', { class: 'says' }, slices ? 'Measured in slices: each bar is one, and between them the others worked.' :
		'From samples of 100 ms, joined where there are many.', missing.length ? ` Not known of this trial: ${listed(missing)}.` : ''),
	make('div', { class: 'choices' }, chooser('Trial', trials.map(each => [each.id, timeline_name(each)]), one.id, id => {
		state.set('timeline', id);
		draw_timeline(view);
		$('timeline').querySelector('select').focus();
	}), named(one.library), make('span', { class: 'soft' }, 'origin: grey')),
	make('div', { class: charts.length === 3 ? 'pair three' : 'pair' }, charts.map(part => timeline_chart(one, line, part, one.library))));
	return node;
}
