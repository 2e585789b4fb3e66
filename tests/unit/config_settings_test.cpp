// Texts that are right, and what they mean.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "common/config/configuration.h"

namespace mfa {
namespace {

using namespace std::chrono_literals;

// The settings of a text, or a failure with its mistakes.
Settings settings_of(const std::vector<ConfigurationText>& texts) {
  const Configuration read = read_configuration(texts);
  if (read) return *read;
  for (const ConfigurationError& error : read.error()) ADD_FAILURE() << to_string(error);
  return {};
}
Settings settings_of(const std::string& text) { return settings_of({{.file = "mfa.toml", .contents = text}}); }

Rule rule_of(const std::string& keys) {
  const Settings settings = settings_of("[[rule]]\nname = \"r\"\nmfa = \"require\"\n" + keys);
  EXPECT_EQ(settings.rules.size(), 1U);
  return settings.rules.empty() ? Rule{} : settings.rules.front();
}

class TimeZone {
 public:
  explicit TimeZone(const char* name) {
    if (const char* old = std::getenv("TZ")) old_ = old;
    setenv("TZ", name, 1);
    tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;
  ~TimeZone() {
    old_ ? setenv("TZ", old_->c_str(), 1) : unsetenv("TZ");
    tzset();
  }

 private:
  std::optional<std::string> old_;
};

void expect_defaults(const Settings& settings) {
  EXPECT_EQ(settings.store_path, "/var/lib/mfa/mfa.db");
  EXPECT_EQ(settings.language, "en");
  EXPECT_EQ(settings.totp, TotpParameters{});
  EXPECT_EQ(settings.totp.digits, 6);
  EXPECT_EQ(settings.totp.period, 30s);
  EXPECT_EQ(settings.totp.algorithm, HashAlgorithm::sha1);
  EXPECT_EQ(settings.totp_window, 1);
  EXPECT_EQ(settings.lockout.tries, 5U);
  EXPECT_EQ(settings.lockout.first, 1min);
  EXPECT_EQ(settings.lockout.longest, 1h);
  EXPECT_EQ(settings.trust.failures, 5U);
  EXPECT_EQ(settings.trust.devices_per_day, 5U);
  EXPECT_TRUE(settings.trust.end_on_country_change);
  EXPECT_FALSE(settings.trust.end_on_network_change);
  EXPECT_EQ(settings.trust_burst, 0s);
  EXPECT_FALSE(settings.key_self_enrol);
  EXPECT_EQ(settings.phone.calls, MessageMode::code);
  EXPECT_EQ(settings.phone.code_ttl, 10min);
  EXPECT_EQ(settings.phone.budget.resend_after, 30s);
  EXPECT_EQ(settings.phone.budget.per_user_per_hour, 6U);
  EXPECT_EQ(settings.phone.budget.per_user_per_day, 20U);
  EXPECT_EQ(settings.phone.budget.proven_per_day, 5000U);
  EXPECT_EQ(settings.phone.budget.unproven_per_user_per_day, 3U);
  EXPECT_EQ(settings.phone.budget.unproven_per_day, 500U);
  EXPECT_EQ(settings.helpdesk_groups, std::vector<std::string>{"mfa-helpdesk"});
  EXPECT_TRUE(settings.helpdesk_scope.empty());
  EXPECT_EQ(settings.protected_groups, (std::vector<std::string>{"root", "wheel", "sudo", "adm", "docker", "lxd",
                                                                 "disk", "shadow", "mfa-helpdesk"}));
  EXPECT_EQ(settings.acts_per_day, 20U);
  EXPECT_EQ(settings.records_keep, 400 * 24h);
}

void expect_no_places(const Settings& settings) {
  EXPECT_TRUE(settings.shared.empty());
  EXPECT_EQ(settings.geo_database, "");
  EXPECT_EQ(settings.geo_home, "");
  EXPECT_TRUE(settings.phone.countries.empty()) << "nobody is texted who was not meant to be";
}

TEST(Configuration, HasADefaultForEveryKey) {
  for (const char* text :
       {"", "# nothing\n", "[totp]\n[lockout]\n[store]\n[trust]\n[access]\n[key]\n[geo]\n", "rule = []\n"}) {
    const Settings settings = settings_of(text);
    expect_defaults(settings);
    expect_no_places(settings);
    EXPECT_EQ(settings.issuer, "");
    EXPECT_EQ(settings.helpdesk, "");
    EXPECT_TRUE(settings.rules.empty());
  }
}

TEST(Configuration, TriesGatewaysOfConfDFirst) {
  const auto gateway = [](const std::string& name, const std::string& channel) {
    return "[[gateway]]\nname = '" + name + "'\nchannel = " + channel + "\nprogram = 'http'\nsettings = '/etc/mfa/" +
           name + ".toml'\n";
  };
  const std::vector<ConfigurationText> texts{{"mfa.toml", gateway("a", "['sms']") + gateway("b", "['call', 'sms']")},
                                             {"10.toml", gateway("c", "['call']") + "press = true\n"}};
  const Configuration read = read_configuration(texts);
  ASSERT_TRUE(read);
  const std::vector<GatewaySettings> expected{
      {.name = "c", .texts = false, .calls = true, .press = true, .program = "http", .settings = "/etc/mfa/c.toml"},
      {.name = "a", .texts = true, .calls = false, .program = "http", .settings = "/etc/mfa/a.toml"},
      {.name = "b", .texts = true, .calls = true, .program = "http", .settings = "/etc/mfa/b.toml"}};
  EXPECT_EQ(read->gateways, expected);
}

TEST(Configuration, ReadsEveryKey) {
  const Settings settings = settings_of(R"(
issuer = "Universität Example"
helpdesk = "Service Desk, 0800 650 200, weekdays 8-17"
[store]
backend = "sqlite"
path = "/srv/mfa/store.db"
[totp]
digits = 8
period = 60
algorithm = "SHA256"
window = 2
[lockout]
tries = 3
first = "90s"
longest = "12h"
[trust]
devices_per_day = 3
end_on_country_change = false
end_on_network_change = true
shared = ["192.0.2.0/28", "2001:db8::/48", "198.51.100.7"]
burst = "20s"
[access]
helpdesk_groups = ["desk", "night desk"]
helpdesk_scope = ["students"]
protected_groups = ["wheel"]
acts_per_day = 50
[records]
keep = "90d"
[key]
enrol = "self"
[geo]
database = "/srv/geo/country.mmdb"
home = "NZ"
[[rule]]
name = "all of it"
user = ["alice", "!bob", "s*"]
group = ["students", "!domain users"]
service = ["gdm*", "login"]
server = ["lab-*"]
from = ["192.0.2.0/24", "!192.0.2.7", "2001:db8::/32", "console", "!unknown"]
country = ["NZ", "!AU"]
first_factor = ["password", "!publickey-sk"]
after = 2026-01-01T00:00:00Z
before = 2027-01-01T00:00:00+13:00
mfa = "require"
observe = true
since = 2026-12-01T08:00:00-01:00
trust = "30d"
factors = ["totp", "hotp", "key"]
enrol = "refuse"
)");
  EXPECT_EQ(settings.issuer, "Universität Example");
  EXPECT_EQ(settings.helpdesk, "Service Desk, 0800 650 200, weekdays 8-17");
  EXPECT_EQ(settings.store_path, "/srv/mfa/store.db");
  EXPECT_EQ(settings.totp, (TotpParameters{.algorithm = HashAlgorithm::sha256, .digits = 8, .period = 60s}));
  EXPECT_EQ(settings.totp_window, 2);
  EXPECT_EQ(settings.lockout.tries, 3U);
  EXPECT_EQ(settings.lockout.first, 90s);
  EXPECT_EQ(settings.lockout.longest, 12h);
  EXPECT_EQ(settings.trust.failures, 5U);
  EXPECT_EQ(settings.trust.devices_per_day, 3U);
  EXPECT_FALSE(settings.trust.end_on_country_change);
  EXPECT_TRUE(settings.trust.end_on_network_change);
  EXPECT_EQ(settings.shared, (std::vector<Network>{{.address = *parse_address("192.0.2.0"), .prefix = 28},
                                                   {.address = *parse_address("2001:db8::"), .prefix = 48},
                                                   {.address = *parse_address("198.51.100.7"), .prefix = 32}}));
  EXPECT_EQ(settings.trust_burst, 20s);
  EXPECT_EQ(settings.helpdesk_groups, (std::vector<std::string>{"desk", "night desk"}));
  EXPECT_EQ(settings.helpdesk_scope, std::vector<std::string>{"students"});
  EXPECT_EQ(settings.protected_groups, std::vector<std::string>{"wheel"});
  EXPECT_EQ(settings.acts_per_day, 50U);
  EXPECT_EQ(settings.records_keep, 90 * 24h);
  EXPECT_TRUE(settings.key_self_enrol);
  EXPECT_EQ(settings.geo_database, "/srv/geo/country.mmdb");
  EXPECT_EQ(settings.geo_home, "NZ");
  ASSERT_EQ(settings.rules.size(), 1U);
  const Rule& rule = settings.rules.front();
  EXPECT_EQ(rule.name, "all of it");
  EXPECT_EQ(rule.user, (std::vector<std::string>{"alice", "!bob", "s*"}));
  EXPECT_EQ(rule.group, (std::vector<std::string>{"students", "!domain users"}));
  EXPECT_EQ(rule.service, (std::vector<std::string>{"gdm*", "login"}));
  EXPECT_EQ(rule.server, (std::vector<std::string>{"lab-*"}));
  EXPECT_EQ(rule.country, (std::vector<std::string>{"NZ", "!AU"}));
  EXPECT_EQ(rule.trust, 30 * 24h);
  EXPECT_EQ(rule.first_factor, (std::vector<std::string>{"password", "!publickey-sk"}));
  EXPECT_EQ(rule.after, UnixTime{1'767'225'600});   // date -u -d 2026-01-01T00:00:00Z +%s
  EXPECT_EQ(rule.before, UnixTime{1'798'714'800});  // date -u -d 2027-01-01T00:00:00+13:00 +%s
  EXPECT_EQ(rule.since, UnixTime{1'796'115'600});   // date -u -d 2026-12-01T08:00:00-01:00 +%s
  EXPECT_EQ(rule.mfa, Requirement::require);
  EXPECT_TRUE(rule.observe);
  EXPECT_EQ(rule.factors, (std::set{FactorKind::totp, FactorKind::hotp, FactorKind::key}));
  EXPECT_EQ(rule.enrol, EnrolBy::refuse);

  ASSERT_EQ(rule.from.size(), 5U);
  const auto network = [&](std::size_t i) {
    const auto& place = std::get<Network>(rule.from[i].place);
    return (rule.from[i].negated ? "!" : "") + to_string(place.address) + "/" + std::to_string(place.prefix);
  };
  EXPECT_EQ(network(0), "192.0.2.0/24");
  EXPECT_EQ(network(1), "!192.0.2.7/32");
  EXPECT_EQ(network(2), "2001:db8::/32");
  EXPECT_TRUE(std::holds_alternative<Console>(rule.from[3].place));
  EXPECT_FALSE(rule.from[3].negated);
  EXPECT_TRUE(std::holds_alternative<UnknownPlace>(rule.from[4].place));
  EXPECT_TRUE(rule.from[4].negated);
}

// toml++ trips over letters that follow a line's end in such a string; people's names have them.
TEST(Configuration, StringsMayGoOnInTheNextLine) {
  EXPECT_EQ(settings_of("helpdesk = \"\"\"Service \\\n  école\"\"\"\n").helpdesk, "Service école");
}

TEST(Configuration, KnowsTheFourRequirements) {
  const std::vector<std::pair<std::string, Requirement>> rows{{"require", Requirement::require},
                                                              {"optional", Requirement::optional},
                                                              {"skip", Requirement::skip},
                                                              {"deny", Requirement::deny}};
  for (const auto& [word, requirement] : rows) {
    const Settings settings = settings_of("[[rule]]\nname = \"r\"\nmfa = \"" + word + "\"\n");
    ASSERT_EQ(settings.rules.size(), 1U);
    EXPECT_EQ(settings.rules.front().mfa, requirement);
    EXPECT_FALSE(settings.rules.front().observe);
  }
}

TEST(Configuration, TakesTheEndsOfEveryRange) {
  Settings settings =
      settings_of("[totp]\ndigits=6\nperiod=10\nwindow=0\n[lockout]\ntries=1\nfirst='1s'\nlongest='1s'\n");
  EXPECT_EQ(settings.totp.digits, 6);
  EXPECT_EQ(settings.totp.period, 10s);
  EXPECT_EQ(settings.totp_window, 0);
  EXPECT_EQ(settings.lockout.tries, 1U);
  EXPECT_EQ(settings.lockout.first, 1s);
  EXPECT_EQ(settings.lockout.longest, 1s);
  settings = settings_of(
      "[totp]\ndigits=8\nperiod=300\nwindow=10\nalgorithm='SHA512'\n[lockout]\ntries=20\nfirst='24h'\nlongest='1d'\n");
  EXPECT_EQ(settings.totp.digits, 8);
  EXPECT_EQ(settings.totp.period, 300s);
  EXPECT_EQ(settings.totp.algorithm, HashAlgorithm::sha512);
  EXPECT_EQ(settings.totp_window, 10);
  EXPECT_EQ(settings.lockout.tries, 20U);
  EXPECT_EQ(settings.lockout.first, 24h);
  EXPECT_EQ(settings.lockout.longest, 24h);
}

TEST(Configuration, TakesTheEndsOfTheRangesOfTrust) {
  Settings settings = settings_of(
      "[trust]\ndevices_per_day=0\nburst='0s'\n[access]\nacts_per_day=1\n[records]\nkeep='7d'\n[key]\nenrol='helpdesk'"
      "\n"
      "[[rule]]\nname='r'\nmfa='optional'\ntrust='1m'\n");
  EXPECT_EQ(settings.trust.devices_per_day, 0U);
  EXPECT_EQ(settings.trust_burst, 0s);
  EXPECT_EQ(settings.acts_per_day, 1U);
  EXPECT_EQ(settings.records_keep, 7 * 24h);
  EXPECT_FALSE(settings.key_self_enrol);
  EXPECT_EQ(settings.rules.front().trust, 1min);
  settings = settings_of(
      "[trust]\ndevices_per_day=100\nburst='10m'\n[access]\nacts_per_day=1000\n[records]\nkeep='36500d'\n"
      "[[rule]]\nname='r'\nmfa='require'\ntrust='365d'\n");
  EXPECT_EQ(settings.trust.devices_per_day, 100U);
  EXPECT_EQ(settings.trust_burst, 10min);
  EXPECT_EQ(settings.acts_per_day, 1000U);
  EXPECT_EQ(settings.records_keep, 36500 * 24h);
  EXPECT_EQ(settings.rules.front().trust, 365 * 24h);
  EXPECT_FALSE(settings_of("[[rule]]\nname='r'\nmfa='require'\n").rules.front().trust);
}

// Outside of a rule an empty list is what it says, and takes back what another file gave.
TEST(Configuration, AnEmptyListOutsideOfARuleNamesNothing) {
  const Settings settings = settings_of({
      {.file = "mfa.toml",
       .contents = "[trust]\nshared=['192.0.2.0/28']\n[access]\nhelpdesk_scope=['students']\n[key]\nenrol='self'\n"},
      {.file = "conf.d/10.toml",
       .contents = "[trust]\nshared=[]\n[access]\nhelpdesk_groups=[]\nhelpdesk_scope=[]\nprotected_groups=[]\n"
                   "[key]\nenrol='helpdesk'\n"},
  });
  EXPECT_TRUE(settings.shared.empty());
  EXPECT_TRUE(settings.helpdesk_groups.empty());
  EXPECT_TRUE(settings.helpdesk_scope.empty());
  EXPECT_TRUE(settings.protected_groups.empty());
  EXPECT_FALSE(settings.key_self_enrol);
}

// A country without a database still says where private addresses are.
TEST(Configuration, HomeNeedsNoDatabase) { EXPECT_EQ(settings_of("[geo]\nhome = 'XK'\n").geo_home, "XK"); }

TEST(Configuration, NetworksMeanTheirBits) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"0.0.0.0/0", "0.0.0.0/0"},
      {"203.0.113.7", "203.0.113.7/32"},
      {"203.0.113.7/32", "203.0.113.7/32"},
      {"203.0.112.0/23", "203.0.112.0/23"},
      {"128.0.0.0/1", "128.0.0.0/1"},
      {"::/0", "::/0"},
      {"2001:db8::1", "2001:db8::1/128"},
      {"2001:db8::8000:0:0:0/65", "2001:db8:0:0:8000::/65"},
      {"::ffff:192.0.2.0/120", "192.0.2.0/24"},
      {"::ffff:192.0.2.7", "192.0.2.7/32"},
      {"::ffff:0.0.0.0/96", "0.0.0.0/0"},
  };
  for (const auto& [written, meant] : rows) {
    const Rule rule = rule_of("from = [\"" + written + "\"]\n");
    ASSERT_EQ(rule.from.size(), 1U) << written;
    const auto& network = std::get<Network>(rule.from.front().place);
    EXPECT_EQ(to_string(network.address) + "/" + std::to_string(network.prefix), meant);
  }
}

TEST(Configuration, DatesAreTheServersLocalTime) {
  const TimeZone auckland("NZST-12NZDT,M9.5.0,M4.1.0/3");  // the rule of Pacific/Auckland, without needing its file
  const std::vector<std::pair<std::string, std::int64_t>> rows{
      // TZ=Pacific/Auckland date -d … +%s
      {"2026-12-01", 1'796'036'400},
      {"2026-12-01T00:00:00", 1'796'036'400},
      {"2026-12-01T00:00:01", 1'796'036'401},
      {"2026-07-01", 1'782'820'800},
      {"2026-07-01 12:30:00", 1'782'865'800},
      {"2026-09-27T01:59:59", 1'790'431'199},  // the last second of winter
      {"2026-09-27T03:00:00", 1'790'431'200},  // the first of summer
      {"2026-04-05T02:30:00", 1'775'309'400},  // comes twice: the first
      {"2026-07-01T00:00:00Z", 1'782'864'000},
      {"2026-07-01T00:00:00+12:00", 1'782'820'800},
      {"2024-02-29", 1'709'118'000},
      {"2000-01-01", 946'638'000},
      {"9999-12-31T23:59:59Z", 253'402'300'799},
  };
  for (const auto& [written, seconds] : rows)
    EXPECT_EQ(rule_of("since = " + written).since, UnixTime{seconds}) << written;
  // A skipped half hour of the night does not exist.
  const std::vector<ConfigurationText> skipped{
      {.file = "f", .contents = "[[rule]]\nname='r'\nmfa='require'\nsince = 2026-09-27T02:30:00\n"}};
  ASSERT_FALSE(read_configuration(skipped));
  EXPECT_NE(read_configuration(skipped).error().front().text.find("clocks skip"), std::string::npos);
}

TEST(Configuration, LaterTextsOverrideSingleKeysAndTheirRulesComeFirst) {
  const Settings settings = settings_of({
      {.file = "mfa.toml",
       .contents = "issuer='A'\nhelpdesk='H'\n[totp]\ndigits=7\nwindow=2\n[lockout]\nfirst='2h'\nlongest='3h'\n"
                   "[[rule]]\nname='m1'\nmfa='skip'\n[[rule]]\nname='m2'\nmfa='deny'\n"},
      {.file = "conf.d/10.toml",
       .contents = "issuer='B'\n[totp]\ndigits=8\n[[rule]]\nname='a1'\nmfa='skip'\n[[rule]]\nname='a2'\nmfa='skip'\n"},
      {.file = "conf.d/20.toml",
       .contents = "issuer='C'\n[lockout]\nfirst='10m'\nlongest='20m'\n[[rule]]\nname='b1'\nmfa='skip'\n"},
  });
  EXPECT_EQ(settings.issuer, "C");
  EXPECT_EQ(settings.helpdesk, "H");
  EXPECT_EQ(settings.totp.digits, 8);
  EXPECT_EQ(settings.totp_window, 2);
  EXPECT_EQ(settings.lockout.first, 10min);
  EXPECT_EQ(settings.lockout.longest, 20min);
  std::vector<std::string> names;
  for (const Rule& rule : settings.rules) names.push_back(rule.name);
  EXPECT_EQ(names, (std::vector<std::string>{"a1", "a2", "b1", "m1", "m2"}));
}

std::string installed() {
  std::ifstream file(MFA_SOURCE_DIR "/packaging/mfa.toml");
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(InstalledConfiguration, LetsRootInOnTheConsoleAndAsksWhoeverHasEnrolled) {
  const Settings settings = settings_of(installed());
  expect_defaults(settings);
  expect_no_places(settings);
  ASSERT_EQ(settings.rules.size(), 2U);
  const Rule& root = settings.rules[0];
  EXPECT_EQ(root.name, "root on a real console");
  EXPECT_EQ(root.user, std::vector<std::string>{"root"});
  ASSERT_EQ(root.from.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<Console>(root.from.front().place));
  EXPECT_FALSE(root.from.front().negated);
  EXPECT_EQ(root.mfa, Requirement::skip);

  PolicyFacts facts;
  facts.user = Username{"root"};
  facts.service = "login";
  facts.server = "lab-1";
  facts.now = UnixTime{1'790'000'000};
  facts.origin = Console{};
  const auto outcome = [&](const History& history) {
    // No directory is asked: groups stay unknown.
    return std::get<Decision>(judge(settings.rules, facts, history)).outcome;
  };
  const History enrolled{.enrolled = {FactorKind::totp}, .keys = {}};
  // The way back in needs neither directory nor store.
  EXPECT_EQ(std::get<Decision>(judge(settings.rules, facts, std::nullopt)).outcome, Outcome::skip);
  facts.origin = UnknownPlace{};
  EXPECT_EQ(outcome(enrolled), Outcome::require);
  facts.origin = *parse_address("203.0.113.7");
  EXPECT_EQ(outcome(enrolled), Outcome::require);
  EXPECT_EQ(outcome({}), Outcome::skip);
  facts.user = Username{"alice"};
  facts.origin = Console{};
  EXPECT_EQ(outcome(enrolled), Outcome::require);
  EXPECT_EQ(outcome({}), Outcome::skip);
  EXPECT_EQ(std::get<Decision>(judge(settings.rules, facts, enrolled)).rule, "everyone else");
}

// What stands there as a default is the default: taking every "#" away before a key changes nothing.
TEST(InstalledConfiguration, ShowsTheDefaults) {
  const std::string text = std::regex_replace(installed(), std::regex("\n#(\\w+ =)"), "\n$1");
  const Settings settings = settings_of(std::regex_replace(text, std::regex("#\\[\\[(rule|gateway)"), "[[$1"));
  expect_defaults(settings);
  EXPECT_EQ(settings.issuer, "Example University");
  EXPECT_EQ(settings.rules.size(), 3U);
  EXPECT_EQ(settings.gateways.size(), 1U);
  EXPECT_EQ(settings.geo_home, "NZ");
  EXPECT_TRUE(settings.shared.empty());
  for (const std::string key : {"issuer",
                                "helpdesk",
                                "backend",
                                "path",
                                "digits",
                                "period",
                                "algorithm",
                                "window",
                                "tries",
                                "first",
                                "longest",
                                "since",
                                "helpdesk_groups",
                                "helpdesk_scope",
                                "protected_groups",
                                "acts_per_day",
                                "enrol",
                                "devices_per_day",
                                "end_on_country_change",
                                "end_on_network_change",
                                "shared",
                                "burst",
                                "database",
                                "home",
                                "countries",
                                "default_country",
                                "calls",
                                "code_ttl",
                                "resend_after",
                                "per_user_per_hour",
                                "per_user_per_day",
                                "proven_per_day",
                                "unproven_per_user_per_day",
                                "unproven_per_day",
                                "trust"}) {
    EXPECT_NE(text.find("\n" + key + " = "), std::string::npos) << key;
  }
  // And every key of a rule is explained.
  for (const std::string key : {"user", "group", "service", "server", "from", "country", "first_factor", "after",
                                "before", "mfa", "trust", "since", "factors", "enrol", "enrol_window", "observe"}) {
    EXPECT_TRUE(std::regex_search(installed(), std::regex("#   (.*, )?" + key + "\\b"))) << key;
  }
}

TEST(Settings, HowPhonesAreTextedAndCalled) {
  const Settings settings = settings_of(
      "[phone]\ncountries = ['NZ', 'AU', 'BE']\ndefault_country = 'AU'\ncalls = 'press'\ncode_ttl = '5m'\n"
      "resend_after = '1m'\nper_user_per_hour = 3\nper_user_per_day = 9\nproven_per_day = "
      "100\nunproven_per_user_per_day = 2\n"
      "unproven_per_day = 0\n[[rule]]\nname = 'r'\nmfa = 'require'\nfactors = ['sms', 'call']\n");
  EXPECT_EQ(settings.phone.countries, (std::vector<std::string>{"NZ", "AU", "BE"}));
  EXPECT_EQ(settings.phone.default_country, "AU");
  EXPECT_EQ(settings.phone.calls, MessageMode::press);
  EXPECT_EQ(settings.phone.code_ttl, 5min);
  EXPECT_EQ(settings.phone.budget.resend_after, 1min);
  EXPECT_EQ(settings.phone.budget.per_user_per_hour, 3U);
  EXPECT_EQ(settings.phone.budget.per_user_per_day, 9U);
  EXPECT_EQ(settings.phone.budget.proven_per_day, 100U);
  EXPECT_EQ(settings.phone.budget.unproven_per_user_per_day, 2U);
  EXPECT_EQ(settings.phone.budget.unproven_per_day, 0U);
  EXPECT_EQ(settings.rules.at(0).factors, (std::set{FactorKind::sms, FactorKind::call}));
}

TEST(Settings, HowWhoeverHasNothingEnrolsByTheRule) {
  const auto rule_with = [](const std::string& more) {
    return settings_of("[[rule]]\nname = 'r'\nmfa = 'require'\n" + more).rules.at(0);
  };
  EXPECT_EQ(rule_with("").enrol, EnrolBy::in_login);
  EXPECT_EQ(rule_with("").enrol_window, std::chrono::hours(24 * 30));
  EXPECT_EQ(rule_with("enrol = 'inline'").enrol, EnrolBy::in_login);
  EXPECT_EQ(rule_with("enrol = 'code'").enrol, EnrolBy::code);
  EXPECT_EQ(rule_with("enrol = 'refuse'").enrol, EnrolBy::refuse);
  EXPECT_EQ(rule_with("enrol_window = '1h'").enrol_window, std::chrono::hours(1));
}

}  // namespace
}  // namespace mfa
