/* All trials, as get-results writes them, and all definitions. */

const TRIALS_FIRST = ['start_time', 'library_name', 'library_version', 'test_name', 'test_params', 'concurrency', 'block', 'state', 'requests_per_second',
	'cpu_seconds_per_1000_requests', 'latency_p50_ms', 'latency_p99_ms', 'number_failures', 'limited_by', 'finding_names'];

function trial_column(column) {
	const number = column.kind === 'count' || column.kind === 'number';
	const values = column.values, all = column.all;
	const of = values ? i => values[i] : () => all;
	const plain = ['seed', 'block', 'cpus'].includes(column.name);
	const show = { library_name: i => named(of(i)), findings: i => csv_value(of(i)).replaceAll('"', '') || NONE }[column.name];
	return { name: column.name, of: column.name === 'findings' ? i => of(i)?.length ? of(i) : null : of, number, hidden: !TRIALS_FIRST.includes(column.name),
		show: show ?? (number && !plain ? i => column.kind === 'count' ? count(of(i)) : figure_text(of(i)) : undefined),
		class: ['findings', 'finding_names'].includes(column.name) ? 'wide' : null };
}

function draw_trials() {
	const columns = [...model.columns.values()].map(trial_column);
	heading('trials', 'All trials', ['A row for each trial of the report, as ', make('code', {}, 'benchmark get-results'), ' writes them. The CSV has all ',
		`${columns.length} columns, unless you choose some, of the rows that the filter leaves, in the order that is seen.`]).append(
		make('details', { class: 'hint' }, make('summary', {}, 'What the filter takes'), make('p', {}, 'Words that must all be true of a row: ',
			...['aiohttp', 'library_name:http', 'state=ok', 'requests_per_second>1000', '-state=ok', 'latency_p99_ms=', '"two words"'].flatMap((word, i) =>
				[i ? ', ' : '', make('code', {}, word)]), '. The minus turns a word round; = with nothing finds what is unknown.')),
		table_new({ id: 'trials', caption: 'Trials', file: 'results', columns, rows: Array.from({ length: model.rows }, (_, i) => i), filters:
			'filter: aiohttp state=ok requests_per_second>1000', choice: true, plain: true, most: 50 }));
}

function draw_definitions() {
	const rows = [...model.columns.values(), ...model.document.definitions ?? []].filter(one => one.meaning);
	const found = make('details', { id: 'definitions-all' }, make('summary', {}, `${count(rows.length)} definitions`));
	found.addEventListener('toggle', () => {
		if (found.open && !found.querySelector('table'))
			found.append(table_new({ id: 'definitions', caption: 'Definitions', rows, filters: true, most: 400, columns: [
				{ name: 'name', of: one => one.name, show: one => make('code', {}, one.name), defines: '' },
				{ name: 'unit', of: one => one.unit || null, defines: '' },
				{ name: 'meaning', of: one => one.meaning, show: one => make('span', {}, quoted(one.meaning)), defines: '', class: 'wide' }] }));
	});
	heading('definitions', 'Definitions', 'Of each column and figure, as docs/metrics.md has them.').append(found);
}

function draw_about() {
	const licences = make('details', {}, make('summary', {}, 'Licences of the chart library'), make('pre', { tabindex: '0' }, $('plot-licences').textContent.trim()));
	const { program, made } = model.document;
	heading('about', 'About this file').append(make('p', {}, 'It is whole in itself and fetches nothing. The data are in it, compressed, and can be saved: ',
		button('Save the document as JSON', () => save('report.json', `${JSON.stringify(model.document)}\n`), { id: 'save-json' }),
		' (docs/report.md tells of it). ', [program, made].filter(Boolean).map(one => typeof one === 'string' ? one : JSON.stringify(one)).join(', ')),
	make('p', {}, 'Charts are drawn with Observable Plot.'), licences);
}
