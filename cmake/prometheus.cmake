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

file(GLOB prometheus_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/metrics/*.cpp)
add_library(reeve_prometheus ${prometheus_sources})
add_library(reeve::prometheus ALIAS reeve_prometheus)
target_include_directories(reeve_prometheus PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(reeve_prometheus PUBLIC reeve::pool PRIVATE prometheus-cpp::core)
set_target_properties(reeve_prometheus PROPERTIES
  EXPORT_NAME prometheus
  VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
  POSITION_INDEPENDENT_CODE ON
  CXX_VISIBILITY_PRESET hidden
  VISIBILITY_INLINES_HIDDEN ON)
reeve_set_warnings(reeve_prometheus)
