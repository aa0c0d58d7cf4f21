// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/launcher.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/process/v2/start_dir.hpp>
#include <boost/process/v2/stdio.hpp>

#include <self_report.hpp>

namespace {

using namespace reeve::test;
namespace v2 = boost::process::v2;

struct programs {
  boost::asio::io_context context;
  boost::system::error_code ec;
  reeve::launcher with;
  v2::filesystem::path const show_self{child_program("show_self")};
};

}  // namespace

// The launcher is an extension of Boost.Process v2, and works as one.
BOOST_FIXTURE_TEST_SUITE(launcher, programs)

BOOST_AUTO_TEST_CASE(a_process_of_the_library_is_started_and_waited_for) {
  auto process = with(context.get_executor(), ec, child_program("exit_with"), std::vector<std::string>{"7"});
  BOOST_REQUIRE(!ec);
  BOOST_TEST(process.id() == with.pid);
  int code = -1;
  process.async_wait([&](boost::system::error_code, int exit_code) { code = exit_code; });
  run_until(context, [&] { return code >= 0; });
  BOOST_TEST(v2::evaluate_exit_code(code) == 7);
}

BOOST_AUTO_TEST_CASE(the_librarys_initialisers_apply) {
  test_pipe pipe;
  auto process = with(context.get_executor(), ec, show_self, std::vector<std::string>{"a"},
                      v2::process_start_dir{"/"}, v2::process_stdio{{}, pipe.write_end.get(), nullptr});
  BOOST_REQUIRE(!ec);
  pipe.write_end.reset();
  self_report const report{read_all(pipe.read_end.get())};
  BOOST_TEST((report.all("arg") == std::vector<std::string>{show_self.native(), "a"}));
  BOOST_TEST(report.one("cwd") == "/");
  BOOST_TEST(report.target(2) == "/dev/null");
  BOOST_TEST((report.descriptors() == std::vector{0, 1, 2}));
  process.wait();
}

BOOST_AUTO_TEST_CASE(descriptors_on_the_whitelist_are_kept) {
  test_pipe pipe;
  reeve::unique_fd const kept{::open("/dev/null", O_RDONLY)};
  with.fd_whitelist.push_back(kept.get());
  auto process = with(context.get_executor(), ec, show_self, std::vector<std::string>{},
                      v2::process_stdio{{}, pipe.write_end.get(), {}});
  BOOST_REQUIRE(!ec);
  pipe.write_end.reset();
  BOOST_TEST((self_report{read_all(pipe.read_end.get())}.descriptors() == std::vector{0, 1, 2, kept.get()}));
  process.wait();
}

BOOST_AUTO_TEST_CASE(a_failure_has_its_exact_error_and_the_name_of_its_step) {
  boost::asio::posix::stream_descriptor const opens_what_the_context_needs{context};
  auto const before = open_descriptors();
  with(context.get_executor(), ec, "/nowhere/at/all", std::vector<std::string>{});
  BOOST_TEST(ec.value() == ENOENT);
  BOOST_TEST(with.step == "exec");
  with(context.get_executor(), ec, show_self, std::vector<std::string>{}, v2::process_start_dir{"/nowhere"});
  BOOST_TEST(ec.value() == ENOENT);
  BOOST_TEST(with.step == "prepare");
  BOOST_TEST(!has_children());
  BOOST_TEST(open_descriptors() == before);
}

BOOST_AUTO_TEST_CASE(initialisers_hear_of_success_and_failure) {
  struct listener {
    std::string heard;
    reeve::error_code on_setup(reeve::launcher&, v2::filesystem::path const&, char const* const*) {
      heard += "setup ";
      return {};
    }
    void on_success(reeve::launcher&, v2::filesystem::path const&, char const* const*) {
      heard += "success ";
    }
    void on_error(reeve::launcher&, v2::filesystem::path const&, char const* const*,
                  reeve::error_code const& e) {
      heard += std::to_string(e.value());
    }
  } listens;
  with(context.get_executor(), ec, child_program("exit_with"), std::vector<std::string>{}, listens).wait();
  with(context.get_executor(), ec, "/nowhere", std::vector<std::string>{}, listens);
  BOOST_TEST(listens.heard == "setup success setup " + std::to_string(ENOENT));
}

BOOST_AUTO_TEST_SUITE_END()
