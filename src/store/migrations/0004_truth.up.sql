-- How a run ended, why operations failed, and whether what was asked is what
-- was done. NULL: unknown, or written before this schema.
ALTER TABLE runs ADD COLUMN ended TEXT;
ALTER TABLE replicas ADD COLUMN impossible INTEGER;
ALTER TABLE replicas ADD COLUMN processes INTEGER;
ALTER TABLE replicas ADD COLUMN clock_offset_ns INTEGER;
ALTER TABLE failures ADD COLUMN text TEXT;
ALTER TABLE results ADD COLUMN "operations_due" INTEGER;
ALTER TABLE results ADD COLUMN "operations_started" INTEGER;
ALTER TABLE results ADD COLUMN "operations_never_started" INTEGER;
ALTER TABLE results ADD COLUMN "failures_bad_http" INTEGER;
ALTER TABLE results ADD COLUMN "cpu_scope" TEXT;
ALTER TABLE results ADD COLUMN "replica_user" TEXT;
