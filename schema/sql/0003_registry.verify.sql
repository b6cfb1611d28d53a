-- Each query must return 1.

SELECT count(*) = 1 FROM registry_revision;

-- Rows came from a list that was read.
SELECT count(*) = 0 FROM registry_site
WHERE NOT EXISTS (SELECT 1 FROM registry_state
                  WHERE part = 'sites' AND success_time_us IS NOT NULL);

SELECT count(*) = 0 FROM registry_service
WHERE NOT EXISTS (SELECT 1 FROM registry_state
                  WHERE part = 'services' AND success_time_us IS NOT NULL);

SELECT count(*) = 0 FROM registry_downtime
WHERE NOT EXISTS (SELECT 1 FROM registry_state
                  WHERE part = 'downtimes' AND success_time_us IS NOT NULL);
