# shellcheck shell=bash
# Copyright (c) 2026 The reeve authors
# Distributed under the Boost Software License, Version 1.0. (See LICENSE.)
#
# What the scripts share. Source it; it goes to the project's root.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '== %s\n' "$*" >&2; }

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# build PRESET [TARGET...]: configures and builds, all targets where none is named. In CI in less time: in unity, and with
# as much debug information as a stack trace needs.
build() {
  local preset=$1
  shift
  cmake --preset "$preset" ${CI:+-DCMAKE_UNITY_BUILD=ON -DCMAKE_CXX_FLAGS_DEBUG=-g1} >&2
  cmake --build --preset "$preset" -j "$(nproc)" ${@:+--target "$@"} >&2
}
