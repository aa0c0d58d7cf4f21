// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

#include "observe/otlp_tls.hpp"

#ifdef REEVE_OBSERVE_WITH_TLS

#include "reeve/error.hpp"

#include <boost/asio/ssl/host_name_verification.hpp>

#include <cstddef>
#include <stdexcept>

namespace reeve {

namespace ssl = boost::asio::ssl;

namespace {

[[noreturn]] void refuse_otlp_file(std::string const& field, std::string const& why) {
  throw std::invalid_argument{"reeve: otlp_params." + field + ' ' + why};
}

void check_otlp_file(error_code ec, std::string const& field, std::string const& path, char const* as) {
  if (ec) refuse_otlp_file(field, path + " can't be read as " + as + " in PEM: " + ec.message());
}

void trust_otlp_servers(ssl::context& tls, std::string const& certificate) {
  error_code ec;
  if (certificate.empty())
    tls.set_default_verify_paths(ec);
  else
    tls.load_verify_file(certificate, ec);
  check_otlp_file(ec, "certificate", certificate, "certificates");
}

void identify_otlp_client(ssl::context& tls, otlp_tls_files const& files) {
  auto const& [trusted, certificate, key] = files;
  if (certificate.empty() && key.empty()) return;
  if (key.empty()) refuse_otlp_file("client_key", "is needed beside client_certificate");
  if (certificate.empty()) refuse_otlp_file("client_certificate", "is needed beside client_key");
  error_code ec;
  tls.use_certificate_chain_file(certificate, ec);
  check_otlp_file(ec, "client_certificate", certificate, "certificates");
  // Nobody is at the terminal to be asked.
  tls.set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string{}; });
  tls.use_private_key_file(key, ssl::context::pem, ec);
  check_otlp_file(ec, "client_key", key, "the key of client_certificate, without a password,");
}

}  // namespace

otlp_tls make_otlp_tls(otlp_url const& url, otlp_tls_files const& files) {
  if (!url.tls) return std::nullopt;
  otlp_tls tls{std::in_place, ssl::context::tls_client};
  tls->set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  tls->set_verify_mode(ssl::verify_peer);
  tls->set_verify_callback(ssl::host_name_verification{url.host});
  trust_otlp_servers(*tls, files.certificate);
  identify_otlp_client(*tls, files);
  return tls;
}

}  // namespace reeve

#else

namespace reeve {

otlp_tls make_otlp_tls(otlp_url const& /*url*/, otlp_tls_files const& /*files*/) { return {}; }

}  // namespace reeve

#endif
