-- What a generation is of. A copy of a file keeps the number of the database; a file that was made
-- anew has another one. So a server refuses an older copy, but serves a new database,
-- whose generations start again.
ALTER TABLE meta ADD COLUMN database_id INTEGER NOT NULL DEFAULT 0;
-- Random, drawn with each generation: the same generation with the same revision has the same
-- contents, even where an older copy was put back and crawled on.
ALTER TABLE meta ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
UPDATE meta SET database_id = random() | 1, revision = random();
