cis_test(client_component_test LABEL component SOURCES client_test.cc launch_script_test.cc
  LINK cis_client)
