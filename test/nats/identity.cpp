// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "nats_rig.hpp"
#include "preconditions.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(identity, *reeve::test::only_if<reeve::test::with_nats_server>())

namespace {

using namespace reeve;
using namespace reeve::test;
using namespace std::chrono_literals;

// Whether a source with the rig's parameters works.
void check_that_it_works(nats_rig& rig) {
  auto const source = rig.make();
  rig.submit(source, {task_of("a")});
  BOOST_TEST(rig.fetch(source, 1).at(0).id == "a");
}

// What a source with the rig's parameters says that does not.
std::string complaint_of(nats_rig& rig) {
  rig.params.connection.timeout = 500ms;
  auto const source = rig.make();
  std::string why;
  using clock = std::chrono::steady_clock;
  for (auto const deadline = clock::now() + 60s; clock::now() < deadline;) {
    why = why_unavailable([&] { rig.fetch(source, 1); });
    if (why.find("in time") == std::string::npos) break;  // else the first attempt goes on, on a busy machine
  }
  return why;
}

struct token_rig : nats_rig {
  token_rig() : nats_rig{{"--auth", "open-sesame"}} {}
};

struct password_rig : nats_rig {
  password_rig() : nats_rig{{"--user", "joe", "--pass", "secret"}} {}
};

/// A folder with files, which goes with it.
class files {
 public:
  files() {
    auto pattern = (std::filesystem::temp_directory_path() / "reeve-nats-files-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()));
    folder_ = pattern;
  }
  files(files const&) = delete;
  files& operator=(files const&) = delete;
  ~files() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string path(std::string const& name) const { return folder_ / name; }
  std::string write(std::string const& name, std::string const& text) const {
    std::ofstream{path(name)} << text;
    return path(name);
  }
  bool shell(std::string const& command) const {
    return std::system(("cd '" + folder_.string() + "' && " + command + " >log 2>&1").c_str()) == 0;
  }

 private:
  std::filesystem::path folder_;
};

char const* with_openssl() {
  static bool const found = std::system("openssl version >/dev/null 2>&1") == 0;
  return found ? nullptr : "the program openssl is not installed";
}

/// An authority, a server's certificate for 127.0.0.1 and a client's.
void make_certificates(files const& f) {
  f.write("server.ext", "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
  std::string const key = " -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes ";
  BOOST_REQUIRE(
      f.shell("openssl req -x509" + key + "-keyout ca.key -out ca.pem -subj /CN=authority -days 2"));
  for (std::string const who : {"server", "client"}) {
    BOOST_REQUIRE(
        f.shell("openssl req" + key + "-keyout " + who + ".key -out " + who + ".csr -subj /CN=" + who));
    std::string const names = who == "server" ? " -extfile server.ext" : "";
    BOOST_REQUIRE(f.shell("openssl x509 -req -in " + who +
                          ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out " + who + ".pem" +
                          names));
  }
}

std::vector<std::string> tls_arguments(files const& f) {
  return {"--tls", "--tlscert", f.path("server.pem"), "--tlskey", f.path("server.key")};
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_token_opens_the_door, token_rig) {
  params.connection.token = "open-sesame";
  check_that_it_works(*this);
}

BOOST_FIXTURE_TEST_CASE(a_wrong_token_does_not, token_rig) {
  params.connection.token = "open-barley";
  auto const why = complaint_of(*this);
  BOOST_TEST(why.find("uthoriz") != std::string::npos, why);
}

BOOST_FIXTURE_TEST_CASE(a_user_has_a_password, password_rig) {
  params.connection.user = "joe";
  params.connection.password = "secret";
  check_that_it_works(*this);
}

BOOST_FIXTURE_TEST_CASE(a_wrong_password_is_told, password_rig) {
  params.connection.user = "joe";
  params.connection.password = "guess";
  auto const why = complaint_of(*this);
  BOOST_TEST(why.find("uthoriz") != std::string::npos, why);
}

BOOST_FIXTURE_TEST_CASE(a_url_may_have_them, password_rig) {
  params.connection.servers = {"nats://joe:secret@127.0.0.1:" + std::to_string(server.port())};
  check_that_it_works(*this);
}

// The key pair is an example of NATS's own documents, and opens nothing.
BOOST_AUTO_TEST_CASE(a_key_is_read_from_its_file) {
  files const f;
  auto const config = f.write(
      "server.conf",
      "authorization { users = [ { nkey: UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4 } ] }\n");
  nats_rig rig{{"-c", config}};
  rig.params.connection.nkey =
      f.write("user.nk", "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY\n");
  check_that_it_works(rig);
  rig.params.connection.nkey = f.write("no.nk", "nonsense\n");
  auto const why = complaint_of(rig);
  BOOST_TEST(why.find("no.nk") != std::string::npos, why);
  rig.params.connection.nkey = f.path("missing.nk");
  BOOST_TEST(complaint_of(rig).find("missing.nk") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(credentials_that_are_not_there_are_named) {
  nats_rig rig;
  rig.params.connection.credentials = "/nowhere/user.creds";
  auto const why = complaint_of(rig);
  BOOST_TEST(why.find("/nowhere/user.creds") != std::string::npos, why);
}

BOOST_AUTO_TEST_CASE(a_connection_may_be_tls, *only_if<with_openssl>()) {
  files const f;
  make_certificates(f);
  nats_rig rig{tls_arguments(f)};
  auto& connection = rig.params.connection;
  connection.tls_ca = f.path("ca.pem");
  check_that_it_works(rig);
  connection.servers = {rig.server.url("tls")};
  check_that_it_works(rig);
}

BOOST_AUTO_TEST_CASE(a_server_that_no_authority_knows_is_not_trusted, *only_if<with_openssl>()) {
  files const f;
  make_certificates(f);
  files const other;
  make_certificates(other);
  nats_rig rig{tls_arguments(f)};
  rig.params.connection.tls_ca = other.path("ca.pem");
  auto const why = complaint_of(rig);
  BOOST_TEST(why.find("connect") != std::string::npos, why);
  rig.params.connection.tls_ca = "/nowhere/ca.pem";
  BOOST_TEST(complaint_of(rig).find("/nowhere/ca.pem") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_server_that_is_another_is_not_trusted, *only_if<with_openssl>()) {
  files const f;
  make_certificates(f);
  f.write("server.ext", "subjectAltName=DNS:elsewhere.example\n");
  BOOST_REQUIRE(
      f.shell("openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -days 2 -out server.pem -extfile "
              "server.ext"));
  nats_rig rig{tls_arguments(f)};
  rig.params.connection.tls_ca = f.path("ca.pem");
  auto const why = complaint_of(rig);
  BOOST_TEST(why.find("connect") != std::string::npos, why);
}

BOOST_AUTO_TEST_CASE(a_client_may_have_a_certificate, *only_if<with_openssl>()) {
  files const f;
  make_certificates(f);
  auto arguments = tls_arguments(f);
  arguments.insert(arguments.end(), {"--tlsverify", "--tlscacert", f.path("ca.pem")});
  nats_rig rig{arguments};
  rig.params.connection.tls_ca = f.path("ca.pem");
  rig.params.connection.tls_cert = f.path("client.pem");
  rig.params.connection.tls_key = f.path("client.key");
  check_that_it_works(rig);
  rig.params.connection.tls_cert.clear();
  rig.params.connection.tls_key.clear();
  BOOST_TEST(!complaint_of(rig).empty());
}

BOOST_AUTO_TEST_SUITE_END()
