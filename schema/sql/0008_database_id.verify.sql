-- The database has its number.
SELECT count(*) = 1 FROM meta WHERE database_id <> 0;
