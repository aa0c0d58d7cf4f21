// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// show_self: prints what it was started with, as lines "name value": its arguments (arg), environment (env),
// descriptors (fd NUMBER TARGET), signal sets in hexadecimal (blocked, ignored, caught), cwd, nice,
// oom_score_adj, uid, gid, groups, no_new_privs, pid, ppid, pgid, sid, nofile, umask and cpus.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>
#include <dirent.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace {

void show_descriptors() {
  DIR* const directory = ::opendir("/proc/self/fd");
  std::map<int, std::string> found;
  while (dirent const* entry = ::readdir(directory)) {
    if (entry->d_name[0] == '.') continue;
    int const fd = std::atoi(entry->d_name);
    if (fd != ::dirfd(directory)) found[fd] = fs::read_symlink(fs::path{"/proc/self/fd"} / entry->d_name);
  }
  ::closedir(directory);
  for (auto const& [fd, target] : found) std::cout << "fd " << fd << ' ' << target << '\n';
}

void show_status() {
  std::map<std::string, std::string> const wanted{
      {"SigBlk:", "blocked"}, {"SigIgn:", "ignored"}, {"SigCgt:", "caught"}};
  std::ifstream status{"/proc/self/status"};
  for (std::string name, value; status >> name >> std::ws && std::getline(status, value);)
    if (auto const found = wanted.find(name); found != wanted.end())
      std::cout << found->second << ' ' << value << '\n';
}

void show_credentials() {
  std::cout << "uid " << ::getuid() << ' ' << ::geteuid() << "\ngid " << ::getgid() << ' ' << ::getegid()
            << "\ngroups";
  std::vector<gid_t> groups(static_cast<std::size_t>(::getgroups(0, nullptr)));
  ::getgroups(static_cast<int>(groups.size()), groups.data());
  for (gid_t const group : groups) std::cout << ' ' << group;
  std::cout << "\nno_new_privs " << ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) << '\n';
}

void show_rest() {
  std::string adjustment;
  std::ifstream{"/proc/self/oom_score_adj"} >> adjustment;
  rlimit nofile{};
  ::getrlimit(RLIMIT_NOFILE, &nofile);
  auto const mask = ::umask(0);
  std::cout << "cwd " << fs::current_path().string() << "\nnice " << ::getpriority(PRIO_PROCESS, 0)
            << "\noom_score_adj " << adjustment << "\npid " << ::getpid() << "\nppid " << ::getppid()
            << "\npgid " << ::getpgid(0) << "\nsid " << ::getsid(0) << "\nnofile " << nofile.rlim_cur << ' '
            << nofile.rlim_max << "\numask " << std::oct << mask << std::dec << "\ncpus";
  cpu_set_t cpus;
  ::sched_getaffinity(0, sizeof cpus, &cpus);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &cpus)) std::cout << ' ' << cpu;
  std::cout << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  show_descriptors();
  for (int i = 0; i < argc; ++i) std::cout << "arg " << argv[i] << '\n';
  for (char** variable = environ; *variable; ++variable) std::cout << "env " << *variable << '\n';
  show_status();
  show_credentials();
  show_rest();
}
