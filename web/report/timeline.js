/* The time line of one trial: throughput, CPU, memory and what was in flight, from its samples; of a trial in slices, a
 * stretch for each slice. */

const MIB_OF = value => (known(value) ? value / MIB : null);

const TIMELINE_PARTS = [
	{
		title: 'Requests a second',
		unit: '/s',
		members: [
			['requests_per_second', 'succeeded'],
			['failures_per_second', 'failed'],
		],
		defines: 'requests_per_second',
	},
	{
		title: 'CPUs in use',
		unit: 'CPUs',
		members: [
			['cpus', 'library'],
			['origin_cpus', 'origin'],
		],
		defines: 'cpu_seconds_mean',
	},
	{
		title: 'Memory',
		unit: 'MiB',
		members: [['memory_bytes', 'library']],
		scale: MIB_OF,
		defines: 'memory_usage_bytes_mean',
	},
	{
		title: 'In flight',
		unit: 'requests',
		members: [['in_flight', 'library']],
		whole: true,
		defines: 'in_flight_now',
	},
];

function timeline_segments(line, part) {
	return part.members.flatMap(([member, who]) =>
		line[member]
			.map((value, i) => ({
				who,
				from: line.begin_s[i],
				to: line.end_s[i],
				value: part.scale ? part.scale(value) : value,
			}))
			.filter(one => known(one.value)),
	);
}

/* Straight on from one sample to the next; between slices it waited, and there is no line. */
function timeline_joins(segments) {
	return segments
		.slice(1)
		.map((next, i) => ({ ...next, before: segments[i] }))
		.filter(one => one.who === one.before.who && one.from - one.before.to < (one.to - one.from) * 0.5);
}

const middle_of = one => (one.from + one.to) / 2;

const timeline_words = part => one =>
	`${one.from.toFixed(2)} to ${one.to.toFixed(2)} s: ${figure_text(one.value)} ${part.unit}, ${one.who}`;

/* One line, or bars where it waited between them. */
function timeline_marks(segments, stroke, words) {
	const joins = timeline_joins(segments),
		joined = joins.length > segments.length / 2,
		whose = unique(segments.map(one => one.who));
	const last = whose.map(who => segments.filter(one => one.who === who).pop());
	const line = { x1: one => middle_of(one.before), x2: middle_of, y1: one => one.before.value, y2: 'value' };
	return [
		Plot.ruleY([0], { stroke: 'var(--rule)' }),
		joined
			? Plot.link(joins, { ...line, stroke, strokeWidth: 1.8 })
			: level(segments, 'from', 'to', 'value', stroke, 2.6),
		beside_end(whose.length > 1 ? last : [], 'to', 'value', 'who', 6),
		tip_of(segments, { x: middle_of, y: 'value', title: words, maxRadius: 40 }),
	];
}

function timeline_options(part, segments, end, marks) {
	const several = unique(segments.map(one => one.who)).length > 1;
	const most = Math.max(...segments.map(one => one.value)) * 1.08 || 1,
		ticks = part.whole && most < 4 ? [0, 1, 2, 3].filter(x => x <= most) : 4;
	return {
		height: 190,
		marginLeft: 52,
		marginRight: several ? 62 : 16,
		marginTop: 12,
		x: { domain: [0, end], label: 's since GO', ...below, labelOffset: 34 },
		y: { grid: true, ticks, tickFormat: short_tick, label: null, domain: [0, most] },
		marks,
	};
}

function timeline_chart(line, part, library) {
	const any_failed = line.failures_per_second.some(value => value > 0);
	const segments = timeline_segments(line, part).filter(one => one.who !== 'failed' || any_failed);
	const colours = { failed: 'var(--bad)', origin: 'var(--soft)' };
	const stroke = one => colours[one.who] ?? look_of(library).colour,
		words = timeline_words(part);
	const end = Math.max(...line.end_s),
		values = segments.map(one => one.value);
	const [least, most] = [Math.min(...values), Math.max(...values)].map(figure_text);
	return figure_new({
		id: `timeline-${part.members[0][0]}`,
		title: `${part.title}, ${part.unit}`,
		defines: part.defines,
		describes: `Line over ${end.toFixed(1)} s, from ${least} to ${most} ${part.unit}.`,
		points: segments.map(one => ({ x: middle_of(one), y: one.value, text: words(one) })),
		columns: [
			{ name: 'of', of: one => one.who, defines: 'whose' },
			plain_column('begin_s', 'from s', one => one.from, figure_text),
			plain_column('end_s', 'to s', one => one.to, figure_text),
			plain_column(part.members[0][0], part.unit, one => one.value, figure_text, { defines: part.defines }),
		],
		rows: segments,
		options: () => timeline_options(part, segments, end, timeline_marks(segments, stroke, words)),
	});
}

function timeline_trials(view) {
	return view.trials
		.map(i => ({
			id: value_at('trial_id', i),
			library: value_at('library_name', i),
			block: value_at('block', i),
			compared: view.compared && known(value_at('block', i)),
		}))
		.filter(one => model.timelines.has(one.id));
}

function timeline_name(one) {
	return one.compared ? `${one.library}, block ${one.block}` : one.library;
}

/* The one that the address names, else that of the fastest which has most points. */
function timeline_chosen(view, trials) {
	const wanted = state.get('timeline'),
		first = (drawn_rows(view).find(row => !row.baseline) ?? view.rows[0])?.library;
	const points = one => model.timelines.get(one.id).begin_s.length;
	const own = trials.filter(one => one.library === first).sort((a, b) => points(b) - points(a));
	return trials.find(one => one.id === wanted) ?? own[0] ?? trials[0];
}

function timeline_says(one) {
	const line = model.timelines.get(one.id),
		sliced = value_at('slices', model.trials.get(one.id));
	const missing = TIMELINE_PARTS.filter(part => !timeline_segments(line, part).length);
	return [
		sliced
			? 'Measured in slices: each bar is one, and between them the others worked.'
			: 'From samples of 100 ms, or of as many together as fit.',
		missing.length ? ` Not known of this trial: ${listed(missing.map(part => part.title.toLowerCase()))}.` : '',
	];
}

function timeline_chooser(view, trials, one) {
	const choose = id => {
		state.set('timeline', id);
		draw_timeline(view);
		$('timeline').querySelector('select').focus();
	};
	trials.sort((a, b) => compare_text(a.library, b.library) || a.block - b.block);
	const options = trials.map(each => [each.id, timeline_name(each)]);
	return make(
		'div',
		{ class: 'choices' },
		chooser('Trial', options, one.id, choose),
		named(one.library),
		make('span', { class: 'soft' }, 'origin: grey'),
	);
}

const NO_TIMELINE =
	'No trial of this view has a time line in this report: a report of its run alone, with --run, may have them.';

function draw_timeline(view) {
	const trials = timeline_trials(view),
		node = heading('timeline', 'Time line of a trial');
	if (!trials.length) return node.append(nothing(NO_TIMELINE));
	const one = timeline_chosen(view, trials),
		line = model.timelines.get(one.id);
	const parts = TIMELINE_PARTS.filter(part => timeline_segments(line, part).length);
	return node.append(
		make('p', { class: 'says' }, timeline_says(one)),
		timeline_chooser(view, trials, one),
		make(
			'div',
			{ class: parts.length === 3 ? 'pair three' : 'pair' },
			parts.map(part => timeline_chart(line, part, one.library)),
		),
	);
}
