-- What Nova reads of an image when a machine starts (pairs: key, value). NULL until the next crawl or
-- `cis-crawler renormalize`.
ALTER TABLE image ADD COLUMN boot_properties TEXT;
