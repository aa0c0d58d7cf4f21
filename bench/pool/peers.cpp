// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "peers.hpp"

#include "../common/processes.hpp"
#include "../common/report.hpp"

#include <sstream>
#include <stdexcept>
#include <fcntl.h>
#include <stdlib.h>

namespace reeve::bench {
namespace {

// Debian's own, for which python3-billiard is packaged.
constexpr char const* python = "/usr/bin/python3";

}  // namespace

peers::peers() {
  if (::access(python, X_OK) != 0) return;
  int question[2];
  int answer[2];
  if (::pipe2(question, O_CLOEXEC) != 0 || ::pipe2(answer, O_CLOEXEC) != 0) raw::fail("pipe2");
  pid_ = ::vfork();
  if (pid_ == 0) {
    ::dup2(question[0], STDIN_FILENO);
    ::dup2(answer[1], STDOUT_FILENO);
    ::execl(python, python, REEVE_BENCH_PEERS, nullptr);
    ::_exit(127);
  }
  if (pid_ < 0) raw::fail("vfork");
  ::close(question[0]);
  ::close(answer[1]);
  questions_ = ::fdopen(question[1], "w");
  answers_ = ::fdopen(answer[0], "r");
}

peers::~peers() {
  if (pid_ == 0) return;
  std::fclose(questions_);  // it ends at the end of its input
  raw::reap(pid_);
  std::fclose(answers_);
}

std::optional<peer_answer> peers::ask(std::string_view library, std::string_view what) {
  if (pid_ == 0) {
    progress("skipped " + std::string{library} + ": there is no " + python);
    return std::nullopt;
  }
  auto const question = std::string{library} + ' ' + std::string{what} + '\n';
  char line[512];
  if (std::fputs(question.c_str(), questions_) < 0 || std::fflush(questions_) != 0 ||
      std::fgets(line, sizeof line, answers_) == nullptr)
    throw std::runtime_error{"pool_peers.py has ended"};

  std::istringstream in{line};
  peer_answer answer;
  if (in >> answer.seconds && std::getline(in >> std::ws, answer.how)) return answer;
  progress("skipped " + std::string{library} + ": " + line);
  return std::nullopt;
}

}  // namespace reeve::bench
