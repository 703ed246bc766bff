#include "origin/ledger.h"

#include <stddef.h>
#include <sys/mman.h>

static size_t bytes_of(unsigned rows)
{
	return sizeof(struct ledger) + rows * sizeof(struct ledger_row);
}

struct ledger *ledger_new(unsigned rows)
{
	struct ledger *ledger = mmap(NULL, bytes_of(rows),
				     PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (ledger == MAP_FAILED)
		return NULL;
	ledger->rows = rows;
	return ledger;
}

void ledger_free(struct ledger *ledger)
{
	if (ledger)
		munmap(ledger, bytes_of(ledger->rows));
}

void ledger_hold_bursts(struct ledger *ledger, uint64_t target)
{
	for (unsigned i = 0; i < ledger->rows; i++)
		atomic_store(&ledger->row[i].hold_target, target);
}

static void begin_row(struct ledger_row *row)
{
	atomic_store(&row->hold_target, 0);
	atomic_store(&row->in_flight_peak, 0);
	atomic_store(&row->open_connections_peak,
		     atomic_load(&row->open_connections));
}

void ledger_begin_window(struct ledger *ledger)
{
	struct ledger_all *all = &ledger->all;

	for (unsigned i = 0; i < ledger->rows; i++)
		begin_row(&ledger->row[i]);
	atomic_store(&all->in_flight_peak, 0);
	atomic_store(&all->open_connections_peak,
		     atomic_load(&all->open_connections));
}
