/* The filter of a table: words that must all be true of a row.
 *
 *	text            some column has it, in small or capital letters
 *	"two words"     the same with a blank
 *	column:text     that column has it
 *	column=value    that column is it; =: nothing is known
 *	column<number   also <=, >, >=
 *	-word           the word is not true
 */

/* Of a filter its words; `trouble` says what is wrong with it. */
function query_parse(text, columns) {
	const words = text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
	const tests = [];
	let trouble = '';
	for (const word of words) {
		const made = query_word(word.replaceAll('"', ''), columns);
		if (typeof made === 'string')
			trouble = made;
		else
			tests.push(made);
	}
	return { trouble, matches: row => tests.every(test => test(row)) };
}

function query_word(word, columns) {
	if (word.length > 1 && word.startsWith('-') && !/^-\d/.test(word)) {
		const test = query_word(word.slice(1), columns);
		return typeof test === 'string' ? test : row => !test(row);
	}
	const parts = word.match(/^([A-Za-z_][\w%.]*)(:|<=|>=|=|<|>)(.*)$/);
	if (!parts) {
		const sought = word.toLowerCase();
		return row => columns.some(column => query_text(column, row).includes(sought));
	}
	const column = columns.find(one => one.name === parts[1]);
	if (!column)
		return `There is no column ${parts[1]}.`;
	return query_test(column, parts[2], parts[3]);
}

const query_text = (column, row) => csv_plain(column.of(row)).toLowerCase();

function csv_plain(value) {
	if (typeof value === 'number')
		return String(value);
	return typeof value === 'string' ? value : csv_value(value);
}

function query_test(column, sign, value) {
	const sought = value.toLowerCase(), number = Number(value);
	if (sign === ':')
		return row => query_text(column, row).includes(sought);
	if (sign === '=')
		return row => query_text(column, row) === sought ||
			(value !== '' && column.of(row) === number);
	if (value === '' || Number.isNaN(number))
		return `${column.name}${sign} needs a number.`;
	return row => {
		const x = column.of(row);
		if (!known(x))
			return false;
		return sign === '<' ? x < number : sign === '>' ? x > number : sign === '<=' ? x <= number : x >= number;
	};
}
