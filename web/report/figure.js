/* Charts: a figure of ours around an SVG of Plot's. The SVG is an image with a name and a description; arrow keys read
 * it point by point; a table beside it has the same figures. It is drawn for the width that it has. */

const GROUND = 'var(--panel)';
const below = { labelAnchor: 'center', labelOffset: 38 };

/* Scales of libraries, the same in all charts. */
const library_scales = () => ({
	color: { domain: [...model.libraries.keys()], range: [...model.libraries.values()].map(look => look.colour),
		legend: false },
	symbol: { domain: [...model.libraries.keys()], range: [...model.libraries.values()].map(look =>
		symbol_of(look.shape)), legend: false },
});

/* `options(width)` are those of Plot.plot; `points`, what keys go through: { x, y, text }, in units of the scales, with
 * `fy` where there are facets; `columns` and `rows` those of the table. */
function figure_new({ id, title, defines, says, describes, options, points, columns, rows, tools }) {
	const space = make('div', { class: 'plot' });
	const caption = make('figcaption', {}, make('h3', {}, title, ...(defines ? [' ', asking(title, defines)] : [])),
		tools ?? null, says ? make('p', { class: 'says' }, says) : null);
	const node = make('figure', { id: `figure-${id}` }, caption, space);
	if (columns)
		node.append(figure_table(id, title, columns, rows));
	figure_draw(space, width => {
		const svg = Plot.plot({ width, className: 'drawn', figure: false, ariaLabel: title,
			ariaDescription: describes ?? says ?? '', marginBottom: 44, ...library_scales(), ...options(width) });
		svg.setAttribute('role', 'img');
		figure_unlabel(svg);
		new MutationObserver(() => figure_unlabel(svg)).observe(svg, { childList: true, subtree: true });
		if (points?.length)
			figure_keys(svg, points);
		return svg;
	});
	return node;
}

/* Plot labels the parts of an image, which are none of their own for a screen reader. */
function figure_unlabel(svg) {
	for (const part of svg.querySelectorAll('g[aria-label]')) {
		part.dataset.mark = part.getAttribute('aria-label');
		part.removeAttribute('aria-label');
	}
}

/* Made when it is opened. */
function figure_table(id, title, columns, rows) {
	const details = make('details', { class: 'figures' }, make('summary', {}, 'Table of this chart'));
	details.addEventListener('toggle', () => {
		if (details.open && !details.querySelector('table'))
			details.append(table_new({ id, caption: title, columns, rows }));
	});
	return details;
}

function figure_draw(space, draw) {
	let drawn = 0;
	const redraw = () => {
		const width = Math.floor(space.clientWidth);
		if (width < 40 || width === drawn)
			return;
		drawn = width;
		space.replaceChildren(draw(width));
	};
	new ResizeObserver(redraw).observe(space);
}

/* Plot shows its tip where the pointer is: keys say where that would be. */
function figure_keys(svg, points) {
	let at = -1;
	const show = point => {
		const facets = point.fy === undefined ? null : svg.scale('fy');
		const offset = facets ? facets.apply(point.fy) - facets.apply(facets.domain[0]) : 0;
		const seen = new DOMPoint(svg.scale('x').apply(point.x), svg.scale('y').apply(point.y) + offset)
			.matrixTransform(svg.getScreenCTM());
		svg.dispatchEvent(new PointerEvent('pointermove', { clientX: seen.x, clientY: seen.y, pointerType: 'mouse',
			bubbles: true }));
		say(point.text);
	};
	const hide = () => svg.dispatchEvent(new PointerEvent('pointerleave', { pointerType: 'mouse' }));
	const steps = { ArrowRight: () => at + 1, ArrowDown: () => at + 1, ArrowLeft: () => Math.max(0, at - 1),
		ArrowUp: () => Math.max(0, at - 1), Home: () => 0, End: () => points.length - 1 };
	svg.tabIndex = 0;
	svg.addEventListener('keydown', event => {
		if (event.key === 'Escape')
			hide();
		if (!steps[event.key] || event.ctrlKey || event.altKey || event.metaKey)
			return;
		event.preventDefault();
		at = Math.min(points.length - 1, steps[event.key]());
		show(points[at]);
	});
	svg.addEventListener('blur', hide);
}

/* The symbols and names, once for all charts of a section. */
function legend_of(names) {
	return make('ul', { class: 'legend', 'aria-label': 'Libraries' }, names.map(name => make('li', {}, named(name))));
}

/* Ticks of a logarithmic axis: 1, 2 and 5, at most so many. */
function log_ticks(low, high, most = 8) {
	for (const digits of [[1, 2, 5], [1, 3], [1]]) {
		const ticks = [];
		for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
			for (const digit of digits)
				if (digit * 10 ** power >= low && digit * 10 ** power <= high)
					ticks.push(digit * 10 ** power);
		if (ticks.length <= most)
			return ticks;
	}
	return undefined;
}

/* A logarithmic scale around values that are all positive, with some air; at least a factor of 2 wide. */
function log_scale(values, label, extra = {}) {
	const good = values.filter(x => known(x) && x > 0);
	let low = Math.min(...good) / 1.12, high = Math.max(...good) * 1.12;
	if (!good.length)
		[low, high] = [1, 10];
	if (high / low < 2)
		[low, high] = [low / Math.SQRT2, high * Math.SQRT2];
	const { most, ...rest } = extra;
	let ticks = log_ticks(low, high, most);
	if (!ticks || ticks.length < 2)
		ticks = undefined;
	return { type: 'log', domain: [low, high], ticks, label, grid: true, ...rest };
}

/* The axis of such a scale. Plot leaves out labels of a logarithmic axis by a rule of its own: here each tick has one. */
function log_axis(which, scale, text = short_tick) {
	const marks = { x: [Plot.gridX, Plot.axisX], y: [Plot.gridY, Plot.axisY] }[which];
	const ticks = scale.ticks ?? log_ticks(...scale.domain, 9) ?? scale.domain;
	return [marks[0](ticks, { stroke: 'var(--soft)', strokeOpacity: .18 }), marks[1](ticks, { text, label: scale.label, tickSize: 4,
		...(which === 'x' ? below : {}), color: 'currentColor' })];
}

/* The options of a chart with logarithmic axes, which `marks` are drawn over. */
function log_axes({ x, y, marks, names = {}, ...options }) {
	const logs = Object.entries({ x, y }).filter(([, scale]) => scale.type === 'log');
	const bare = Object.fromEntries(logs.map(([which, scale]) => [which, { type: 'log', domain: scale.domain, axis: null }]));
	return { ...options, x, y, ...bare, marks: [...logs.map(([which, scale]) => log_axis(which, scale, names[which])), ...marks] };
}

function short_tick(x) {
	if (!known(x))
		return '';
	if (Math.abs(x) >= 1e6)
		return `${Number((x / 1e6).toPrecision(3))}M`;
	return Math.abs(x) >= 1e4 ? `${Number((x / 1e3).toPrecision(3))}k` : String(Number(x.toPrecision(3)));
}
