-- A day is a day, or not known.
SELECT count(*) = 0 FROM image
WHERE expire_date <> ''
  AND expire_date NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]';
