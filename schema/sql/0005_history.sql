-- The past: how to undo each transaction, and a journal of what changed.

-- The oldest time that can be told; NULL until the first transaction of this version.
ALTER TABLE meta ADD COLUMN history_start_us INTEGER;
-- The newest row of `change` that retention removed; 0 = none.
ALTER TABLE meta ADD COLUMN pruned_change_id INTEGER NOT NULL DEFAULT 0;

-- One row for each transaction that raised the generation: what leads back to the generation before.
CREATE TABLE history (
  generation INTEGER PRIMARY KEY,
  -- When it was written, by the clock of the crawler.
  time_us INTEGER NOT NULL,
  -- A list of texts (schema/store/transaction_log.h) as one zstd frame, and its length before.
  undo_bytes INTEGER NOT NULL CHECK (undo_bytes >= 0),
  undo_zstd BLOB NOT NULL
) STRICT;
CREATE INDEX history_by_time ON history (time_us, generation);

-- What changed, in the words of people (schema/model/change.h).
CREATE TABLE change (
  id INTEGER PRIMARY KEY AUTOINCREMENT,  -- a number is never given twice
  generation INTEGER NOT NULL,
  time_us INTEGER NOT NULL,
  endpoint_id INTEGER NOT NULL REFERENCES endpoint (id),
  share_id INTEGER REFERENCES share (id),  -- NULL = of the endpoint
  kind TEXT NOT NULL CHECK (kind IN ('flavor', 'image', 'network', 'quota', 'share')),
  event TEXT NOT NULL CHECK (event IN ('appeared', 'gone', 'changed', 'replaced', 'renamed',
                                       'configured', 'unconfigured', 'failing', 'recovered')),
  upstream_id TEXT NOT NULL,
  name TEXT NOT NULL,
  field TEXT NOT NULL,
  old_value TEXT,
  new_value TEXT,
  cause TEXT NOT NULL CHECK (cause IN ('site', 'configuration', 'rules'))
) STRICT;
CREATE INDEX change_by_time ON change (time_us);
