-- Pairs, or not known.
SELECT count(*) = 0 FROM image WHERE boot_properties IS NOT NULL AND NOT json_valid(boot_properties);
