// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "screen.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <iostream>
#include <optional>
#include <sstream>
#include <utility>
#include <sys/ioctl.h>
#include <unistd.h>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using steady_clock = std::chrono::steady_clock;

namespace {

constexpr auto margin = "                         ";
constexpr auto bold = "1", dim = "2", red = "31", green = "32", yellow = "33";

std::string left(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

std::string right(std::string text, std::size_t width) {
  if (text.size() < width) text.insert(0, width - text.size(), ' ');
  return text;
}

std::string name_of(reeve::worker_id const& id) { return id.name + '/' + std::to_string(id.index); }

char const* style_of(reeve::worker_state state) {
  switch (state) {
    case reeve::worker_state::running: return green;
    case reeve::worker_state::failed: return red;
    case reeve::worker_state::stopped:
    case reeve::worker_state::finished: return dim;
    default: return yellow;
  }
}

std::string in_words(std::vector<reeve::counter_value> const& counters) {
  std::string text;
  for (auto const& counter : counters) {
    if (!text.empty()) text += "  ";
    text += counter.name + ' ';
    text += counter.is_flag ? (counter.value != 0 ? "yes" : "no") : right(std::to_string(counter.value), 5);
  }
  return text;
}

/// The line, as far as the terminal is wide: escape sequences take no room.
std::string cut(std::string const& line, std::size_t width) {
  std::string text;
  for (std::size_t i = 0, shown = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b') {
      auto const end = line.find('m', i);
      text += line.substr(i, end - i + 1);
      i = end;
    } else if (shown++ < width) {
      text += line[i];
    }
  }
  return text;
}

std::optional<winsize> terminal_size() {
  winsize size{};
  if (::isatty(STDOUT_FILENO) != 1 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return {};
  return size;
}

/// What the table needs; what is higher than the terminal can't be redrawn in place.
constexpr unsigned table_lines = 18;

bool can_draw_in_place() {
  auto const size = terminal_size();
  return size && size->ws_row >= table_lines && size->ws_col > 0;
}

}  // namespace

screen::screen(reeve::supervisor const& supervisor, fault_list const& faults, fault::time_point begin,
               steady_clock::duration show, bool plain)
    : supervisor_{supervisor},
      faults_{faults},
      begin_{begin},
      show_{show},
      terminal_{!plain && can_draw_in_place()} {
  if (terminal_) std::cout << "\x1b[?25l" << std::flush;  // no cursor
}

screen::~screen() {
  if (terminal_) std::cout << "\x1b[?25h" << std::flush;
}

asio::awaitable<void> screen::keep_drawing() {
  asio::steady_timer timer{co_await asio::this_coro::executor};
  for (;;) {
    if (terminal_) draw();
    timer.expires_after(terminal_ ? 200ms : 1h);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

void screen::draw() {
  if (!terminal_) {
    std::cout << table() << std::flush;
    return;
  }
  std::string frame;
  if (lines_drawn_ > 0) frame += "\x1b[" + std::to_string(lines_drawn_) + 'A';  // up, to its first line
  lines_drawn_ = 0;
  auto const size = terminal_size();
  std::istringstream text{table()};
  for (std::string line; std::getline(text, line); ++lines_drawn_)
    frame += cut(line, size ? size->ws_col : 80) + "\x1b[K\n";  // and clear what was behind it
  std::cout << frame << std::flush;
}

void screen::tell(reeve::worker_event const& event) {
  using enum reeve::event_kind;
  if (event.kind == ready || event.kind == unhealthy || event.kind == exited || event.kind == failed)
    tell(to_string(event));
}

void screen::tell(std::string const& text) {
  if (!terminal_) std::cout << right(seconds(steady_clock::now() - begin_), 8) << "  " << text << std::endl;
}

std::string screen::styled(char const* style, std::string const& text) const {
  return terminal_ ? "\x1b[" + std::string{style} + 'm' + text + "\x1b[0m" : text;
}

std::string screen::table() const {
  auto const time = std::min(steady_clock::now() - begin_, show_);
  auto text = "\n" + styled(bold, "  reeve demo") +
              styled(dim, "   " + seconds(time) + " of " + seconds(show_)) + "\n\n";
  text += styled(dim, "  WORKER   STATE         PID  GEN  RESTARTS   UPTIME     BEAT   COUNTERS") + '\n';
  for (auto const& worker : supervisor_.status()) text += row(worker) + '\n';
  text += '\n';
  for (auto const& fault : faults_.list()) text += fault_row(fault) + '\n';
  return text + '\n';
}

std::string screen::row(reeve::worker_status const& worker) const {
  auto const now = steady_clock::now();
  auto const since = [&](auto const& time) { return right(time ? seconds(now - *time) : "-", 9); };
  return "  " + left(name_of(worker.worker), 9) +
         styled(style_of(worker.state), left(to_string(worker.state), 9)) +
         right(worker.alive() ? std::to_string(worker.pid) : "-", 8) +
         right(std::to_string(worker.worker.generation), 5) + right(std::to_string(worker.restarts), 10) +
         since(worker.started_at) + since(worker.last_heartbeat) + "   " + in_words(worker.counters);
}

std::string screen::fault_row(fault const& fault) const {
  auto const what = right(seconds(fault.struck.value_or(fault.at) - begin_), 8) + "  " +
                    left(name_of(fault.worker), 9) + left(fault.what, 22);
  if (!fault.struck) return styled(dim, what);
  return what + styled(fault.healed()                       ? green
                       : fault.exit && !fault.as_expected() ? red
                                                            : yellow,
                       fault.progress());
}

void screen::draw_end() {
  if (terminal_) draw();
  auto text = std::string{terminal_ ? "" : "\n"} + styled(bold, "  What happened to each") + "\n\n";
  for (auto const& worker : supervisor_.status()) text += account_of(worker);
  text += '\n';
  for (auto const& fault : faults_.list()) text += verdict_on(fault) + '\n';
  std::cout << text << std::flush;
}

std::string screen::account_of(reeve::worker_status const& worker) const {
  std::string text;
  auto name = name_of(worker.worker);
  for (auto const& exit : supervisor_.exits({.name = worker.worker.name, .index = worker.worker.index})) {
    auto const ended = to_string(exit->status) + ", " + to_string(exit->cause);
    text += "  " + left(std::exchange(name, ""), 9) + left('#' + std::to_string(exit->worker.generation), 3) +
            right(seconds(exit->uptime), 8) + "   " + ended;
    if (!exit->counters.empty())
      text += left("", 24 - std::min<std::size_t>(ended.size(), 22)) + styled(dim, in_words(exit->counters));
    text += '\n';
    if (exit->cause == reeve::exit_cause::stop) continue;
    if (!exit->reason.empty())
      text += margin + styled(dim, exit->reason) + '\n';
    else if (!exit->last_lines.empty())
      text += margin + styled(dim, "last said: " + exit->last_lines.back()) + '\n';
  }
  return text;
}

std::string screen::verdict_on(fault const& fault) const {
  auto const verdict = fault.healed() ? "healed" : fault.struck ? "NOT HEALED" : "not tried";
  return "  " +
         styled(fault.healed() ? green
                : fault.struck ? red
                               : yellow,
                left(verdict, 12)) +
         left(name_of(fault.worker), 9) + left(fault.what, 22) + fault.progress();
}
