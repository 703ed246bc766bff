-- All that results are computed from, findings one by one, and which analysis
-- made a row of results. NULL: unknown, or written before this schema.
CREATE TABLE findings (
	trial_id TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	position INTEGER NOT NULL,        -- from 0, in the order of the row
	name TEXT NOT NULL,               -- '': older than names
	text TEXT NOT NULL,               -- a sentence
	PRIMARY KEY (trial_id, position)
) WITHOUT ROWID;

ALTER TABLE trials ADD COLUMN config TEXT;
ALTER TABLE trials ADD COLUMN config_hash TEXT;
ALTER TABLE trials ADD COLUMN applied_cpus REAL;
ALTER TABLE trials ADD COLUMN applied_memory_bytes INTEGER;
ALTER TABLE trials ADD COLUMN applied_pids INTEGER;
ALTER TABLE trials ADD COLUMN applied_link_bits_per_second INTEGER;
ALTER TABLE trials ADD COLUMN origin_still_ns INTEGER;
ALTER TABLE trials ADD COLUMN others_cpu_ns INTEGER;
ALTER TABLE trials ADD COLUMN strays INTEGER;
ALTER TABLE trials ADD COLUMN widest_stage INTEGER;
ALTER TABLE trials ADD COLUMN burst_requests INTEGER;
ALTER TABLE replicas ADD COLUMN library_version TEXT;
ALTER TABLE replicas ADD COLUMN runtime TEXT;
ALTER TABLE replicas ADD COLUMN cpu_scope TEXT;
ALTER TABLE replicas ADD COLUMN seen_cpu_ns INTEGER;
ALTER TABLE replicas ADD COLUMN done_ns INTEGER;
ALTER TABLE replicas ADD COLUMN end_ns INTEGER;
ALTER TABLE replicas ADD COLUMN bytes_recorded INTEGER;
ALTER TABLE replicas ADD COLUMN requests_least INTEGER;
ALTER TABLE replicas ADD COLUMN requests_most INTEGER;
ALTER TABLE replicas ADD COLUMN body_bytes_least INTEGER;
ALTER TABLE replicas ADD COLUMN body_bytes_most INTEGER;
ALTER TABLE replicas ADD COLUMN attempts INTEGER;
ALTER TABLE replicas ADD COLUMN impossible_first INTEGER;
ALTER TABLE replicas ADD COLUMN impossible_text TEXT;
ALTER TABLE results ADD COLUMN analysis INTEGER;
CREATE INDEX results_by_analysis ON results(ifnull(analysis, 0));

-- Before 0003 there was no other.
UPDATE trials SET isolation = 'process' WHERE isolation IS NULL;

-- Each operation was one ranged GET.
UPDATE trials SET widest_stage = 1, burst_requests = concurrency;
UPDATE replicas SET requests_least = started, requests_most = started;

-- Some of what is missing stands in the results that were made of it.
UPDATE replicas SET
	library_version = (SELECT r.library_version FROM results r
		WHERE r.trial = trial_id
		AND ifnull(r.replica, -1) = replicas.replica),
	cpu_scope = (SELECT r.cpu_scope FROM results r
		WHERE r.trial = trial_id
		AND ifnull(r.replica, -1) = replicas.replica);

-- Which limits hold is what was applied, for those that were asked for.
UPDATE trials SET applied_cpus = (SELECT ifnull(r.cpus_limit, 0)
	FROM results r WHERE r.trial = id AND ifnull(r.replica, -1) = -1)
WHERE cpus_limit IS NOT NULL;
UPDATE trials SET applied_memory_bytes =
	(SELECT ifnull(r.memory_limit_bytes, 0)
	FROM results r WHERE r.trial = id AND ifnull(r.replica, -1) = -1)
WHERE memory_limit_bytes IS NOT NULL;
UPDATE trials SET applied_pids = (SELECT ifnull(r.pids_limit, 0)
	FROM results r WHERE r.trial = id AND ifnull(r.replica, -1) = -1)
WHERE pids_limit IS NOT NULL;
UPDATE trials SET applied_link_bits_per_second =
	(SELECT ifnull(r.link_bits_per_second, 0)
	FROM results r WHERE r.trial = id AND ifnull(r.replica, -1) = -1)
WHERE link_bits_per_second IS NOT NULL;

-- Never done, where it did not say so, or said it in a wrong way.
UPDATE replicas SET done_ns = 0, end_ns = 0
WHERE stopped_by IS NULL OR (state = 'bad_protocol'
	AND (SELECT r.operations_started FROM results r WHERE r.trial = trial_id
	AND ifnull(r.replica, -1) = replicas.replica) IS NULL);

-- Why a trial failed is the first; then, a line is a finding.
WITH RECURSIVE line(trial_id, position, text, rest) AS (
	SELECT id, -1, '',
		ifnull(replace(text, char(10), ' ') || char(10), '')
		|| ifnull(findings || char(10), '')
	FROM trials
	UNION ALL
	SELECT trial_id, position + 1,
		substr(rest, 1, instr(rest, char(10)) - 1),
		substr(rest, instr(rest, char(10)) + 1)
	FROM line WHERE rest <> '')
INSERT INTO findings SELECT trial_id, position, '', text FROM line
WHERE position >= 0;
ALTER TABLE trials DROP COLUMN findings;

-- Those that only one kind of finding begins like, without the library's name.
WITH said(trial_id, position, ended, text) AS (
	SELECT f.trial_id, f.position,
		CASE WHEN t.text IS NULL THEN ''
		WHEN t.failed THEN 'failed' ELSE 'replica_ended' END,
		CASE WHEN substr(f.text, 1, length(t.library)) = t.library
		THEN substr(f.text, length(t.library) + 1) ELSE f.text END
	FROM findings f JOIN trials t ON t.id = f.trial_id)
UPDATE findings SET name = (SELECT CASE
	WHEN said.position = 0 AND ended <> '' THEN ended
	WHEN text GLOB ' made no request at all: *' THEN 'no_requests'
	WHEN text GLOB ': requests not compared, *' THEN 'requests_unknown'
	WHEN text GLOB ': the origin saw only *' THEN 'requests_fewer'
	WHEN text GLOB ': the origin saw *' THEN 'requests_more'
	WHEN text GLOB ': the origin sent *' THEN 'bytes_differ'
	WHEN text GLOB ': at most * were really in flight' THEN 'in_flight'
	WHEN text GLOB ' asked * again for a range *' THEN 'repeated'
	WHEN text GLOB ' opened * connections, *' THEN 'connections_many'
	WHEN text GLOB ' used connections again, *' THEN 'connections_reused'
	WHEN text GLOB 'not comparable in *' THEN 'not_comparable'
	WHEN text GLOB ': * were still in flight when *' THEN 'unfinished'
	WHEN text GLOB ' did not reach the rate: *' THEN 'rate_missed'
	WHEN text GLOB ': no operation ended in time' THEN 'none_ended'
	WHEN text GLOB 'only * operations succeeded: *' THEN 'few_operations'
	WHEN text GLOB ': no content was checked *' THEN 'content_unchecked'
	WHEN text GLOB ': latencies are of successes: *' THEN 'timeouts'
	WHEN text GLOB ': * of its * operations failed: *' THEN 'failures'
	WHEN text GLOB 'the records file of replica *' THEN 'records_full'
	WHEN text GLOB 'other programs used *' THEN 'others'
	WHEN text GLOB 'the origin''s sockets used *' THEN 'congestion'
	WHEN text GLOB 'the origin stood still *' THEN 'origin_still'
	WHEN text GLOB 'ksoftirqd used *' THEN 'ksoftirqd'
	WHEN text GLOB 'replica * its control group counted *'
		THEN 'cpu_differs'
	WHEN text GLOB 'replica * its link *' THEN 'link_differs'
	WHEN text GLOB 'replica * for its quota of *' THEN 'throttled'
	WHEN text GLOB 'replica * killed at its memory limit'
		THEN 'memory_kills'
	WHEN text GLOB 'replica * met its limit of *' THEN 'pids_refused'
	WHEN text GLOB '* of * objects left out: *' THEN 'objects_left_out'
	WHEN text GLOB 'replicas left * processes behind, *'
		THEN 'processes_left'
	ELSE '' END
	FROM said WHERE said.trial_id = findings.trial_id
	AND said.position = findings.position);
