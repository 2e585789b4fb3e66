// `mfad --check`: everything but what is in the store.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>
#include <utility>

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

Findings look_at_configuration(const LoadedConfiguration& loaded) {
  Findings findings;
  if (loaded.configuration) {
    for (const std::string& file : loaded.files) findings.push_back(good("configuration", file + ": no mistakes"));
    return findings;
  }
  for (const ConfigurationError& error : loaded.configuration.error())
    findings.push_back(
        fault("configuration", to_string(error), "Mend that line, then see whether all is right: mfad --check-config"));
  findings.push_back(good("rules", "the rules are not looked at while the configuration has mistakes"));
  return findings;
}

}  // namespace

int run_check(const CommandLine& line) {
  if (geteuid() != 0) return refuse("Only root can look at all that is to be checked.", "sudo mfa-enroll admin check");
  if (auto done = prepare_session_process(); !done) return refuse(done.error(), "");
  const LoadedConfiguration loaded = load_configuration_files(line.configuration);
  const Settings settings = loaded.configuration ? *loaded.configuration : Settings{};
  Findings findings = look_at_configuration(loaded);
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
