// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/launch.hpp"

#include "process/credentials.hpp"
#include "process/descriptor_plan.hpp"
#include "process/known_children.hpp"
#include "process/launcher.hpp"

#include <climits>
#include <unistd.h>

namespace reeve {
namespace {

/// An initialiser for Boost.Process: one step in the child, and the name it fails by.
template <typename Action>
struct in_child {
  char const* step;
  Action action;

  template <typename Launcher, typename Path>
  error_code on_exec_setup(Launcher&, Path const&, char const* const*) noexcept {
    return {action(), boost::system::system_category()};
  }
};
template <typename Action>
in_child(char const*, Action) -> in_child<Action>;

std::vector<char const*> pointers(std::vector<std::string> const& strings) {
  std::vector<char const*> result;
  result.reserve(strings.size() + 1);
  for (auto const& s : strings) result.push_back(s.c_str());
  result.push_back(nullptr);
  return result;
}

/// Empty where no CPU is given. Of those given the kernel takes the ones that exist, and refuses a mask of none.
std::vector<unsigned long> cpu_mask(std::vector<int> const& cpus) {
  constexpr std::size_t bits = sizeof(unsigned long) * CHAR_BIT;
  constexpr std::size_t most = 1 << 16;
  std::vector<unsigned long> mask;
  for (int const cpu : cpus) {
    auto const bit = static_cast<std::size_t>(cpu);
    if (bit >= most) continue;
    if (mask.size() <= bit / bits) mask.resize(bit / bits + 1);
    mask[bit / bits] |= 1UL << bit % bits;
  }
  if (mask.empty() && !cpus.empty()) mask.push_back(0);
  return mask;
}

/// Everything that the child needs, allocated before it is born.
struct launch_plan {
  explicit launch_plan(launch_request const& r)
      : request{r},
        argv{pointers(r.argv)},
        environment{pointers(r.environment)},
        descriptors{r.stdio, r.descriptors},
        cpus{cpu_mask(r.params.cpu_affinity)},
        oom_score_adj{r.params.oom_score_adj ? std::to_string(*r.params.oom_score_adj) : std::string{}} {}

  launch_request const& request;
  std::vector<char const*> argv;
  std::vector<char const*> environment;
  descriptor_plan descriptors;
  std::vector<unsigned long> cpus;
  std::string oom_score_adj;
  credentials identity;
  pid_t const parent = ::getpid();
};

void start(launcher& with, launch_plan& p, error_code& ec) {
  using namespace child_side;
  auto const& params = p.request.params;
  auto const& id = p.identity;
  with.start(
      ec, p.request.path, p.argv.data(),
      in_child{params.isolation == process_isolation::session ? "setsid" : "setpgid",
               [&] { return lead(params.isolation); }},
      in_child{"descriptors", [&] { return p.descriptors.apply(with.image); }},
      in_child{"oom_score_adj", [&] { return set_oom_score_adj(p.oom_score_adj); }},
      in_child{"rlimit", [&] { return set_limits(params.limits); }},
      in_child{"nice", [&] { return params.nice ? set_nice(*params.nice) : 0; }},
      in_child{"affinity", [&] { return set_affinity(p.cpus); }},
      in_child{"umask", [&] { return params.umask ? set_umask(*params.umask) : 0; }},
      in_child{"group", [&] { return id.groups ? set_groups(*id.groups) : 0; }},
      in_child{"group", [&] { return id.group ? set_group(*id.group) : 0; }},
      in_child{"user", [&] { return id.user ? set_user(*id.user) : 0; }},
      in_child{"chdir",
               [&] { return params.directory.empty() ? 0 : change_directory(params.directory.c_str()); }},
      in_child{"no_new_privs", [&] { return params.no_new_privs ? forbid_new_privileges() : 0; }},
      in_child{"pdeathsig", [&] { return p.request.dies_with_parent ? die_with(p.parent) : 0; }});
}

}  // namespace

launched_process launch(launch_request const& request, launch_failure& failure) {
  failure = {};
  launch_plan p{request};
  char const* step = "";
  if (int const error = resolve_credentials(request.params, p.identity, step)) {
    failure = {{error, boost::system::system_category()}, step};
    return {};
  }

  launcher with;
  with.env = p.environment.data();
  with.image = request.image;
  with.fd_whitelist = p.descriptors.targets();
  {
    std::optional<keep_dumpable> dumpable;
    if (p.identity.change_anything()) dumpable.emplace();
    start(with, p, failure.error);
  }
  if (failure.error) {
    failure.step = with.step;
    return {};
  }
  remember_child(with.pid);
  return {with.pid, std::move(with.pidfd)};
}

}  // namespace reeve
