// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/credentials.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace reeve {
namespace {

struct account {
  std::string name;
  uid_t user;
  gid_t group;
};

/// A number where the text is one. -1 is not: the system takes it for "leave as it is".
std::optional<id_t> number(std::string const& text) {
  id_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == static_cast<id_t>(-1)) return {};
  return value;
}

/// Calls one of the get*_r functions with a buffer that is large enough. Returns 0 or errno; ENOENT when
/// there is no such entry.
template <typename Entry, typename Function>
int look_up(Function function, Entry& entry, std::string& buffer) {
  Entry* found = nullptr;
  for (buffer.resize(1024);; buffer.resize(buffer.size() * 2)) {
    int const error = function(&entry, buffer.data(), buffer.size(), &found);
    if (error == EINTR || error == ERANGE) continue;
    return error != 0 || found ? error : ENOENT;
  }
}

int find_account(std::string const& user, account& found) {
  passwd entry{};
  std::string buffer;
  auto const uid = number(user);
  int const error = look_up(
      [&](passwd* e, char* text, std::size_t size, passwd** result) {
        return uid ? ::getpwuid_r(*uid, e, text, size, result)
                   : ::getpwnam_r(user.c_str(), e, text, size, result);
      },
      entry, buffer);
  if (error == 0) found = {entry.pw_name, entry.pw_uid, entry.pw_gid};
  return error;
}

int find_group(std::string const& group, gid_t& found) {
  if (auto const gid = number(group)) {
    found = *gid;
    return 0;
  }
  ::group entry{};
  std::string buffer;
  int const error =
      look_up([&](::group* e, char* text, std::size_t size,
                  ::group** result) { return ::getgrnam_r(group.c_str(), e, text, size, result); },
              entry, buffer);
  if (error == 0) found = entry.gr_gid;
  return error;
}

std::vector<gid_t> groups_of(account const& a) {
  std::vector<gid_t> groups(32);
  int count = static_cast<int>(groups.size());
  while (::getgrouplist(a.name.c_str(), a.group, groups.data(), &count) < 0) {
    groups.resize(groups.size() * 2);
    count = static_cast<int>(groups.size());
  }
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

/// Whether these are our supplementary groups already: then an unprivileged process need not set them.
bool are_ours(std::vector<gid_t> groups) {
  int const count = ::getgroups(0, nullptr);
  if (count < 0) return false;
  std::vector<gid_t> ours(static_cast<std::size_t>(count));
  if (::getgroups(count, ours.data()) != count) return false;
  std::ranges::sort(ours);
  std::ranges::sort(groups);
  return ours == groups;
}

}  // namespace

int resolve_credentials(process_params const& params, credentials& found, char const*& step) {
  if (params.group) {
    step = "group";
    gid_t group = 0;
    if (int const error = find_group(*params.group, group)) return error;
    found.group = group;
  }
  if (!params.user) return 0;

  step = "user";
  if (params.group) {
    found.user = number(*params.user);
    found.groups = std::vector{*found.group};
  }
  if (!found.user) {
    account a;
    if (int const error = find_account(*params.user, a)) return error;
    found.user = a.user;
    if (!params.group) {
      found.group = a.group;
      found.groups = groups_of(a);
    }
  }
  if (are_ours(*found.groups)) found.groups.reset();
  return 0;
}

keep_dumpable::keep_dumpable() noexcept : was_dumpable_{::prctl(PR_GET_DUMPABLE) == 1} {}

keep_dumpable::~keep_dumpable() {
  if (was_dumpable_) ::prctl(PR_SET_DUMPABLE, 1);
}

}  // namespace reeve
