/* The charts of a view: intervals, cost against speed, blocks and rounds. */

/* ---- Intervals ---- */

function interval_rows(view, by) {
	return drawn_rows(view)
		.map(row => ({
			library: row.library,
			value: row[by.figure].value,
			low: row[by.figure].low ?? row[by.figure].value,
			high: row[by.figure].high ?? row[by.figure].value,
			range: row[by.figure],
		}))
		.filter(row => known(row.value) && row.value > 0)
		.sort((a, b) => (by.key === 'rate' ? b.value - a.value : a.value - b.value));
}

const interval_words = by => row =>
	`${row.library} ${by.text(row.value)}${interval_text(row.range) ? ` (${interval_text(row.range)})` : ''}`;

/* The bars at both ends of an interval. */
const interval_ends = rows =>
	rows.filter(row => row.low < row.high).flatMap(row => ['low', 'high'].map(end => ({ ...row, x: row[end] })));

function interval_options(rows, by, width) {
	const names = rows.map(row => row.library),
		values = rows.flatMap(row => [row.low, row.high]);
	return log_axes({
		height: 66 + 30 * rows.length,
		marginLeft: Math.min(14 + 7.4 * Math.max(...names.map(name => name.length), 4), width / 3),
		marginRight: 70,
		x: log_scale(values, by.unit, { most: width < 480 ? 5 : 9 }),
		y: { domain: names, label: null, tickSize: 0 },
		marks: [
			level(rows, 'low', 'high', 'library', 'library', 2.5),
			Plot.tickX(interval_ends(rows), {
				x: 'x',
				y: 'library',
				stroke: 'library',
				strokeWidth: 2,
				insetTop: 8,
				insetBottom: 8,
			}),
			symbols(rows, 'value', 'library', 5.5),
			beside_end(rows, 'high', 'library', row => by.text(row.value), 9),
			tip_of(rows, { x: 'value', y: 'library', title: interval_words(by), maxRadius: 60 }),
		],
	});
}

function interval_chart(view, by) {
	const rows = interval_rows(view, by),
		words = interval_words(by);
	return figure_new({
		id: `interval-${by.key}`,
		title: by.key === 'rate' ? 'Requests a second' : 'CPU a request, us',
		defines: by.figure,
		describes: `Interval chart. ${rows.map(words).join('; ')}.`,
		says: by.key === 'rate' ? 'Farther right is faster. Logarithmic.' : 'Farther left is cheaper. Logarithmic.',
		points: rows.map(row => ({ x: row.value, y: row.library, text: words(row) })),
		columns: [
			library_cell,
			plain_column(by.figure, by.unit, row => row.value, figure_text),
			plain_column('low', 'low', row => row.range.low, figure_text, { defines: 'interval_low' }),
			plain_column('high', 'high', row => row.range.high, figure_text, { defines: 'interval_high' }),
		],
		rows,
		options: width => interval_options(rows, by, width),
	});
}

function draw_intervals(view) {
	const node = heading(
		'intervals',
		'Speed and cost, with intervals',
		view.compared
			? 'A symbol is the median over blocks, the line its 95% interval.'
			: 'One trial each: there are no intervals.',
	);
	node.append(
		drawn_rows(view).length
			? make(
					'div',
					{ class: 'pair' },
					BY.map(by => interval_chart(view, by)),
				)
			: nothing(),
	);
}

const nothing = (text = 'There is no figure to draw: no library of this view made requests that succeeded.') =>
	make('p', { class: 'empty' }, text);

/* ---- The plane ---- */

function plane_rows(view) {
	return drawn_rows(view)
		.map(row => ({ library: row.library, rate: row.requests_per_second, cpu: row.cpu_us_per_request }))
		.filter(row => row.rate.value > 0 && row.cpu.value > 0);
}

const ends = (figure, end) => figure[end] ?? figure.value;

function plane_marks(rows, words) {
	const wide = {
		x1: row => ends(row.cpu, 'low'),
		x2: row => ends(row.cpu, 'high'),
		y1: row => row.rate.value,
		y2: row => row.rate.value,
	};
	const tall = {
		x1: row => row.cpu.value,
		x2: row => row.cpu.value,
		y1: row => ends(row.rate, 'low'),
		y2: row => ends(row.rate, 'high'),
	};
	const at = { x: row => row.cpu.value, y: row => row.rate.value };
	return [
		Plot.link(rows, { ...wide, stroke: 'library', strokeWidth: 1.6, strokeOpacity: 0.7 }),
		Plot.link(rows, { ...tall, stroke: 'library', strokeWidth: 1.6, strokeOpacity: 0.7 }),
		Plot.dot(rows, { ...at, fill: 'library', symbol: 'library', r: 7, stroke: GROUND, strokeWidth: 1 }),
		...rows.map(row =>
			Plot.text([row], {
				...at,
				text: 'library',
				dx: 10 * row.side,
				dy: row.dy,
				textAnchor: row.side > 0 ? 'start' : 'end',
				fill: 'var(--text)',
				stroke: GROUND,
				strokeWidth: 4,
				fontWeight: 600,
			}),
		),
		tip_of(rows, { ...at, title: words, maxRadius: 60 }),
	];
}

function plane_options(rows, words, width) {
	const values = part => rows.flatMap(row => [ends(row[part], 'low'), ends(row[part], 'high')]);
	const size = {
		width,
		height: Math.round(Math.min(460, Math.max(300, width * 0.5))),
		marginLeft: 58,
		marginRight: 24,
		marginTop: 24,
		marginBottom: 44,
	};
	const x = log_scale(values('cpu'), 'CPU us a request', { most: width < 480 ? 5 : 12 }),
		y = log_scale(values('rate'), 'requests/s');
	return log_axes({ ...size, x, y, marks: plane_marks(place_labels(rows, x, y, size), words) });
}

/* Where each name stands beside its symbol so that it covers no other: the first of four corners that is free. */
function place_labels(rows, x, y, size) {
	const along = (scale, value, from, to) =>
		from + ((to - from) * Math.log(value / scale.domain[0])) / Math.log(scale.domain[1] / scale.domain[0]);
	const spots = rows.map(row => ({
		row,
		px: along(x, row.cpu.value, size.marginLeft, size.width - size.marginRight),
		py: along(y, row.rate.value, size.height - size.marginBottom, size.marginTop),
	}));
	const taken = spots.map(({ px, py }) => [px - 8, py - 8, px + 8, py + 8]);
	const free = box =>
		box[0] > size.marginLeft &&
		box[2] < size.width &&
		!taken.some(one => box[0] < one[2] && one[0] < box[2] && box[1] < one[3] && one[1] < box[3]);
	return spots.map(({ row, px, py }) => {
		const wide = 7.6 * row.library.length,
			corners = [
				[1, -12],
				[1, 12],
				[-1, -12],
				[-1, 12],
				[1, -26],
				[1, 26],
			].map(([side, dy]) => ({
				side,
				dy,
				box: [
					side > 0 ? px + 10 : px - 10 - wide,
					py + dy - 8,
					side > 0 ? px + 10 + wide : px - 10,
					py + dy + 8,
				],
			}));
		const { side, dy, box } = corners.find(one => free(one.box)) ?? corners[0];
		taken.push(box);
		return { ...row, side, dy };
	});
}

function draw_plane(view) {
	const rows = plane_rows(view),
		node = heading(
			'plane',
			'Cost against speed',
			'Up is faster, left is cheaper. The lines are the intervals. Both axes are logarithmic.',
		);
	if (!rows.length) return node.append(nothing());
	const words = row =>
		`${row.library}\n${figure_text(row.rate.value)} requests/s ${interval_text(row.rate) && `(${interval_text(row.rate)})`}` +
		`\n${figure_text(row.cpu.value)} us CPU a request ${interval_text(row.cpu) && `(${interval_text(row.cpu)})`}`;
	return node.append(
		legend_of(rows.map(row => row.library)),
		figure_new({
			id: 'plane',
			title: 'Requests a second over CPU a request',
			describes: `Scatter plot. ${rows.map(words).join('; ')}`,
			points: rows.map(row => ({
				x: row.cpu.value,
				y: row.rate.value,
				text: words(row).replaceAll('\n', ', '),
			})),
			options: width => plane_options(rows, words, width),
		}),
	);
}

/* ---- Rounds and blocks ---- */

const DOTS_MOST = 4000;

function round_points(view, by) {
	const member = by.figure;
	return drawn_rows(view).flatMap(row => {
		const from = row.by_round?.at_s?.length ? row.by_round : row.by_block;
		if (!from) return [];
		const middle = median(from[member]);
		return from.at_s
			.map((at, i) => ({
				library: row.library,
				at: at / 60,
				value: from[member][i],
				part: from[member][i] / middle,
				block: from.block[i],
				marked: Boolean(from.marked?.[i]),
			}))
			.filter(point => known(point.value) && point.value > 0);
	});
}

function thinned(points) {
	const step = Math.ceil(points.length / DOTS_MOST);
	return step > 1 ? points.filter((_, i) => i % step === 0) : points;
}

function block_lines(view) {
	const starts = new Map();
	for (const row of view.rows)
		row.by_block?.block.forEach((block, i) =>
			starts.set(block, Math.min(starts.get(block) ?? Infinity, row.by_block.at_s[i] / 60)),
		);
	return [...starts.values()];
}

const round_words = by => point =>
	`${point.library}, block ${point.block}, ${point.at.toFixed(2)} min: ${by.text(point.value)} ${by.unit}, ` +
	`${Math.round(100 * point.part)}% of its median${point.marked ? ', disturbed' : ''}`;

/* How far from 1 the strips reach; what is beyond stands at their edge. */
function round_spread(points) {
	const parts = points.map(point => point.part);
	return Math.min(3, Math.max(1.15, ...parts, ...parts.map(x => 1 / x)));
}

const kept_within = spread => point => Math.min(spread, Math.max(1 / spread, point.part));

function rounds_options(view, by, points, names) {
	const spread = round_spread(points),
		y = kept_within(spread);
	return {
		height: 60 + 62 * names.length,
		marginLeft: 46,
		marginRight: 12 + 7.2 * Math.max(...names.map(name => name.length)),
		x: {
			label: 'minutes since the comparison began',
			domain: [0, Math.max(...points.map(point => point.at)) * 1.01 || 1],
			...below,
		},
		y: {
			type: 'log',
			domain: [1 / spread, spread],
			ticks: spread > 2.2 ? [0.5, 1, 2] : spread > 1.5 ? [0.7, 1, 1.5] : [0.9, 1, 1.1],
			tickFormat: x => `${Math.round(100 * x)}%`,
			label: null,
		},
		fy: { domain: names, label: null, padding: 0.12 },
		marks: [
			Plot.ruleX(block_lines(view), { stroke: 'var(--faint)' }),
			Plot.ruleY([1], { stroke: 'var(--soft)', strokeDasharray: '2 3' }),
			Plot.dot(thinned(points), {
				...{ x: 'at', y, fy: 'library', stroke: 'library', fill: 'library', symbol: 'library' },
				...{ fillOpacity: point => (point.marked ? 0 : 0.85), r: 2.6, strokeWidth: 1 },
			}),
			tip_of(points, { x: 'at', y, fy: 'library', title: round_words(by), maxRadius: 30 }),
		],
	};
}

function rounds_described(points, names) {
	const ranges = names.map(name => {
		const of = points.filter(point => point.library === name).map(point => point.part);
		return `${name} from ${percent(Math.min(...of))} to ${percent(Math.max(...of))} of its median`;
	});
	return `Dots over time, a strip for each library. ${ranges.join('; ')}.`;
}

const KEYED_MOST = 500;

function rounds_chart(view, by, points, names) {
	const words = round_words(by),
		kept = kept_within(round_spread(points));
	return figure_new({
		id: `rounds-${by.key}`,
		title: by.key === 'rate' ? 'Requests a second, of its own median' : 'CPU a request, of its own median',
		defines: by.figure,
		describes: rounds_described(points, names),
		points: points
			.slice(0, KEYED_MOST)
			.map(point => ({ x: point.at, y: kept(point), fy: point.library, text: words(point) })),
		columns: [
			library_cell,
			plain_column('block', 'block', point => point.block, count),
			plain_column('minutes', 'minutes', point => point.at, figure_text),
			plain_column(by.figure, by.unit, point => point.value, figure_text),
			{ name: 'marked', of: point => point.marked },
		],
		rows: points,
		options: () => rounds_options(view, by, points, names),
	});
}

function draw_rounds(view) {
	const charts = BY.map(by => [by, round_points(view, by)]).filter(([, points]) => points.length);
	const node = heading(
		'rounds',
		'Rounds and blocks: drift and noise',
		charts.length &&
			"Each dot is a library's turn, or a whole block where it was measured in one piece; " +
				'each strip a library, against its own median. Hollow: disturbed by other programs or the hypervisor. ' +
				'Upright lines: a new block, all libraries started anew.',
	);
	if (!charts.length)
		return node.append(
			nothing(
				view.compared
					? 'The rounds of this comparison are not in this report: a report of its run alone has them.'
					: 'Nothing was measured in turn here.',
			),
		);
	return node.append(
		make(
			'div',
			{ class: 'pair' },
			charts.map(([by, points]) =>
				rounds_chart(view, by, points, unique(points.map(point => point.library))),
			),
		),
	);
}
