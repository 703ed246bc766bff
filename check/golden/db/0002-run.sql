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
INSERT INTO "latency" VALUES('05d9d734-5dcf-47a1-86ba-b99dc6fea616',0,40,20211,595501,6609004.0,X'9E0801060206018F01010501010103010401010201020101010303010701010102011201090102012201040102011E011A01020102013501FC010104010101010101010203');
INSERT INTO "latency" VALUES('05d9d734-5dcf-47a1-86ba-b99dc6fea616',1,29,45955,1204202,6365846.0,X'B4090101010301040203010401010103010201010101020602050101010E010301A0010101020101890201010103027B010101');
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
INSERT INTO "ledger" VALUES('05d9d734-5dcf-47a1-86ba-b99dc6fea616',0,'setup',4,7589,7589,0,0,124338176,3195306,728901,0,7589,0,0,0,7589,0,0,0,4,4,4);
INSERT INTO "ledger" VALUES('05d9d734-5dcf-47a1-86ba-b99dc6fea616',0,'timed',0,40,40,0,0,655360,16842,3842,0,40,0,0,0,40,0,0,0,1,4,4);
INSERT INTO "ledger" VALUES('05d9d734-5dcf-47a1-86ba-b99dc6fea616',1,'setup',4,7415,7415,0,0,121487360,3120936,711081,0,7415,0,0,0,7415,0,0,0,4,4,4);
INSERT INTO "ledger" VALUES('05d9d734-5dcf-47a1-86ba-b99dc6fea616',1,'timed',0,40,40,0,0,655360,16836,3836,0,40,0,0,0,40,0,0,0,1,4,4);
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
INSERT INTO "replicas" VALUES('05d9d734-5dcf-47a1-86ba-b99dc6fea616',0,26234,'finished',0,NULL,NULL,'{"library":"0.1.0","runtime":"glibc 2.36"}',NULL,NULL,0.001848408,1.048925151,NULL,40,40,0,'n_requests',40,0,655360,3,4,471715,94343,2592768);
INSERT INTO "replicas" VALUES('05d9d734-5dcf-47a1-86ba-b99dc6fea616',1,26236,'finished',0,NULL,NULL,'{"library":"0.1.0","runtime":"glibc 2.36"}',NULL,NULL,0.001673519,1.030108352,NULL,40,40,0,'n_requests',40,11,475136,2,4,379954,75991,2605056);
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
INSERT INTO "results" VALUES('05d9d734-5dcf-47a1-86ba-b99dc6fea616',NULL,'reference','fetch_range','{"request_size": 16384}','2026-11-29 14:08:13.527935','2026-11-29 14:08:13.529658',69,0,69,NULL,'406f1fc1-e5ac-4057-9511-fa5c21ea324e',4,1,30.0,1,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.001723244,4.00407603334176674268e+04,NULL,NULL,2,'0.1.0',4,0.0,0,0,0,0,0,0,0,0,0,0.0544,0.595968,NULL,NULL,1.204202,6.56027817302715063113e+08,0.000851669,7.5335870272871385822e-01,1.23430289855072459342e-02,0.001240326,5197824,0,8,80,1310720,0,8,5,'ok','only 69 operations succeeded: too few for quantiles; other programs used 18.76 CPUs meanwhile: rates and times are in doubt, CPU per request less so','','s2',42,'05d9d734-5dcf-47a1-86ba-b99dc6fea616','0.1.0','Linux 6.18.44-fc-v769','Intel(R) Xeon(R) Processor',2);
INSERT INTO "results" VALUES('05d9d734-5dcf-47a1-86ba-b99dc6fea616',0,'reference','fetch_range','{"request_size": 16384}','2026-11-29 14:08:13.527935','2026-11-29 14:08:13.529658',40,0,40,'process-26234-05d9d734','406f1fc1-e5ac-4057-9511-fa5c21ea324e',4,1,30.0,1,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.001723244,23212.0349758943,NULL,NULL,2,'0.1.0',4,0.0,0,0,0,0,0,0,0,0,0,0.0544,0.58368,NULL,NULL,0.595501,3.80305981045052230345e+08,0.000471715,7.1977996826171875e-01,0.011792875,NULL,2592768,0,4,40,655360,0,4,3,'finished',NULL,'','s2',42,'05d9d734-5dcf-47a1-86ba-b99dc6fea616','0.1.0','Linux 6.18.44-fc-v769','Intel(R) Xeon(R) Processor',2);
INSERT INTO "results" VALUES('05d9d734-5dcf-47a1-86ba-b99dc6fea616',1,'reference','fetch_range','{"request_size": 16384}','2026-11-29 14:08:13.527935','2026-11-29 14:08:13.529658',29,0,29,'process-26236-05d9d734','406f1fc1-e5ac-4057-9511-fa5c21ea324e',4,1,30.0,1,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.001723244,1.68287253575233662562e+04,NULL,NULL,2,'0.1.0',4,0.0,0,0,0,0,0,0,0,0,0,0.053376,0.616448,NULL,NULL,1.204202,2.75721836257662832742e+08,0.000379954,7.99674198545258563264e-01,1.3101862068965516167e-02,NULL,2605056,0,4,40,655360,0,4,2,'finished',NULL,'','s2',42,'05d9d734-5dcf-47a1-86ba-b99dc6fea616','0.1.0','Linux 6.18.44-fc-v769','Intel(R) Xeon(R) Processor',2);
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
INSERT INTO "runs" VALUES('406f1fc1-e5ac-4057-9511-fa5c21ea324e','run-test reference fetch_range','2026-11-29 14:08:12.302437','2026-11-29 14:08:13.571864','0.1.0','Linux 6.18.44-fc-v769','x86_64','Debian GNU/Linux 12 (bookworm)','Intel(R) Xeon(R) Processor',2,25276063744,'bbr','','');
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
INSERT INTO "samples" VALUES('05d9d734-5dcf-47a1-86ba-b99dc6fea616',-1,0,109493657,32848097,6033408,0,0,0,1);
INSERT INTO "samples" VALUES('05d9d734-5dcf-47a1-86ba-b99dc6fea616',-1,1966938,110733983,33220194,6033408,0,0,0,1);
INSERT INTO "samples" VALUES('05d9d734-5dcf-47a1-86ba-b99dc6fea616',0,0,55515632,11103126,2592768,124338176,0,0,2);
INSERT INTO "samples" VALUES('05d9d734-5dcf-47a1-86ba-b99dc6fea616',0,1945155,55987347,11197469,2592768,124993536,40,0,2);
INSERT INTO "samples" VALUES('05d9d734-5dcf-47a1-86ba-b99dc6fea616',1,0,53173929,10634785,2547712,121487360,0,0,2);
INSERT INTO "samples" VALUES('05d9d734-5dcf-47a1-86ba-b99dc6fea616',1,1956087,53553883,10710776,2547712,122109952,34,0,2);
CREATE TABLE schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL);
INSERT INTO "schema_migrations" VALUES(1,'0001_tables','2026-11-29 14:08:12.278968');
INSERT INTO "schema_migrations" VALUES(2,'0002_results','2026-11-29 14:08:12.302396');
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
INSERT INTO "trials" VALUES('05d9d734-5dcf-47a1-86ba-b99dc6fea616','406f1fc1-e5ac-4057-9511-fa5c21ea324e','reference','fetch_range','{"request_size": 16384}',2,4,40,5.0,30.0,1.0,NULL,42,16384,0,'s2',512,NULL,'bench',4,1,30.0,1,'2026-11-29 14:08:13.527935','2026-11-29 14:08:13.529658',15708026228911,15708027952155,1240326,'cubic',0,NULL,'only 69 operations succeeded: too few for quantiles
other programs used 18.76 CPUs meanwhile: rates and times are in doubt, CPU per request less so');
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
