// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// The supervisor's process dies at once, and is not asked: what becomes of its workers.

#include "live_supervisor.hpp"
#include "sanitizers.hpp"

#include <set>

BOOST_AUTO_TEST_SUITE(supervisor_death)

namespace {

using namespace std::chrono_literals;
using namespace reeve;
using namespace reeve::test;

std::set<std::string> names_in(std::filesystem::path const& directory) {
  std::set<std::string> names;
  std::error_code ec;
  for (auto const& entry : std::filesystem::directory_iterator{directory, ec})
    names.insert(entry.path().filename());
  return names;
}

// What it made there must go with it; others may come and go meanwhile.
bool has_ours(std::set<std::string> const& before, std::filesystem::path const& directory) {
  return std::ranges::any_of(names_in(directory), [&](auto const& name) {
    return !before.contains(name) && name.find("reeve") != std::string::npos;
  });
}

// A directory for the temporary files of one program.
class temporary_directory {
 public:
  temporary_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "reeve-death-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(name.data()));
    path_ = name;
  }
  temporary_directory(temporary_directory const&) = delete;
  temporary_directory& operator=(temporary_directory const&) = delete;
  ~temporary_directory() { std::filesystem::remove_all(path_); }
  std::filesystem::path const& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The kernel ends foreign workers; ours have a second for their shutdown. With room for a loaded machine.
constexpr std::chrono::milliseconds at_once = under_sanitizer ? 10s : 2s;
constexpr std::chrono::milliseconds after_a_second = under_sanitizer ? 10s : 4s;

// A program with a supervisor; its workers, and their children, by name.
class parent {
 public:
  parent() {
    test_pipe output;
    auto request = request_for("sup_parent", {"death", child_program("hang")});
    request.stdio[1] = output.write_end.get();
    std::erase_if(request.environment, [](auto const& variable) { return variable.starts_with("TMPDIR="); });
    request.environment.push_back("TMPDIR=" + temporary_.path().string());
    process_ = start(request);
    output.write_end.reset();
    for (auto const& line : read_until_up(output.read_end.get())) {
      auto const space = line.find(' ');
      auto const pid = static_cast<pid_t>(std::stoi(line.substr(space)));
      pids_.emplace(line.substr(0, space), pid);
      pidfds_[pid] = open_pidfd(pid);
      BOOST_REQUIRE(pidfds_[pid]);
    }
  }
  parent(parent const&) = delete;
  parent& operator=(parent const&) = delete;
  ~parent() {
    kill();
    for (auto const& [pid, pidfd] : pidfds_) send_signal(pidfd.get(), SIGKILL);
  }

  void kill() {
    if (!process_.pidfd) return;
    killed_at_ = clock::now();
    ::kill(process_.pid, SIGKILL);
    finish(process_);
    process_.pidfd.reset();
  }

  std::vector<pid_t> of(std::string const& name) const {
    std::vector<pid_t> found;
    for (auto [it, end] = pids_.equal_range(name); it != end; ++it) found.push_back(it->second);
    return found;
  }

  std::filesystem::path const& temporary() const { return temporary_.path(); }

  /// Counted from the supervisor's death.
  bool ends_within(pid_t pid, std::chrono::milliseconds time) const {
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(killed_at_ + time - clock::now());
    pollfd event{pidfds_.at(pid).get(), POLLIN, 0};
    return ::poll(&event, 1, std::max(static_cast<int>(left.count()), 0)) > 0;
  }

  void check_that_all_end() const {
    for (auto const* name : {"foreign", "with_child", "deaf"})
      for (auto const pid : of(name))
        BOOST_TEST(ends_within(pid, name == std::string{"foreign"} ? at_once : after_a_second),
                   name << ' ' << pid << " lives on");
  }

 private:
  temporary_directory temporary_;
  launched_process process_;
  clock::time_point killed_at_;
  std::multimap<std::string, pid_t> pids_;
  std::map<pid_t, unique_fd> pidfds_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_survives_but_what_is_to_live_on) {
  auto const shm_before = names_in("/dev/shm");
  parent p;
  BOOST_REQUIRE(p.of("foreign").size() == 1u);
  BOOST_REQUIRE(p.of("survivor").size() == 1u);
  BOOST_REQUIRE(p.of("with_child").size() == 2u);
  BOOST_REQUIRE(p.of("deaf").size() == 2u);

  p.kill();
  p.check_that_all_end();
  BOOST_TEST(!p.ends_within(p.of("survivor").at(0), 0ms));
  BOOST_TEST(!has_ours(shm_before, "/dev/shm"));
  BOOST_TEST(names_in(p.temporary()).empty());
}

BOOST_AUTO_TEST_CASE(stopped_workers_end_too) {
  parent p;
  for (auto const* name : {"foreign", "with_child", "deaf"})
    for (auto const pid : p.of(name)) ::kill(pid, SIGSTOP);
  p.kill();
  p.check_that_all_end();
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_to_live_on_survives_the_supervisors_destruction) {
  pid_t survivor = 0;
  pid_t other = 0;
  {
    boost::asio::io_context io;
    std::optional<supervisor> sup{std::in_place, io.get_executor(),
                                  supervisor_params{.logging = log_level::off}};
    auto lives_on = child_spec("hang");
    lives_on.on_death = on_supervisor_death::live_on;
    int started = 0;
    sup->async_start(lives_on, [&](error_code ec) { started += !ec; });
    sup->async_start(child_spec("ignore_term"), [&](error_code ec) { started += !ec; });
    run_until(io, [&] { return started == 2; });
    survivor = sup->status("hang").at(0).pid;
    other = sup->status("ignore_term").at(0).pid;
    sup.reset();
    io.restart();
    io.run_for(patience);
  }
  require_soon([&] { return !exists(other); });
  BOOST_TEST(exists(survivor));
  ::kill(survivor, SIGKILL);
  require_soon([&] { return !exists(survivor); });
}

BOOST_AUTO_TEST_CASE(destruction_ends_the_workers_and_their_children) {
  std::vector<pid_t> pids;
  {
    live_supervisor sup;
    pids = sup.start_and_read_pids(child_spec("fork_tree", {"2"}));
    pids.push_back(sup.pid_of("fork_tree"));
  }
  for (auto const pid : pids) require_end_of(pid);
}

BOOST_AUTO_TEST_SUITE_END()
