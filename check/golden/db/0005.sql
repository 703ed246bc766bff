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
INSERT INTO "findings" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',0,'few_operations','only 79 operations succeeded: quantiles of so few say little, and there is no p99');
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
INSERT INTO "latency" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',0,39,555408,16532924,66076659.0,X'880D01060101010201040104010D010101090101010101050101010101010310010901010102010601010107010201010104010801120103010201030205023B01FE010167014B01');
INSERT INTO "latency" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',1,40,471527,20033048,79154548.0,X'E70C011F0103020801070101020F0104010301020105020101010301010301060102010C0104020102050209010A01010109010B020101A002017B014C012F01');
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
INSERT INTO "ledger" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',0,'setup',4,3263,3263,0,0,53460992,1373842,600531,0,3263,0,0,0,3263,0,0,0,4,4,4);
INSERT INTO "ledger" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',0,'timed',0,40,40,0,0,655360,16842,7362,0,40,0,0,0,40,0,0,0,1,4,4);
INSERT INTO "ledger" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',1,'setup',4,3274,3274,0,0,53641216,1377988,602070,0,3274,0,0,0,3274,0,0,0,4,4,4);
INSERT INTO "ledger" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',1,'timed',0,40,40,0,0,655360,16836,7356,0,40,0,0,0,40,0,0,0,1,4,4);
CREATE TABLE machine_samples (
	trial_id TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	at_ns INTEGER NOT NULL,           -- since GO
	ksoftirqd_ns INTEGER,             -- CPU of all ksoftirqd threads
	stalled_cpu_us INTEGER,           -- PSI: some task waited for a CPU
	stalled_memory_us INTEGER,
	stalled_io_us INTEGER,
	PRIMARY KEY (trial_id, at_ns)
) WITHOUT ROWID;
INSERT INTO "machine_samples" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',0,50394083568,12006280145,1737335,152675824);
INSERT INTO "machine_samples" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',100561683,50394083568,12006311626,1737335,152675824);
INSERT INTO "machine_samples" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',197226266,50394083568,12006323577,1737335,152675824);
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
	peak_rss_bytes INTEGER NOT NULL, container_id TEXT, started_late_ns INTEGER, rusage_ns INTEGER, group_cpu_ns INTEGER, throttled_ns INTEGER, link_rx_bytes INTEGER, link_tx_bytes INTEGER, link_rx_packets INTEGER, link_tx_packets INTEGER, tcp_segments_in INTEGER, tcp_segments_out INTEGER, tcp_retransmitted INTEGER, memory_peak_bytes INTEGER, memory_kills INTEGER, pids_refused INTEGER, impossible INTEGER, processes INTEGER, clock_offset_ns INTEGER, library_version TEXT, runtime TEXT, cpu_scope TEXT, seen_cpu_ns INTEGER, done_ns INTEGER, end_ns INTEGER, bytes_recorded INTEGER, requests_least INTEGER, requests_most INTEGER, body_bytes_least INTEGER, body_bytes_most INTEGER, attempts INTEGER, impossible_first INTEGER, impossible_text TEXT,
	PRIMARY KEY (trial_id, replica)
) WITHOUT ROWID;
INSERT INTO "replicas" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',0,16047,'finished',0,NULL,NULL,'{"multidict":"7.2.1","propcache":"0.5.4","aiosignal":"1.4.0","aiohappyeyeballs":"2.7.1","frozenlist":"1.8.0","idna":"3.20","attrs":"26.1.0","aiohttp":"3.14.5","typing-extensions":"4.16.0","yarl":"1.25.1","library":"3.14.5","runtime":"CPython 3.11.2"}',NULL,NULL,0.3782,1.552577251,NULL,40,40,0,'n_requests',40,1,638976,3,4,27720405,25462933,36687872,NULL,15415100,817563000,817411701,0,674842,12642,40,80,480,80,0,24166400,0,0,0,NULL,-330311,'3.14.5','CPython 3.11.2','group',NULL,19860681060275,19860679580799,655360,40,40,655360,655360,NULL,0,NULL);
INSERT INTO "replicas" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',1,16049,'finished',0,NULL,NULL,'{"multidict":"7.2.1","propcache":"0.5.4","aiosignal":"1.4.0","aiohappyeyeballs":"2.7.1","frozenlist":"1.8.0","idna":"3.20","attrs":"26.1.0","aiohttp":"3.14.5","typing-extensions":"4.16.0","yarl":"1.25.1","library":"3.14.5","runtime":"CPython 3.11.2"}',NULL,NULL,0.3766,1.546787324,NULL,40,40,0,'n_requests',40,0,655360,2,4,29986395,21609821,36724736,NULL,18872271,809097000,809032604,0,674836,12636,40,80,480,80,0,24231936,0,0,0,NULL,-1415601,'3.14.5','CPython 3.11.2','group',NULL,19860679453062,19860678988250,655360,40,40,655360,655360,NULL,0,NULL);
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
, "cgroup" TEXT, "network" TEXT, "pinning" TEXT, "origin_congestion" TEXT, "cpus_limit" REAL, "memory_limit_bytes" INTEGER, "pids_limit" INTEGER, "link_bits_per_second" INTEGER, "cpu_with_origin_seconds" REAL, "cpu_with_origin_seconds_per_gb" REAL, "throttled_seconds" REAL, "memory_peak_bytes" INTEGER, "memory_anon_bytes" INTEGER, "link_rx_bytes" INTEGER, "link_tx_bytes" INTEGER, "link_rx_packets" INTEGER, "link_tx_packets" INTEGER, "wire_rx_bytes" INTEGER, "tcp_segments_in" INTEGER, "tcp_segments_out" INTEGER, "tcp_retransmitted" INTEGER, "ksoftirqd_cpu_seconds" REAL, "stalled_cpu_seconds" REAL, "start_skew_ms" REAL, "import_seconds" REAL, "ready_seconds" REAL, "operations_due" INTEGER, "operations_started" INTEGER, "operations_never_started" INTEGER, "failures_bad_http" INTEGER, "cpu_scope" TEXT, "replica_user" TEXT, analysis INTEGER, "finding_names" TEXT, "n_requests" INTEGER, "timeout_seconds" REAL, "warm_up_seconds" REAL, "request_size_bytes" INTEGER, "hot_key" INTEGER, "operation_timeout_seconds" REAL, "ready_timeout_seconds" REAL, "keys" INTEGER, "pin" TEXT, "congestion" TEXT, "endpoint" TEXT, "bucket" TEXT, "region" TEXT, "prefix" TEXT, "anonymous" INTEGER, "ca_file" TEXT, "config_hash" TEXT);
INSERT INTO "results" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',NULL,'aiohttp','fetch_range','{"request_size": 16384}','2026-11-29 15:17:25.984913','2026-11-29 15:17:26.180693',79,0,79,NULL,'adad3193-112b-4349-8f5e-6653043a766e',4,1,30.0,1,1.0,6.71805652815252542491e+06,NULL,6.71805652815252542491e+06,6.71805652815252542491e+06,6.71805652815252542491e+06,6.71805652815252542491e+06,6.71805652815252542491e+06,1.0,4.07043191223039890758e-01,NULL,4.07043191223039890758e-01,4.07043191223039890758e-01,4.07043191223039890758e-01,4.07043191223039890758e-01,4.07043191223039890758e-01,1.0,1.65045299197041653097e+07,NULL,1.65045299197041653097e+07,1.65045299197041653097e+07,1.65045299197041653097e+07,1.65045299197041653097e+07,1.65045299197041653097e+07,2.0,4.79401722177169770013e+07,1.6136145956846850458e+05,4.78260724354339540002e+07,4.78831223265754655007e+07,4.79401722177169770013e+07,4.79972221088584885019e+07,48054272.0,0.195780527,4.03513062358852437217e+02,NULL,NULL,2,'3.14.5',4,400.0,0,0,0,0,0,0,0,0,0,0.825344,1.675264,NULL,NULL,20.033048,6.61115801368743833147e+06,0.0577068,4.45840956289556942246e+01,7.30465822784810203671e-01,0.00254765,73412608,0,8,80,1310720,0,8,5,'ok','only 79 operations succeeded: quantiles of so few say little, and there is no p99','cell','s2',42,'6b7f1811-29c6-40e7-9083-20211e731aba','0.1.0','Linux 6.18.44-fc-v769','Intel(R) Xeon(R) Processor',2,'v1','veth','origin 1, replicas 0','cubic',NULL,NULL,NULL,NULL,0.06025445,4.65524021583267355595e+01,0.0,48398336,46059520,1349678,25278,80,160,1407758,960,160,0,0.0,0.043432,3.457171,3.77399999999999957722e-01,1.5496822875,80,80,0,0,'group','uid 1895763840 to 1895763841',2,'few_operations',40,1.0,1.0,16384,0,30.0,60.0,8,NULL,NULL,NULL,'bench',NULL,NULL,0,NULL,'f38e38185ef13fce');
INSERT INTO "results" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',0,'aiohttp','fetch_range','{"request_size": 16384}','2026-11-29 15:17:25.984913','2026-11-29 15:17:26.180693',39,0,39,'cell-16047-6b7f1811','adad3193-112b-4349-8f5e-6653043a766e',4,1,30.0,1,1.0,3.36237328906424343577e+06,NULL,3.36237328906424343577e+06,3.36237328906424343577e+06,3.36237328906424343577e+06,3.36237328906424343577e+06,3.36237328906424343577e+06,1.0,1.88801216265942484184e-01,NULL,1.88801216265942484184e-01,1.88801216265942484184e-01,1.88801216265942484184e-01,1.88801216265942484184e-01,1.88801216265942484184e-01,1.0,1.78090658289407230917e+07,NULL,1.78090658289407230917e+07,1.78090658289407230917e+07,1.78090658289407230917e+07,1.78090658289407230917e+07,1.78090658289407230917e+07,2.0,2.39248077832493521283e+07,2.88615769126159975727e+04,2.39043995664987042539e+07,2.39146036748740300537e+07,2.39248077832493521283e+07,2.39350118916246742007e+07,23945216.0,0.195780527,1.99202651037914506559e+02,NULL,NULL,2,'3.14.5',4,400.0,0,0,0,0,0,0,0,0,0,0.866304,1.675264,NULL,NULL,16.532924,3.2637362346051912755e+06,0.027720405,43.3825448843149,7.10779615384615426343e-01,NULL,36687872,0,4,40,655360,0,4,3,'finished',NULL,'cell','s2',42,'6b7f1811-29c6-40e7-9083-20211e731aba','0.1.0','Linux 6.18.44-fc-v769','Intel(R) Xeon(R) Processor',2,'v1','veth','origin 1, replicas 0','cubic',NULL,NULL,NULL,NULL,NULL,NULL,0.0,24166400,23031808,674842,12642,40,80,703882,480,80,0,NULL,NULL,NULL,0.3782,1.552577251,40,40,0,0,'group','uid 1895763840 to 1895763841',2,NULL,40,1.0,1.0,16384,0,30.0,60.0,8,NULL,NULL,NULL,'bench',NULL,NULL,0,NULL,'f38e38185ef13fce');
INSERT INTO "results" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',1,'aiohttp','fetch_range','{"request_size": 16384}','2026-11-29 15:17:25.984913','2026-11-29 15:17:26.180693',40,0,40,'cell-16049-6b7f1811','adad3193-112b-4349-8f5e-6653043a766e',4,1,30.0,1,1.0,3.35568323908828198913e+06,NULL,3.35568323908828198913e+06,3.35568323908828198913e+06,3.35568323908828198913e+06,3.35568323908828198913e+06,3.35568323908828198913e+06,1.0,2.18241974957099627019e-01,NULL,2.18241974957099627019e-01,2.18241974957099627019e-01,2.18241974957099627019e-01,2.18241974957099627019e-01,2.18241974957099627019e-01,1.0,1.53759754041261635726e+07,NULL,1.53759754041261635726e+07,1.53759754041261635726e+07,1.53759754041261635726e+07,1.53759754041261635726e+07,1.53759754041261635726e+07,2.0,2.4015364434467624873e+07,1.32499882655852503372e+05,2.39216728689352497463e+07,2.3968518651701435447e+07,2.4015364434467624873e+07,2.4062210217233814299e+07,24109056.0,0.195780527,2.04310411320937959081e+02,NULL,NULL,2,'3.14.5',4,400.0,0,0,0,0,0,0,0,0,0,0.768,1.069056,NULL,NULL,20.033048,3.34742177908224752174e+06,0.029986395,4.57556076049804687482e+01,0.749659875,NULL,36724736,0,4,40,655360,0,4,2,'finished',NULL,'cell','s2',42,'6b7f1811-29c6-40e7-9083-20211e731aba','0.1.0','Linux 6.18.44-fc-v769','Intel(R) Xeon(R) Processor',2,'v1','veth','origin 1, replicas 0','cubic',NULL,NULL,NULL,NULL,NULL,NULL,0.0,24231936,23027712,674836,12636,40,80,703876,480,80,0,NULL,NULL,NULL,0.3766,1.546787324,40,40,0,0,'group','uid 1895763840 to 1895763841',2,NULL,40,1.0,1.0,16384,0,30.0,60.0,8,NULL,NULL,NULL,'bench',NULL,NULL,0,NULL,'f38e38185ef13fce');
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
INSERT INTO "runs" VALUES('adad3193-112b-4349-8f5e-6653043a766e','run-test aiohttp fetch_range --replicas 2 --concurrency 4 --n-requests 40 --timeout 1 --rate 400 --keys 8 --db sqlite:///x.db','2026-11-29 15:17:24.272752','2026-11-29 15:17:26.207039','0.1.0','Linux 6.18.44-fc-v769','x86_64','Debian GNU/Linux 12 (bookworm)','Intel(R) Xeon(R) Processor',2,25276063744,'bbr','','cell','finished');
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
INSERT INTO "samples" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',-1,0,76572713,21877918,282624,0,0,0,1,12288,0,2068123,110288184,13113,6577);
INSERT INTO "samples" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',-1,100330118,77764330,22218380,282624,0,0,0,1,12288,0,2080761,110963022,13193,6617);
INSERT INTO "samples" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',-1,197146189,79120363,22605818,282624,0,0,0,1,81920,0,2093401,111637862,13273,6657);
INSERT INTO "samples" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',0,0,782302313,581711976,23945216,55051544,0,0,3,23031808,0,55051544,1032599,3283,6546);
INSERT INTO "samples" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',0,100351737,801248843,598401034,23904256,55388964,20,0,3,23031808,0,55388964,1038919,3303,6586);
INSERT INTO "samples" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',0,197180487,810022718,607174909,23937024,55726386,40,0,3,23031808,0,55726386,1045241,3323,6626);
INSERT INTO "samples" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',1,0,771892462,609388785,24109056,55236640,0,0,3,23027712,0,55236640,1035524,3294,6567);
INSERT INTO "samples" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',1,100551207,793836956,630998606,23920640,55574058,20,0,3,23027712,0,55574058,1041842,3314,6607);
INSERT INTO "samples" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba',1,197221552,801878857,630998606,23920640,55911476,40,0,3,23027712,0,55911476,1048160,3334,6647);
CREATE TABLE schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL);
INSERT INTO "schema_migrations" VALUES(1,'0001_tables','2026-11-29 15:17:24.281977');
INSERT INTO "schema_migrations" VALUES(2,'0002_results','2026-11-29 15:17:24.282981');
INSERT INTO "schema_migrations" VALUES(3,'0003_cells','2026-11-29 15:17:24.292995');
INSERT INTO "schema_migrations" VALUES(4,'0004_truth','2026-11-29 15:17:24.295174');
INSERT INTO "schema_migrations" VALUES(5,'0005_raw','2026-11-29 15:17:24.302285');
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
	isolation TEXT, cgroup TEXT, network TEXT, pinning TEXT, replica_user TEXT, cpus_limit REAL, memory_limit_bytes INTEGER, pids_limit INTEGER, link_bits_per_second INTEGER, config TEXT, config_hash TEXT, applied_cpus REAL, applied_memory_bytes INTEGER, applied_pids INTEGER, applied_link_bits_per_second INTEGER, origin_still_ns INTEGER, others_cpu_ns INTEGER, strays INTEGER, widest_stage INTEGER, burst_requests INTEGER);
INSERT INTO "trials" VALUES('6b7f1811-29c6-40e7-9083-20211e731aba','adad3193-112b-4349-8f5e-6653043a766e','aiohttp','fetch_range','{"request_size": 16384}',2,4,40,1.0,30.0,1.0,400.0,42,16384,0,'s2',8,NULL,'bench',4,1,30.0,1,'2026-11-29 15:17:25.984913','2026-11-29 15:17:26.180693',19860483207723,19860678988250,2547650,'cubic',0,NULL,'cell','v1','veth','origin 1, replicas 0','uid 1895763840 to 1895763841',NULL,NULL,NULL,NULL,'{"library":"aiohttp","test":"fetch_range","replicas":2,"n_requests":40,"timeout_seconds":1.0,"warm_up_seconds":1.0,"concurrency":4,"pool_size":4,"keep_alive":true,"keep_alive_timeout_seconds":30.0,"use_dns_cache":true,"request_size_bytes":16384,"hot_key":false,"rate":400.0,"operation_timeout_seconds":30.0,"ready_timeout_seconds":60.0,"dataset":"s2","keys":8,"seed":42,"cpus_limit":null,"memory_limit_bytes":null,"pids_limit":null,"link_bits_per_second":null,"pin":null,"congestion":null,"endpoint":null,"bucket":"bench","region":null,"prefix":null,"anonymous":false,"ca_file":null}','f38e38185ef13fce',0.0,0,0,NULL,0,367047,0,1,4);
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
