ALTER TABLE samples DROP COLUMN in_flight;
ALTER TABLE trials DROP COLUMN baseline;
