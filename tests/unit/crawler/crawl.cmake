cis_test(crawl_test LABEL unit SOURCES crawl_options_test.cc crawl_report_test.cc LINK cis_crawl)
