// The configuration reader over any bytes, cut at NULs into the main file and those of conf.d. Whatever is accepted
// keeps every promise that the rest of the engine builds on; whatever is not has a place and a printable reason.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/config/configuration.h"
#include "common/domain/utf8.h"

namespace {

using namespace mfa;

void require(bool condition) {
  if (!condition) std::abort();
}

bool in_range(std::int64_t value, std::int64_t least, std::int64_t most) { return least <= value && value <= most; }

void check(const Rule& rule) {
  require(!rule.name.empty() && !rule.name.starts_with('(') && !has_control_characters(rule.name));
  for (const auto* list : {&rule.user, &rule.group, &rule.service, &rule.server, &rule.first_factor}) {
    for (const std::string& value : *list) {
      require(!value.empty() && value != "!" && !value.starts_with("!!") && valid_utf8(value));
    }
  }
  for (const FromPattern& pattern : rule.from) {
    const auto* network = std::get_if<Network>(&pattern.place);
    if (network != nullptr) require(in_range(network->prefix, 0, network->address.v6 ? 128 : 32));
  }
  require(!rule.after || !rule.before || *rule.after < *rule.before);
  require(!rule.since || rule.mfa == Requirement::require);
  require(in_range(rule.enrol_window.count(), 60 * 60, std::int64_t{3650} * 24 * 60 * 60));
}

void check(const Settings& settings) {
  require(in_range(settings.totp.digits, 6, 8) && in_range(settings.totp.period.count(), 10, 300));
  require(in_range(settings.totp_window, 0, 10));
  require(in_range(settings.lockout.tries, 1, 20));
  require(in_range(settings.lockout.first.count(), 1, settings.lockout.longest.count()));
  require(in_range(settings.lockout.longest.count(), 1, 24 * 60 * 60));
  require(settings.store_path.starts_with('/') && !has_control_characters(settings.store_path));
  require(!settings.issuer.contains(':') && !has_control_characters(settings.helpdesk));
  for (const Rule& rule : settings.rules) check(rule);
  // And the judge takes them.
  PolicyFacts facts;
  facts.user = Username{"alice"};
  facts.groups.emplace();
  (void)judge(settings.rules, facts, History{});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(bytes), size);  // NOLINT(*-reinterpret-cast)
  std::vector<ConfigurationText> texts;
  for (std::size_t from = 0; from <= all.size();) {
    const std::size_t end = std::min(all.find('\0', from), all.size());
    texts.push_back(
        {.file = "f" + std::to_string(texts.size()), .contents = std::string(all.substr(from, end - from))});
    from = end + 1;
  }
  const Configuration read = read_configuration(texts);
  if (read) {
    check(*read);
    return 0;
  }
  require(!read.error().empty());
  for (const ConfigurationError& error : read.error()) {
    require(error.line >= 1 && error.column >= 1 && !error.text.empty());
    const std::string said = to_string(error);
    require(valid_utf8(said) && !has_control_characters(said));
  }
  return 0;
}
