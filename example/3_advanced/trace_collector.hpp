// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#pragma once

// A collector for an example: takes spans by OTLP over HTTP, and prints a trace as a tree. In earnest this is
// OpenTelemetry's collector, Jaeger or Tempo.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

class trace_collector {
 public:
  trace_collector() : acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}} {
    std::thread{[this] { accept(); }}.detach();  // until the process ends
  }

  std::string endpoint() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }

  /// Prints the spans of one trace, each below its parent. Of how many processes they are.
  std::size_t print(std::string const& trace_id) {
    std::lock_guard const lock{mutex_};
    auto& all = spans_[trace_id];
    std::ranges::sort(all, {}, &span::began);
    print_below(all, "", 0);
    std::set<std::string> processes;
    for (auto const& one : all) processes.insert(one.process);
    return processes.size();
  }

 private:
  using tcp = boost::asio::ip::tcp;
  struct span {
    std::string id, parent, name, process;
    std::int64_t began = 0, ended = 0;
  };

  static void print_below(std::vector<span> const& all, std::string const& parent, int depth) {
    for (auto const& one : all) {
      if (one.parent != parent) continue;
      std::cout << std::string(static_cast<std::size_t>(2 * depth), ' ') << std::left
                << std::setw(40 - 2 * depth) << one.name << std::setw(12) << one.process << std::right
                << std::fixed << std::setprecision(1) << std::setw(8)
                << static_cast<double>(one.ended - one.began) / 1e6 << " ms\n";
      print_below(all, one.id, depth + 1);
    }
  }

  void accept() {
    for (;;) {
      tcp::socket socket{io_};
      acceptor_.accept(socket);
      std::thread{[this, s = std::move(socket)]() mutable { serve(s); }}.detach();
    }
  }

  void serve(tcp::socket& socket) try {
    namespace http = boost::beast::http;
    boost::beast::flat_buffer buffer;
    for (;;) {
      http::request<http::string_body> request;
      http::read(socket, buffer, request);
      take(boost::json::parse(request.body()));
      http::response<http::string_body> answer{http::status::ok, request.version(), "{}"};
      answer.set(http::field::content_type, "application/json");
      answer.prepare_payload();
      http::write(socket, answer);
    }
  } catch (boost::system::system_error const&) {
    // It went.
  }

  void take(boost::json::value const& request) {
    std::lock_guard const lock{mutex_};
    for (auto const& of_process : request.at("resourceSpans").as_array()) {
      std::string process;
      for (auto const& attribute : of_process.at("resource").at("attributes").as_array())
        if (attribute.at("key") == "process.pid")
          process = "pid " + std::string{attribute.at("value").at("intValue").as_string()};
      for (auto const& of_scope : of_process.at("scopeSpans").as_array())
        for (auto const& made : of_scope.at("spans").as_array())
          spans_[text(made, "traceId")].push_back({.id = text(made, "spanId"),
                                                   .parent = text(made, "parentSpanId"),
                                                   .name = text(made, "name"),
                                                   .process = process,
                                                   .began = std::stoll(text(made, "startTimeUnixNano")),
                                                   .ended = std::stoll(text(made, "endTimeUnixNano"))});
    }
  }

  static std::string text(boost::json::value const& of, char const* name) {
    auto const* const value = of.as_object().if_contains(name);
    return value ? std::string{value->as_string()} : std::string{};
  }

  boost::asio::io_context io_;
  tcp::acceptor acceptor_;
  std::mutex mutex_;
  std::map<std::string, std::vector<span>> spans_;
};
