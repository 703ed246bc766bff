PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE failures (
	trial_id TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	replica INTEGER NOT NULL,
	outcome TEXT NOT NULL,
	operations INTEGER NOT NULL,      -- within the window
	PRIMARY KEY (trial_id, replica, outcome)
) WITHOUT ROWID;
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
INSERT INTO "latency" VALUES('809973df-243e-44ce-9ffc-9159339157f6',0,40,599624,22459207,156311988.0,X'930D010E011B01090102010101040107010301020104010101030103020201020107010101080101010301020106010101060104011501F9010102020101030102010102800201030101010301');
INSERT INTO "latency" VALUES('809973df-243e-44ce-9ffc-9159339157f6',1,31,815279,26665778,146738629.0,X'C80D010101010103020202010102010103010403030201070109010C01A80201030101010101A60201020101010101');
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
INSERT INTO "ledger" VALUES('809973df-243e-44ce-9ffc-9159339157f6',0,'setup',4,12,12,0,0,196608,5010,2246,0,12,0,0,0,12,0,0,0,4,4,4);
INSERT INTO "ledger" VALUES('809973df-243e-44ce-9ffc-9159339157f6',0,'timed',0,40,40,0,0,655360,16842,7562,0,40,0,0,0,40,0,0,0,1,4,4);
INSERT INTO "ledger" VALUES('809973df-243e-44ce-9ffc-9159339157f6',1,'setup',4,12,12,0,0,196608,5010,2246,0,12,0,0,0,12,0,0,0,4,4,4);
INSERT INTO "ledger" VALUES('809973df-243e-44ce-9ffc-9159339157f6',1,'timed',0,40,40,0,0,655360,16836,7556,0,40,0,0,0,40,0,0,0,1,4,4);
CREATE TABLE machine_samples (
	trial_id TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	at_ns INTEGER NOT NULL,           -- since GO
	ksoftirqd_ns INTEGER,             -- CPU of all ksoftirqd threads
	stalled_cpu_us INTEGER,           -- PSI: some task waited for a CPU
	stalled_memory_us INTEGER,
	stalled_io_us INTEGER,
	PRIMARY KEY (trial_id, at_ns)
) WITHOUT ROWID;
INSERT INTO "machine_samples" VALUES('809973df-243e-44ce-9ffc-9159339157f6',0,4968967460,1750739374,4324,88145905);
INSERT INTO "machine_samples" VALUES('809973df-243e-44ce-9ffc-9159339157f6',39721369,4968997176,1750779630,4324,88145905);
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
	peak_rss_bytes INTEGER NOT NULL, container_id TEXT, rusage_ns INTEGER, group_cpu_ns INTEGER, throttled_ns INTEGER, link_rx_bytes INTEGER, link_tx_bytes INTEGER, link_rx_packets INTEGER, link_tx_packets INTEGER, tcp_segments_in INTEGER, tcp_segments_out INTEGER, tcp_retransmitted INTEGER, memory_peak_bytes INTEGER, memory_kills INTEGER, pids_refused INTEGER,
	PRIMARY KEY (trial_id, replica)
) WITHOUT ROWID;
INSERT INTO "replicas" VALUES('809973df-243e-44ce-9ffc-9159339157f6',0,2452,'finished',0,NULL,NULL,NULL,NULL,NULL,0.4884,0.628828324,NULL,40,40,0,'n_requests',40,0,655360,3,4,22281602,11750774,36536320,NULL,349827000,349572119,0,675040,13040,43,83,480,83,0,35758080,0,0);
INSERT INTO "replicas" VALUES('809973df-243e-44ce-9ffc-9159339157f6',1,2453,'finished',0,NULL,NULL,NULL,NULL,NULL,0.4872,0.622316569,NULL,40,40,0,'n_requests',40,9,507904,2,4,23984651,14368361,36478976,NULL,349885000,349558006,0,675034,13034,43,83,480,83,0,30851072,0,0);
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
, "cgroup" TEXT, "network" TEXT, "pinning" TEXT, "origin_congestion" TEXT, "cpus_limit" REAL, "memory_limit_bytes" INTEGER, "pids_limit" INTEGER, "link_bits_per_second" INTEGER, "cpu_with_origin_seconds" REAL, "cpu_with_origin_seconds_per_gb" REAL, "throttled_seconds" REAL, "memory_peak_bytes" INTEGER, "memory_anon_bytes" INTEGER, "link_rx_bytes" INTEGER, "link_tx_bytes" INTEGER, "link_rx_packets" INTEGER, "link_tx_packets" INTEGER, "wire_rx_bytes" INTEGER, "tcp_segments_in" INTEGER, "tcp_segments_out" INTEGER, "tcp_retransmitted" INTEGER, "ksoftirqd_cpu_seconds" REAL, "stalled_cpu_seconds" REAL, "import_seconds" REAL, "ready_seconds" REAL);
INSERT INTO "results" VALUES('809973df-243e-44ce-9ffc-9159339157f6',NULL,'aiohttp','fetch_range','{"request_size": 16384}','2026-11-25 09:45:39.443499','2026-11-25 09:45:39.482766',71,0,71,NULL,'e6e7ca0a-8ae5-4da5-8a93-1997e4b35435',4,1,30.0,1,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.039266676,1.80814897599175446888e+03,NULL,NULL,2,'3.14.5',4,0.0,0,0,0,0,0,0,0,0,0,0.927744,21.561344,NULL,NULL,26.665778,2.96247128226489052187e+07,0.046266253,3.97727884641835416346e+01,6.51637366197183154348e-01,0.003765895,73015296,0,8,80,1310720,0,8,5,'ok','only 71 operations succeeded: too few for quantiles','cell','s2',42,'809973df-243e-44ce-9ffc-9159339157f6','0.1.0','','',2,'v1','veth','origin 1, replicas 0','cubic',NULL,NULL,NULL,NULL,0.050032148,4.30101404324383764779e+01,0.0,66609152,45555712,1350074,26074,86,166,1407758,960,166,0,2.9716e-05,0.040256,0.4878,0.6255724465);
INSERT INTO "results" VALUES('809973df-243e-44ce-9ffc-9159339157f6',0,'aiohttp','fetch_range','{"request_size": 16384}','2026-11-25 09:45:39.443499','2026-11-25 09:45:39.482766',40,0,40,'cell-2452-809973df','e6e7ca0a-8ae5-4da5-8a93-1997e4b35435',4,1,30.0,1,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.039266676,1.01867547943197428136e+03,NULL,NULL,2,'3.14.5',4,0.0,0,0,0,0,0,0,0,0,0,1.009664,5.390336,NULL,NULL,22.459207,1.66899790550134666266e+07,0.022281602,3.39990264892578153421e+01,0.55704005,NULL,36536320,0,4,40,655360,0,4,3,'finished',NULL,'cell','s2',42,'809973df-243e-44ce-9ffc-9159339157f6','0.1.0','','',2,'v1','veth','origin 1, replicas 0','cubic',NULL,NULL,NULL,NULL,NULL,NULL,0.0,35758080,22781952,675040,13040,43,83,703882,480,83,0,NULL,NULL,0.4884,0.628828324);
INSERT INTO "results" VALUES('809973df-243e-44ce-9ffc-9159339157f6',1,'aiohttp','fetch_range','{"request_size": 16384}','2026-11-25 09:45:39.443499','2026-11-25 09:45:39.482766',31,0,31,'cell-2453-809973df','e6e7ca0a-8ae5-4da5-8a93-1997e4b35435',4,1,30.0,1,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.039266676,7.89473496559780073787e+02,NULL,NULL,2,'3.14.5',4,0.0,0,0,0,0,0,0,0,0,0,0.866304,26.148864,NULL,NULL,26.665778,1.29347337676354367283e+07,0.023984651,47.2228039157006,7.73698419354838740069e-01,NULL,36478976,0,4,40,655360,0,4,2,'finished',NULL,'cell','s2',42,'809973df-243e-44ce-9ffc-9159339157f6','0.1.0','','',2,'v1','veth','origin 1, replicas 0','cubic',NULL,NULL,NULL,NULL,NULL,NULL,0.0,30851072,22773760,675034,13034,43,83,703876,480,83,0,NULL,NULL,0.4872,0.622316569);
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
INSERT INTO "runs" VALUES('e6e7ca0a-8ae5-4da5-8a93-1997e4b35435','run-test','2026-11-25 09:45:38.739083','2026-11-25 09:45:39.512978','0.1.0','','','','',2,0,'','','cell');
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
	threads INTEGER NOT NULL, memory_anon_bytes INTEGER, throttled_ns INTEGER, link_rx_bytes INTEGER, link_tx_bytes INTEGER, link_rx_packets INTEGER, link_tx_packets INTEGER,
	PRIMARY KEY (trial_id, replica, at_ns)
) WITHOUT ROWID;
INSERT INTO "samples" VALUES('809973df-243e-44ce-9ffc-9159339157f6',-1,0,2467050,2467050,524288,0,0,0,1,0,0,10106,407212,85,60);
INSERT INTO "samples" VALUES('809973df-243e-44ce-9ffc-9159339157f6',-1,39629306,6232945,6232945,524288,0,0,0,1,0,0,34576,1672932,241,141);
INSERT INTO "samples" VALUES('809973df-243e-44ce-9ffc-9159339157f6',0,0,320404761,289397848,35598336,203702,0,0,3,22765568,0,203702,5026,32,42);
INSERT INTO "samples" VALUES('809973df-243e-44ce-9ffc-9159339157f6',0,39675653,342686363,301148622,35418112,878742,40,0,3,22781952,0,878742,18066,75,125);
INSERT INTO "samples" VALUES('809973df-243e-44ce-9ffc-9159339157f6',1,0,316284226,284655803,30773248,203702,0,0,3,22757376,0,203702,5026,32,42);
INSERT INTO "samples" VALUES('809973df-243e-44ce-9ffc-9159339157f6',1,39720577,340268877,299024164,30674944,794382,32,0,3,22773760,0,794382,16456,70,115);
CREATE TABLE schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL);
INSERT INTO "schema_migrations" VALUES(1,'0001_tables','2026-11-25 09:45:38.715202');
INSERT INTO "schema_migrations" VALUES(2,'0002_results','2026-11-25 09:45:38.716493');
INSERT INTO "schema_migrations" VALUES(3,'0003_cells','2026-11-25 09:45:38.738921');
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
, isolation TEXT, cgroup TEXT, network TEXT, pinning TEXT, replica_user TEXT, cpus_limit REAL, memory_limit_bytes INTEGER, pids_limit INTEGER, link_bits_per_second INTEGER);
INSERT INTO "trials" VALUES('809973df-243e-44ce-9ffc-9159339157f6','e6e7ca0a-8ae5-4da5-8a93-1997e4b35435','aiohttp','fetch_range','{"request_size": 16384}',2,4,40,1.0,30.0,0.0,NULL,42,16384,0,'s2',8,NULL,'bench',4,1,30.0,1,'2026-11-25 09:45:39.443499','2026-11-25 09:45:39.482766',18664034842779,18664074109455,3765895,'cubic',0,NULL,'only 71 operations succeeded: too few for quantiles','cell','v1','veth','origin 1, replicas 0','uid 0',NULL,NULL,NULL,NULL);
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
