#include "common/check/configuration_judge.h"

#include <fmt/format.h>

#include "common/check/toml_mend.h"
#include "common/config/mistakes.h"

namespace mfa {
namespace {

std::string mend_of(const ConfigurationError& error) {
  const std::string file = printable(error.file);
  if (error.line > 0)
    return fmt::format("Mend {}:{}, until this finds no mistake: mfad --check-config{}", file, error.line, kReloadMfad);
  // Of the file as a whole.
  if (error.text.contains("chmod go-w")) return fmt::format("chmod go-w {}{}", file, kReloadMfad);
  if (error.text.starts_with("must belong to")) return fmt::format("chown root {}{}", file, kReloadMfad);
  return fmt::format("See why: ls -ld {}  and mend that, until this finds no mistake: mfad --check-config{}", file,
                     kReloadMfad);
}

}  // namespace

Findings judge_configuration(const std::vector<ConfigurationError>& errors, const std::vector<std::string>& files) {
  Findings findings;
  for (const ConfigurationError& error : errors)
    findings.push_back(fault("configuration", to_string(error), mend_of(error)));
  if (!errors.empty()) {
    findings.push_back(good("rules", "the rules are not looked at while the configuration has mistakes"));
    return findings;
  }
  for (const std::string& file : files) findings.push_back(good("configuration", printable(file) + ": no mistakes"));
  return findings;
}

}  // namespace mfa
