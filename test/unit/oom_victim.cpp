// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/oom.hpp"

#include <boost/test/unit_test.hpp>

namespace {

pid_t victim(std::string_view record) { return reeve::oom_victim(record).value_or(0); }

}  // namespace

BOOST_AUTO_TEST_SUITE(oom_victim)

BOOST_AUTO_TEST_CASE(the_machine_out_of_memory_names_its_victim) {
  BOOST_TEST(
      victim(
          "3,1234,98765432,-;Out of memory: Killed process 812 (eat_memory) total-vm:4kB, anon-rss:1kB\n") ==
      812);
}

BOOST_AUTO_TEST_CASE(a_cgroup_out_of_memory_names_its_victim) {
  BOOST_TEST(
      victim(
          "3,7,1,-;Memory cgroup out of memory: Killed process 4194303 (a) total-vm:4kB\n SUBSYSTEM=x\n") ==
      4194303);
}

BOOST_AUTO_TEST_CASE(a_record_with_more_fields_before_its_text_is_read) {
  BOOST_TEST(victim("3,7,1,c,caller=T1;Out of memory (oom_kill_allocating_task): Killed process 5 (a) x") ==
             5);
}

BOOST_AUTO_TEST_CASE(a_record_that_a_program_wrote_is_not_believed) {
  BOOST_TEST(victim("12,7,1,-;Out of memory: Killed process 812 (a) total-vm:4kB") == 0);
}

BOOST_AUTO_TEST_CASE(other_records_name_nobody) {
  BOOST_TEST(victim("") == 0);
  BOOST_TEST(victim(";") == 0);
  BOOST_TEST(victim("6,7,1,-;eth0: Killed process 812 (a)") == 0);
  BOOST_TEST(victim("6,7,1,-;Out of memory: Killed process ") == 0);
  BOOST_TEST(victim("6,7,1,-;Out of memory: Killed process x") == 0);
  BOOST_TEST(victim("6,7,1,-;Out of memory: Killed process -1 (a)") == 0);
  BOOST_TEST(victim("6,7,1,-;oom-kill:constraint=CONSTRAINT_NONE,task=a,pid=812,uid=0") == 0);
  BOOST_TEST(victim("Out of memory: Killed process 812 (a)") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
