// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "process/launch.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

namespace {

namespace fs = std::filesystem;

/// a/plain may not be executed, b/plain and b/tool may; c/tool is a folder.
struct programs {
  programs() {
    std::string name = (fs::temp_directory_path() / "reeve_find_XXXXXX").string();
    root = ::mkdtemp(name.data());
    for (auto const* directory : {"a", "b", "c"}) fs::create_directory(root / directory);
    for (auto const* file : {"a/plain", "b/plain", "b/tool"}) std::ofstream{root / file} << "#!/bin/sh\n";
    for (auto const* file : {"b/plain", "b/tool"}) fs::permissions(root / file, fs::perms::owner_all);
    fs::create_directory(root / "c/tool");
  }
  ~programs() { fs::remove_all(root); }

  std::string find(std::string const& program, std::string const& path) {
    return reeve::find_program(program, {"HOME=/", "PATH=" + path}, ec);
  }
  std::string at(char const* name) const { return (root / name).string(); }

  fs::path root;
  reeve::error_code ec;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(find_program, programs)

BOOST_AUTO_TEST_CASE(a_name_with_a_slash_is_left_as_it_is) {
  BOOST_TEST(find("./nowhere/at_all", at("b")) == "./nowhere/at_all");
  BOOST_TEST(!ec);
}

BOOST_AUTO_TEST_CASE(the_first_that_may_be_executed_is_found) {
  BOOST_TEST(find("plain", at("a") + ':' + at("b")) == at("b/plain"));
  BOOST_TEST(!ec);
  BOOST_TEST(find("tool", at("nowhere") + ':' + at("c") + ':' + at("b")) == at("b/tool"));
  BOOST_TEST(!ec);
}

BOOST_AUTO_TEST_CASE(a_program_that_is_nowhere_is_ENOENT) {
  BOOST_TEST(find("nowhere", at("a") + ':' + at("b")) == "");
  BOOST_TEST(ec.value() == ENOENT);
  BOOST_TEST(find("", at("a")) == "");
  BOOST_TEST(ec.value() == ENOENT);
}

BOOST_AUTO_TEST_CASE(one_that_may_not_be_executed_is_EACCES) {
  BOOST_TEST(find("plain", at("a") + ':' + at("nowhere")) == "");
  BOOST_TEST(ec.value() == EACCES);
}

BOOST_AUTO_TEST_CASE(an_empty_element_is_the_working_directory) {
  auto const before = fs::current_path();
  fs::current_path(root / "b");
  BOOST_TEST(find("tool", at("a") + "::") == "./tool");
  BOOST_TEST(find("tool", "") == "./tool");
  fs::current_path(before);
}

BOOST_AUTO_TEST_CASE(without_a_PATH_the_standard_one_is_searched) {
  BOOST_TEST(reeve::find_program("sh", {}, ec) == "/bin/sh");
  BOOST_TEST(!ec);
}

BOOST_AUTO_TEST_SUITE_END()
