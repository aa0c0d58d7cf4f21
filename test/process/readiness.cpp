// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// When a worker counts as ready, for every kind of readiness.

#include "live_supervisor.hpp"
#include "worker_side.hpp"

#include <boost/asio/ip/tcp.hpp>

BOOST_AUTO_TEST_SUITE(readiness)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;
namespace asio = boost::asio;
using asio::ip::tcp;

// Goes on where a file of this name exists.
void wait_for_file(std::string const& name) {
  while (!std::filesystem::exists(name)) std::this_thread::sleep_for(2ms);
}

int ready_with_file(worker& self) {
  wait_for_file(self.args().at(0));
  self.ready();
  wait_for_stop(self);
  return 0;
}

int beats_with_file(worker& self) {
  self.ready();  // which says nothing to who waits for a beat
  wait_for_file(self.args().at(0));
  self.beat();
  wait_for_stop(self);
  return 0;
}

int listens_with_file(worker& self) {
  wait_for_file(self.args().at(0));
  asio::io_context io;
  tcp::acceptor acceptor{io};
  acceptor.open(tcp::v4());
  acceptor.set_option(tcp::acceptor::reuse_address{true});
  acceptor.bind({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(self.args().at(1)))});
  acceptor.listen();
  wait_for_stop(self);
  return 0;
}

int never_ready(worker& self) {
  wait_for_stop(self);
  return 0;
}

int ends_early(worker& self) { return std::stoi(self.args().at(0)); }

REEVE_FUNCTION_WORKER("ready_with_file", ready_with_file);
REEVE_FUNCTION_WORKER("beats_with_file", beats_with_file);
REEVE_FUNCTION_WORKER("listens_with_file", listens_with_file);
REEVE_FUNCTION_WORKER("never_ready", never_ready);
REEVE_FUNCTION_WORKER("ends_early", ends_early);

// A name for a file that a worker waits for.
class file_gate {
 public:
  file_gate() {
    std::string name = (std::filesystem::temp_directory_path() / "reeve-gate-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(name.data()));
    directory_ = name;
  }
  file_gate(file_gate const&) = delete;
  file_gate& operator=(file_gate const&) = delete;
  ~file_gate() { std::filesystem::remove_all(directory_); }
  std::string path() const { return directory_ / "open"; }
  void open() const { std::ofstream{path()} << 'x'; }

 private:
  std::filesystem::path directory_;
};

// The worker is not ready before the gate is open, and is after.
void check_ready_with(file_gate const& g, worker_spec spec) {
  live_supervisor sup;
  auto const name = spec.name;
  begun const start{sup->async_start(std::move(spec))};
  sup.until(event_kind::spawned);
  sup.idle(150ms);
  BOOST_TEST(!start.done());
  BOOST_TEST(sup.state_of(name) == "starting");
  g.open();
  BOOST_TEST(!sup.finish(start));
  BOOST_TEST(sup.state_of(name) == "running");
  sup.until(event_kind::ready);
  BOOST_TEST(!sup.stop_all());
  BOOST_TEST(sup.events.count(event_kind::ready) == 1u);
}

std::uint16_t free_port() {
  asio::io_context io;
  tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
  return acceptor.local_endpoint().port();
}

}  // namespace

BOOST_AUTO_TEST_CASE(spawned_is_ready_as_soon_as_it_runs) {
  live_supervisor sup;
  sup.start(child_spec("hang"));
  sup.until(event_kind::ready);
  BOOST_TEST((sup.events.story({event_kind::spawned, event_kind::ready}) ==
              std::vector<std::string>{"hang/0 spawned", "hang/0 ready"}));
}

BOOST_AUTO_TEST_CASE(reported_is_ready_when_it_says_so) {
  file_gate const g;
  check_ready_with(g, own_spec("ready_with_file", {g.path()}));
}

BOOST_AUTO_TEST_CASE(first_beat_is_ready_with_its_first_beat) {
  file_gate const g;
  auto spec = own_spec("beats_with_file", {g.path()});
  spec.ready = ready_when::first_beat(patience);
  check_ready_with(g, spec);
}

BOOST_AUTO_TEST_CASE(tcp_is_ready_when_its_port_is_open) {
  file_gate const g;
  auto const port = free_port();
  auto spec = own_spec("listens_with_file", {g.path(), std::to_string(port)});
  spec.ready = ready_when::tcp([port](std::size_t) { return port; }, patience);
  check_ready_with(g, spec);
}

BOOST_AUTO_TEST_CASE(a_hook_says_when_it_is_ready) {
  file_gate const g;
  auto spec = child_spec("hang");
  spec.ready = ready_when::check(
      [&g](worker_view) -> asio::awaitable<health_result> {
        co_return health_result{std::filesystem::exists(g.path()), "not yet"};
      },
      patience, 2ms);
  check_ready_with(g, spec);
}

BOOST_AUTO_TEST_CASE(a_program_in_another_language_reports_on_its_page) {
  file_gate const g;
  constexpr auto program = R"(
import mmap, os, struct, sys, time
page = mmap.mmap(int(os.environ["REEVE_PAGE_FD"]), 4096)
assert page[0:8] == b"REEVEPG1"
while not os.path.exists(sys.argv[1]): time.sleep(0.002)
page[1024:1034] = b"from_snake"            # the name of slot 0
page[512:520] = struct.pack("<Q", 42)      # its value
page[1064:1072] = struct.pack("<Q", 1)     # it is a counter
page[128:136] = struct.pack("<Q", 1)       # ready
beats = 0
while True:
  beats += 1
  page[64:72] = struct.pack("<Q", beats)
  time.sleep(0.05)
)";
  auto spec = spec_of("snake", "/", {"-c", program, g.path()});
  spec.command.program = "python3";
  spec.ready = ready_when::reported(patience);
  spec.health.heartbeat = {.timeout = 10s};

  live_supervisor sup;
  begun const start{sup->async_start(spec)};
  sup.until(event_kind::spawned);
  sup.idle(100ms);
  BOOST_TEST(!start.done());
  g.open();
  BOOST_TEST(!sup.finish(start));
  BOOST_TEST(sup.counter("snake", "from_snake") == 42u);
  sup.soon([&] { return sup.status_of("snake").last_heartbeat.has_value(); });
  BOOST_TEST(!sup.stop_all());
  BOOST_TEST(value_of(sup.await_exit().counters, "from_snake").value_or(0) == 42u);
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_not_ready_in_time_is_ended_and_the_start_fails) {
  live_supervisor sup;
  auto spec = own_spec("never_ready");
  spec.ready = ready_when::reported(200ms);
  spec.restart.mode = restart_mode::never;
  diagnostics diag;
  BOOST_TEST(sup.finish(sup->async_start(spec, diag)) == make_error_code(error::start_timeout));
  BOOST_REQUIRE(diag.exit);
  BOOST_TEST(text(diag.exit->cause) == "start_timeout");
  BOOST_TEST(diag.exit->error == make_error_code(error::start_timeout));
  BOOST_TEST(!diag.message.empty());
}

BOOST_AUTO_TEST_CASE(a_start_that_ran_out_of_time_tells_what_the_hook_said_last) {
  live_supervisor sup;
  auto spec = child_spec("hang");
  spec.ready = ready_when::check(
      [](worker_view) -> asio::awaitable<health_result> {
        co_return health_result{false, "still loading"};
      },
      200ms, 2ms);
  spec.restart.mode = restart_mode::never;
  diagnostics diag;
  BOOST_TEST(sup.finish(sup->async_start(spec, diag)) == make_error_code(error::start_timeout));
  BOOST_REQUIRE(diag.exit);
  BOOST_TEST(diag.exit->reason == "still loading");
}

BOOST_AUTO_TEST_CASE(a_worker_that_ends_before_it_is_ready_fails_the_start_with_its_exit) {
  live_supervisor sup;
  auto spec = own_spec("ends_early", {"7"});
  spec.restart.mode = restart_mode::never;
  diagnostics diag;
  BOOST_TEST(sup.finish(sup->async_start(spec, diag)) == make_error_code(error::exited_before_ready));
  BOOST_REQUIRE(diag.exit);
  BOOST_TEST(diag.exit->status.code() == 7);
  BOOST_TEST(text(diag.exit->cause) == "itself");
}

BOOST_AUTO_TEST_CASE(a_type_that_the_program_does_not_have_fails_the_start_by_its_name) {
  live_supervisor sup;
  diagnostics diag;
  auto spec = own_spec("no_such_worker");
  spec.stdio.err = stdio_target::null();
  BOOST_TEST(sup.finish(sup->async_start(spec, diag)) == make_error_code(error::unknown_worker_type));
  BOOST_TEST(diag.message.find("no_such_worker") != std::string::npos);
  sup.until(event_kind::failed);
  BOOST_TEST(sup.state_of("no_such_worker") == "failed");
  BOOST_TEST(sup.events.count(event_kind::spawned) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
