cis_test(cli_cases_test LABEL cases SOURCES cli_cases_test.cc federations.cc
         LINK cis_client_cli cis_client_answer cis_client_handover cis_serving cis_grpc gRPC::grpc++
              cis_case_file)
