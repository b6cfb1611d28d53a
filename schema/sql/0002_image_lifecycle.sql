-- Whether a machine can start from an image, and what its publisher and its site promise of it.
-- The rows get their values at the next crawl or `cis-crawler renormalize`.
ALTER TABLE image ADD COLUMN bootable INTEGER CHECK (bootable IN (0, 1));
ALTER TABLE image ADD COLUMN expire_date TEXT NOT NULL DEFAULT '';
ALTER TABLE image ADD COLUMN image_source TEXT NOT NULL DEFAULT '';
ALTER TABLE image ADD COLUMN uuid_validity TEXT NOT NULL DEFAULT '';
ALTER TABLE image ADD COLUMN replace_frequency TEXT NOT NULL DEFAULT '';
ALTER TABLE image ADD COLUMN provided_until TEXT NOT NULL DEFAULT '';
ALTER TABLE image ADD COLUMN hotfix_hours INTEGER CHECK (hotfix_hours >= 0);
