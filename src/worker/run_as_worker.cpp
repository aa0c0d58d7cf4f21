// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "reeve/detail/tracer.hpp"
#include "reeve/worker.hpp"
#include "worker/class_runner.hpp"
#include "worker/complain.hpp"
#include "worker/function_runner.hpp"
#include "worker/last_resort.hpp"
#include "worker/peak_memory.hpp"
#include "worker/registry.hpp"
#include "worker/runtime.hpp"
#include "worker/service_thread.hpp"
#include "worker/worker_handshake.hpp"

#include <boost/system/errc.hpp>

#include <utility>
#include <signal.h>
#include <sys/prctl.h>

namespace reeve {
namespace {

using detail::worker_runtime;

int run_entry(worker_runtime& runtime, worker_entry const& entry) {
  if (auto const* function = std::get_if<detail::function_worker>(&entry))
    return run_function_worker(runtime, *function);
  return static_cast<int>(class_runner{runtime}.run(std::get<detail::class_worker_factory>(entry)));
}

bool complain_of_duplicate() {
  auto const name = worker_registry::global().duplicate();
  if (name) complain("two workers are registered as \"" + *name + '"');
  return name.has_value();
}

// Tells both who started the worker and who looks at stderr why there is none.
worker_exit refuse(worker_handshake const& handshake, control_message message, worker_exit code) {
  complain("worker " + to_string(handshake.id) + ": " + message.text);
  if (message.kind == control_kind::unknown_type) message.text = handshake.type;
  if (handshake.control) send_control(handshake.control.get(), message);
  return code;
}

worker_exit refuse_bad_handshake(worker_handshake const& handshake, std::string problem) {
  return refuse(handshake, {.kind = control_kind::failure, .text = "bad handshake: " + std::move(problem)},
                worker_exit::bad_handshake);
}

// Makes a write into the pipe of a dead supervisor an error rather than the end of the worker, which shall shut
// down orderly. A handler, unlike SIG_IGN, is not passed on to the programs that the worker starts.
void survive_broken_pipes() {
  struct sigaction action {};
  ::sigaction(SIGPIPE, nullptr, &action);
  if (action.sa_handler != SIG_DFL) return;
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGPIPE, &action, nullptr);
}

// The process is this worker and nothing else: it carries its name, and wakes up when its supervisor dies even
// if it was stopped (SIGSTOP), to see that it did.
void become(worker_handshake const& handshake) {
  ::prctl(PR_SET_NAME, handshake.id.name.c_str());
  if (!handshake.live_on) ::prctl(PR_SET_PDEATHSIG, SIGCONT);
  survive_broken_pipes();
}

// Whether a message could not be sent because nobody is there any more to read it.
bool says_gone(error_code ec) {
  return ec == boost::system::errc::broken_pipe || ec == boost::system::errc::connection_reset;
}

// What this process has recorded is not to be lost with it. A collector that does not answer costs no more than that.
void flush_spans() {
  if (auto const tracer = detail::current_tracer()) tracer->flush(detail::worker_flush);
}

int run_supervised(worker_handshake handshake, worker_entry const& entry, std::vector<std::string> args) {
  bool const live_on = handshake.live_on;
  // Neither is ever destroyed. While the process ends, threads that the worker left behind may still count, and
  // a signal must not turn a clean exit into a death.
  static auto& runtime = *new worker_runtime{{.id = std::move(handshake.id),
                                              .args = std::move(args),
                                              .page = std::move(handshake.page),
                                              .control = std::move(handshake.control),
                                              .beat_period = handshake.beat_period,
                                              .stop_grace = handshake.stop_grace,
                                              .trace = trace_of_environment()}};
  static auto& service = *new service_thread{runtime.stop_source(),
                                             {.control = runtime.params().control.get(), .live_on = live_on}};
  runtime.tell({.kind = control_kind::hello, .number = control_version});
  int const code = run_entry(runtime, entry);
  flush_spans();

  auto const goodbye = runtime.tell({.kind = control_kind::goodbye, .number = peak_memory()});
  service.join();
  if (service.supervisor_died() || (says_gone(goodbye) && !live_on)) end_with_group();
  return code;
}

int run_handshake(worker_handshake handshake, std::vector<std::string> args) {
  if (!handshake.problem.empty()) return static_cast<int>(refuse_bad_handshake(handshake, handshake.problem));
  auto const entry = worker_registry::global().find(handshake.type);
  if (!entry) {
    auto const text = "no worker is registered as \"" + handshake.type + '"';
    return static_cast<int>(
        refuse(handshake, {.kind = control_kind::unknown_type, .text = text}, worker_exit::unknown_type));
  }
  become(handshake);
  return run_supervised(std::move(handshake), *entry, std::move(args));
}

// Puts back, at its end, what was to happen on the signals that a worker catches.
class saved_signal_actions {
 public:
  saved_signal_actions() noexcept {
    ::sigaction(SIGTERM, nullptr, &terminate_);
    ::sigaction(SIGINT, nullptr, &interrupt_);
  }
  saved_signal_actions(saved_signal_actions const&) = delete;
  saved_signal_actions& operator=(saved_signal_actions const&) = delete;
  ~saved_signal_actions() {
    ::sigaction(SIGTERM, &terminate_, nullptr);
    ::sigaction(SIGINT, &interrupt_, nullptr);
  }

 private:
  struct sigaction terminate_ {};
  struct sigaction interrupt_ {};
};

}  // namespace

std::optional<int> run_as_worker(int argc, char** argv) {
  if (complain_of_duplicate()) return static_cast<int>(worker_exit::duplicate_type);
  auto handshake = take_handshake();
  if (!handshake) return {};
  return run_handshake(std::move(*handshake), {argv + (argc > 0 ? 1 : 0), argv + argc});
}

int run_stand_alone(std::string_view type, std::vector<std::string> args) {
  if (complain_of_duplicate()) return static_cast<int>(worker_exit::duplicate_type);
  auto const entry = worker_registry::global().find(type);
  if (!entry) {
    complain("no worker is registered as \"" + std::string{type} + '"');
    return static_cast<int>(worker_exit::unknown_type);
  }
  worker_runtime runtime{
      {.id = {std::string{type}, 0, 0}, .args = std::move(args), .trace = trace_of_environment()}};
  saved_signal_actions const saved;
  service_thread const service{runtime.stop_source(), {.second_signal_kills = true}};
  return run_entry(runtime, *entry);
}

}  // namespace reeve
