/* What several charts are made of: symbols, names at the ends of lines, tips. Each library has its colour and shape. */

const symbols = (rows, x, y, r) =>
	Plot.dot(rows, { x, y, fill: 'library', symbol: 'library', r, stroke: GROUND, strokeWidth: 0.8 });

const tip_of = (data, options) => Plot.tip(data, Plot.pointer({ fill: GROUND, stroke: 'var(--rule)', ...options }));

/* A level line from one value to another. */
const level = (rows, x1, x2, y, stroke, strokeWidth) =>
	Plot.link(rows, { x1, x2, y1: y, y2: y, stroke, strokeWidth });

const beside_end = (rows, x, y, text, dx) =>
	Plot.text(rows, { x, y, text, dx, textAnchor: 'start', fill: 'var(--text)', stroke: GROUND, strokeWidth: 3 });

/* The name of a library at the end of its line, with its symbol: pushed away from the line, it is still known. */
const named_end = (rows, x, y) => [
	Plot.dot(rows, { x, y, dx: 11, r: 3.6, fill: 'library', symbol: 'library' }),
	beside_end(rows, x, y, 'library', 19),
];

/* The last point of each line, the points in their order. */
const last_of = points =>
	unique(points.map(point => point.library)).map(name => points.filter(point => point.library === name).pop());

/* Labels at the ends of lines on a logarithmic axis, pushed apart where they would cover each other. `x` and `y` name
 * the members; the place is in `at_y`. */
function spread_labels(last, x, y, scale, height) {
	const step = (scale.domain[1] / scale.domain[0]) ** (14 / (height - 74)),
		placed = [];
	for (const point of [...last].sort((a, b) => a[y] - b[y])) {
		const near = placed.filter(one => Math.abs(Math.log10(one[x] / point[x])) < 0.5);
		placed.push({ ...point, at_y: Math.max(point[y], ...near.map(one => one.at_y * step)) });
	}
	return placed;
}

const chart_height = width => Math.round(Math.min(440, Math.max(300, width * 0.45)));

const library_cell = { name: 'library', label: 'library', of: one => one.library, defines: 'library_name' };
