-- What plans of networks, ports, zones and volumes rest on. Old rows get their values at the next
-- crawl or, where the site was asked already, by `cis-crawler renormalize`; until then nothing is
-- known of them.

-- Where the API of a service was found that is not where the catalog says (pairs: the catalog's URL
-- up to its version, the URL of the API).
ALTER TABLE endpoint ADD COLUMN service_bases TEXT NOT NULL DEFAULT '[]';

-- Listings that only add facts and failed at the last success.
ALTER TABLE share_kind ADD COLUMN remarks TEXT NOT NULL DEFAULT '[]';

-- Why an optional document has no body although its status does not say so: no HTTP answer, or one
-- that is no such list. '' = nothing went wrong.
ALTER TABLE document ADD COLUMN error TEXT NOT NULL DEFAULT '';

ALTER TABLE image ADD COLUMN volume_count INTEGER CHECK (volume_count >= 0);
ALTER TABLE image ADD COLUMN volume_gib INTEGER CHECK (volume_gib >= 0);
ALTER TABLE image ADD COLUMN member_status TEXT NOT NULL DEFAULT '';

ALTER TABLE network ADD COLUMN address_scope_v4 TEXT NOT NULL DEFAULT '';
ALTER TABLE network ADD COLUMN address_scope_v6 TEXT NOT NULL DEFAULT '';

ALTER TABLE subnet ADD COLUMN enable_dhcp INTEGER CHECK (enable_dhcp IN (0, 1));
ALTER TABLE subnet ADD COLUMN service_types TEXT NOT NULL DEFAULT '[]';
ALTER TABLE subnet ADD COLUMN address_count INTEGER CHECK (address_count >= 0);
ALTER TABLE subnet ADD COLUMN used_count INTEGER CHECK (used_count >= 0);
ALTER TABLE subnet ADD COLUMN has_dhcp_port INTEGER NOT NULL DEFAULT 0
  CHECK (has_dhcp_port IN (0, 1));
ALTER TABLE subnet ADD COLUMN gateway_holder TEXT NOT NULL DEFAULT '';
ALTER TABLE subnet ADD COLUMN is_public TEXT NOT NULL DEFAULT 'unknown'
  CHECK (is_public IN ('unknown', 'no', 'yes'));

CREATE TABLE router_subnet (
  router_id INTEGER NOT NULL REFERENCES router (id) ON DELETE CASCADE,
  subnet_id TEXT NOT NULL,  -- as the site wrote it
  PRIMARY KEY (router_id, subnet_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE floating_ip ADD COLUMN router_id TEXT NOT NULL DEFAULT '';  -- as the site wrote it

CREATE TABLE subnet_pool (
  share_id INTEGER NOT NULL REFERENCES share (id),
  position INTEGER NOT NULL CHECK (position >= 0),
  upstream_id TEXT NOT NULL,
  name TEXT NOT NULL,
  ip_version INTEGER NOT NULL CHECK (ip_version IN (0, 4, 6)),
  prefixes TEXT NOT NULL,
  default_prefix_length INTEGER,
  address_scope_id TEXT NOT NULL,
  owner TEXT NOT NULL,
  shared INTEGER CHECK (shared IN (0, 1)),
  is_default INTEGER CHECK (is_default IN (0, 1)),
  is_public TEXT NOT NULL CHECK (is_public IN ('unknown', 'no', 'yes')),
  PRIMARY KEY (share_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE availability_zone (
  share_id INTEGER NOT NULL REFERENCES share (id),
  position INTEGER NOT NULL CHECK (position >= 0),
  name TEXT NOT NULL,
  service TEXT NOT NULL CHECK (service IN ('compute', 'volume')),
  available INTEGER NOT NULL CHECK (available IN (0, 1)),
  PRIMARY KEY (share_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE volume_type (
  share_id INTEGER NOT NULL REFERENCES share (id),
  position INTEGER NOT NULL CHECK (position >= 0),
  upstream_id TEXT NOT NULL,
  name TEXT NOT NULL,
  is_default INTEGER NOT NULL CHECK (is_default IN (0, 1)),
  zones TEXT NOT NULL,
  PRIMARY KEY (share_id, position)
) STRICT, WITHOUT ROWID;
