cis_test(
  base_test
  LABEL unit
  SOURCES log_test.cc mutex_test.cc spelling_test.cc status_macros_test.cc
  LINK cis_base)
