-- Lists are lists.
SELECT count(*) = 0 FROM endpoint WHERE NOT json_valid(service_bases);

SELECT count(*) = 0 FROM share_kind WHERE NOT json_valid(remarks);

SELECT count(*) = 0 FROM subnet WHERE NOT json_valid(service_types);

SELECT count(*) = 0 FROM subnet_pool WHERE NOT json_valid(prefixes);

SELECT count(*) = 0 FROM volume_type WHERE NOT json_valid(zones);
