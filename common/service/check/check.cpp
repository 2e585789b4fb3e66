// `mfad --check`: everything but what is in the store.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>
#include <utility>
#include <vector>

#include "common/check/configuration_judge.h"
#include "common/config/configuration.h"
#include "common/json/json_writer.h"
#include "common/service/check/look.h"
#include "common/service/check/write_finding.h"
#include "common/service/modes.h"
#include "common/system/clock.h"
#include "common/system/privileges.h"

namespace mfa {
namespace {

std::string_view text_of(const WipedText& json) { return {json.data(), json.size()}; }

void tell(const Finding& finding) {
  JsonWriter json;
  write_finding(json, finding);
  fmt::print("{}\n", text_of(json.text()));
}

int refuse(std::string_view error, std::string_view hint) {
  JsonWriter json;
  json.open_object().member("error", error).member("hint", hint).close_object();
  fmt::print(stderr, "{}\n", text_of(json.text()));
  return 1;
}

}  // namespace

int run_check(const CommandLine& line) {
  if (geteuid() != 0) return refuse("Only root can look at all that is to be checked.", "sudo mfa-enroll admin check");
  if (auto done = prepare_session_process(); !done) return refuse(done.error(), "");
  const LoadedConfiguration loaded = load_configuration_files(line.configuration);
  const Settings settings = loaded.configuration ? *loaded.configuration : Settings{};
  const auto errors = loaded.configuration ? std::vector<ConfigurationError>() : loaded.configuration.error();
  Findings findings = judge_configuration(errors, loaded.files);
  if (loaded.configuration) append(findings, look_at_rules(settings, loaded.files, SystemClock().now()));
  append(findings, look_at_files(settings, loaded.files));
  append(findings, look_at_logins(settings));
  append(findings, look_at_gateways(settings));
  append(findings, look_at_service());
  append(findings, look_at_clock());
  append(findings, ask_gateways(settings));
  for (const Finding& finding : findings) tell(finding);
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace mfa
