/* What stands behind the figures: failures by class, what was planned against what the origin saw, which settings each
 * library honoured, and the machine and versions. */

const library_column = {
	name: 'library',
	label: 'library',
	of: row => row.library,
	show: row => named(row.library),
	defines: 'library_name',
	head: true,
};

/* ---- Failures ---- */

const failure_classes = () => [...model.columns.keys()].filter(name => name.startsWith('failures_'));

/* Each library's failures of each class, and what they are together. */
function failure_parts(rows, classes) {
	const named_class = name => name.slice('failures_'.length).replaceAll('_', ' ');
	return rows.flatMap(row =>
		classes
			.map(name => ({ library: row.library, class: named_class(name), n: row.merged[name] }))
			.filter(part => part.n > 0),
	);
}

const whole_tick = x => (Number.isInteger(x) ? short_tick(x) : '');

function failures_options(rows, parts, words, width) {
	const classes = unique(parts.map(part => part.class));
	const paleness = part => 0.9 - (0.5 * classes.indexOf(part.class)) / Math.max(1, classes.length - 1);
	const marginLeft = Math.min(150, width / 3),
		marginRight = 80;
	const most = Math.max(...rows.map(row => row.merged.number_failures)),
		wide = n => (n / most) * (width - marginLeft - marginRight);
	// Where there is room; the table and the tip have all.
	const inside = part => {
		const text = `${part.class} ${count(part.n)}`;
		return [text, part.class, ''].find(each => 7 * each.length + 8 < wide(part.n)) ?? '';
	};
	return {
		height: 70 + 28 * rows.length,
		marginLeft,
		marginRight,
		x: { label: 'operations', grid: true, tickFormat: whole_tick, ...below },
		y: { label: null, domain: rows.map(row => row.library) },
		marks: [
			Plot.barX(
				parts,
				Plot.stackX({
					x: 'n',
					y: 'library',
					fill: 'library',
					fillOpacity: paleness,
					stroke: GROUND,
					title: words,
				}),
			),
			Plot.text(
				parts,
				Plot.stackX({
					...{ x: 'n', y: 'library', text: inside, fill: 'var(--text)', stroke: GROUND, strokeWidth: 3 },
				}),
			),
			beside_end(rows, row => row.merged.number_failures, 'library', row => count(row.merged.number_failures), 6),
			Plot.ruleX([0], { stroke: 'var(--rule)' }),
		],
	};
}

function failures_chart(view, classes) {
	const rows = view.rows.filter(row => row.merged.number_failures > 0),
		parts = failure_parts(rows, classes);
	const words = part => `${part.library}: ${plural(part.n, 'operation')}, ${part.class}`;
	return figure_new({
		id: 'failures',
		title: 'Failed operations',
		defines: 'number_failures',
		describes: `Bars. ${parts.map(words).join('; ')}.`,
		points: parts.map(part => ({ x: part.n, y: part.library, text: words(part) })),
		options: width => failures_options(rows, parts, words, width),
	});
}

function draw_failures(view) {
	const classes = failure_classes(),
		any = view.rows.some(row => row.merged.number_failures > 0);
	const node = heading(
		'failures',
		'Failures by class',
		any
			? `Of the operations that counted${view.compared ? ', in all blocks' : ''}. The paler parts of a bar are other classes.` : 'No operation of this view failed.',
	);
	if (any) node.append(failures_chart(view, classes));
	const column = name =>
		plain_column(
			name,
			name.replace(/^(failures|number|operations)_/, '').replaceAll('_', ' '),
			merged(name),
			count,
			{
				hidden: !name.startsWith('number_') && !view.rows.some(row => row.merged[name]),
			},
		);
	node.append(
		table_new({
			id: 'failures',
			caption: 'Operations',
			rows: ranked(view.rows),
			choice: true,
			columns: [
				library_column,
				{ name: 'state', label: 'state', of: merged('state') },
				...[
					'number_requests',
					'number_successes',
					'number_failures',
					...classes,
					'unfinished',
					'operations_never_started',
				].map(column),
			],
		}),
		make(
			'p',
			{ class: 'soft' },
			'Classes of failures that no library of this view has are left out: Columns has them.',
		),
	);
}

/* ---- Ledger ---- */

function ledger_verdict(row) {
	const m = row.merged,
		parts = [];
	if (!makes_requests(row)) return 'makes no requests';
	if (!known(m.origin_requests)) return 'unknown: the store keeps no ledger for us';
	const differ = (what, saw, wanted) =>
		parts.push(saw === wanted ? null : `${what}: ${count(saw)} instead of ${count(wanted)}`);
	const each =
		known(m.operations_started) && m.operations_started > 0 ? m.origin_requests / m.operations_started : NaN;
	if (!known(m.operations_started)) parts.push('the replicas did not say how many operations they started');
	else if (each > 1 && Number.isInteger(each)) parts.push(`${each} requests an operation`);
	else differ('requests', m.origin_requests, m.operations_started);
	if (known(m.in_flight_proven)) differ('in flight', m.in_flight_proven, m.concurrency * (m.replicas || 1));
	differ('asked again', m.origin_repeated_requests ?? 0, 0);
	if (m.crc_checked === 0) parts.push('no content was checked');
	const said = parts.filter(Boolean);
	return said.length ? said.join('; ') : 'as planned';
}

function draw_ledger(view) {
	const node = heading(
		'ledger',
		'Ledger against plan',
		'The origin counts what it is asked for. Requests must equal the operations that were started, where an ' +
			'operation is one request. What was proven in flight must equal the concurrency. Nothing may be asked for twice.',
	);
	const column = (name, label) => plain_column(name, label, merged(name), count);
	node.append(
		table_new({
			id: 'ledger',
			caption: 'What the origin saw',
			rows: ranked(view.rows),
			columns: [
				library_column,
				{
					name: 'verdict',
					label: 'in words',
					of: ledger_verdict,
					defines: 'ledger_verdict',
					class: 'wide',
				},
				column('operations_started', 'operations started'),
				column('origin_requests', 'requests seen'),
				column('number_requests', 'of these counted'),
				column('origin_repeated_requests', 'asked again'),
				column('concurrency', 'in flight, asked for'),
				column('in_flight_proven', 'in flight, proven'),
				plain_column('origin_body_bytes', 'bodies MB', scaled('origin_body_bytes', MB), figure_text, {
					csv: [['origin_body_bytes', merged('origin_body_bytes')]],
				}),
				column('connections', 'connections after GO'),
				column('connections_total', 'connections in all'),
				column('crc_checked', 'contents checked'),
			],
		}),
	);
}

/* ---- Settings ---- */

const SETTINGS = ['pool_size', 'keep_alive', 'keep_alive_timeout_seconds', 'use_dns_cache'];

function setting_node(value, ignored) {
	const text = value === true ? 'on' : value === false ? 'off' : known_value(value) ? csv_plain(value) : NONE;
	return make(
		'span',
		{ class: ignored ? 'ignored' : 'honoured' },
		text,
		make('span', { class: 'mark' }, ignored ? ' ✕ ignored' : ' ✓'),
	);
}

function draw_settings(view) {
	const of = new Map(
		model.document.settings.filter(one => one.run_id === view.run_id).map(one => [one.library, one]),
	);
	const rows = ranked(view.rows).map(row => ({ ...row, setting: of.get(row.library) }));
	const more = unique([...of.values()].flatMap(one => one.not_applied)).filter(name => !SETTINGS.includes(name));
	const node = heading(
		'settings',
		'Settings that each library honoured',
		'All were asked for the same. What a library cannot set is named: it then works by its own rule.',
	);
	const ignored = (row, name) => Boolean(row.setting?.not_applied.includes(name));
	node.append(
		table_new({
			id: 'settings',
			caption: 'Settings',
			rows,
			columns: [
				library_column,
				...[...SETTINGS, ...more].map(name => ({
					name,
					label: name.replaceAll('_', ' '),
					of: row =>
						row.setting
							? `${csv_value(row.merged[name])}${ignored(row, name) ? ' ignored' : ''}`
							: null,
					show: row => (row.setting ? setting_node(row.merged[name], ignored(row, name)) : NONE),
				})),
				{
					name: 'notes',
					label: 'notes',
					of: row => row.setting?.notes.join('; ') || null,
					defines: 'setting_notes',
					class: 'wide',
				},
			],
		}),
	);
}

/* ---- The machine ---- */

const RUN_MEMBERS = [
	'command',
	'start_time',
	'end_time',
	'ended',
	'harness_version',
	'kernel',
	'machine',
	'distribution',
	'cpu_model',
	'cpus',
	'memory_bytes',
	'congestion',
	'instance_type',
	'isolation',
];

function run_members(run) {
	const members = Object.fromEntries(RUN_MEMBERS.map(name => [name, run[name]]));
	return { ...members, ...run.environment };
}

/* How the other runs of the report differ from this one. */
function beside(name, value) {
	const runs = model.document.runs,
		own = csv_value(value);
	const others = unique(runs.map(run => csv_value(run_members(run)[name]))).filter(other => other !== own);
	if (runs.length < 2) return null;
	if (!others.length) return 'the same';
	return others.length > 2 ? `${others.length} other values` : others.map(other => other || 'unknown').join('; ');
}

function draw_machine(view) {
	const run = model.runs.get(view.run_id),
		node = heading('machine', 'Machine, run and versions');
	if (!run) return node.append(nothing('The run of this view is not in the report.'));
	const rows = Object.entries(run_members(run)).map(([name, value]) => ({ name, value }));
	node.append(
		members_table(
			'machine',
			`Run ${run.run_id}`,
			rows.filter(row => RUN_MEMBERS.includes(row.name)),
		),
		versions_table(run),
		make(
			'details',
			{},
			make('summary', {}, 'Kernel settings, caches and more of this machine'),
			members_table(
				'environment',
				'Environment',
				rows.filter(row => !RUN_MEMBERS.includes(row.name)),
			),
		),
	);
	return model.document.runs.length > 1 && node.append(runs_table());
}

const member_label = row => (row.name === 'memory_bytes' ? 'memory' : row.name.replaceAll('_', ' '));

function members_table(id, caption, rows) {
	const value_of = row =>
		row.name === 'memory_bytes' ? size_text(row.value) : known_value(row.value) ? csv_plain(row.value) : NONE;
	const others = model.document.runs.length - 1;
	return table_new({
		id,
		caption,
		rows,
		columns: [
			{ name: 'member', label: 'what', of: member_label, defines: 'member' },
			{
				name: 'value',
				label: 'value',
				of: row => row.value,
				show: value_of,
				defines: 'member_value',
				class: 'wide',
			},
			...(others
				? [
						{
							name: 'others',
							label: others > 1 ? `the ${count(others)} other runs` : 'the other run',
							of: row => beside(row.name, row.value),
							show: row =>
								make(
									'span',
									{ class: beside(row.name, row.value) === 'the same' ? 'soft' : null },
									beside(row.name, row.value),
								),
							defines: 'member_others',
							class: 'wide',
						},
					]
				: []),
		],
	});
}

const OWN_VERSIONS = ['library', 'runtime', 'worker', 'tests'];

function versions_table(run) {
	const rows = Object.entries(run.versions ?? {}).map(([library, packages]) => ({
		library,
		packages: packages ?? {},
	}));
	const all = row =>
		Object.entries(row.packages)
			.filter(([name]) => !OWN_VERSIONS.includes(name))
			.sort()
			.map(([name, version]) => `${name} ${version}`)
			.join(', ') || null;
	return table_new({
		id: 'versions',
		caption: 'Versions',
		rows,
		columns: [
			library_column,
			...OWN_VERSIONS.map(name => ({
				name,
				label: name === 'library' ? 'version' : name,
				of: row => row.packages[name],
				defines: `version_${name}`,
			})).map((column, i) =>
				i ? column : { ...column, name: 'library_version', defines: 'library_version' },
			),
			{ name: 'packages', of: all, defines: 'version_packages', class: 'wide' },
		],
	});
}

function runs_table() {
	const defines = { start_time: 'run_start', ended: 'run_ended', command: 'run_command' };
	const column = name => ({
		name,
		label: name.replaceAll('_', ' '),
		of: run => run[name],
		defines: defines[name] ?? name,
		class: name === 'command' ? 'wide' : null,
	});
	return table_new({
		id: 'runs',
		caption: 'All runs',
		rows: model.document.runs,
		filters: true,
		most: 40,
		columns: [
			{ ...column('start_time'), label: 'start' },
			column('ended'),
			column('run_id'),
			column('command'),
			column('cpu_model'),
			{ ...column('cpus'), number: true },
			column('kernel'),
			column('isolation'),
			column('harness_version'),
		],
	});
}
