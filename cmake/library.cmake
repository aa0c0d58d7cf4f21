# Copyright (c) 2026 The reeve authors
# Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

# reeve_add_library(TARGET NAME FOLDER...): reeve::NAME, of the sources in those folders of src.
function(reeve_add_library target name)
  list(TRANSFORM ARGN REPLACE ".+" "${PROJECT_SOURCE_DIR}/src/\\0/*.cpp" OUTPUT_VARIABLE patterns)
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  add_library(${target} ${sources})
  add_library(reeve::${name} ALIAS ${target})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name}
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
  reeve_set_warnings(${target})
endfunction()

# reeve_use_if_found(TARGET MODULE DEFINITION WHAT): what pkg-config knows as MODULE, with DEFINITION where it is there;
# else says what the target is built without. By its names, so that the package needs no target for it.
find_package(PkgConfig QUIET)
function(reeve_use_if_found target module definition what)
  if(PkgConfig_FOUND)
    pkg_check_modules(${definition} QUIET ${module})
  endif()
  if(NOT ${definition}_FOUND)
    get_target_property(name ${target} EXPORT_NAME)
    message(STATUS "reeve::${name} is built without ${what}")
    return()
  endif()
  target_include_directories(${target} PRIVATE ${${definition}_INCLUDE_DIRS})
  target_link_directories(${target} PRIVATE ${${definition}_LIBRARY_DIRS})
  target_link_libraries(${target} PRIVATE ${${definition}_LIBRARIES})
  target_compile_definitions(${target} PRIVATE ${definition})
endfunction()
