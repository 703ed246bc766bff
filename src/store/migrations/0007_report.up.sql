-- What reports need beside: whether a library stands in no order, and how much was
-- in flight at each reading.
ALTER TABLE trials ADD COLUMN baseline INTEGER;  -- 0 or 1
ALTER TABLE samples ADD COLUMN in_flight INTEGER;

-- Before, no other stood in none.
UPDATE trials SET baseline = library IN ('reference', 'null');
