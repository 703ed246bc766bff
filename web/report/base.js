/* What all scripts of the report share: elements, numbers as people read them, CSV, the clipboard, the dialog.
 * What comes from the database becomes text nodes and attributes, never markup. */

const NONE = '\u2013';
const SVG = 'http://www.w3.org/2000/svg';
const $ = id => document.getElementById(id);

/* ---- Elements ---- */

/* make('p', { class: 'soft' }, 'text', node, null): what is null or undefined is left out. */
function make(tag, attributes = {}, ...children) {
	const node = /^(svg|g|path|line|circle)$/.test(tag)
		? document.createElementNS(SVG, tag)
		: document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
		else if (value === true) node.setAttribute(name, '');
		else if (known_value(value) && value !== false) node.setAttribute(name, value);
	}
	node.append(...children.flat().filter(child => child !== null && child !== undefined));
	return node;
}

const button = (text, act, attributes = {}) =>
	make('button', { type: 'button', onclick: act, ...attributes }, text);

/* One of several; `options` are [value, text]. Paper has the text of the one that is chosen. */
function chooser(label, options, value, act) {
	const text_of = chosen => options.find(([name]) => name === chosen)?.[1] ?? '';
	const on_paper = make('span', { class: 'chosen' }, text_of(value));
	const choose = () => {
		on_paper.textContent = text_of(select.value);
		act(select.value);
	};
	const select = make(
		'select',
		{ onchange: choose },
		options.map(([name, text]) => make('option', { value: name, selected: name === value }, text)),
	);
	return make('label', { class: 'choice' }, make('span', {}, label), select, on_paper);
}

function heading(section, title, says) {
	$(section).replaceChildren(
		make('h2', { id: `${section}-title`, tabindex: '-1' }, title),
		...(says ? [make('p', { class: 'says' }, says)] : []),
	);
	return $(section);
}

/* ---- Numbers ---- */

const known_value = x => x !== null && x !== undefined;
const known = x => typeof x === 'number' && Number.isFinite(x);
const formats = new Map();

function grouped(x, digits) {
	if (!formats.has(digits))
		formats.set(
			digits,
			new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
		);
	return formats.get(digits).format(x);
}

const count = x => (known(x) ? grouped(x, 0) : NONE);

/* Three digits or more, whole from 1,000 on: 0.0123, 4.57, 45.7, 457, 4,567. */
function figure_text(x) {
	if (!known(x)) return NONE;
	const size = Math.abs(x);
	if (size >= 100 || x === 0) return grouped(x, 0);
	return grouped(x, Math.min(8, 2 - Math.floor(Math.log10(size))));
}

const percent = x => (!known(x) ? NONE : `${Math.abs(x) < 0.0995 ? grouped(100 * x, 1) : grouped(100 * x, 0)}%`);

function size_text(bytes) {
	if (!known(bytes)) return NONE;
	for (const [unit, size] of [
		['GiB', 2 ** 30],
		['MiB', 2 ** 20],
		['KiB', 1024],
	])
		if (bytes >= size) return `${Number((bytes / size).toPrecision(4))} ${unit}`;
	return `${bytes} B`;
}

const plural = (n, one, several = `${one}s`) => `${count(n)} ${n === 1 ? one : several}`;

/* "a, b and c" */
function listed(words) {
	return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}

const unique = list => [...new Set(list)];

/* Of an even number the geometric mean of the two in the middle, as a comparison has it. */
function median(values) {
	const sorted = values.filter(known).sort((a, b) => a - b),
		middle = sorted.length >> 1;
	if (!sorted.length) return null;
	if (sorted.length % 2) return sorted[middle];
	const [below, above] = [sorted[middle - 1], sorted[middle]];
	return below > 0 ? Math.sqrt(below * above) : (below + above) / 2;
}

/* ---- CSV, as get-results writes it ---- */

/* As C's %.17g of as few digits, 15 at least, as give the same number again. */
function exact(x) {
	if (!known(x)) return '';
	const digits = [15, 16, 17].find(n => Number(x.toPrecision(n)) === x);
	const [mantissa, power] = x.toExponential(digits - 1).split('e');
	const exponent = Number(power),
		plain = mantissa.replace(/\.?0+$/, '');
	if (exponent >= -4 && exponent < digits)
		return exponent < 0
			? x.toFixed(digits - 1 - exponent).replace(/\.?0+$/, '')
			: x
					.toFixed(digits - 1 - exponent)
					.replace(/(\.\d*?)0+$/, '$1')
					.replace(/\.$/, '');
	return `${plain}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function csv_value(value) {
	if (!known_value(value)) return '';
	if (typeof value === 'number') return exact(value);
	if (typeof value === 'boolean') return value ? 'True' : 'False';
	const text = Array.isArray(value) ? value.map(one => one.text ?? one).join('; ') : String(value);
	return /[,"\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function save(name, text) {
	const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
	const link = make('a', { href: url, download: name });
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 60000);
}

/* Where there is no clipboard, or it is refused, a field is selected and copied. */
async function copy(text) {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		const field = make('textarea', { class: 'unseen', 'aria-hidden': 'true' }, text);
		const focused = document.activeElement;
		document.body.append(field);
		field.select();
		const done = document.execCommand('copy');
		field.remove();
		focused?.focus();
		return done;
	}
}

/* ---- What is told ---- */

function say(text) {
	$('spoken').textContent = text;
}

function tell(title, ...children) {
	$('told-title').textContent = title;
	$('told-text').replaceChildren(...children.flat().filter(Boolean));
	$('told').showModal();
}

/* Text with `names` in back quotes. */
function quoted(text) {
	return text.split('`').map((part, i) => (i % 2 ? make('code', {}, part) : part));
}

function tell_definition(label, name) {
	const about = definition_of(name),
		column = model.columns.get(name);
	tell(
		label,
		make('p', { class: 'soft' }, make('code', {}, name), about?.unit ? ` in ${about.unit}` : ''),
		make('p', {}, about?.meaning ? quoted(about.meaning) : 'There is no definition of it in this report.'),
		column?.meaning && column !== about
			? make('p', {}, 'Of a single trial, as a column of get-results: ', quoted(column.meaning))
			: null,
		make('p', { class: 'soft' }, 'All definitions are at the end of this page, and in docs/metrics.md.'),
	);
}

/* The button that is one click from a figure. */
function asking(label, name) {
	return button('?', () => tell_definition(label, name), {
		class: 'asks',
		'aria-label': `What is ${label}?`,
		'data-defines': name,
	});
}
