# GOCDB's lists and what they say of the sites. expat stays in registry/xml_reader.cc.
cis_library(cis_registry
            SOURCES registry/assembler.cc registry/gocdb.cc registry/gocdb_fetch.cc
                    registry/registry_files.cc registry/site_problems.cc registry/xml_reader.cc
            PUBLIC cis_http cis_model
            PRIVATE cis_sites cis_source EXPAT::EXPAT)
