/* A row of results as a trial that did well has it. */
#ifndef CHECK_UNIT_REPORT_FIXTURE_H
#define CHECK_UNIT_REPORT_FIXTURE_H

#include "base/mem.h"
#include "record/result.h"

static inline void fill(struct result_row *row, const char *library, double rps)
{
	result_row_init(row);
	row->library_name = mem_dup(library);
	row->test_name = mem_dup("fetch_range");
	row->test_params = mem_dup("{\"request_size\": 16384}");
	row->state = mem_dup("ok");
	row->library_version = mem_dup("1.2.3");
	row->requests_per_second = rps;
	row->bytes_per_second = rps * 16384;
	row->duration_seconds = 10;
	row->number_requests = row->number_successes = (uint64_t)(rps * 10);
	row->number_failures = 0;
	row->cpu_total_seconds = 9.5;
	row->cpu_seconds_per_1000_requests = 9.5 / (rps / 100);
	row->latency_p50_ms = 50 / rps * 1000;
	row->peak_rss_bytes = 40 << 20;
	row->replicas = 1;
	row->concurrency = row->in_flight_proven = 50;
	row->pool_size = 50;
	row->seed = 7;
	row->keep_alive = row->use_dns_cache = true;
	row->keep_alive_timeout_seconds = 30;
	row->config_hash = mem_dup("0123456789abcdef");
}

#endif
