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
INSERT INTO "latency" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',0,32,1040182,30425571,208542745.0,X'FE0D011D0201010101010101020102010102010601050104010A017901020101010201440104010602880101020101010101CC0101050102010201');
INSERT INTO "latency" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',1,40,1038398,26775925,195217238.0,X'FE0D0112010C01010301010306010102010202030110010101140101011C013B01080108010101070101038C0101060101010302EF0101060101010201');
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
INSERT INTO "ledger" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',0,'setup',4,12,12,0,0,196608,5010,2246,0,12,0,0,0,12,0,0,0,4,4,4);
INSERT INTO "ledger" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',0,'timed',0,40,40,0,0,655360,16842,7562,0,40,0,0,0,40,0,0,0,1,4,4);
INSERT INTO "ledger" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',1,'setup',4,12,12,0,0,196608,5010,2246,0,12,0,0,0,12,0,0,0,4,4,4);
INSERT INTO "ledger" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',1,'timed',0,40,40,0,0,655360,16836,7556,0,40,0,0,0,40,0,0,0,1,4,4);
CREATE TABLE machine_samples (
	trial_id TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	at_ns INTEGER NOT NULL,           -- since GO
	ksoftirqd_ns INTEGER,             -- CPU of all ksoftirqd threads
	stalled_cpu_us INTEGER,           -- PSI: some task waited for a CPU
	stalled_memory_us INTEGER,
	stalled_io_us INTEGER,
	PRIMARY KEY (trial_id, at_ns)
) WITHOUT ROWID;
INSERT INTO "machine_samples" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',0,5587381565,1832327156,10614,93838227);
INSERT INTO "machine_samples" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',54108948,5587381565,1832377535,10614,93838227);
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
	peak_rss_bytes INTEGER NOT NULL, container_id TEXT, started_late_ns INTEGER, rusage_ns INTEGER, group_cpu_ns INTEGER, throttled_ns INTEGER, link_rx_bytes INTEGER, link_tx_bytes INTEGER, link_rx_packets INTEGER, link_tx_packets INTEGER, tcp_segments_in INTEGER, tcp_segments_out INTEGER, tcp_retransmitted INTEGER, memory_peak_bytes INTEGER, memory_kills INTEGER, pids_refused INTEGER,
	PRIMARY KEY (trial_id, replica)
) WITHOUT ROWID;
INSERT INTO "replicas" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',0,11917,'finished',0,NULL,NULL,NULL,NULL,NULL,0.7334,0.938864969,NULL,40,40,0,'n_requests',40,8,524288,2,4,27023242,17503431,36413440,NULL,22595804,505849000,505634517,0,675040,13040,43,83,480,83,0,31117312,0,0);
INSERT INTO "replicas" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',1,11918,'finished',0,NULL,NULL,NULL,NULL,NULL,0.7351,0.932789041,NULL,40,40,0,'n_requests',40,0,655360,2,4,31318138,29916650,36466688,NULL,23848102,502833000,502682203,0,675034,13034,43,83,480,83,0,25604096,0,0);
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
, "cgroup" TEXT, "network" TEXT, "pinning" TEXT, "origin_congestion" TEXT, "cpus_limit" REAL, "memory_limit_bytes" INTEGER, "pids_limit" INTEGER, "link_bits_per_second" INTEGER, "cpu_with_origin_seconds" REAL, "cpu_with_origin_seconds_per_gb" REAL, "throttled_seconds" REAL, "memory_peak_bytes" INTEGER, "memory_anon_bytes" INTEGER, "link_rx_bytes" INTEGER, "link_tx_bytes" INTEGER, "link_rx_packets" INTEGER, "link_tx_packets" INTEGER, "wire_rx_bytes" INTEGER, "tcp_segments_in" INTEGER, "tcp_segments_out" INTEGER, "tcp_retransmitted" INTEGER, "ksoftirqd_cpu_seconds" REAL, "stalled_cpu_seconds" REAL, "start_skew_ms" REAL, "import_seconds" REAL, "ready_seconds" REAL);
INSERT INTO "results" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',NULL,'aiohttp','fetch_range','{"request_size": 16384}','2026-11-25 09:56:04.599833','2026-11-25 09:56:04.653233',72,0,72,NULL,'21465637-87ce-4866-bc48-69613a28690a',4,1,30.0,1,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.053400258,1.34830809244404781568e+03,NULL,NULL,2,'3.14.5',4,0.0,0,0,0,0,0,0,0,0,0,1.536,25.624576,NULL,NULL,30.425571,2.20906797866032794121e+07,0.05834138,4.94566006130642392673e+01,8.10296944444444444677e-01,0.004462496,72880128,0,8,80,1310720,0,8,4,'ok','only 72 operations succeeded: too few for quantiles; other programs used 1.17 CPUs meanwhile: rates and times are in doubt, CPU per request less so','cell','s2',42,'61b39a98-2fde-4e98-864f-8d58c33680bd','0.1.0','','',2,'v1','veth','origin 1, replicas 0','cubic',NULL,NULL,NULL,NULL,0.062803876,5.32395053439670107309e+01,0.0,56721408,45543424,1350074,26074,86,166,1407758,960,166,0,0.0,0.050379,1.252298,7.34250000000000069277e-01,0.935827005);
INSERT INTO "results" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',0,'aiohttp','fetch_range','{"request_size": 16384}','2026-11-25 09:56:04.599833','2026-11-25 09:56:04.653233',32,0,32,'cell-11917-61b39a98','21465637-87ce-4866-bc48-69613a28690a',4,1,30.0,1,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.053400258,5.99248041086243460979e+02,NULL,NULL,2,'3.14.5',4,0.0,0,0,0,0,0,0,0,0,0,1.536,29.294592,NULL,NULL,30.425571,9.81807990515701286497e+06,0.027023242,5.15427436828613210178e+01,0.8444763125,NULL,36413440,0,4,40,655360,0,4,2,'finished',NULL,'cell','s2',42,'61b39a98-2fde-4e98-864f-8d58c33680bd','0.1.0','','',2,'v1','veth','origin 1, replicas 0','cubic',NULL,NULL,NULL,NULL,NULL,NULL,0.0,31117312,22773760,675040,13040,43,83,703882,480,83,0,NULL,NULL,NULL,0.7334,0.938864969);
INSERT INTO "results" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',1,'aiohttp','fetch_range','{"request_size": 16384}','2026-11-25 09:56:04.599833','2026-11-25 09:56:04.653233',40,0,40,'cell-11918-61b39a98','21465637-87ce-4866-bc48-69613a28690a',4,1,30.0,1,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.053400258,7.49060051357804354684e+02,NULL,NULL,2,'3.14.5',4,0.0,0,0,0,0,0,0,0,0,0,1.519616,6.9632,NULL,NULL,26.775925,1.22725998814462665463e+07,0.031318138,4.77876861572265667623e+01,0.78295345,NULL,36466688,0,4,40,655360,0,4,2,'finished',NULL,'cell','s2',42,'61b39a98-2fde-4e98-864f-8d58c33680bd','0.1.0','','',2,'v1','veth','origin 1, replicas 0','cubic',NULL,NULL,NULL,NULL,NULL,NULL,0.0,25604096,22769664,675034,13034,43,83,703876,480,83,0,NULL,NULL,NULL,0.7351,0.932789041);
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
INSERT INTO "runs" VALUES('21465637-87ce-4866-bc48-69613a28690a','run-test','2026-11-25 09:56:03.578966','2026-11-25 09:56:04.693891','0.1.0','','','','',2,0,'','','cell');
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
INSERT INTO "samples" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',-1,0,2828435,2828435,262144,0,0,0,1,45056,0,10106,407212,85,60);
INSERT INTO "samples" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',-1,53988732,7290931,7290931,262144,0,0,0,1,45056,0,34574,1672930,241,141);
INSERT INTO "samples" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',0,0,466819640,385633615,30744576,203702,0,0,3,22765568,0,203702,5026,32,42);
INSERT INTO "samples" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',0,54038886,493842882,403137046,30990336,794386,32,0,3,22773760,0,794386,16460,70,115);
INSERT INTO "samples" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',1,0,462443334,402124638,25284608,203702,0,0,3,22761472,0,203702,5026,32,42);
INSERT INTO "samples" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd',1,54108076,493761472,432041288,25374720,878736,40,0,3,22769664,0,878736,18060,75,125);
CREATE TABLE schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL);
INSERT INTO "schema_migrations" VALUES(1,'0001_tables','2026-11-25 09:56:03.555091');
INSERT INTO "schema_migrations" VALUES(2,'0002_results','2026-11-25 09:56:03.556485');
INSERT INTO "schema_migrations" VALUES(3,'0003_cells','2026-11-25 09:56:03.578795');
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
INSERT INTO "trials" VALUES('61b39a98-2fde-4e98-864f-8d58c33680bd','21465637-87ce-4866-bc48-69613a28690a','aiohttp','fetch_range','{"request_size": 16384}',2,4,40,1.0,30.0,0.0,NULL,42,16384,0,'s2',8,NULL,'bench',4,1,30.0,1,'2026-11-25 09:56:04.599833','2026-11-25 09:56:04.653233',19289191174788,19289244575046,4462496,'cubic',0,NULL,'only 72 operations succeeded: too few for quantiles
other programs used 1.17 CPUs meanwhile: rates and times are in doubt, CPU per request less so','cell','v1','veth','origin 1, replicas 0','uid 0',NULL,NULL,NULL,NULL);
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
