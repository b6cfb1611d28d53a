cis_test(spelling_test LABEL unit SOURCES spelling_test.cc LINK cis_base)
