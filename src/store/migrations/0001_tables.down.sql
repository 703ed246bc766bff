DROP TABLE ledger;
DROP TABLE failures;
DROP TABLE latency;
DROP TABLE samples;
DROP TABLE replicas;
DROP TABLE trials;
DROP TABLE runs;
