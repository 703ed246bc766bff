/* What several charts are made of: symbols, names at the ends of lines, tips. Each library has its colour and shape. */

const symbols = (rows, x, y, r) =>
	Plot.dot(rows, { x, y, fill: 'library', symbol: 'library', r, stroke: GROUND, strokeWidth: 0.8 });

const tip_of = (data, options) => Plot.tip(data, Plot.pointer({ fill: GROUND, stroke: 'var(--rule)', ...options }));

/* A level line from one value to another. */
const level = (rows, x1, x2, y, stroke, strokeWidth) =>
	Plot.link(rows, { x1, x2, y1: y, y2: y, stroke, strokeWidth });

const beside_end = (rows, x, y, text, dx) =>
	Plot.text(rows, { x, y, text, dx, textAnchor: 'start', fill: 'var(--text)', stroke: GROUND, strokeWidth: 3 });

/* The last point of each line, the points in their order. */
const last_of = points =>
	unique(points.map(point => point.library)).map(name => points.filter(point => point.library === name).pop());

/* The names of lines, in one column right of a chart with logarithmic axes: each at the height where its line ends, or
 * pushed away from its neighbours, with a thin line to that end, and its symbol. `x` and `y` name the members; `low` and
 * `high` are the ends of the x axis. */
const NAMES_PX = 20;

function names_of_lines(points, { x, y, low, high, scale, width, height }) {
	const at_x = high * (high / low) ** (NAMES_PX / (width - 160)),
		placed = pushed_apart(last_of(points), y, scale, height).map(one => ({ ...one, at_x }));
	return [
		Plot.link(placed, {
			...{ x1: x, y1: y, x2: 'at_x', y2: 'at_y', stroke: 'library' },
			...{ strokeDasharray: '1 3', strokeLinecap: 'round', strokeWidth: 1.2 },
		}),
		Plot.dot(placed, { x: 'at_x', y: 'at_y', dx: 6, r: 3.6, fill: 'library', symbol: 'library' }),
		beside_end(placed, 'at_x', 'at_y', 'library', 14),
	];
}

/* From the lowest up; then from the highest down, where they were pushed out of the chart. */
function pushed_apart(last, y, scale, height) {
	const step = (scale.domain[1] / scale.domain[0]) ** (15 / (height - 64)),
		placed = [...last].sort((a, b) => a[y] - b[y]).map(point => ({ ...point, at_y: point[y] }));
	placed.forEach((one, i) => {
		if (i) one.at_y = Math.max(one.at_y, placed[i - 1].at_y * step);
	});
	let most = scale.domain[1];
	for (const one of placed.reverse()) {
		one.at_y = Math.min(one.at_y, most);
		most = one.at_y / step;
	}
	return placed;
}

const chart_height = width => Math.round(Math.min(440, Math.max(300, width * 0.45)));

const library_cell = { name: 'library', label: 'library', of: one => one.library, defines: 'library_name' };
