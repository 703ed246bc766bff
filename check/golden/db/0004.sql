BEGIN TRANSACTION;
CREATE TABLE failures (
	trial_id TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	replica INTEGER NOT NULL,
	outcome TEXT NOT NULL,
	operations INTEGER NOT NULL, text TEXT,      -- within the window
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
INSERT INTO "latency" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',0,39,303720,900742,16671076.0,X'950C0105010101010101010301040103011302050101010303020202010101030202020B01050103010602010201010102020102010B01020105015D01');
INSERT INTO "latency" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',1,40,322755,727003,16167868.0,X'9E0C01010101020101020103020A010201040207010102010201030103010201010301030103010101030108010901010104020101090103013F01');
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
INSERT INTO "ledger" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',0,'setup',4,12,12,0,0,196608,5010,2246,0,12,0,0,0,12,0,0,0,4,4,4);
INSERT INTO "ledger" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',0,'timed',0,40,40,0,0,655360,16842,7562,0,40,0,0,0,40,0,0,0,1,4,4);
INSERT INTO "ledger" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',1,'setup',4,12,12,0,0,196608,5010,2246,0,12,0,0,0,12,0,0,0,4,4,4);
INSERT INTO "ledger" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',1,'timed',0,40,40,0,0,655360,16836,7556,0,40,0,0,0,40,0,0,0,1,4,4);
CREATE TABLE machine_samples (
	trial_id TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	at_ns INTEGER NOT NULL,           -- since GO
	ksoftirqd_ns INTEGER,             -- CPU of all ksoftirqd threads
	stalled_cpu_us INTEGER,           -- PSI: some task waited for a CPU
	stalled_memory_us INTEGER,
	stalled_io_us INTEGER,
	PRIMARY KEY (trial_id, at_ns)
) WITHOUT ROWID;
INSERT INTO "machine_samples" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',0,358089989,117694180,14903,5658368);
INSERT INTO "machine_samples" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',100230292,358089989,117701855,14903,5658368);
INSERT INTO "machine_samples" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',195747735,358089989,117707409,14903,5658368);
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
	peak_rss_bytes INTEGER NOT NULL, container_id TEXT, started_late_ns INTEGER, rusage_ns INTEGER, group_cpu_ns INTEGER, throttled_ns INTEGER, link_rx_bytes INTEGER, link_tx_bytes INTEGER, link_rx_packets INTEGER, link_tx_packets INTEGER, tcp_segments_in INTEGER, tcp_segments_out INTEGER, tcp_retransmitted INTEGER, memory_peak_bytes INTEGER, memory_kills INTEGER, pids_refused INTEGER, impossible INTEGER, processes INTEGER, clock_offset_ns INTEGER,
	PRIMARY KEY (trial_id, replica)
) WITHOUT ROWID;
INSERT INTO "replicas" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',0,378,'finished',0,NULL,NULL,'{"multidict":"7.2.1","propcache":"0.5.4","aiosignal":"1.4.0","aiohappyeyeballs":"2.7.1","frozenlist":"1.8.0","idna":"3.20","attrs":"26.1.0","aiohttp":"3.14.5","typing-extensions":"4.16.0","yarl":"1.25.1","library":"3.14.5","runtime":"CPython 3.11.2"}',NULL,NULL,0.277,0.3496031,NULL,40,40,0,'n_requests',40,1,638976,3,1,8303382,7380784,36352000,NULL,159867,195289000,195105257,0,675040,13040,43,83,480,83,0,25505792,0,0,0,NULL,NULL);
INSERT INTO "replicas" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',1,379,'finished',0,NULL,NULL,'{"multidict":"7.2.1","propcache":"0.5.4","aiosignal":"1.4.0","aiohappyeyeballs":"2.7.1","frozenlist":"1.8.0","idna":"3.20","attrs":"26.1.0","aiohttp":"3.14.5","typing-extensions":"4.16.0","yarl":"1.25.1","library":"3.14.5","runtime":"CPython 3.11.2"}',NULL,NULL,0.2753,0.347500948,NULL,40,40,0,'n_requests',40,0,655360,2,1,10013358,8956792,36446208,NULL,418012,193559000,193451515,0,675034,13034,43,83,480,83,0,26095616,0,0,0,NULL,NULL);
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
, "cgroup" TEXT, "network" TEXT, "pinning" TEXT, "origin_congestion" TEXT, "cpus_limit" REAL, "memory_limit_bytes" INTEGER, "pids_limit" INTEGER, "link_bits_per_second" INTEGER, "cpu_with_origin_seconds" REAL, "cpu_with_origin_seconds_per_gb" REAL, "throttled_seconds" REAL, "memory_peak_bytes" INTEGER, "memory_anon_bytes" INTEGER, "link_rx_bytes" INTEGER, "link_tx_bytes" INTEGER, "link_rx_packets" INTEGER, "link_tx_packets" INTEGER, "wire_rx_bytes" INTEGER, "tcp_segments_in" INTEGER, "tcp_segments_out" INTEGER, "tcp_retransmitted" INTEGER, "ksoftirqd_cpu_seconds" REAL, "stalled_cpu_seconds" REAL, "start_skew_ms" REAL, "import_seconds" REAL, "ready_seconds" REAL, "operations_due" INTEGER, "operations_started" INTEGER, "operations_never_started" INTEGER, "failures_bad_http" INTEGER, "cpu_scope" TEXT, "replica_user" TEXT);
INSERT INTO "results" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',NULL,'aiohttp','fetch_range','{"request_size": 16384}','2026-11-29 00:31:56.771746','2026-11-29 00:31:56.967171',79,0,79,NULL,'734b12f1-3282-4ded-8645-5cd077100cec',4,1,30.0,1,1.0,6.73724774713145103293e+06,NULL,6.73724774713145103293e+06,6.73724774713145103293e+06,6.73724774713145103293e+06,6.73724774713145103293e+06,6.73724774713145103293e+06,1.0,1.06195780534272810058e-01,NULL,1.06195780534272810058e-01,1.06195780534272810058e-01,1.06195780534272810058e-01,1.06195780534272810058e-01,1.06195780534272810058e-01,1.0,6.34417649480632916091e+07,NULL,6.34417649480632916091e+07,6.34417649480632916091e+07,6.34417649480632916091e+07,6.34417649480632916091e+07,6.34417649480632916091e+07,2.0,5.11548871586811318987e+07,3.46753267448347396559e+04,51130368.0,5.11426275793405622251e+07,5.11548871586811318987e+07,51167146.7380217,5.11794063173622637997e+07,0.195425574,4.04245966293029823646e+02,NULL,NULL,2,'3.14.5',4,400.0,0,0,0,0,0,0,0,0,0,0.398336,0.484352,NULL,NULL,0.900742,6.62316591174500063051e+06,0.01831674,1.41514568087420880004e+01,2.31857468354430384938e-01,0.001967115,72798208,0,8,80,1310720,0,8,5,'ok','only 79 operations succeeded: too few for quantiles','cell','s2',42,'459351f0-2b90-4d2d-b722-b73b24f224d5','0.1.0','Linux 6.18.44-fc-v657','AMD EPYC',2,'v1','veth','origin 1, replicas 0','cubic',NULL,NULL,NULL,NULL,2.02838550000000034101e-02,1.56712437883208082216e+01,0.0,51601408,45625344,1350074,26074,86,166,1407758,960,166,0,0.0,0.013229,0.258145,0.27615,3.48552023999999960324e-01,80,80,0,0,'group','uid 0');
INSERT INTO "results" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',0,'aiohttp','fetch_range','{"request_size": 16384}','2026-11-29 00:31:56.771746','2026-11-29 00:31:56.967171',39,0,39,'cell-378-459351f0','734b12f1-3282-4ded-8645-5cd077100cec',4,1,30.0,1,1.0,3.36883076094177551576e+06,NULL,3.36883076094177551576e+06,3.36883076094177551576e+06,3.36883076094177551576e+06,3.36883076094177551576e+06,3.36883076094177551576e+06,1.0,4.64610134407383856824e-02,NULL,4.64610134407383856824e-02,4.64610134407383856824e-02,4.64610134407383856824e-02,4.64610134407383856824e-02,4.64610134407383856824e-02,1.0,7.25087661989715695368e+07,NULL,7.25087661989715695368e+07,7.25087661989715695368e+07,7.25087661989715695368e+07,7.25087661989715695368e+07,7.25087661989715695368e+07,2.0,2.53132889161369279036e+07,5.78000942971014774248e+03,2.53092018322738595312e+07,2.5311245374205395579e+07,2.53132889161369279036e+07,2.53153324580684639514e+07,25317376.0,0.195425574,1.99564464372508382434e+02,NULL,NULL,2,'3.14.5',4,400.0,0,0,0,0,0,0,0,0,0,0.41472,0.50688,NULL,NULL,0.900742,3.26966418427917733784e+06,0.008303382,1.29948260967548083759e+01,2.12907230769230765288e-01,NULL,36352000,0,4,40,655360,0,4,3,'finished',NULL,'cell','s2',42,'459351f0-2b90-4d2d-b722-b73b24f224d5','0.1.0','Linux 6.18.44-fc-v657','AMD EPYC',2,'v1','veth','origin 1, replicas 0','cubic',NULL,NULL,NULL,NULL,NULL,NULL,0.0,25505792,22806528,675040,13040,43,83,703882,480,83,0,NULL,NULL,NULL,0.277,0.3496031,40,40,0,0,'group','uid 0');
INSERT INTO "results" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',1,'aiohttp','fetch_range','{"request_size": 16384}','2026-11-29 00:31:56.771746','2026-11-29 00:31:56.967171',40,0,40,'cell-379-459351f0','734b12f1-3282-4ded-8645-5cd077100cec',4,1,30.0,1,1.0,3.36841698618967551738e+06,NULL,3.36841698618967551738e+06,3.36841698618967551738e+06,3.36841698618967551738e+06,3.36841698618967551738e+06,3.36841698618967551738e+06,1.0,5.97347670935344243758e-02,NULL,5.97347670935344243758e-02,5.97347670935344243758e-02,5.97347670935344243758e-02,5.97347670935344243758e-02,5.97347670935344243758e-02,1.0,5.63895558664405718461e+07,NULL,5.63895558664405718461e+07,5.63895558664405718461e+07,5.63895558664405718461e+07,5.63895558664405718461e+07,5.63895558664405718461e+07,2.0,2.58415982425442039972e+07,4.0455336174544892858e+04,25812992.0,2.58272951212721019989e+07,2.58415982425442039972e+07,2.58559013638163022702e+07,2.58702044850884042685e+07,0.195425574,2.04681501920521412784e+02,NULL,NULL,2,'3.14.5',4,400.0,0,0,0,0,0,0,0,0,0,0.392192,0.470016,NULL,NULL,0.727003,3.3535017274658228271e+06,0.010013358,1.52791717529296864341e+01,2.50333949999999971769e-01,NULL,36446208,0,4,40,655360,0,4,2,'finished',NULL,'cell','s2',42,'459351f0-2b90-4d2d-b722-b73b24f224d5','0.1.0','Linux 6.18.44-fc-v657','AMD EPYC',2,'v1','veth','origin 1, replicas 0','cubic',NULL,NULL,NULL,NULL,NULL,NULL,0.0,26095616,22818816,675034,13034,43,83,703876,480,83,0,NULL,NULL,NULL,0.2753,0.347500948,40,40,0,0,'group','uid 0');
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
, ended TEXT);
INSERT INTO "runs" VALUES('734b12f1-3282-4ded-8645-5cd077100cec','run-test aiohttp fetch_range --replicas 2 --concurrency 4 --n-requests 40 --timeout 1 --warm-up 0 --rate 400 --keys 8 --db g.db','2026-11-29 00:31:56.346894','2026-11-29 00:31:56.980862','0.1.0','Linux 6.18.44-fc-v657','x86_64','Debian GNU/Linux 12 (bookworm)','AMD EPYC',2,25276510208,'bbr','','cell','finished');
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
INSERT INTO "samples" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',-1,0,1037730,1037730,524288,0,0,0,1,61440,0,9968,407128,82,58);
INSERT INTO "samples" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',-1,100205124,1975251,1975251,524288,0,0,0,1,61440,0,23202,1082362,168,104);
INSERT INTO "samples" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',-1,195693444,3004845,3004845,524288,0,0,0,1,61440,0,36042,1757202,248,144);
INSERT INTO "samples" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',0,0,182582029,162295136,25317376,203564,0,0,3,22798336,0,203564,4984,29,41);
INSERT INTO "samples" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',0,100218154,187238266,166434014,25309184,541182,20,0,3,22798336,0,541182,11602,52,84);
INSERT INTO "samples" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',0,195721496,190885411,169675920,25329664,878604,40,0,3,22806528,0,878604,18024,72,124);
INSERT INTO "samples" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',1,0,179413205,147752051,25812992,203564,0,0,3,22810624,0,203564,4984,29,41);
INSERT INTO "samples" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',1,100229871,185400413,152682693,25870336,541180,20,0,3,22810624,0,541180,11600,52,84);
INSERT INTO "samples" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5',1,195747134,189426563,156708843,25890816,878598,40,0,3,22818816,0,878598,18018,72,124);
CREATE TABLE schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL);
INSERT INTO "schema_migrations" VALUES(1,'0001_tables','2026-11-29 00:31:56.348919');
INSERT INTO "schema_migrations" VALUES(2,'0002_results','2026-11-29 00:31:56.349492');
INSERT INTO "schema_migrations" VALUES(3,'0003_cells','2026-11-29 00:31:56.356631');
INSERT INTO "schema_migrations" VALUES(4,'0004_truth','2026-11-29 00:31:56.358151');
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
INSERT INTO "trials" VALUES('459351f0-2b90-4d2d-b722-b73b24f224d5','734b12f1-3282-4ded-8645-5cd077100cec','aiohttp','fetch_range','{"request_size": 16384}',2,4,40,1.0,30.0,0.0,400.0,42,16384,0,'s2',8,NULL,'bench',4,1,30.0,1,'2026-11-29 00:31:56.771746','2026-11-29 00:31:56.967171',1080009231855,1080204657429,1967115,'cubic',0,NULL,'only 79 operations succeeded: too few for quantiles','cell','v1','veth','origin 1, replicas 0','uid 0',NULL,NULL,NULL,NULL);
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
