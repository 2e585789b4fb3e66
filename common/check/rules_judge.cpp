#include "common/check/rules_judge.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "common/config/mistakes.h"
#include "common/config/unplaced.h"
#include "common/config/unreachable.h"
#include "common/domain/policy.h"

namespace mfa {
namespace {

constexpr std::int64_t kDay = std::int64_t{24} * 60 * 60;
constexpr std::int64_t kOldDatabase = 180 * kDay;  // makers publish one every month or more often
constexpr const char* kConfigured = MFA_SYSCONFDIR "/mfa/mfa.toml";

void judge_end(const Settings& settings, Findings& findings) {
  if (std::ranges::any_of(settings.rules, matches_every_login)) return;
  findings.push_back(
      fault("rules-catch-all",
            "no rule matches every login: who falls through is asked only if enrolled, and nobody wrote that",
            fmt::format("Add to the end of {}: [[rule]] name = \"everyone else\"  mfa = \"optional\"", kConfigured)));
}

// Root at the console, where neither the store nor a directory answers.
bool root_gets_in(const Settings& settings, UnixTime now) {
  const PolicyFacts facts{.user = Username{.value = "root"},
                          .service = "login",
                          .server = {},
                          .origin = Console{},
                          .first_factor = FirstFactor::password,
                          .country = std::nullopt,
                          .key = std::nullopt,
                          .now = now,
                          .groups = std::nullopt};
  const Judgement judgement = judge(settings.rules, facts, std::nullopt);
  const auto* const decision = std::get_if<Decision>(&judgement);
  return decision != nullptr && decision->outcome == Outcome::skip;
}

void judge_way_back(const Settings& settings, UnixTime now, Findings& findings) {
  if (root_gets_in(settings, now)) return;
  findings.push_back(fault(
      "rules-root",
      "root has no way in that needs neither the store nor the service: when they fail, nobody can mend them",
      fmt::format("Put before the other rules in {}: [[rule]] name = \"root on a real console\"  user = [\"root\"]  "
                  "from = [\"console\"]  mfa = \"skip\"",
                  kConfigured)));
}

void judge_groups(const Settings& settings, const RulesFacts& facts, Findings& findings) {
  const std::vector<std::string_view> known(facts.groups.begin(), facts.groups.end());
  std::map<std::string, std::string> wanted;  // by group: what follows from its not being there
  for (const std::string& group : settings.helpdesk_scope)
    wanted[group] = "the helpdesk cannot act for anybody in it (access.helpdesk_scope)";
  for (const std::string& group : groups_mentioned(settings.rules)) wanted[group] = "a rule that asks for it denies";
  for (const auto& [group, consequence] : wanted) {
    if (facts.group_exists(group)) continue;
    const std::string_view near = nearest(group, known);
    findings.push_back(fault(
        "rules-groups", fmt::format("there is no group {} on this computer: {}", in_quotes(group), consequence),
        near.empty() ? fmt::format("Mend the name in {}, or make the group: groupadd {}", kConfigured, printable(group))
                     : fmt::format("In {} write {} instead of {}", kConfigured, in_quotes(near), in_quotes(group))));
  }
}

void judge_countries(const Settings& settings, const RulesFacts& facts, Findings& findings) {
  for (const std::string& sentence : unplaced_rules(settings))
    findings.push_back(fault(
        "rules-countries", sentence,
        fmt::format("In {} write: [geo] database = \"/var/lib/GeoIP/country.mmdb\"  home = \"NZ\"", kConfigured)));
  if (settings.geo_database.empty()) return;
  const std::string path = printable(settings.geo_database);
  if (!facts.countries.trouble.empty()) {
    findings.push_back(fault("geo-database", fmt::format("{}: {}", path, facts.countries.trouble),
                             fmt::format("Put a country database there (geoipupdate fetches one): {}", path)));
    return;
  }
  if (!facts.countries.made) return;
  const std::int64_t days = (facts.now.seconds - facts.countries.made->seconds) / kDay;
  if (days * kDay < kOldDatabase) {
    findings.push_back(good("geo-database", fmt::format("{}: {} days old", path, days)));
  } else {
    findings.push_back(fault("geo-database", fmt::format("{}: {} days old: addresses have moved since", path, days),
                             "Fetch a new one, and let a timer do it from now on: geoipupdate"));
  }
}

// What a rule lists and nothing carries is offered to nobody.
void judge_gateways(const Settings& settings, Findings& findings) {
  struct Way {
    FactorKind kind;
    bool GatewaySettings::* carries;
    std::string_view what;
  };
  constexpr std::array<Way, 2> kWays{
      {{FactorKind::sms, &GatewaySettings::texts, "texts"}, {FactorKind::call, &GatewaySettings::calls, "calls"}}};
  for (const auto& [kind, carries, what] : kWays) {
    if (std::ranges::any_of(settings.gateways, carries)) continue;
    for (const Rule& rule : settings.rules) {
      if (rule.observe || !rule.factors.contains(kind)) continue;
      findings.push_back(fault(
          "rules-gateways",
          fmt::format("the rule {} lists \"{}\", and there is no gateway that carries {}", in_quotes(rule.name),
                      name_of(kind), what),
          fmt::format("Add to {}: [[gateway]] name = \"…\"  channel = [\"{}\"]  program = \"…\"  settings = \"…\"  "
                      "(man 5 mfa.toml), or take \"{}\" out of the rule",
                      kConfigured, name_of(kind), name_of(kind))));
    }
  }
  const bool waits = settings.phone.calls == MessageMode::press &&
                     std::ranges::any_of(settings.gateways, &GatewaySettings::calls) &&
                     !carried(settings.gateways, PhoneUse::call, MessageMode::press);
  if (waits)
    findings.push_back(
        fault("phone-press", "calls = \"press\", and no gateway waits for #: nobody can be called",
              fmt::format("Add press = true to the [[gateway]] in {} whose program can (sip does), or write calls = "
                          "\"code\"",
                          kConfigured)));
  if (!settings.gateways.empty() && settings.phone.countries.empty())
    findings.push_back(
        fault("phone-countries", "there are gateways, and no country may be reached: nobody can register a phone",
              fmt::format("Add to {}: [phone] countries = [\"NZ\"]  (those of your people's numbers)", kConfigured)));
}

}  // namespace

Findings judge_rules(const Settings& settings, const RulesFacts& facts) {
  Findings findings;
  judge_end(settings, findings);
  judge_way_back(settings, facts.now, findings);
  judge_groups(settings, facts, findings);
  for (const std::string& sentence : unreachable_rules(settings.rules))
    findings.push_back(fault("rules-unreached", sentence, fmt::format("Change their order in {}", kConfigured)));
  judge_countries(settings, facts, findings);
  judge_gateways(settings, findings);
  if (!any_fault(findings))
    findings.push_back(good("rules", fmt::format("{} rule{}, and the last one takes every login", settings.rules.size(),
                                                 settings.rules.size() == 1 ? "" : "s")));
  return findings;
}

bool remembers_devices(const Settings& settings) {
  return std::ranges::any_of(settings.rules, [](const Rule& rule) { return rule.trust.has_value() && !rule.observe; });
}

bool enrols_in_ssh(const Settings& settings) {
  return std::ranges::any_of(settings.rules, [](const Rule& rule) {
    const bool ssh =
        rule.service.empty() || std::ranges::any_of(rule.service, [](const std::string& pattern) {
          return pattern.starts_with('!') ? !glob_matches(pattern.substr(1), "sshd") : glob_matches(pattern, "sshd");
        });
    return ssh && !rule.observe && rule.mfa == Requirement::require && rule.enrol != EnrolBy::refuse;
  });
}

bool counts_security_keys(const Settings& settings) {
  return settings.key_self_enrol || std::ranges::any_of(settings.rules, [](const Rule& rule) {
           return rule.factors.contains(FactorKind::key) ||
                  std::ranges::find(rule.first_factor, "publickey-sk") != rule.first_factor.end();
         });
}

}  // namespace mfa
