-- Each query must return 1. The journal, the history and the rows are of the same transactions.

SELECT count(*) = 0 FROM history, meta WHERE history.generation > meta.generation;

SELECT count(*) = 0 FROM change
WHERE NOT EXISTS (SELECT 1 FROM history WHERE history.generation = change.generation
                  AND history.time_us = change.time_us);

SELECT count(*) = 0 FROM change JOIN share ON share.id = share_id
WHERE share.endpoint_id <> change.endpoint_id;

-- The last change of a site is among the steps back, unless retention removed it.
SELECT count(*) = 0 FROM site
WHERE generation >= (SELECT min(generation) FROM history)
  AND NOT EXISTS (SELECT 1 FROM history WHERE history.generation = site.generation);

-- What was last said of a flavor or image is so. The largest id decides which row of a group is read.
SELECT count(*) = 0 FROM (
  SELECT endpoint_id, upstream_id, event, max(id) FROM change
  WHERE kind = 'flavor' AND event IN ('appeared', 'gone') GROUP BY endpoint_id, upstream_id) AS last
LEFT JOIN flavor ON flavor.endpoint_id = last.endpoint_id
  AND flavor.upstream_id = last.upstream_id
WHERE flavor.active IS NOT (last.event = 'appeared');

SELECT count(*) = 0 FROM (
  SELECT endpoint_id, upstream_id, event, max(id) FROM change
  WHERE kind = 'image' AND event IN ('appeared', 'gone', 'replaced')
  GROUP BY endpoint_id, upstream_id) AS last
LEFT JOIN image ON image.endpoint_id = last.endpoint_id
  AND image.upstream_id = last.upstream_id
WHERE image.active IS NOT (last.event = 'appeared');

SELECT count(*) = 0 FROM (
  SELECT share_id, upstream_id, event, max(id) FROM change
  WHERE kind = 'network' AND event IN ('appeared', 'gone') GROUP BY share_id, upstream_id) AS last
LEFT JOIN network ON network.share_id = last.share_id
  AND network.upstream_id = last.upstream_id
WHERE network.active IS NOT (last.event = 'appeared');

-- And of a share's support and configuration.
SELECT count(*) = 0 FROM (
  SELECT share_id, new_value, max(id) FROM change
  WHERE kind = 'share' AND event = 'changed' AND field = 'support' GROUP BY share_id) AS last
JOIN share ON share.id = last.share_id
WHERE share.support <> last.new_value;

SELECT count(*) = 0 FROM (
  SELECT share_id, event, max(id) FROM change
  WHERE kind = 'share' AND event IN ('configured', 'unconfigured') GROUP BY share_id) AS last
JOIN share ON share.id = last.share_id
WHERE share.configured <> (last.event = 'configured');

-- And of whether a kind of data can be read.
SELECT count(*) = 0 FROM (
  SELECT share_id, field, event, max(id) FROM change
  WHERE kind = 'share' AND event IN ('failing', 'recovered') GROUP BY share_id, field) AS last
JOIN share_kind ON share_kind.share_id = last.share_id AND share_kind.kind = last.field
WHERE (share_kind.error <> 'none') <> (last.event = 'failing');
