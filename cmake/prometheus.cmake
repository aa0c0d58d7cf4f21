# Copyright (c) 2026 The reeve authors
# Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

# reeve::prometheus: metrics over HTTP. Only where there is prometheus-cpp.
option(REEVE_BUILD_PROMETHEUS "Build reeve::prometheus, where prometheus-cpp is found" ON)
if(NOT REEVE_BUILD_PROMETHEUS)
  return()
endif()
find_package(prometheus-cpp CONFIG QUIET)
if(NOT TARGET prometheus-cpp::core)
  message(STATUS "reeve::prometheus is not built: it needs prometheus-cpp 1.0 (Debian: prometheus-cpp-dev)")
  return()
endif()

reeve_add_library(reeve_prometheus prometheus metrics)
target_link_libraries(reeve_prometheus PUBLIC reeve::pool PRIVATE prometheus-cpp::core)
