ALTER TABLE trials ADD COLUMN findings TEXT;
UPDATE trials SET findings = (SELECT group_concat(text, char(10)) FROM
	(SELECT f.text FROM findings f WHERE f.trial_id = trials.id
	AND f.position >= (trials.text IS NOT NULL) ORDER BY f.position));
DROP TABLE findings;
DROP INDEX results_by_analysis;
ALTER TABLE results DROP COLUMN analysis;
ALTER TABLE replicas DROP COLUMN impossible_text;
ALTER TABLE replicas DROP COLUMN impossible_first;
ALTER TABLE replicas DROP COLUMN bytes_recorded;
ALTER TABLE replicas DROP COLUMN end_ns;
ALTER TABLE replicas DROP COLUMN done_ns;
ALTER TABLE replicas DROP COLUMN seen_cpu_ns;
ALTER TABLE replicas DROP COLUMN cpu_scope;
ALTER TABLE replicas DROP COLUMN runtime;
ALTER TABLE replicas DROP COLUMN library_version;
ALTER TABLE trials DROP COLUMN strays;
ALTER TABLE trials DROP COLUMN others_cpu_ns;
ALTER TABLE trials DROP COLUMN origin_still_ns;
ALTER TABLE trials DROP COLUMN applied_link_bits_per_second;
ALTER TABLE trials DROP COLUMN applied_pids;
ALTER TABLE trials DROP COLUMN applied_memory_bytes;
ALTER TABLE trials DROP COLUMN applied_cpus;
ALTER TABLE trials DROP COLUMN config_hash;
ALTER TABLE trials DROP COLUMN config;
