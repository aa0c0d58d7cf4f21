# Copyright (c) 2026 The reeve authors
# Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

# reeve::observe: exports spans (OTLP over HTTP), formats records, and writes them to the journal and to syslog.
find_package(PkgConfig QUIET)
file(GLOB observe_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/observe/*.cpp)
add_library(reeve_observe ${observe_sources})
add_library(reeve::observe ALIAS reeve_observe)
target_include_directories(reeve_observe PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(reeve_observe PUBLIC reeve::reeve Boost::log PRIVATE Boost::json)
set_target_properties(reeve_observe PROPERTIES
  EXPORT_NAME observe
  VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
  POSITION_INDEPENDENT_CODE ON
  CXX_VISIBILITY_PRESET hidden
  VISIBILITY_INLINES_HIDDEN ON)
target_compile_definitions(reeve_observe PRIVATE REEVE_VERSION="${PROJECT_VERSION}")
reeve_set_warnings(reeve_observe)

# By their names, so that the package needs no targets for them.
function(reeve_observe_use module definition what)
  if(PkgConfig_FOUND)
    pkg_check_modules(${definition} QUIET ${module})
  endif()
  if(NOT ${definition}_FOUND)
    message(STATUS "reeve::observe is built without ${what}")
    return()
  endif()
  target_include_directories(reeve_observe PRIVATE ${${definition}_INCLUDE_DIRS})
  target_link_directories(reeve_observe PRIVATE ${${definition}_LIBRARY_DIRS})
  target_link_libraries(reeve_observe PRIVATE ${${definition}_LIBRARIES})
  target_compile_definitions(reeve_observe PRIVATE ${definition})
endfunction()
reeve_observe_use("openssl>=1.1.1" REEVE_OBSERVE_WITH_TLS "https: it needs OpenSSL (Debian: libssl-dev)")
reeve_observe_use("libsystemd" REEVE_OBSERVE_WITH_JOURNAL "the journal: it needs libsystemd (Debian: libsystemd-dev)")
reeve_observe_use("zlib" REEVE_OBSERVE_WITH_GZIP "compression: it needs zlib (Debian: zlib1g-dev)")
