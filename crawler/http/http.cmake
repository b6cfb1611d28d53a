cis_library(cis_http
            SOURCES http/backoff.cc http/curl_transport.cc http/curl_try.cc http/http_error.cc
                    http/http_status.cc http/in_flight_queue.cc http/limit.cc http/registered_domain.cc http/transport.cc http/url.cc
            PUBLIC cis_model absl::any_invocable absl::cord
            PRIVATE CURL::libcurl PkgConfig::LIBPSL)
