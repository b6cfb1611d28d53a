-- What a crawl met: shares that were not asked, errors by class, limits by name (pairs: name, count).

ALTER TABLE crawl ADD COLUMN backing_off_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE crawl ADD COLUMN error_counts TEXT NOT NULL DEFAULT '[]';
ALTER TABLE crawl ADD COLUMN limit_hits TEXT NOT NULL DEFAULT '[]';
