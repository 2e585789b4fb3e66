#include "common/check/rules_judge.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "common/check/toml_mend.h"
#include "common/config/mistakes.h"
#include "common/config/unplaced.h"
#include "common/config/unreachable.h"
#include "common/domain/policy.h"

namespace mfa {
namespace {

constexpr std::int64_t kDay = std::int64_t{24} * 60 * 60;
constexpr std::int64_t kOldDatabase = 180 * kDay;  // makers publish one every month or more often

// A name that no rule has.
std::string free_name(const std::vector<Rule>& rules, std::string_view wanted) {
  std::string name(wanted);
  for (int number = 2; std::ranges::find(rules, name, &Rule::name) != rules.end(); ++number)
    name = fmt::format("{} {}", wanted, number);
  return name;
}

// `the rule "students" (/etc/mfa/conf.d/30-require.toml)`
std::string in_its_file(const Rule& rule) {
  return fmt::format("the rule {} ({})", in_quotes(rule.name), printable(rule.file));
}

void judge_end(const Settings& settings, const RulesFacts& facts, Findings& findings) {
  if (std::ranges::any_of(settings.rules, matches_every_login)) return;
  findings.push_back(
      fault("rules-catch-all",
            "no rule matches every login: who falls through is asked only if enrolled, and nobody wrote that",
            to_append(facts.texts, fmt::format("[[rule]]\nname = \"{}\"\nmfa = \"optional\"",
                                               free_name(settings.rules, "everyone else")))));
}

// Root at the console, where neither the store nor a directory answers. A group that is nowhere is told elsewhere.
Judgement root_at_console(const Settings& settings, const RulesFacts& facts) {
  std::map<std::string, Membership> groups;
  for (const std::string& group : groups_mentioned(settings.rules)) {
    const std::optional<bool> local = facts.root_in ? facts.root_in(group) : std::nullopt;
    if (local) {
      groups[group] = *local ? Membership::member : Membership::not_member;
    } else {
      groups[group] = facts.group_exists(group) ? Membership::unknown : Membership::not_member;
    }
  }
  return judge(settings.rules,
               {.user = Username{.value = "root"},
                .service = "login",
                .server = {},
                .origin = Console{},
                .first_factor = FirstFactor::password,
                .country = std::nullopt,
                .key = std::nullopt,
                .now = facts.now,
                .groups = std::move(groups)},
               std::nullopt);
}

void judge_way_back(const Settings& settings, const RulesFacts& facts, Findings& findings) {
  const Judgement judgement = root_at_console(settings, facts);
  const auto* const decision = std::get_if<Decision>(&judgement);
  if (decision != nullptr && decision->outcome == Outcome::skip) return;
  const bool told = decision != nullptr && decision->reason == Reason::country_unknown && settings.geo_database.empty();
  if (told) return;  // as a rule for countries without a database
  std::string detail =
      "root has no way in that needs neither the store nor the service: when they fail, nobody can mend them";
  if (decision != nullptr && decision->reason == Reason::group_unknown) {
    const auto rule = std::ranges::find(settings.rules, decision->rule, &Rule::name);
    detail = fmt::format(
        "{} asks for a group of a directory before any rule lets root in: when the directory does not answer, root is "
        "denied at the console as well, and nobody can mend it",
        in_its_file(*rule));
  }
  findings.push_back(
      fault("rules-root", detail,
            to_put_first(facts.texts, "root",
                         fmt::format("[[rule]]\nname = \"{}\"\nuser = [\"root\"]\nfrom = [\"console\"]\nmfa = \"skip\"",
                                     free_name(settings.rules, "root on a real console")))));
}

// A group that is not there, and what says so.
struct Mention {
  std::string where;             // the file, with the line where it is known
  std::string consequence;       // what follows
  std::set<std::string> beside;  // what else is named there, and cannot be twice
  std::string_view fault = "rules-groups";
};

std::set<std::string> as_set(const std::vector<std::string>& names) { return {names.begin(), names.end()}; }

std::string place_words(const RulesFacts& facts, std::string_view key) {
  const auto place = place_of_key(facts.texts, "access", key);
  return place ? fmt::format("{}:{}", printable(place->file), place->line) : main_file(facts.texts);
}

// What nobody wrote is the default, which names groups that many computers lack.
std::map<std::string, Mention> mentions(const Settings& settings, const RulesFacts& facts) {
  std::map<std::string, Mention> wanted;
  const Settings usual;
  if (place_of_key(facts.texts, "access", "protected_groups"))
    for (const std::string& group : settings.protected_groups)
      if (std::ranges::find(usual.protected_groups, group) == usual.protected_groups.end())
        wanted[group] = {.where = place_words(facts, "protected_groups"),
                         .consequence = "it protects nobody (access.protected_groups)",
                         .beside = as_set(settings.protected_groups),
                         .fault = "access-groups"};
  if (place_of_key(facts.texts, "access", "helpdesk_groups"))
    for (const std::string& group : settings.helpdesk_groups)
      wanted[group] = {.where = place_words(facts, "helpdesk_groups"),
                       .consequence = "nobody is of the helpdesk by it (access.helpdesk_groups)",
                       .beside = as_set(settings.helpdesk_groups),
                       .fault = "access-groups"};
  for (const std::string& group : settings.helpdesk_scope)
    wanted[group] = {.where = place_words(facts, "helpdesk_scope"),
                     .consequence = "the helpdesk cannot act for anybody in it (access.helpdesk_scope)",
                     .beside = as_set(settings.helpdesk_scope)};
  for (const Rule& rule : settings.rules)
    for (const std::string& group : groups_mentioned(std::span(&rule, 1)))
      wanted[group] = {.where = printable(rule.file),
                       .consequence = fmt::format("the rule {} that asks for it denies", in_quotes(rule.name)),
                       .beside = groups_mentioned(std::span(&rule, 1))};
  return wanted;
}

void judge_groups(const Settings& settings, const RulesFacts& facts, Findings& findings) {
  const std::vector<std::string_view> known(facts.groups.begin(), facts.groups.end());
  for (const auto& [group, mention] : mentions(settings, facts)) {
    if (facts.group_exists(group)) continue;
    std::string_view near = nearest(group, known);
    if (mention.beside.contains(std::string(near))) near = {};
    findings.push_back(fault(
        mention.fault, fmt::format("there is no group {} on this computer: {}", in_quotes(group), mention.consequence),
        near.empty()
            ? fmt::format("Mend the name in {}, or make the group: groupadd {}", mention.where, printable(group))
            : fmt::format("In {} write {} instead of {}{}", mention.where, in_quotes(near), in_quotes(group),
                          kReloadMfad)));
  }
}

// All that stands behind the first rule that takes every login, in one finding: one cause.
void judge_reach(const Settings& settings, const RulesFacts& facts, Findings& findings) {
  const auto last = std::ranges::find_if(settings.rules, matches_every_login);
  if (last == settings.rules.end() || last + 1 == settings.rules.end()) return;
  std::string unreached;
  for (auto rule = last + 1; rule != settings.rules.end(); ++rule)
    unreached += (unreached.empty() ? "" : ", ") + in_its_file(*rule);
  const bool another = std::any_of(last + 1, settings.rules.end(), matches_every_login);
  const std::string name = in_quotes(last->name);
  findings.push_back(fault(
      "rules-unreached",
      fmt::format("no login reaches {}: {} comes before and takes every login", unreached, in_its_file(*last)),
      another ? fmt::format("The rule {} decides every login, and stays: move those that are to decide before it, "
                            "and remove the others{}",
                            name, kReloadMfad)
              : fmt::format("Move the rule {} from {} to the end of {}{}", name, printable(last->file),
                            main_file(facts.texts), kReloadMfad)));
}

void judge_countries(const Settings& settings, const RulesFacts& facts, Findings& findings) {
  std::string unplaced;
  for (const std::string& sentence : unplaced_rules(settings)) unplaced += (unplaced.empty() ? "" : "; ") + sentence;
  if (!unplaced.empty())
    findings.push_back(
        fault("rules-countries", unplaced,
              "Fetch a country database (geoipupdate does). " +
                  to_set(facts.texts, "geo",
                         {{"database", "\"/var/lib/GeoIP/GeoLite2-Country.mmdb\""}, {"home", "\"NZ\""}})));
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
void judge_gateways(const Settings& settings, const RulesFacts& facts, Findings& findings) {
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
          fmt::format(
              "Take \"{0}\" out of factors of that rule in {1}, or set up a gateway: man 7 mfa-gateway  "
              "It is named by lines such as these. {2}",
              name_of(kind), printable(rule.file),
              to_append(facts.texts, fmt::format("[[gateway]]\nname = \"{0}\"\nchannel = [\"{1}\"]\nprogram = "
                                                 "\"{2}\"\nsettings = \"/etc/mfa/gateways/{2}.toml\"",
                                                 what, name_of(kind), kind == FactorKind::call ? "sip" : "http")))));
    }
  }
  const bool waits = settings.phone.calls == MessageMode::press &&
                     std::ranges::any_of(settings.gateways, &GatewaySettings::calls) &&
                     !carried(settings.gateways, PhoneUse::call, MessageMode::press);
  if (waits)
    findings.push_back(
        fault("phone-press", "calls = \"press\", and no gateway waits for #: nobody can be called",
              "Add press = true to the [[gateway]] whose program can (sip does); or have a code read out. " +
                  to_set(facts.texts, "phone", {{"calls", "\"code\""}})));
  if (!settings.gateways.empty() && settings.phone.countries.empty())
    findings.push_back(fault(
        "phone-countries", "there are gateways, and no country may be reached: nobody can register a phone",
        "With the countries of your people's numbers: " + to_set(facts.texts, "phone", {{"countries", "[\"NZ\"]"}})));
}

}  // namespace

Findings judge_rules(const Settings& settings, const RulesFacts& facts) {
  Findings findings;
  judge_end(settings, facts, findings);
  judge_way_back(settings, facts, findings);
  judge_groups(settings, facts, findings);
  judge_reach(settings, facts, findings);
  judge_countries(settings, facts, findings);
  judge_gateways(settings, facts, findings);
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
