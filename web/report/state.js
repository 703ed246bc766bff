/* What is chosen, filtered and sorted: in the fragment of the address, so that a view can be shared. */

const state = {
	values: new Map(),
	listeners: new Map(), // key -> function, called when it is changed from outside

	read() {
		const text = location.hash.slice(1);
		this.values = new Map(text.includes('=') ? new URLSearchParams(text) : []);
	},

	get(key) {
		return this.values.get(key) ?? null;
	},

	/* null forgets it. */
	set(key, value) {
		if (value === null || value === '')
			this.values.delete(key);
		else
			this.values.set(key, value);
		this.write();
	},

	write() {
		const text = new URLSearchParams([...this.values]).toString();
		history.replaceState(null, '', text ? `#${text}` : location.pathname + location.search);
	},
};

/* A part of the page, for links and keys: nothing of the state is lost. */
function go_to(id) {
	const target = $(`${id}-title`) ?? $(id);
	show_part(id);
	target?.focus({ preventScroll: true });
	$(id)?.scrollIntoView({ block: 'start' });
	state.set('at', id);
}

const link_to = (id, text) => make('a', { href: `#at=${id}`, 'data-goto': id }, text);
