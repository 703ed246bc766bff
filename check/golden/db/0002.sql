PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL);
INSERT INTO schema_migrations VALUES(1,'0001_tables','2026-11-25 05:49:05.640588');
INSERT INTO schema_migrations VALUES(2,'0002_results','2026-11-25 05:49:05.641527');
CREATE TABLE runs (
	id TEXT PRIMARY KEY,              -- UUID
	command TEXT NOT NULL,
	start_time TEXT NOT NULL,         -- UTC
	end_time TEXT,                    -- NULL: still running, or killed
	harness_version TEXT NOT NULL,
	kernel TEXT NOT NULL,
	machine TEXT NOT NULL,
	distribution TEXT NOT NULL,
	cpu_model TEXT NOT NULL,
	cpus INTEGER NOT NULL,
	memory_bytes INTEGER NOT NULL,
	system_congestion TEXT NOT NULL,  -- TCP congestion control
	instance_type TEXT NOT NULL,
	isolation TEXT NOT NULL
);
INSERT INTO runs VALUES('2b6cf0fa-e966-4fbf-992e-fd5caede9dc8','run-all','2025-04-23 08:08:15.938238','1970-01-01 00:00:00.000000','0.1.0','','','','',0,0,'','','process');
CREATE TABLE trials (
	id TEXT PRIMARY KEY,              -- UUID
	run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
	library TEXT NOT NULL,
	test TEXT NOT NULL,
	params TEXT NOT NULL,             -- JSON
	replicas INTEGER NOT NULL,
	concurrency INTEGER NOT NULL,     -- of each replica
	n_requests INTEGER,               -- of each replica; NULL: by time
	timeout_seconds REAL NOT NULL,
	operation_timeout_seconds REAL NOT NULL,
	warm_up_seconds REAL NOT NULL,
	rate_per_second REAL,             -- of all replicas; NULL: closed loop
	seed INTEGER NOT NULL,
	request_size_bytes INTEGER NOT NULL,
	hot_key INTEGER NOT NULL,         -- 0 or 1
	dataset TEXT NOT NULL,
	keys INTEGER NOT NULL,
	endpoint TEXT,                    -- NULL: our own origin
	bucket TEXT NOT NULL,
	pool_size INTEGER NOT NULL,
	keep_alive INTEGER NOT NULL,      -- 0 or 1
	keep_alive_timeout_seconds REAL NOT NULL,
	use_dns_cache INTEGER NOT NULL,   -- 0 or 1
	start_time TEXT NOT NULL,         -- UTC, GO
	end_time TEXT NOT NULL,           -- UTC, end of the window
	go_ns INTEGER NOT NULL,           -- 0: it never began
	window_end_ns INTEGER NOT NULL,
	origin_cpu_ns INTEGER,            -- NULL: not our origin
	origin_congestion TEXT,
	failed INTEGER NOT NULL,          -- 0 or 1
	text TEXT,                        -- why
	findings TEXT                     -- sentences, one a line
);
INSERT INTO trials VALUES('b1f201e2-f828-4c4f-910f-bb9bd356cf5a','2b6cf0fa-e966-4fbf-992e-fd5caede9dc8','aiohttp','fetch_range','',2,5,NULL,2.0,0.0,0.0,NULL,0,0,0,'s2',0,NULL,'bench',5,1,30.0,1,'1970-01-01 00:00:00.000000','1970-01-01 00:00:00.000000',1000,2000001000,0,NULL,0,NULL,NULL);
CREATE TABLE replicas (
	trial_id TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	replica INTEGER NOT NULL,         -- from 0
	pid INTEGER NOT NULL,
	state TEXT NOT NULL,
	exit_status INTEGER,
	signal INTEGER,
	text TEXT,
	versions TEXT,                    -- JSON: name -> version
	not_applied TEXT,
	notes TEXT,
	import_seconds REAL,
	ready_seconds REAL,
	stderr TEXT,                      -- of one that did not finish
	started INTEGER NOT NULL,         -- operations
	finished INTEGER NOT NULL,
	unfinished INTEGER NOT NULL,
	stopped_by TEXT,
	records INTEGER NOT NULL,
	records_after INTEGER NOT NULL,   -- ended after the window
	bytes_ok INTEGER NOT NULL,        -- payload within the window
	crc_checked INTEGER NOT NULL,     -- operations
	in_flight_peak INTEGER NOT NULL,  -- operations, by the records
	cpu_ns INTEGER NOT NULL,          -- over the window
	cpu_user_ns INTEGER NOT NULL,     -- estimate from ticks
	peak_rss_bytes INTEGER NOT NULL,
	PRIMARY KEY (trial_id, replica)
) WITHOUT ROWID;
INSERT INTO replicas VALUES('b1f201e2-f828-4c4f-910f-bb9bd356cf5a',0,0,'finished',NULL,NULL,NULL,NULL,NULL,NULL,0.0,0.0,NULL,0,0,0,NULL,0,0,0,0,0,0,0,0);
INSERT INTO replicas VALUES('b1f201e2-f828-4c4f-910f-bb9bd356cf5a',1,0,'finished',NULL,NULL,NULL,NULL,NULL,NULL,0.0,0.0,NULL,0,0,0,NULL,0,0,0,0,0,0,0,0);
CREATE TABLE samples (
	trial_id TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	replica INTEGER NOT NULL,         -- -1: the origin
	at_ns INTEGER NOT NULL,           -- since GO
	cpu_ns INTEGER NOT NULL,          -- since the process began, total
	cpu_user_ns INTEGER NOT NULL,     -- estimate from ticks
	memory_bytes INTEGER NOT NULL,    -- a gauge
	received_bytes INTEGER NOT NULL,  -- since the process began
	operations_ok INTEGER NOT NULL,   -- since GO
	operations_failed INTEGER NOT NULL,
	threads INTEGER NOT NULL,
	PRIMARY KEY (trial_id, replica, at_ns)
) WITHOUT ROWID;
INSERT INTO samples VALUES('b1f201e2-f828-4c4f-910f-bb9bd356cf5a',0,0,7,0,0,0,0,0,0);
INSERT INTO samples VALUES('b1f201e2-f828-4c4f-910f-bb9bd356cf5a',1,1,7,0,0,0,0,0,0);
CREATE TABLE latency (
	trial_id TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	replica INTEGER NOT NULL,
	operations INTEGER NOT NULL,      -- successes within the window
	min_ns INTEGER NOT NULL,
	max_ns INTEGER NOT NULL,
	sum_ns REAL NOT NULL,
	histogram BLOB NOT NULL,          -- see docs/schema.md
	PRIMARY KEY (trial_id, replica)
) WITHOUT ROWID;
INSERT INTO latency VALUES('b1f201e2-f828-4c4f-910f-bb9bd356cf5a',0,3,5,77777777,78777782.0,X'0601ef0d01a00601');
INSERT INTO latency VALUES('b1f201e2-f828-4c4f-910f-bb9bd356cf5a',1,3,5,77777777,78777782.0,X'0601ef0d01a00601');
CREATE TABLE failures (
	trial_id TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	replica INTEGER NOT NULL,
	outcome TEXT NOT NULL,
	operations INTEGER NOT NULL,      -- within the window
	PRIMARY KEY (trial_id, replica, outcome)
) WITHOUT ROWID;
INSERT INTO failures VALUES('b1f201e2-f828-4c4f-910f-bb9bd356cf5a',0,'reset',1);
INSERT INTO failures VALUES('b1f201e2-f828-4c4f-910f-bb9bd356cf5a',1,'reset',1);
CREATE TABLE ledger (
	trial_id TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	replica INTEGER NOT NULL,
	phase TEXT NOT NULL,              -- 'setup' until GO, then 'timed'
	connections INTEGER NOT NULL,
	requests INTEGER NOT NULL,
	requests_get INTEGER NOT NULL,
	requests_head INTEGER NOT NULL,
	requests_list INTEGER NOT NULL,
	body_bytes INTEGER NOT NULL,
	head_bytes INTEGER NOT NULL,
	received_bytes INTEGER NOT NULL,
	status_200 INTEGER NOT NULL,
	status_206 INTEGER NOT NULL,
	status_304 INTEGER NOT NULL,
	status_4xx INTEGER NOT NULL,
	status_5xx INTEGER NOT NULL,
	completed INTEGER NOT NULL,
	aborted INTEGER NOT NULL,
	repeated INTEGER NOT NULL,
	bad_heads INTEGER NOT NULL,
	in_flight_peak INTEGER NOT NULL,
	open_connections_peak INTEGER NOT NULL,
	hold_reached INTEGER NOT NULL,    -- most in flight in the burst
	PRIMARY KEY (trial_id, replica, phase)
) WITHOUT ROWID;
INSERT INTO ledger VALUES('b1f201e2-f828-4c4f-910f-bb9bd356cf5a',0,'setup',0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0);
INSERT INTO ledger VALUES('b1f201e2-f828-4c4f-910f-bb9bd356cf5a',0,'timed',0,4,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0);
INSERT INTO ledger VALUES('b1f201e2-f828-4c4f-910f-bb9bd356cf5a',1,'setup',0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0);
INSERT INTO ledger VALUES('b1f201e2-f828-4c4f-910f-bb9bd356cf5a',1,'timed',0,4,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0);
CREATE TABLE results (
	trial TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	replica INTEGER,                  -- NULL: all replicas together
	"library_name" TEXT,
	"test_name" TEXT,
	"test_params" TEXT,
	"start_time" TEXT,
	"end_time" TEXT,
	"number_requests" INTEGER,
	"number_failures" INTEGER,
	"number_successes" INTEGER,
	"container_id" TEXT,
	"run_id" TEXT,
	"pool_size" INTEGER,
	"keep_alive" INTEGER,
	"keep_alive_timeout_seconds" REAL,
	"use_dns_cache" INTEGER,
	"recv_bytes_per_second_count" REAL,
	"recv_bytes_per_second_mean" REAL,
	"recv_bytes_per_second_std" REAL,
	"recv_bytes_per_second_min" REAL,
	"recv_bytes_per_second_25%" REAL,
	"recv_bytes_per_second_50%" REAL,
	"recv_bytes_per_second_75%" REAL,
	"recv_bytes_per_second_max" REAL,
	"cpu_seconds_count" REAL,
	"cpu_seconds_mean" REAL,
	"cpu_seconds_std" REAL,
	"cpu_seconds_min" REAL,
	"cpu_seconds_25%" REAL,
	"cpu_seconds_50%" REAL,
	"cpu_seconds_75%" REAL,
	"cpu_seconds_max" REAL,
	"recv_bytes_per_second_per_cpu_count" REAL,
	"recv_bytes_per_second_per_cpu_mean" REAL,
	"recv_bytes_per_second_per_cpu_std" REAL,
	"recv_bytes_per_second_per_cpu_min" REAL,
	"recv_bytes_per_second_per_cpu_25%" REAL,
	"recv_bytes_per_second_per_cpu_50%" REAL,
	"recv_bytes_per_second_per_cpu_75%" REAL,
	"recv_bytes_per_second_per_cpu_max" REAL,
	"memory_usage_bytes_count" REAL,
	"memory_usage_bytes_mean" REAL,
	"memory_usage_bytes_std" REAL,
	"memory_usage_bytes_min" REAL,
	"memory_usage_bytes_25%" REAL,
	"memory_usage_bytes_50%" REAL,
	"memory_usage_bytes_75%" REAL,
	"memory_usage_bytes_max" REAL,
	"duration_seconds" REAL,
	"requests_per_second" REAL,
	"instance_type" TEXT,
	"cost_usd" REAL,
	"replicas" INTEGER,
	"library_version" TEXT,
	"concurrency" INTEGER,
	"rate" REAL,
	"failures_http_error" INTEGER,
	"failures_throttled" INTEGER,
	"failures_timeout" INTEGER,
	"failures_connect" INTEGER,
	"failures_reset" INTEGER,
	"failures_truncated" INTEGER,
	"failures_wrong_bytes" INTEGER,
	"failures_other" INTEGER,
	"unfinished" INTEGER,
	"latency_p50_ms" REAL,
	"latency_p90_ms" REAL,
	"latency_p99_ms" REAL,
	"latency_p99_9_ms" REAL,
	"latency_max_ms" REAL,
	"bytes_per_second" REAL,
	"cpu_total_seconds" REAL,
	"cpu_seconds_per_gb" REAL,
	"cpu_seconds_per_1000_requests" REAL,
	"origin_cpu_seconds" REAL,
	"peak_rss_bytes" INTEGER,
	"connections" INTEGER,
	"connections_total" INTEGER,
	"origin_requests" INTEGER,
	"origin_body_bytes" INTEGER,
	"origin_repeated_requests" INTEGER,
	"in_flight_proven" INTEGER,
	"crc_checked" INTEGER,
	"state" TEXT,
	"findings" TEXT,
	"isolation" TEXT,
	"dataset" TEXT,
	"seed" INTEGER,
	"trial_id" TEXT,
	"harness_version" TEXT,
	"kernel" TEXT,
	"cpu_model" TEXT,
	"cpus" INTEGER
);
INSERT INTO results VALUES('b1f201e2-f828-4c4f-910f-bb9bd356cf5a',NULL,'aiohttp','fetch_range',NULL,'2025-04-23 08:08:15.938238',NULL,4,NULL,NULL,NULL,'2b6cf0fa-e966-4fbf-992e-fd5caede9dc8',NULL,1,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,3.0,NULL,NULL,2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO results VALUES('b1f201e2-f828-4c4f-910f-bb9bd356cf5a',0,'aiohttp','fetch_range',NULL,'2025-04-23 08:08:15.938238',NULL,4,NULL,NULL,NULL,'2b6cf0fa-e966-4fbf-992e-fd5caede9dc8',NULL,1,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1.5,NULL,NULL,2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO results VALUES('b1f201e2-f828-4c4f-910f-bb9bd356cf5a',1,'aiohttp','fetch_range',NULL,'2025-04-23 08:08:15.938238',NULL,4,NULL,NULL,NULL,'2b6cf0fa-e966-4fbf-992e-fd5caede9dc8',NULL,1,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1.5,NULL,NULL,2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE INDEX trials_by_run ON trials(run_id);
CREATE UNIQUE INDEX results_by_trial ON results(trial, ifnull(replica, -1));
CREATE INDEX results_by_start ON results(start_time, library_name);
CREATE VIEW workers AS
SELECT library_name, test_name, start_time, end_time, number_requests,
	number_failures, number_successes, container_id, run_id, pool_size,
	keep_alive, keep_alive_timeout_seconds, use_dns_cache, test_params
FROM results
WHERE replica IS NOT NULL;
COMMIT;
