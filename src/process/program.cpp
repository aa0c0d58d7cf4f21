// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/launch.hpp"
#include "process/pidfd.hpp"

#include <atomic>
#include <cerrno>
#include <string_view>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace reeve {
namespace {

// What execvp takes where there is no PATH.
constexpr std::string_view default_path = "/bin:/usr/bin";

std::string_view search_path(std::vector<std::string> const& environment) {
  constexpr std::string_view name = "PATH=";
  for (std::string_view const entry : environment)
    if (entry.starts_with(name)) return entry.substr(name.size());
  return default_path;
}

/// 0 for a file that may be executed, else errno.
int check_program(std::string const& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) return errno;
  if (!S_ISREG(found.st_mode)) return EACCES;
  return ::faccessat(AT_FDCWD, file.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

}  // namespace

std::string find_program(std::string const& program, std::vector<std::string> const& environment,
                         error_code& ec) {
  ec = {};
  if (program.find('/') != std::string::npos) return program;

  int error = ENOENT;
  auto path = search_path(environment);
  for (bool more = !program.empty(); more;) {
    auto const end = path.find(':');
    more = end != path.npos;
    // An empty element is the working directory.
    auto const directory = path.substr(0, end);
    auto file = std::string{directory.empty() ? "." : directory} + '/' + program;
    int const found = check_program(file);
    if (found == 0) return file;
    // As execvp has it: a file that was there but could not be run is the better news.
    if (found == EACCES) error = EACCES;
    if (more) path.remove_prefix(end + 1);
  }
  ec.assign(error, boost::system::system_category());
  return {};
}

int this_image(error_code& ec) {
  ec = {};
  static std::atomic<int> image{-1};
  if (int const known = image.load(); known >= 0) return known;
  // The link leads to the file that is running, even where its name has gone to another.
  auto opened = above_standard_streams(unique_fd{::open("/proc/self/exe", O_PATH | O_CLOEXEC)});
  if (!opened) {
    ec.assign(errno, boost::system::system_category());
    return -1;
  }
  int none = -1;
  return image.compare_exchange_strong(none, opened.get()) ? opened.release() : none;
}

}  // namespace reeve
