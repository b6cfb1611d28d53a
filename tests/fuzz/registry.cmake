cis_fuzz(gocdb SOURCES gocdb_fuzz.cc LINK cis_registry)
