/* licences.mjs METAFILE: prints the licences of the packages of which esbuild took something into a bundle, and the
 * notices in the sources that it took. It runs beside node_modules. Packages of the same text share it; each has a
 * line `NAME VERSION`. */
import { readFileSync, readdirSync } from 'node:fs';

const read = path => readFileSync(path, 'utf8').replace(/\r\n/g, '\n');
const folder_of = path => path.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0];
const { inputs, outputs } = JSON.parse(read(process.argv[2]));

/* The files that put something into the bundle. */
const taken = [...new Set(Object.values(outputs).flatMap(output => Object.entries(output.inputs)
	.filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && folder_of(path)).map(([path]) => path)))].sort();
const seen = new Set(Object.keys(inputs).map(folder_of));

/* A package whose dependency esbuild never saw may be published with that dependency inside its own file. */
function with_hidden(folder, found = new Set()) {
	const { dependencies } = JSON.parse(read(`${folder}/package.json`));
	found.add(folder);
	for (const name of Object.keys(dependencies ?? {}))
		if (!seen.has(`node_modules/${name}`) && !found.has(`node_modules/${name}`))
			with_hidden(`node_modules/${name}`, found);
	return [...found];
}

function licence(folder) {
	const names = readdirSync(folder).filter(name => /^(licen[cs]e|copying|notice)/i.test(name)).sort();
	if (!names.length)
		throw new Error(`${folder} has no file with its licence`);
	return names.map(name => read(`${folder}/${name}`).trim()).join('\n\n');
}

/* Comments of a file that name the holder of a right, but for its first line: that repeats the package's. */
function notices(path) {
	const comments = read(path).match(/\/\*[^]*?\*\/|(?<=\n)[ \t]*\/\/.*(\n[ \t]*\/\/.*)*/g) ?? [];
	return comments.filter(text => /copyright/i.test(text)).map(text => text.replace(/^[ \t]+/gm, ''));
}

const texts = new Map();
for (const folder of [...new Set(taken.map(folder_of).flatMap(folder => with_hidden(folder)))].sort()) {
	const { name, version } = JSON.parse(read(`${folder}/package.json`));
	const files = taken.filter(path => folder_of(path) === folder);
	const text = [licence(folder), ...files.flatMap(notices)].join('\n\n');
	texts.set(text, [...texts.get(text) ?? [], `${name} ${version}`]);
}
if (!texts.size)
	throw new Error('the bundle has nothing of any package');
console.log('plot.js holds these packages, or parts of them. Behind the names of a group is the licence of each in it.');
for (const [text, names] of texts)
	console.log(`\n${'='.repeat(78)}\n${names.join('\n')}\n${'-'.repeat(78)}\n${text}`);
