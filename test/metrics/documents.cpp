// Copyright (c) 2026 The reeve authors
// Distributed under the Boost Software License, Version 1.0. (See LICENSE.)

// What is written about the metrics elsewhere is about those that there are.
#include "metrics_rig.hpp"
#include "preconditions.hpp"
#include "prometheus_server.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(documents)

namespace {

using namespace reeve::test;
using names = std::set<std::string>;

std::string path_of(std::string const& name) { return std::string{REEVE_TEST_DOC_DIR} + '/' + name; }

std::string document(std::string const& name) {
  std::ifstream file{path_of(name)};
  BOOST_REQUIRE_MESSAGE(file.is_open(), name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

names found_in(std::string const& text, std::string const& pattern) {
  std::regex const expression{pattern};
  names found;
  for (std::sregex_iterator at{text.begin(), text.end(), expression}, end; at != end; ++at)
    found.insert((*at)[1]);
  return found;
}

/// By the lines that tell their types.
names all_metrics() { return found_in(text_of_all(), "# TYPE (\\w+) "); }

names used_in(std::string const& name) {
  names used;
  for (auto const& metric : found_in(document(name), "\\b(reeve_\\w+)"))
    used.insert(std::regex_replace(metric, std::regex{"_(bucket|sum|count)$"}, ""));
  return used;
}

/// The queries of the dashboard's panels, as Prometheus gets them.
std::vector<std::string> dashboard_queries() {
  std::vector<std::string> queries;
  auto const dashboard = boost::json::parse(document("grafana/reeve.json"));
  for (auto const& panel : dashboard.at("panels").as_array()) {
    if (panel.at("type") == "row") continue;
    for (auto const& target : panel.at("targets").as_array())
      queries.push_back(std::regex_replace(std::string{target.at("expr").as_string()},
                                           std::regex{"\\$__rate_interval"}, "5m"));
  }
  return queries;
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_metric_is_documented_with_its_type) {
  auto const text = text_of_all();
  auto const page = document("metrics.md");
  auto const all = all_metrics();
  BOOST_TEST(all.size() > 40U);
  for (auto const& name : all) {
    auto const types = found_in(text, "# TYPE " + name + " (\\w+)");
    BOOST_REQUIRE(types.size() == 1U);
    BOOST_TEST(page.find("| `" + name + "` | " + *types.begin() + " |") != std::string::npos,
               name << ' ' << *types.begin() << " is not in metrics.md");
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_written_about_metrics_that_there_are_not) {
  auto const all = all_metrics();
  for (auto const* where :
       {"metrics.md", "prometheus/alerts.yml", "prometheus/alerts_test.yml", "grafana/reeve.json"})
    for (auto const& name : used_in(where))
      if (name != "reeve_") BOOST_TEST(all.contains(name), name << " in " << where);
}

BOOST_AUTO_TEST_CASE(each_alert_is_explained_and_each_explanation_is_of_one) {
  auto const rules = found_in(document("prometheus/alerts.yml"), "alert: (\\w+)");
  BOOST_TEST(rules.size() > 10U);
  BOOST_TEST((rules == found_in(document("alerts.md"), "\\| `(Reeve\\w+)` \\|")));
}

BOOST_AUTO_TEST_CASE(the_rules_are_good_and_fire, *only_if<with_promtool>()) {
  auto const promtool = find_installed("promtool");
  for (auto const& args :
       {std::vector<std::string>{promtool, "check", "rules", path_of("prometheus/alerts.yml")},
        std::vector<std::string>{promtool, "test", "rules", path_of("prometheus/alerts_test.yml")}}) {
    auto const [said, code] = output_of(args);
    BOOST_TEST(code == 0, said);
  }
}

BOOST_AUTO_TEST_CASE(the_dashboard_asks_what_prometheus_understands, *only_if<with_promtool>()) {
  std::string rules = "groups:\n  - name: dashboard\n    rules:\n";
  auto const queries = dashboard_queries();
  BOOST_TEST(queries.size() > 30U);
  for (std::size_t i = 0; i != queries.size(); ++i)
    rules += "      - {record: 'q:" + std::to_string(i) + "', expr: '" + queries[i] + "'}\n";
  temporary_folder const folder;
  auto const [said, code] =
      output_of({find_installed("promtool"), "check", "rules", folder.write("rules.yml", rules)});
  BOOST_TEST(code == 0, said);
}

BOOST_AUTO_TEST_CASE(the_panels_of_the_dashboard_do_not_overlap) {
  std::set<std::pair<std::int64_t, std::int64_t>> taken;
  auto const dashboard = boost::json::parse(document("grafana/reeve.json"));
  for (auto const& panel : dashboard.at("panels").as_array()) {
    auto const& place = panel.at("gridPos");
    auto const of = [&place](char const* key) { return place.at(key).as_int64(); };
    BOOST_TEST(of("x") + of("w") <= 24);
    for (auto x = of("x"); x != of("x") + of("w"); ++x)
      for (auto y = of("y"); y != of("y") + of("h"); ++y)
        BOOST_TEST(taken.emplace(x, y).second, panel.at("title").as_string().c_str());
  }
}

BOOST_AUTO_TEST_SUITE_END()
