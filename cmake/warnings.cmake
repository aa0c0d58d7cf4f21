# Copyright (c) 2026 The reeve authors
# Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

# Gives a target the warnings that all of reeve compiles without.
function(reeve_set_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                                           $<$<BOOL:${REEVE_WERROR}>:-Werror>)
  # In a unity build what g++ takes for a header is one of our source files.
  if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()
