// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include <self_report.hpp>
#include <sys/mman.h>
#include <sys/resource.h>

namespace {

using namespace reeve;
using namespace reeve::test;

/// A file of a name that a child's report shows.
unique_fd named_file(char const* name) { return unique_fd{::memfd_create(name, MFD_CLOEXEC)}; }

std::string shown(char const* name) { return std::string{"/memfd:"} + name + " (deleted)"; }

/// Puts a descriptor at a number, whatever is there, and back again at the end.
class moved_to {
 public:
  moved_to(int fd, int number) : number_{number}, saved_{::fcntl(number, F_DUPFD_CLOEXEC, 200)} {
    ::dup3(fd, number, O_CLOEXEC);
  }
  ~moved_to() {
    if (saved_) {
      ::dup2(saved_.get(), number_);
    } else {
      ::close(number_);
    }
  }

 private:
  int number_;
  unique_fd saved_;
};

/// Closes standard streams and opens them again at the end.
class closed_streams {
 public:
  explicit closed_streams(std::vector<int> numbers) {
    for (int const n : numbers) {
      saved_.emplace_back(n, ::fcntl(n, F_DUPFD_CLOEXEC, 200));
      ::close(n);
    }
  }
  ~closed_streams() {
    for (auto const& [number, saved] : saved_) ::dup2(saved.get(), number);
  }

 private:
  std::vector<std::pair<int, unique_fd>> saved_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(descriptors)

BOOST_AUTO_TEST_CASE(a_child_gets_what_it_is_given_and_no_more) {
  auto const a = named_file("a");
  auto const b = named_file("b");
  unique_fd const inheritable{::memfd_create("inheritable", 0)};
  auto request = request_for("show_self");
  request.descriptors = {{.source = a.get(), .target = 40}, {.source = b.get(), .target = 3}};
  auto const report = self_report::of(request);
  BOOST_TEST((report.descriptors() == std::vector{0, 1, 2, 3, 40}));
  BOOST_TEST(report.target(40) == shown("a"));
  BOOST_TEST(report.target(3) == shown("b"));
}

BOOST_AUTO_TEST_CASE(a_source_may_be_its_own_target) {
  auto const a = named_file("a");
  auto request = request_for("show_self");
  request.descriptors = {{.source = a.get(), .target = a.get()}};
  auto const report = self_report::of(request);
  BOOST_TEST((report.descriptors() == std::vector{0, 1, 2, a.get()}));
  BOOST_TEST(report.target(a.get()) == shown("a"));
  BOOST_TEST(::fcntl(a.get(), F_GETFD) == FD_CLOEXEC);
}

BOOST_AUTO_TEST_CASE(sources_and_targets_may_overlap) {
  auto const a = named_file("a");
  auto const b = named_file("b");
  auto const c = named_file("c");
  auto request = request_for("show_self");
  request.descriptors = {{.source = a.get(), .target = b.get()},
                         {.source = b.get(), .target = c.get()},
                         {.source = c.get(), .target = a.get()},
                         {.source = a.get(), .target = c.get() + 1}};
  auto const report = self_report::of(request);
  BOOST_TEST((report.descriptors() == std::vector{0, 1, 2, a.get(), b.get(), c.get(), c.get() + 1}));
  BOOST_TEST(report.target(b.get()) == shown("a"));
  BOOST_TEST(report.target(c.get()) == shown("b"));
  BOOST_TEST(report.target(a.get()) == shown("c"));
  BOOST_TEST(report.target(c.get() + 1) == shown("a"));
}

BOOST_AUTO_TEST_CASE(targets_may_be_the_next_free_numbers) {
  unique_fd const a{::fcntl(named_file("a").get(), F_DUPFD_CLOEXEC, 200)};
  unique_fd const b{::fcntl(named_file("b").get(), F_DUPFD_CLOEXEC, 200)};
  test_pipe pipe;
  int const free = unique_fd{::fcntl(0, F_DUPFD_CLOEXEC, 3)}.get();
  auto request = request_for("show_self");
  // All streams in place: what is moved first is what goes to the first free number.
  request.stdio = {0, 1, 2};
  request.descriptors = {{.source = a.get(), .target = free}, {.source = b.get(), .target = free + 1}};
  launch_failure failure;
  launched_process process;
  {
    moved_to const out{pipe.write_end.get(), 1};
    process = launch(request, failure);
  }
  BOOST_REQUIRE(process.pidfd);
  pipe.write_end.reset();
  self_report const report{read_all(pipe.read_end.get())};
  finish(process);
  BOOST_TEST(report.target(free) == shown("a"));
  BOOST_TEST(report.target(free + 1) == shown("b"));
}

BOOST_AUTO_TEST_CASE(stderr_may_be_stdout) {
  test_pipe pipe;
  auto request = request_for("show_self");
  request.stdio = {0, pipe.write_end.get(), pipe.write_end.get()};
  auto const process = start(request);
  pipe.write_end.reset();
  self_report const report{read_all(pipe.read_end.get())};
  finish(process);
  BOOST_TEST(report.target(1) == report.target(2));
  BOOST_TEST((report.descriptors() == std::vector{0, 1, 2}));
}

BOOST_AUTO_TEST_CASE(standard_streams_may_be_swapped) {
  auto const in = named_file("in");
  auto const err = named_file("err");
  test_pipe pipe;
  auto request = request_for("show_self");
  self_report const report = [&] {
    moved_to const a{in.get(), 0};
    moved_to const b{err.get(), 1};
    moved_to const c{pipe.write_end.get(), 2};
    request.stdio = {1, 2, 0};
    auto const process = start(request);
    pipe.write_end.reset();
    ::close(2);
    self_report result{read_all(pipe.read_end.get())};
    finish(process);
    return result;
  }();
  BOOST_TEST(report.target(0) == shown("err"));
  BOOST_TEST(report.target(2) == shown("in"));
  BOOST_TEST(report.target(1).starts_with("pipe:"));
}

BOOST_AUTO_TEST_CASE(a_standard_stream_may_be_given_under_another_number) {
  auto const in = named_file("in");
  auto request = request_for("show_self");
  request.stdio[0] = in.get();
  request.descriptors = {{.source = 0, .target = in.get()}};
  auto const report = self_report::of(request);
  BOOST_TEST(report.target(0) == shown("in"));
  BOOST_TEST(report.target(in.get()) == std::filesystem::read_symlink("/proc/self/fd/0").string());
}

BOOST_AUTO_TEST_CASE(a_standard_stream_that_is_closed_here_is_dev_null_there) {
  test_pipe pipe;
  auto request = request_for("show_self");
  request.stdio = {0, pipe.write_end.get(), 2};
  launched_process process;
  {
    closed_streams const closed{{0, 2}};
    launch_failure failure;
    process = launch(request, failure);
  }
  BOOST_REQUIRE(process.pidfd);
  BOOST_TEST(process.pidfd.get() > 2);
  pipe.write_end.reset();
  self_report const report{read_all(pipe.read_end.get())};
  finish(process);
  BOOST_TEST(report.target(0) == "/dev/null");
  BOOST_TEST(report.target(2) == "/dev/null");
  BOOST_TEST((report.descriptors() == std::vector{0, 1, 2}));
}

BOOST_AUTO_TEST_CASE(all_standard_streams_may_be_closed_and_swapped) {
  test_pipe pipe;
  auto request = request_for("show_self");
  request.stdio = {1, 2, 0};
  request.descriptors = {{.source = pipe.write_end.get(), .target = 3}};
  launched_process process;
  {
    closed_streams const closed{{0, 1, 2}};
    launch_failure failure;
    process = launch(request, failure);
  }
  BOOST_REQUIRE(process.pidfd);
  BOOST_TEST(process.pidfd.get() > 2);
  pipe.write_end.reset();
  BOOST_TEST(read_all(pipe.read_end.get()) == "");
  BOOST_TEST(finish(process).si_status == 0);
}

BOOST_AUTO_TEST_CASE(a_pipe_that_got_the_number_of_a_closed_stream_is_put_right) {
  test_pipe pipe;
  auto request = request_for("show_self");
  launched_process process;
  {
    closed_streams const closed{{0, 2}};
    unique_fd const at_0{::fcntl(pipe.write_end.get(), F_DUPFD_CLOEXEC, 0)};
    launch_failure failure;
    request.stdio = {2, at_0.get(), 1};
    process = launch(request, failure);
  }
  BOOST_REQUIRE(process.pidfd);
  pipe.write_end.reset();
  self_report const report{read_all(pipe.read_end.get())};
  finish(process);
  BOOST_TEST(report.target(0) == "/dev/null");
  BOOST_TEST((report.descriptors() == std::vector{0, 1, 2}));
}

BOOST_AUTO_TEST_CASE(the_highest_number_may_be_a_target) {
  rlimit limit{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  auto const a = named_file("a");
  auto request = request_for("show_self");
  int const highest = static_cast<int>(limit.rlim_cur) - 1;
  request.descriptors = {{.source = a.get(), .target = highest}};
  BOOST_TEST(self_report::of(request).target(highest) == shown("a"));
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_is_not_open_is_EBADF) {
  auto request = request_for("show_self");
  for (auto const& [source, target] :
       {std::pair{9999, 5}, std::pair{9999, 9999}, std::pair{-1, 5}, std::pair{0, -5}}) {
    request.descriptors = {{.source = source, .target = target}};
    launch_failure failure;
    auto const process = launch(request, failure);
    BOOST_TEST(!process.pidfd);
    BOOST_TEST(failure.error.value() == EBADF);
    BOOST_TEST(failure.step == "descriptors");
  }
  BOOST_TEST(!has_children());
}

BOOST_AUTO_TEST_CASE(every_child_sees_the_same_descriptors_after_1000_restarts_with_500_open) {
  std::vector<unique_fd> crowd;
  for (int i = 0; i < 500; ++i) crowd.emplace_back(::open("/dev/null", O_RDONLY | (i % 2 ? O_CLOEXEC : 0)));
  auto const a = named_file("a");
  auto request = request_for("show_self");
  request.descriptors = {{.source = a.get(), .target = 7}, {.source = crowd[9].get(), .target = 300}};
  auto const before = open_descriptors();
  auto const first = self_report::of(request).descriptors();
  BOOST_TEST((first == std::vector{0, 1, 2, 7, 300}));
  for (int i = 0; i < 1000; ++i) BOOST_REQUIRE((self_report::of(request).descriptors() == first));
  BOOST_TEST(open_descriptors() == before);
}

BOOST_AUTO_TEST_SUITE_END()
