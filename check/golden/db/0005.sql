BEGIN TRANSACTION;
CREATE TABLE failures (
	trial_id TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	replica INTEGER NOT NULL,
	outcome TEXT NOT NULL,
	operations INTEGER NOT NULL, text TEXT,      -- within the window
	PRIMARY KEY (trial_id, replica, outcome)
) WITHOUT ROWID;
CREATE TABLE findings (
	trial_id TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	position INTEGER NOT NULL,        -- from 0, in the order of the row
	name TEXT NOT NULL,               -- '': older than names
	text TEXT NOT NULL,               -- a sentence
	PRIMARY KEY (trial_id, position)
) WITHOUT ROWID;
INSERT INTO "findings" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',0,'go_late','the reading at GO ended 1.6 ms too late: is the machine busy with something else?');
INSERT INTO "findings" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',1,'few_operations','only 78 operations succeeded: quantiles of so few say little, and there is no p99');
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
INSERT INTO "latency" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',0,40,630289,139819531,2756648968.0,X'9A0D010B01B2020153015801440143012501250107012501130113010A01130113010C010C0113010901020108010101090109010701030106010901080101010801080109010A0105010401050109010401');
INSERT INTO "latency" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',1,38,1104738,146245401,3005250347.0,X'870E019202017F014B0134012501260121011301120113010D0113011301120105010901090109010301090109010901030106010301070102010701020107010A01090106010301040104010501');
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
INSERT INTO "ledger" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',0,'setup',4,454,454,0,0,7438336,191114,83536,0,454,0,0,0,454,0,0,0,4,4,4);
INSERT INTO "ledger" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',0,'timed',0,40,40,0,0,655360,16842,7362,0,40,0,0,0,40,0,0,0,1,4,4);
INSERT INTO "ledger" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',1,'setup',4,432,432,0,0,7077888,181788,79424,0,432,0,0,0,432,0,0,0,4,4,4);
INSERT INTO "ledger" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',1,'timed',0,40,40,0,0,655360,16836,7356,0,40,0,0,0,40,0,0,0,1,4,4);
CREATE TABLE machine_samples (
	trial_id TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	at_ns INTEGER NOT NULL,           -- since GO
	ksoftirqd_ns INTEGER,             -- CPU of all ksoftirqd threads
	stalled_cpu_us INTEGER,           -- PSI: some task waited for a CPU
	stalled_memory_us INTEGER,
	stalled_io_us INTEGER,
	PRIMARY KEY (trial_id, at_ns)
) WITHOUT ROWID;
INSERT INTO "machine_samples" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',0,40146498745,8232653394,825513,114359054);
INSERT INTO "machine_samples" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',100358629,40146846230,8232752192,825513,114362100);
INSERT INTO "machine_samples" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',197926890,40146956449,8232849742,825513,114362416);
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
	peak_rss_bytes INTEGER NOT NULL, container_id TEXT, started_late_ns INTEGER, rusage_ns INTEGER, group_cpu_ns INTEGER, throttled_ns INTEGER, link_rx_bytes INTEGER, link_tx_bytes INTEGER, link_rx_packets INTEGER, link_tx_packets INTEGER, tcp_segments_in INTEGER, tcp_segments_out INTEGER, tcp_retransmitted INTEGER, memory_peak_bytes INTEGER, memory_kills INTEGER, pids_refused INTEGER, impossible INTEGER, processes INTEGER, clock_offset_ns INTEGER, library_version TEXT, runtime TEXT, cpu_scope TEXT, seen_cpu_ns INTEGER, done_ns INTEGER, end_ns INTEGER, bytes_recorded INTEGER, impossible_first INTEGER, impossible_text TEXT,
	PRIMARY KEY (trial_id, replica)
) WITHOUT ROWID;
INSERT INTO "replicas" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',0,27550,'finished',0,NULL,NULL,'{"multidict":"7.2.1","propcache":"0.5.4","aiosignal":"1.4.0","aiohappyeyeballs":"2.7.1","frozenlist":"1.8.0","idna":"3.20","attrs":"26.1.0","aiohttp":"3.14.5","typing-extensions":"4.16.0","yarl":"1.25.1","library":"3.14.5","runtime":"CPython 3.11.2"}',NULL,NULL,2.0579,3.647496566,NULL,40,40,0,'n_requests',40,0,655360,3,4,29086517,29086517,36667392,NULL,133784783,449154000,449046300,0,674842,12642,40,80,480,80,0,23691264,0,0,0,NULL,-240423,'3.14.5','CPython 3.11.2','group',NULL,15736147366500,15736146606855,655360,0,NULL);
INSERT INTO "replicas" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',1,27553,'finished',0,NULL,NULL,'{"multidict":"7.2.1","propcache":"0.5.4","aiosignal":"1.4.0","aiohappyeyeballs":"2.7.1","frozenlist":"1.8.0","idna":"3.20","attrs":"26.1.0","aiohttp":"3.14.5","typing-extensions":"4.16.0","yarl":"1.25.1","library":"3.14.5","runtime":"CPython 3.11.2"}',NULL,NULL,1.9771,3.611863697,NULL,40,40,0,'n_requests',40,2,622592,2,4,25353158,15612991,36585472,NULL,127322088,440419000,440272865,0,674836,12636,40,80,480,80,0,23617536,0,0,0,NULL,-133768,'3.14.5','CPython 3.11.2','group',NULL,15736150701433,15736150478488,655360,0,NULL);
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
, "cgroup" TEXT, "network" TEXT, "pinning" TEXT, "origin_congestion" TEXT, "cpus_limit" REAL, "memory_limit_bytes" INTEGER, "pids_limit" INTEGER, "link_bits_per_second" INTEGER, "cpu_with_origin_seconds" REAL, "cpu_with_origin_seconds_per_gb" REAL, "throttled_seconds" REAL, "memory_peak_bytes" INTEGER, "memory_anon_bytes" INTEGER, "link_rx_bytes" INTEGER, "link_tx_bytes" INTEGER, "link_rx_packets" INTEGER, "link_tx_packets" INTEGER, "wire_rx_bytes" INTEGER, "tcp_segments_in" INTEGER, "tcp_segments_out" INTEGER, "tcp_retransmitted" INTEGER, "ksoftirqd_cpu_seconds" REAL, "stalled_cpu_seconds" REAL, "start_skew_ms" REAL, "import_seconds" REAL, "ready_seconds" REAL, "operations_due" INTEGER, "operations_started" INTEGER, "operations_never_started" INTEGER, "failures_bad_http" INTEGER, "cpu_scope" TEXT, "replica_user" TEXT, analysis INTEGER, "finding_names" TEXT);
INSERT INTO "results" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',NULL,'aiohttp','fetch_range','{"request_size": 16384}','2026-11-29 14:08:41.452606','2026-11-29 14:08:41.648312',78,0,78,NULL,'1eea545c-1ea0-4bd1-8afc-50a91f121119',4,1,30.0,1,1.0,0.0,NULL,0.0,0.0,0.0,0.0,0.0,1.0,2.13540109812441203374e-01,NULL,2.13540109812441203374e-01,2.13540109812441203374e-01,2.13540109812441203374e-01,2.13540109812441203374e-01,2.13540109812441203374e-01,1.0,0.0,NULL,0.0,0.0,0.0,0.0,0.0,2.0,4.67277933627338111412e+07,2.59783447357050434225e+05,4.65440987254676222803e+07,4.66359460441007167086e+07,4.67277933627338111412e+07,4.68196406813669055695e+07,46911488.0,0.195705765,3.98557497782449047466e+02,NULL,NULL,2,'3.14.5',4,400.0,0,0,0,0,0,0,0,0,0,76.808192,130.285568,NULL,NULL,146.245401,6.52996604366764519383e+06,0.054439675,4.25991547413361359986e+01,6.97944551282051239837e-01,0.002076945,73252864,0,8,80,1310720,0,8,5,'ok','the reading at GO ended 1.6 ms too late: is the machine busy with something else?; only 78 operations succeeded: quantiles of so few say little, and there is no p99','cell','s2',42,'920c198f-da1e-4c71-90c6-e799b53b44c5','0.1.0','Linux 6.18.44-fc-v769','Intel(R) Xeon(R) Processor',2,'v1','veth','origin 1, replicas 0','cubic',NULL,NULL,NULL,NULL,5.65166200000000035208e-02,4.42243683643830181023e+01,0.0,47308800,45871104,1349678,25278,80,160,1407758,960,160,0,0.000457704,0.196348,6.462695,2.0175,3.6296801315,80,80,0,0,'group','uid 1935087232 to 1935087233',1,'go_late;few_operations');
INSERT INTO "results" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',0,'aiohttp','fetch_range','{"request_size": 16384}','2026-11-29 14:08:41.452606','2026-11-29 14:08:41.648312',40,0,40,'cell-27550-920c198f','1eea545c-1ea0-4bd1-8afc-50a91f121119',4,1,30.0,1,1.0,0.0,NULL,0.0,0.0,0.0,0.0,0.0,1.0,1.12174509286354640025e-01,NULL,1.12174509286354640025e-01,1.12174509286354640025e-01,1.12174509286354640025e-01,1.12174509286354640025e-01,1.12174509286354640025e-01,1.0,0.0,NULL,0.0,0.0,0.0,0.0,0.0,2.0,2.33925324320835247644e+07,1.21254059779488379718e+05,2.33067928641670495267e+07,2.33496626481252871456e+07,2.33925324320835247644e+07,2.34354022160417623812e+07,23478272.0,0.195705765,2.0438846040125594073e+02,NULL,NULL,2,'3.14.5',4,400.0,0,0,0,0,0,0,0,0,0,71.565312,125.566976,NULL,NULL,139.819531,3.34870053521417733281e+06,0.029086517,4.4382502746582026985e+01,0.727162925,NULL,36667392,0,4,40,655360,0,4,3,'finished',NULL,'cell','s2',42,'920c198f-da1e-4c71-90c6-e799b53b44c5','0.1.0','Linux 6.18.44-fc-v769','Intel(R) Xeon(R) Processor',2,'v1','veth','origin 1, replicas 0','cubic',NULL,NULL,NULL,NULL,NULL,NULL,0.0,23691264,22941696,674842,12642,40,80,703882,480,80,0,NULL,NULL,NULL,2.0579,3.647496566,40,40,0,0,'group','uid 1935087232 to 1935087233',1,NULL);
INSERT INTO "results" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',1,'aiohttp','fetch_range','{"request_size": 16384}','2026-11-29 14:08:41.452606','2026-11-29 14:08:41.648312',38,0,38,'cell-27553-920c198f','1eea545c-1ea0-4bd1-8afc-50a91f121119',4,1,30.0,1,1.0,0.0,NULL,0.0,0.0,0.0,0.0,0.0,1.0,1.01365600526086008237e-01,NULL,1.01365600526086008237e-01,1.01365600526086008237e-01,1.01365600526086008237e-01,1.01365600526086008237e-01,1.01365600526086008237e-01,1.0,0.0,NULL,0.0,0.0,0.0,0.0,0.0,2.0,2.33352609306502863767e+07,1.38529387577564717503e+05,2.32373058613005690283e+07,2.32862833959754258398e+07,2.33352609306502863767e+07,2.33842384653251431883e+07,23433216.0,0.195705765,1.94169037381193135168e+02,NULL,NULL,2,'3.14.5',4,400.0,0,0,0,0,0,0,0,0,0,83.623936,133.431296,NULL,NULL,146.245401,3.18126550845346832657e+06,0.025353158,4.07219463147615101661e+01,6.67188368421052668821e-01,NULL,36585472,0,4,40,655360,0,4,2,'finished',NULL,'cell','s2',42,'920c198f-da1e-4c71-90c6-e799b53b44c5','0.1.0','Linux 6.18.44-fc-v769','Intel(R) Xeon(R) Processor',2,'v1','veth','origin 1, replicas 0','cubic',NULL,NULL,NULL,NULL,NULL,NULL,0.0,23617536,22929408,674836,12636,40,80,703876,480,80,0,NULL,NULL,NULL,1.9771,3.611863697,40,40,0,0,'group','uid 1935087232 to 1935087233',1,NULL);
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
INSERT INTO "runs" VALUES('1eea545c-1ea0-4bd1-8afc-50a91f121119','run-test aiohttp fetch_range','2026-11-29 14:08:37.421848','2026-11-29 14:08:41.728309','0.1.0','Linux 6.18.44-fc-v769','x86_64','Debian GNU/Linux 12 (bookworm)','Intel(R) Xeon(R) Processor',2,25276063744,'bbr','','cell','finished');
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
INSERT INTO "samples" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',-1,0,27570965,0,114688,0,0,0,1,16384,0,282676,14955026,1812,931);
INSERT INTO "samples" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',-1,100298016,27596717,0,114688,0,0,0,1,16384,0,282676,14955026,1812,931);
INSERT INTO "samples" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',-1,197809936,29647910,0,114688,0,0,0,1,16384,0,307954,16304704,1972,1011);
INSERT INTO "samples" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',0,0,412966136,340697062,23478272,7661710,0,0,3,22937600,0,7661710,144828,475,928);
INSERT INTO "samples" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',0,100322409,424219753,351950679,23306240,7661710,0,0,3,22937600,0,7661710,144828,475,928);
INSERT INTO "samples" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',0,197852499,442052653,369783579,23379968,8336552,40,0,3,22941696,0,8336552,157470,515,1008);
INSERT INTO "samples" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',1,0,407797307,365971942,23433216,7293316,0,0,3,22925312,0,7293316,137848,456,884);
INSERT INTO "samples" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',1,100356215,417969975,376144610,23236608,7293316,0,0,3,22925312,0,7293316,137848,456,884);
INSERT INTO "samples" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5',1,197921061,433150465,381584933,23351296,7968152,39,0,3,22929408,0,7968152,150484,496,964);
CREATE TABLE schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL);
INSERT INTO "schema_migrations" VALUES(1,'0001_tables','2026-11-29 14:08:37.451400');
INSERT INTO "schema_migrations" VALUES(2,'0002_results','2026-11-29 14:08:37.458301');
INSERT INTO "schema_migrations" VALUES(3,'0003_cells','2026-11-29 14:08:37.479407');
INSERT INTO "schema_migrations" VALUES(4,'0004_truth','2026-11-29 14:08:37.488902');
INSERT INTO "schema_migrations" VALUES(5,'0005_raw','2026-11-29 14:08:37.503683');
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
	isolation TEXT, cgroup TEXT, network TEXT, pinning TEXT, replica_user TEXT, cpus_limit REAL, memory_limit_bytes INTEGER, pids_limit INTEGER, link_bits_per_second INTEGER, config TEXT, config_hash TEXT, applied_cpus REAL, applied_memory_bytes INTEGER, applied_pids INTEGER, applied_link_bits_per_second INTEGER, origin_still_ns INTEGER, others_cpu_ns INTEGER, strays INTEGER);
INSERT INTO "trials" VALUES('920c198f-da1e-4c71-90c6-e799b53b44c5','1eea545c-1ea0-4bd1-8afc-50a91f121119','aiohttp','fetch_range','{"request_size": 16384}',2,4,40,1.0,30.0,1.0,400.0,42,16384,0,'s2',8,NULL,'bench',4,1,30.0,1,'2026-11-29 14:08:41.452606','2026-11-29 14:08:41.648312',15735950901090,15736146606855,2076945,'cubic',0,NULL,'cell','v1','veth','origin 1, replicas 0','uid 1935087232 to 1935087233',NULL,NULL,NULL,NULL,NULL,NULL,0.0,0,0,NULL,0,341995173,0);
CREATE INDEX trials_by_run ON trials(run_id);
CREATE UNIQUE INDEX results_by_trial ON results(trial, ifnull(replica, -1));
CREATE INDEX results_by_start ON results(start_time, library_name);
CREATE VIEW workers AS
SELECT library_name, test_name, start_time, end_time, number_requests,
	number_failures, number_successes, container_id, run_id, pool_size,
	keep_alive, keep_alive_timeout_seconds, use_dns_cache, test_params
FROM results
WHERE replica IS NOT NULL;
CREATE INDEX results_by_analysis ON results(ifnull(analysis, 0));
COMMIT;
