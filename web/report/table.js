/* Tables that sort, filter, choose columns and copy as CSV. What is seen of them stands in the state.
 *
 *	table_new({ id: 'trials', caption: 'All trials', columns, rows, filters: true })
 *
 * A column: `name` (of the CSV, and of its definition unless `defines` says another), `label`, `of(row)`, the value (null:
 * unknown), `show(row)`, text or nodes, `number`, `head`: it names the row, `hidden` unless it is chosen, `csv`, a list of
 * [name, of] in place of itself. `plain`: the CSV has all columns unless some were chosen. Rows beyond `most` wait for a button. */

const order = new Intl.Collator('en', { numeric: true });

function table_new(options) {
	const table = { most: 100, filters: false, ...options, shown: options.most ?? 100, heads: new Map() };
	table.body = make('tbody');
	table.head = make('tr');
	table.counted = make('span', { class: 'counted' });
	table.more = make('p', { class: 'more' });
	table.wrong = make('span', { class: 'bad', role: 'status' });
	const titled = `${table.id}-caption`;
	table.node = make('div', { class: 'table', id: `table-${table.id}` },
		make('div', { class: 'bar' }, make('h3', { id: titled }, table.caption), table.counted, ...table_tools(table)),
		make('div', { class: 'scroll', role: 'region', 'aria-label': `${table.caption}, the table`, tabindex: '0' },
			make('table', { 'aria-labelledby': titled }, make('thead', {}, table.head), table.body)),
		table.more);
	table_heads(table);
	table_draw(table);
	return table.node;
}

/* ---- What is seen ---- */

const table_chosen = table => state.get(`${table.id}.columns`)?.split(',') ?? null;

function table_columns(table) {
	const chosen = table_chosen(table);
	const columns = chosen ? table.columns.filter(column => chosen.includes(column.name)) : [];
	return columns.length ? columns : table.columns.filter(column => !column.hidden);
}

function table_sort_key(table) {
	const text = state.get(`${table.id}.sort`) ?? table.sort ?? '';
	const down = text.startsWith('-'), name = down ? text.slice(1) : text;
	return { down, column: table.columns.find(column => column.name === name) };
}

/* What is unknown comes last, either way. */
function table_sorted(rows, { column, down }) {
	if (!column)
		return rows;
	const keyed = rows.map(row => [column.of(row), row]);
	const turn = down ? -1 : 1;
	keyed.sort(([a], [b]) => {
		if (!known_value(a) || !known_value(b) || Number.isNaN(a) || Number.isNaN(b))
			return known_value(b) - known_value(a);
		return turn * (typeof a === 'number' && typeof b === 'number' ? a - b : order.compare(csv_plain(a), csv_plain(b)));
	});
	return keyed.map(([, row]) => row);
}

function table_rows(table) {
	const filter = state.get(`${table.id}.filter`) ?? '';
	let rows = table.rows;
	table.wrong.textContent = '';
	if (filter) {
		const query = query_parse(filter, table.columns);
		table.wrong.textContent = query.trouble;
		rows = rows.filter(query.matches);
	}
	return table_sorted(rows, table_sort_key(table));
}

/* ---- Heads ---- */

function table_heads(table) {
	table.heads.clear();
	table.head.replaceChildren(...table_columns(table).map(column => {
		const sorts = button(breakable(column.label ?? column.name), () => table_turn(table, column), { class: 'sorts' });
		const th = make('th', { scope: 'col', class: column.number ? 'number' : null },
			sorts, ' ', column.defines === '' ? null : asking(column.label ?? column.name, column.defines ?? column.name));
		table.heads.set(column, th);
		return th;
	}));
}

/* A long name may break behind each underscore. */
const breakable = text => text.split(/(?<=_)/).flatMap((part, i) => i ? [make('wbr'), part] : [part]);

/* Numbers: the largest first, then the least, then as it was. Text the other way round. */
function table_turn(table, column) {
	const { down, column: old } = table_sort_key(table), first = column.number ? '-' : '';
	let key = first + column.name;
	if (old === column)
		key = down === Boolean(first) ? (first ? '' : '-') + column.name : 'none';
	state.set(`${table.id}.sort`, key);
	table.shown = table.most;
	table_draw(table);
	const way = table_sort_key(table);
	say(way.column ? `sorted by ${column.label ?? column.name}, ${way.down ? 'descending' : 'ascending'}` : 'as it was');
}

/* ---- Rows ---- */

function table_cell(column, row, first) {
	const value = column.of(row);
	const shown = column.show ? column.show(row) : known_value(value) ? csv_plain(value) : NONE;
	return make(first ? 'th' : 'td', { scope: first ? 'row' : null, class: column.number ? 'number' : column.class,
		'data-column': column.name, 'data-value': column.csv || typeof value === 'object' ? null : csv_plain(value) },
	known_value(shown) && shown !== '' ? shown : NONE);
}

function table_draw(table) {
	const way = table_sort_key(table), rows = table_rows(table), columns = table_columns(table);
	const head = columns.find(column => column.head) ?? columns[0];
	for (const [column, th] of table.heads)
		if (column === way.column)
			th.setAttribute('aria-sort', way.down ? 'descending' : 'ascending');
		else
			th.removeAttribute('aria-sort');
	table.body.replaceChildren(...rows.slice(0, table.shown).map(row =>
		make('tr', table.mark?.(row) ?? {}, columns.map(column => table_cell(column, row, column === head)))));
	table.counted.textContent = rows.length === table.rows.length ? plural(rows.length, 'row') :
		`${count(rows.length)} of ${plural(table.rows.length, 'row')}`;
	table_more(table, rows.length);
}

function table_more(table, rows) {
	const left = rows - table.shown;
	table.more.replaceChildren();
	if (left <= 0)
		return;
	const next = Math.min(left, 5 * table.most);
	table.more.append(`${count(table.shown)} rows are shown. `, button(`Show ${count(next)} more`, () => {
		const before = table.shown;
		table.shown += next;
		table_draw(table);
		say(`${count(table.shown)} rows are shown`);
		(table.more.querySelector('button') ?? table.body.rows[before].querySelector('th'))?.focus?.();
	}));
}

/* ---- Tools ---- */

function table_csv(table) {
	const columns = table.plain && !table_chosen(table) ? table.columns : table_columns(table);
	const parts = columns.flatMap(column => column.csv ?? [[column.name, column.of]]);
	const lines = table_rows(table).map(row => parts.map(([, of]) => csv_value(of(row))).join(','));
	return `${[parts.map(([name]) => csv_value(name)).join(','), ...lines].join('\n')}\n`;
}

function table_tools(table) {
	const unseen = text => make('span', { class: 'unseen' }, text), word = make('span', {}, 'Copy CSV');
	const copied = button(word, async () => {
		const done = await copy(table_csv(table));
		word.textContent = done ? 'Copied' : 'Not copied: the browser refused';
		say(done ? `copied ${table.caption} as CSV` : 'not copied');
		setTimeout(() => { word.textContent = 'Copy CSV'; }, 2000);
	}, { class: 'copies' });
	copied.append(unseen(` of ${table.caption}`));
	const saved = button('Save', () => save(`${table.file ?? table.id}.csv`, table_csv(table)), { class: 'saves' });
	saved.append(unseen(` ${table.caption} as a CSV file`));
	return [table.filters ? table_filter(table) : null, table.choice ? table_choice(table) : null,
		make('span', { class: 'tools' }, copied, saved)];
}

function table_filter(table) {
	const field = make('input', { type: 'search', placeholder: table.filters === true ? 'filter' : table.filters,
		'aria-label': `Filter ${table.caption}`, spellcheck: 'false', autocomplete: 'off', id: `filter-${table.id}` });
	field.value = state.get(`${table.id}.filter`) ?? '';
	let timer = 0;
	field.addEventListener('input', () => {
		clearTimeout(timer);
		timer = setTimeout(() => {
			state.set(`${table.id}.filter`, field.value.trim());
			table.shown = table.most;
			table_draw(table);
		}, 120);
	});
	return make('span', { class: 'filters' }, field, table.wrong);
}

/* Which columns: boxes, drawn when they are asked for. */
function table_choice(table) {
	const boxes = make('div', { class: 'boxes' });
	const details = make('details', { class: 'chooses' }, make('summary', {}, 'Columns'), boxes);
	const choose = names => {
		const plain = table.columns.filter(column => !column.hidden).map(column => column.name).join(',');
		state.set(`${table.id}.columns`, names.join(',') === plain ? null : names.join(','));
		table_heads(table);
		table_draw(table);
	};
	const fill = () => {
		const chosen = table_columns(table);
		boxes.replaceChildren(
			make('p', {}, button('All', () => { choose(table.columns.map(column => column.name)); fill(); }), ' ',
				button('The first choice', () => { state.set(`${table.id}.columns`, null); choose([]); fill(); })),
			...table.columns.map(column => make('label', {}, make('input', { type: 'checkbox', value: column.name,
				checked: chosen.includes(column), onchange: () => choose([...boxes.querySelectorAll('input:checked')]
					.map(box => box.value)) }), column.label ?? column.name)));
	};
	details.addEventListener('toggle', () => details.open && fill());
	return details;
}
