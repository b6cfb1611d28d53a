cis_library(cis_tokens
            SOURCES tokens/access_tokens.cc tokens/agent_socket.cc tokens/token_messages.cc
                    tokens/unscoped_logins.cc
            PUBLIC cis_source
            PRIVATE nlohmann_json::nlohmann_json)
