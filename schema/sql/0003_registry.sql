-- What the federation's registry of sites (GOCDB) says, and where it, the site files and the sites
-- disagree. Names of sites are compared without regard to ASCII case.

-- How the fetches of one list went. success_time_us is that of the rows below.
CREATE TABLE registry_state (
  part TEXT NOT NULL PRIMARY KEY CHECK (part IN ('sites', 'services', 'downtimes')),
  success_time_us INTEGER,
  attempt_time_us INTEGER,
  error TEXT NOT NULL CHECK (error <> ''),
  error_message TEXT NOT NULL,
  failing_since_us INTEGER,
  failure_count INTEGER NOT NULL CHECK (failure_count >= 0),
  skipped_count INTEGER NOT NULL CHECK (skipped_count >= 0)
) STRICT, WITHOUT ROWID;

-- One row. Random, drawn at each change: equal revisions mean equal contents of all tables here.
CREATE TABLE registry_revision (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  revision INTEGER NOT NULL
) STRICT;
INSERT INTO registry_revision (id, revision) VALUES (1, 0);

CREATE TABLE registry_site (
  name TEXT NOT NULL COLLATE NOCASE PRIMARY KEY CHECK (name <> ''),
  primary_key TEXT NOT NULL,
  country_code TEXT NOT NULL,
  roc TEXT NOT NULL,
  infrastructure TEXT NOT NULL,
  certification TEXT NOT NULL,
  former_name TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  first_seen_us INTEGER NOT NULL,
  last_seen_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE registry_service (
  id INTEGER PRIMARY KEY,
  site_name TEXT NOT NULL COLLATE NOCASE,
  service_type TEXT NOT NULL CHECK (service_type <> ''),
  hostname TEXT NOT NULL,
  primary_key TEXT NOT NULL,
  urls TEXT NOT NULL,
  keystone_urls TEXT NOT NULL,  -- normalised as endpoint.keystone_url
  country_code TEXT NOT NULL,
  in_production INTEGER CHECK (in_production IN (0, 1)),
  monitored INTEGER CHECK (monitored IN (0, 1))
) STRICT;
CREATE INDEX registry_service_by_site ON registry_service (site_name);

CREATE TABLE registry_downtime (
  id INTEGER PRIMARY KEY,
  site_name TEXT NOT NULL COLLATE NOCASE,
  upstream_id TEXT NOT NULL,
  service_type TEXT NOT NULL,
  hostname TEXT NOT NULL,
  keystone_urls TEXT NOT NULL,
  is_outage INTEGER NOT NULL CHECK (is_outage IN (0, 1)),
  is_scheduled INTEGER NOT NULL CHECK (is_scheduled IN (0, 1)),
  description TEXT NOT NULL,
  start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL,
  CHECK (start_us < end_us)
) STRICT;

-- since_us is kept as long as the problem is found again.
CREATE TABLE site_problem (
  site_name TEXT NOT NULL,
  code TEXT NOT NULL CHECK (code <> ''),
  subject TEXT NOT NULL,
  message TEXT NOT NULL CHECK (message <> ''),
  since_us INTEGER NOT NULL,
  PRIMARY KEY (site_name, code, subject)
) STRICT, WITHOUT ROWID;

-- True while no site file names the project: the site itself offered it to the credential, and its
-- properties name the VO. Such a share counts as configured as long as the site offers it.
ALTER TABLE share ADD COLUMN discovered INTEGER NOT NULL DEFAULT 0 CHECK (discovered IN (0, 1));

-- Projects that a site offers to the credentials of its shares, whether a share is for them or not.
CREATE TABLE offered_project (
  endpoint_id INTEGER NOT NULL REFERENCES endpoint (id),
  project_id TEXT NOT NULL CHECK (project_id <> ''),
  project_name TEXT NOT NULL,
  vo TEXT NOT NULL,  -- what its property egi.VO says; '' = nothing
  seen_us INTEGER NOT NULL,
  PRIMARY KEY (endpoint_id, project_id)
) STRICT, WITHOUT ROWID;
