-- Each query must return 1. They hold of every file at version 1 and later, so a new version may
-- only add to them in its own file.

SELECT count(*) = 1 FROM meta;

SELECT count(*) = 0 FROM site, meta WHERE site.generation > meta.generation;

-- Active is: some share's latest complete listing has it.
SELECT count(*) = 0 FROM flavor
WHERE active <> EXISTS (SELECT 1 FROM share_flavor WHERE flavor_id = flavor.id);

SELECT count(*) = 0 FROM image
WHERE active <> EXISTS (SELECT 1 FROM share_image WHERE image_id = image.id);

-- A share sees only what its own endpoint has.
SELECT count(*) = 0 FROM share_flavor
JOIN share ON share.id = share_id
JOIN flavor ON flavor.id = flavor_id
WHERE flavor.endpoint_id <> share.endpoint_id;

SELECT count(*) = 0 FROM share_image
JOIN share ON share.id = share_id
JOIN image ON image.id = image_id
WHERE image.endpoint_id <> share.endpoint_id;

-- What is served came from an observation that is still here.
SELECT count(*) = 0 FROM share_kind
WHERE kind <> 'auth' AND success_time_us IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM observation
                  WHERE observation.share_id = share_kind.share_id
                    AND observation.kind = share_kind.kind);

SELECT count(*) = 0 FROM observation
WHERE NOT EXISTS (SELECT 1 FROM share_kind
                  WHERE share_kind.share_id = observation.share_id
                    AND share_kind.kind = observation.kind
                    AND share_kind.success_time_us IS NOT NULL);
