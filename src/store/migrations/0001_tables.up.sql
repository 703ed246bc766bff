-- What happened. Times: *_ns are CLOCK_MONOTONIC of the machine that ran it,
-- *_time are UTC text. docs/schema.md explains each column.
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
CREATE INDEX trials_by_run ON trials(run_id);

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

CREATE TABLE failures (
	trial_id TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	replica INTEGER NOT NULL,
	outcome TEXT NOT NULL,
	operations INTEGER NOT NULL,      -- within the window
	PRIMARY KEY (trial_id, replica, outcome)
) WITHOUT ROWID;

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
