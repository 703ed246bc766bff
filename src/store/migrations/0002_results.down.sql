DROP VIEW workers;
DROP TABLE results;
