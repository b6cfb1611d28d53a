-- What is not asked is not refreshed.
SELECT count(*) = 0 FROM crawl WHERE backing_off_count > failed_count;

SELECT count(*) = 0 FROM crawl WHERE NOT json_valid(error_counts) OR NOT json_valid(limit_hits);
