/*
 * Writes cAdvisor's series of containers for our cells: the same names, types,
 * labels, and, as there, the time at which the kernel was asked.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "monitor/expose_family.h"

enum number { COUNT, SECONDS }; /* SECONDS: given in ns */

struct container_family {
	struct family family;
	const char *label[2]; /* one that all of its samples have, or NULL */
	enum number number;
	uint64_t (*value)(const struct live_cell *cell); /* COUNT_UNKNOWN */
};

/* A cell, and its labels as they stand in the text of all labels. */
struct row {
	const struct live_cell *cell;
	size_t at, n;
};

struct rows {
	struct row *row;
	size_t count, capacity;
	struct str labels;
};

static uint64_t cpu_user(const struct live_cell *cell)
{
	return cell->last.cpu_user_ns;
}

/* The user part is an estimate that may be ahead of the total. */
static uint64_t cpu_system(const struct live_cell *cell)
{
	const struct sample *s = &cell->last;

	return s->cpu_ns > s->cpu_user_ns ? s->cpu_ns - s->cpu_user_ns : 0;
}

static uint64_t cpu_usage(const struct live_cell *cell)
{
	return cell->last.cpu_ns;
}

static uint64_t throttled(const struct live_cell *cell)
{
	return cell->last.throttled_ns;
}

static uint64_t memory(const struct live_cell *cell)
{
	return cell->last.memory_bytes;
}

static uint64_t memory_anon(const struct live_cell *cell)
{
	return cell->last.memory_anon_bytes;
}

static uint64_t working_set(const struct live_cell *cell)
{
	return cell->working_set_bytes;
}

static uint64_t received(const struct live_cell *cell)
{
	const struct sample *s = &cell->last;

	return s->link_rx_bytes == COUNT_UNKNOWN ? s->received_bytes
						 : s->link_rx_bytes;
}

static uint64_t received_packets(const struct live_cell *cell)
{
	return cell->last.link_rx_packets;
}

static uint64_t sent(const struct live_cell *cell)
{
	return cell->last.link_tx_bytes;
}

static uint64_t sent_packets(const struct live_cell *cell)
{
	return cell->last.link_tx_packets;
}

static uint64_t seen(const struct live_cell *cell)
{
	return cell->at_wall_ns / NS_PER_MS * NS_PER_MS;
}

static const struct container_family families[] = {
	{ { "container_cpu_usage_seconds", FAMILY_COUNTER, "seconds",
	    "CPU time of all processes of the replica, user and system." },
	  { "cpu", "total" }, SECONDS, cpu_usage },
	{ { "container_cpu_user_seconds", FAMILY_COUNTER, "seconds",
	    "CPU time that the replica spent in its own code." },
	  { NULL, NULL }, SECONDS, cpu_user },
	{ { "container_cpu_system_seconds", FAMILY_COUNTER, "seconds",
	    "CPU time that the kernel spent for the replica." },
	  { NULL, NULL }, SECONDS, cpu_system },
	{ { "container_cpu_cfs_throttled_seconds", FAMILY_COUNTER, "seconds",
	    "Time for which the replica waited for its CPU quota." },
	  { NULL, NULL }, SECONDS, throttled },
	{ { "container_memory_usage_bytes", FAMILY_GAUGE, "bytes",
	    "Memory charged to the replica, page cache and kernel memory "
	    "included." },
	  { NULL, NULL }, COUNT, memory },
	{ { "container_memory_working_set_bytes", FAMILY_GAUGE, "bytes",
	    "Memory charged to the replica less the page cache that is not in "
	    "use." },
	  { NULL, NULL }, COUNT, working_set },
	{ { "container_memory_rss", FAMILY_GAUGE, "",
	    "Anonymous memory of the replica, in bytes." },
	  { NULL, NULL }, COUNT, memory_anon },
	{ { "container_network_receive_bytes", FAMILY_COUNTER, "bytes",
	    "Bytes that the replica received: of its link with all headers, or "
	    "where it has none the payload." },
	  { "interface", "eth0" }, COUNT, received },
	{ { "container_network_receive_packets", FAMILY_COUNTER, "",
	    "Packets that the link of the replica received; joined ones count "
	    "once." },
	  { "interface", "eth0" }, COUNT, received_packets },
	{ { "container_network_transmit_bytes", FAMILY_COUNTER, "bytes",
	    "Bytes that the link of the replica sent, with all headers." },
	  { "interface", "eth0" }, COUNT, sent },
	{ { "container_network_transmit_packets", FAMILY_COUNTER, "",
	    "Packets that the link of the replica sent; joined ones count "
	    "once." },
	  { "interface", "eth0" }, COUNT, sent_packets },
	{ { "container_last_seen", FAMILY_GAUGE, "",
	    "When the counters of the replica were read, in seconds since "
	    "1970." },
	  { NULL, NULL }, SECONDS, seen },
};

/* The labels of a cell are written once, for all families. */
static void add_labels(struct str *labels, const struct live_run *run,
		       const struct live_cell *cell)
{
	struct page page = { .out = labels };

	sample_label(&page, "id", cell->id);
	sample_label(&page, "name", cell->name);
	sample_label(&page, "image", cell->image);
	sample_label(&page, "container_label_library", cell->library);
	sample_label(&page, "container_label_test", cell->test);
	sample_label(&page, "container_label_run_id", run->id);
	/* As pyasyncio-benchmark's queries have it: the same series, no
	 * more. */
	sample_label(&page, "container_label_RUN_ID", run->id);
	if (cell->number < 0)
		sample_label(&page, "container_label_replica", "origin");
	else
		sample_label_u64(&page, "container_label_replica",
				 (uint64_t)cell->number);
}

static void add_cell(struct rows *rows, const struct live_run *run,
		     const struct live_cell *cell)
{
	struct row row = { cell, rows->labels.len, 0 };

	add_labels(&rows->labels, run, cell);
	row.n = rows->labels.len - row.at;
	MEM_ROOM(rows->row, rows->count, rows->capacity);
	rows->row[rows->count++] = row;
}

/* Read at least once, and no earlier cell of the run has its name. */
static bool is_shown(const struct live *live, uint32_t i)
{
	if (!live->cell[i].at_wall_ns)
		return false;
	for (uint32_t j = 0; j < i; j++)
		if (live->cell[j].number == live->cell[i].number &&
		    strcmp(live->cell[j].name, live->cell[i].name) == 0)
			return false;
	return true;
}

static void add_run(struct rows *rows, const struct live *live)
{
	const struct live_cell *origin = &live->origin;

	for (uint32_t i = 0; i < live->cell_count; i++)
		if (is_shown(live, i))
			add_cell(rows, &live->run, &live->cell[i]);
	if (origin->name[0] && origin->at_wall_ns)
		add_cell(rows, &live->run, origin);
}

static void add_sample(struct page *page, const struct container_family *f,
		       const struct rows *rows, const struct row *row)
{
	uint64_t value = f->value(row->cell);

	if (value == COUNT_UNKNOWN)
		return;
	sample_begin(page, "");
	str_add_n(page->out, rows->labels.buf + row->at, row->n);
	page->labelled = true;
	if (f->label[0])
		sample_label(page, f->label[0], f->label[1]);
	if (f->number == SECONDS)
		sample_seconds(page, value, row->cell->at_wall_ns);
	else
		sample_u64(page, value, row->cell->at_wall_ns);
}

void page_add_containers(struct page *page)
{
	const struct monitor_view *view = page->view;
	struct rows rows = { .labels = STR_INIT };

	/* The cells of a run that has ended, too: a scraper wants their figures
	 * at the end as its last sample, with the time of the end. */
	for (unsigned i = 0; i < view->run_count; i++)
		if (!page_is_repeated(page, i))
			add_run(&rows, &view->run[i]);
	for (size_t f = 0; f < sizeof(families) / sizeof(families[0]); f++) {
		family_begin(page, &families[f].family);
		for (size_t i = 0; i < rows.count; i++)
			add_sample(page, &families[f], &rows, &rows.row[i]);
	}
	str_release(&rows.labels);
	free(rows.row);
}
