-- Cells: where replicas ran, their limits, and what groups and links counted.
-- NULL: unknown, none, or written before this schema.
CREATE TABLE machine_samples (
	trial_id TEXT NOT NULL REFERENCES trials(id) ON DELETE CASCADE,
	at_ns INTEGER NOT NULL,           -- since GO
	ksoftirqd_ns INTEGER,             -- CPU of all ksoftirqd threads
	stalled_cpu_us INTEGER,           -- PSI: some task waited for a CPU
	stalled_memory_us INTEGER,
	stalled_io_us INTEGER,
	PRIMARY KEY (trial_id, at_ns)
) WITHOUT ROWID;
ALTER TABLE trials ADD COLUMN isolation TEXT;
ALTER TABLE trials ADD COLUMN cgroup TEXT;
ALTER TABLE trials ADD COLUMN network TEXT;
ALTER TABLE trials ADD COLUMN pinning TEXT;
ALTER TABLE trials ADD COLUMN replica_user TEXT;
ALTER TABLE trials ADD COLUMN cpus_limit REAL;
ALTER TABLE trials ADD COLUMN memory_limit_bytes INTEGER;
ALTER TABLE trials ADD COLUMN pids_limit INTEGER;
ALTER TABLE trials ADD COLUMN link_bits_per_second INTEGER;
ALTER TABLE replicas ADD COLUMN container_id TEXT;
ALTER TABLE replicas ADD COLUMN started_late_ns INTEGER;
ALTER TABLE replicas ADD COLUMN rusage_ns INTEGER;
ALTER TABLE replicas ADD COLUMN group_cpu_ns INTEGER;
ALTER TABLE replicas ADD COLUMN throttled_ns INTEGER;
ALTER TABLE replicas ADD COLUMN link_rx_bytes INTEGER;
ALTER TABLE replicas ADD COLUMN link_tx_bytes INTEGER;
ALTER TABLE replicas ADD COLUMN link_rx_packets INTEGER;
ALTER TABLE replicas ADD COLUMN link_tx_packets INTEGER;
ALTER TABLE replicas ADD COLUMN tcp_segments_in INTEGER;
ALTER TABLE replicas ADD COLUMN tcp_segments_out INTEGER;
ALTER TABLE replicas ADD COLUMN tcp_retransmitted INTEGER;
ALTER TABLE replicas ADD COLUMN memory_peak_bytes INTEGER;
ALTER TABLE replicas ADD COLUMN memory_kills INTEGER;
ALTER TABLE replicas ADD COLUMN pids_refused INTEGER;
ALTER TABLE samples ADD COLUMN memory_anon_bytes INTEGER;
ALTER TABLE samples ADD COLUMN throttled_ns INTEGER;
ALTER TABLE samples ADD COLUMN link_rx_bytes INTEGER;
ALTER TABLE samples ADD COLUMN link_tx_bytes INTEGER;
ALTER TABLE samples ADD COLUMN link_rx_packets INTEGER;
ALTER TABLE samples ADD COLUMN link_tx_packets INTEGER;
ALTER TABLE results ADD COLUMN "cgroup" TEXT;
ALTER TABLE results ADD COLUMN "network" TEXT;
ALTER TABLE results ADD COLUMN "pinning" TEXT;
ALTER TABLE results ADD COLUMN "origin_congestion" TEXT;
ALTER TABLE results ADD COLUMN "cpus_limit" REAL;
ALTER TABLE results ADD COLUMN "memory_limit_bytes" INTEGER;
ALTER TABLE results ADD COLUMN "pids_limit" INTEGER;
ALTER TABLE results ADD COLUMN "link_bits_per_second" INTEGER;
ALTER TABLE results ADD COLUMN "cpu_with_origin_seconds" REAL;
ALTER TABLE results ADD COLUMN "cpu_with_origin_seconds_per_gb" REAL;
ALTER TABLE results ADD COLUMN "throttled_seconds" REAL;
ALTER TABLE results ADD COLUMN "memory_peak_bytes" INTEGER;
ALTER TABLE results ADD COLUMN "memory_anon_bytes" INTEGER;
ALTER TABLE results ADD COLUMN "link_rx_bytes" INTEGER;
ALTER TABLE results ADD COLUMN "link_tx_bytes" INTEGER;
ALTER TABLE results ADD COLUMN "link_rx_packets" INTEGER;
ALTER TABLE results ADD COLUMN "link_tx_packets" INTEGER;
ALTER TABLE results ADD COLUMN "wire_rx_bytes" INTEGER;
ALTER TABLE results ADD COLUMN "tcp_segments_in" INTEGER;
ALTER TABLE results ADD COLUMN "tcp_segments_out" INTEGER;
ALTER TABLE results ADD COLUMN "tcp_retransmitted" INTEGER;
ALTER TABLE results ADD COLUMN "ksoftirqd_cpu_seconds" REAL;
ALTER TABLE results ADD COLUMN "stalled_cpu_seconds" REAL;
ALTER TABLE results ADD COLUMN "start_skew_ms" REAL;
ALTER TABLE results ADD COLUMN "import_seconds" REAL;
ALTER TABLE results ADD COLUMN "ready_seconds" REAL;
