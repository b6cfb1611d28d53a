-- The catalog. Instants are microseconds since 1970 UTC ("_us"); NULL is "not known", never zero.
-- "upstream_id" is an id as the site wrote it; "id" is this file's row number and means nothing
-- outside of it. Lists of texts are JSON arrays of strings in one column; lists of pairs and of
-- triples are flat: ["a1","a2","b1","b2"].

-- One row. `generation` grows with every change that a reader can see.
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  generation INTEGER NOT NULL CHECK (generation >= 0)
) STRICT;
INSERT INTO meta (id, generation) VALUES (1, 0);

CREATE TABLE site (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  country_code TEXT NOT NULL,
  configured INTEGER NOT NULL CHECK (configured IN (0, 1)),
  -- Of the last change to anything of the site.
  generation INTEGER NOT NULL,
  -- Random, drawn at each change: equal revisions mean equal contents, even after the file was
  -- replaced by a backup whose generations repeat.
  revision INTEGER NOT NULL
) STRICT;

CREATE TABLE endpoint (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL REFERENCES site (id),
  keystone_url TEXT NOT NULL CHECK (keystone_url <> ''),
  region TEXT NOT NULL,
  resolved_region TEXT NOT NULL,
  protocol TEXT NOT NULL,
  configured INTEGER NOT NULL CHECK (configured IN (0, 1)),
  UNIQUE (site_id, keystone_url, region)
) STRICT;

CREATE TABLE vo (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> '')
) STRICT;

CREATE TABLE share (
  id INTEGER PRIMARY KEY,
  endpoint_id INTEGER NOT NULL REFERENCES endpoint (id),
  vo_id INTEGER NOT NULL REFERENCES vo (id),
  project_key TEXT NOT NULL,
  project_id TEXT NOT NULL,
  project_name TEXT NOT NULL,
  user_domain TEXT NOT NULL,
  configured INTEGER NOT NULL CHECK (configured IN (0, 1)),
  support TEXT NOT NULL CHECK (support IN ('unknown', 'authenticated', 'refused')),
  support_time_us INTEGER,
  routers_known INTEGER NOT NULL DEFAULT 0 CHECK (routers_known IN (0, 1)),
  floating_ips_known INTEGER NOT NULL DEFAULT 0 CHECK (floating_ips_known IN (0, 1)),
  UNIQUE (endpoint_id, vo_id, project_key)
) STRICT;

-- How the fetches of one kind of one share went. success_time_us is that of the rows below.
CREATE TABLE share_kind (
  share_id INTEGER NOT NULL REFERENCES share (id),
  kind TEXT NOT NULL CHECK (kind IN ('auth', 'flavors', 'images', 'networks', 'quotas')),
  success_time_us INTEGER,
  attempt_time_us INTEGER,
  error TEXT NOT NULL CHECK (error <> ''),
  error_message TEXT NOT NULL,
  failing_since_us INTEGER,
  failure_count INTEGER NOT NULL CHECK (failure_count >= 0),
  skipped_count INTEGER NOT NULL CHECK (skipped_count >= 0),
  PRIMARY KEY (share_id, kind)
) STRICT, WITHOUT ROWID;

-- The newest complete observation of each share and kind.
CREATE TABLE observation (
  share_id INTEGER NOT NULL REFERENCES share (id),
  kind TEXT NOT NULL CHECK (kind IN ('auth', 'flavors', 'images', 'networks', 'quotas')),
  fetch_time_us INTEGER,
  -- The bodies of all documents, one after another, as one zstd frame.
  bodies_zstd BLOB NOT NULL,
  PRIMARY KEY (share_id, kind)
) STRICT;

CREATE TABLE document (
  share_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  position INTEGER NOT NULL CHECK (position >= 0),
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  status INTEGER NOT NULL,
  body_bytes INTEGER NOT NULL CHECK (body_bytes >= 0),
  fetch_time_us INTEGER,
  PRIMARY KEY (share_id, kind, position),
  FOREIGN KEY (share_id, kind) REFERENCES observation (share_id, kind) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Once per endpoint, however many shares see it; active while at least one share does.
CREATE TABLE flavor (
  id INTEGER PRIMARY KEY,
  endpoint_id INTEGER NOT NULL REFERENCES endpoint (id),
  upstream_id TEXT NOT NULL CHECK (upstream_id <> ''),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  vcpu_count INTEGER,
  ram_mib INTEGER,
  disk_gib INTEGER,
  ephemeral_gib INTEGER,
  swap_mib INTEGER,
  gpu_count REAL,
  gpu_vendor TEXT NOT NULL,
  gpu_model TEXT NOT NULL,
  gpu_kind TEXT NOT NULL,
  gpu_memory_mib INTEGER,
  arch TEXT NOT NULL,
  cpu_alloc TEXT NOT NULL,
  is_public INTEGER CHECK (is_public IN (0, 1)),
  disabled INTEGER CHECK (disabled IN (0, 1)),
  boot_from_volume INTEGER NOT NULL CHECK (boot_from_volume IN (0, 1)),
  baremetal INTEGER NOT NULL CHECK (baremetal IN (0, 1)),
  extra_specs TEXT,           -- pairs: key, value; NULL = not shown to any share
  evidence TEXT NOT NULL,     -- triples: field, source, value
  confidence TEXT NOT NULL,   -- pairs: field, confidence
  warnings TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  first_seen_us INTEGER NOT NULL,
  last_seen_us INTEGER NOT NULL,
  UNIQUE (endpoint_id, upstream_id),
  CHECK (first_seen_us <= last_seen_us)
) STRICT;

CREATE TABLE share_flavor (
  share_id INTEGER NOT NULL REFERENCES share (id),
  flavor_id INTEGER NOT NULL REFERENCES flavor (id),
  PRIMARY KEY (share_id, flavor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX share_flavor_by_flavor ON share_flavor (flavor_id);

CREATE TABLE image (
  id INTEGER PRIMARY KEY,
  endpoint_id INTEGER NOT NULL REFERENCES endpoint (id),
  upstream_id TEXT NOT NULL CHECK (upstream_id <> ''),
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  visibility TEXT NOT NULL,
  hidden INTEGER CHECK (hidden IN (0, 1)),
  owner TEXT NOT NULL,
  os_distro TEXT NOT NULL,
  os_version TEXT NOT NULL,
  os_codename TEXT NOT NULL,
  arch TEXT NOT NULL,
  login_user TEXT NOT NULL,
  purpose TEXT NOT NULL,
  disk_format TEXT NOT NULL,
  container_format TEXT NOT NULL,
  is_snapshot INTEGER NOT NULL CHECK (is_snapshot IN (0, 1)),
  usable INTEGER NOT NULL CHECK (usable IN (0, 1)),
  min_ram_mib INTEGER,
  min_disk_gib INTEGER,
  size_bytes INTEGER,
  virtual_size_bytes INTEGER,
  create_time_us INTEGER,
  build_date TEXT NOT NULL,
  eol_date TEXT NOT NULL,
  egi_ref TEXT NOT NULL,
  tags TEXT NOT NULL,
  evidence TEXT NOT NULL,
  confidence TEXT NOT NULL,
  warnings TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  first_seen_us INTEGER NOT NULL,
  last_seen_us INTEGER NOT NULL,
  UNIQUE (endpoint_id, upstream_id),
  CHECK (first_seen_us <= last_seen_us)
) STRICT;

CREATE TABLE share_image (
  share_id INTEGER NOT NULL REFERENCES share (id),
  image_id INTEGER NOT NULL REFERENCES image (id),
  PRIMARY KEY (share_id, image_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX share_image_by_image ON share_image (image_id);

-- Per share: access rules differ by project.
CREATE TABLE network (
  id INTEGER PRIMARY KEY,
  share_id INTEGER NOT NULL REFERENCES share (id),
  upstream_id TEXT NOT NULL CHECK (upstream_id <> ''),
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  admin_state_up INTEGER CHECK (admin_state_up IN (0, 1)),
  is_external INTEGER CHECK (is_external IN (0, 1)),
  shared INTEGER CHECK (shared IN (0, 1)),
  is_default INTEGER CHECK (is_default IN (0, 1)),
  owner TEXT NOT NULL,
  usable_as TEXT NOT NULL CHECK (usable_as IN ('none', 'floating-pool', 'direct', 'tenant')),
  also_floating_pool INTEGER NOT NULL CHECK (also_floating_pool IN (0, 1)),
  attachable TEXT NOT NULL CHECK (attachable IN ('unknown', 'no', 'yes')),
  public_v4 TEXT NOT NULL CHECK (public_v4 IN ('unknown', 'no', 'yes')),
  public_v6 TEXT NOT NULL CHECK (public_v6 IN ('unknown', 'no', 'yes')),
  subnet_ids TEXT NOT NULL,
  evidence TEXT NOT NULL,
  confidence TEXT NOT NULL,
  warnings TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  first_seen_us INTEGER NOT NULL,
  last_seen_us INTEGER NOT NULL,
  UNIQUE (share_id, upstream_id),
  CHECK (first_seen_us <= last_seen_us)
) STRICT;

CREATE TABLE subnet (
  network_id INTEGER NOT NULL REFERENCES network (id) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position >= 0),
  upstream_id TEXT NOT NULL,
  name TEXT NOT NULL,
  ip_version INTEGER NOT NULL CHECK (ip_version IN (0, 4, 6)),
  cidr TEXT NOT NULL,
  gateway_ip TEXT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (network_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE router (
  id INTEGER PRIMARY KEY,
  share_id INTEGER NOT NULL REFERENCES share (id),
  position INTEGER NOT NULL CHECK (position >= 0),
  upstream_id TEXT NOT NULL CHECK (upstream_id <> ''),
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  admin_state_up INTEGER CHECK (admin_state_up IN (0, 1)),
  external_network_id TEXT NOT NULL,  -- as the site wrote it; '' = no gateway
  enable_snat INTEGER CHECK (enable_snat IN (0, 1)),
  UNIQUE (share_id, position)
) STRICT;

CREATE TABLE router_network (
  router_id INTEGER NOT NULL REFERENCES router (id) ON DELETE CASCADE,
  network_id TEXT NOT NULL,  -- as the site wrote it; the network may be hidden from the share
  PRIMARY KEY (router_id, network_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE floating_ip (
  share_id INTEGER NOT NULL REFERENCES share (id),
  position INTEGER NOT NULL CHECK (position >= 0),
  upstream_id TEXT NOT NULL,
  network_id TEXT NOT NULL,  -- as the site wrote it
  attached INTEGER NOT NULL CHECK (attached IN (0, 1)),
  status TEXT NOT NULL,
  PRIMARY KEY (share_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE quota (
  share_id INTEGER NOT NULL REFERENCES share (id),
  resource TEXT NOT NULL CHECK (resource <> ''),
  limit_count INTEGER NOT NULL,  -- in the unit that the resource names; -1 = unlimited
  used_count INTEGER,
  PRIMARY KEY (share_id, resource)
) STRICT, WITHOUT ROWID;

CREATE TABLE crawl (
  id INTEGER PRIMARY KEY AUTOINCREMENT,  -- an id is never given twice
  start_time_us INTEGER,
  end_time_us INTEGER,  -- NULL = did not finish
  share_count INTEGER NOT NULL,
  refreshed_count INTEGER NOT NULL,
  failed_count INTEGER NOT NULL,
  request_count INTEGER NOT NULL
) STRICT;

CREATE TABLE crawl_result (
  crawl_id INTEGER NOT NULL REFERENCES crawl (id) ON DELETE CASCADE,
  share_id INTEGER NOT NULL REFERENCES share (id),
  kind TEXT NOT NULL CHECK (kind IN ('auth', 'flavors', 'images', 'networks', 'quotas')),
  end_time_us INTEGER,
  error TEXT NOT NULL CHECK (error <> ''),
  error_message TEXT NOT NULL,
  record_count INTEGER NOT NULL,
  skipped_count INTEGER NOT NULL,
  request_count INTEGER NOT NULL,
  PRIMARY KEY (crawl_id, share_id, kind)
) STRICT, WITHOUT ROWID;
