-- Comparisons: which block of which a trial is of, its slices, and what the
-- machine did meanwhile. NULL: unknown, or written before this schema.
CREATE TABLE slices (
	trial_id TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	number INTEGER NOT NULL,          -- from 0, in the order of time
	round INTEGER NOT NULL,           -- of its block, from 0
	position INTEGER NOT NULL,        -- within the round, from 0
	go_ns INTEGER NOT NULL,           -- since GO, as all times here
	begin_ns INTEGER,                 -- of the window; NULL: not opened
	end_ns INTEGER,                   -- NULL: not closed
	pause_ns INTEGER,                 -- NULL: the work was over before
	paused_ns INTEGER,                -- NULL: not all said so
	cpu_ns INTEGER,                   -- of all its replicas
	origin_cpu_ns INTEGER,
	steal_ns INTEGER,
	others_ns INTEGER,
	idle_cpu_ns INTEGER,              -- while it was paused, before it
	operations INTEGER NOT NULL,      -- that succeeded within the window
	failures INTEGER NOT NULL,
	bytes_ok INTEGER NOT NULL,
	marks TEXT,                       -- "steal,few"
	PRIMARY KEY (trial_id, number)
) WITHOUT ROWID;

ALTER TABLE trials ADD COLUMN comparison TEXT;
ALTER TABLE trials ADD COLUMN block INTEGER;
ALTER TABLE trials ADD COLUMN busy_ns INTEGER;
ALTER TABLE trials ADD COLUMN steal_ns INTEGER;
ALTER TABLE replicas ADD COLUMN instructions INTEGER;
ALTER TABLE replicas ADD COLUMN cycles INTEGER;
ALTER TABLE machine_samples ADD COLUMN busy_ns INTEGER;
ALTER TABLE machine_samples ADD COLUMN steal_ns INTEGER;
ALTER TABLE machine_samples ADD COLUMN idle_ns INTEGER;
ALTER TABLE machine_samples ADD COLUMN swap_pages INTEGER;
ALTER TABLE machine_samples ADD COLUMN cpu_mhz REAL;
ALTER TABLE runs ADD COLUMN environment TEXT;
