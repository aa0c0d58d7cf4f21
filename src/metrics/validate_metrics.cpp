// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "metrics/validate_metrics.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <stdexcept>

namespace reeve::detail {

void validate(metrics_params const& params) {
  using namespace std::chrono_literals;
  auto const require = [](bool ok, char const* message) {
    if (!ok) throw std::invalid_argument{message};
  };
  boost::system::error_code ec;
  boost::asio::ip::make_address(params.address, ec);
  require(!ec, "reeve: metrics_params.address must be a numeric address, as 127.0.0.1 or ::");
  require(params.max_workers <= 100'000, "reeve: metrics_params.max_workers must be 0 to 100,000");
  require(params.max_connections >= 1 && params.max_connections <= 10'000,
          "reeve: metrics_params.max_connections must be 1 to 10,000");
  require(params.timeout >= 1ms && params.timeout <= 1h,
          "reeve: metrics_params.timeout must be 1 ms to an hour");
}

}  // namespace reeve::detail
