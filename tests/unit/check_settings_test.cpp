// sshd's settings, the rules and the files: which fault is named, and what mends it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>
#include <vector>

#include "common/check/clock_judge.h"
#include "common/check/configuration_judge.h"
#include "common/check/file_judge.h"
#include "common/check/gateway_judge.h"
#include "common/check/rules_judge.h"
#include "common/check/service_judge.h"
#include "common/check/sshd_settings.h"
#include "common/check/store_judge.h"
#include "common/config/configuration.h"

namespace mfa {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> faults(const Findings& findings) {
  std::vector<std::string> names;
  for (const Finding& finding : findings) {
    if (finding.ok) continue;
    EXPECT_FALSE(finding.detail.empty() || finding.mend.empty()) << finding.name;
    names.push_back(finding.name);
  }
  return names;
}

constexpr std::string_view kRight =
    "port 22\nlogingracetime 600\nmaxstartups 100:30:300\nusepam yes\npubkeyauthentication yes\n"
    "passwordauthentication no\nkbdinteractiveauthentication yes\nhostbasedauthentication no\n"
    "gssapiauthentication no\nauthenticationmethods keyboard-interactive\npubkeyauthoptions touch-required\n";

// What is right but for one setting.
SshdSettings with(std::string_view name, const std::string& value) {
  SshdSettings settings = parse_sshd_settings(kRight);
  settings[std::string(name)] = {value};
  return settings;
}

constexpr SshdWants kAll{.account_line = false, .enrols_in_login = true, .security_keys = true};

struct SshdRow {
  std::string name, value, fault, mend;
};

TEST(CheckSshd, EachSetting) {
  EXPECT_THAT(faults(judge_sshd(parse_sshd_settings(kRight), kAll)), IsEmpty());
  for (const SshdRow& row : std::vector<SshdRow>{
           {"usepam", "no", "sshd-use-pam", "UsePAM yes"},
           {"kbdinteractiveauthentication", "no", "sshd-keyboard-interactive", "KbdInteractiveAuthentication yes"},
           {"logingracetime", "120", "sshd-grace-time", "LoginGraceTime 600"},
           {"logingracetime", "0", "", ""},
           {"maxstartups", "10:30:100", "sshd-startups", "MaxStartups 100:30:300"},
           {"maxstartups", "99", "sshd-startups", "MaxStartups 100:30:300"},
           {"pubkeyauthoptions", "none", "sshd-touch", "PubkeyAuthOptions touch-required"},
           {"authenticationmethods", "publickey", "sshd-methods", "AuthenticationMethods keyboard-interactive"},
           {"authenticationmethods", "any", "sshd-methods", "account required pam_mfa.so"},
           {"authenticationmethods", "publickey,keyboard-interactive:pam keyboard-interactive", "", ""},
           {"authenticationmethods", "hostbased keyboard-interactive", "", ""},  // which is off
           {"passwordauthentication", "yes", "", ""},                            // which is no way in
       }) {
    const Findings findings = judge_sshd(with(row.name, row.value), kAll);
    if (row.fault.empty()) {
      EXPECT_THAT(faults(findings), IsEmpty()) << row.name << " " << row.value;
      continue;
    }
    EXPECT_THAT(faults(findings), ElementsAre(row.fault)) << row.name << " " << row.value;
    const auto found = std::ranges::find(findings, row.fault, &Finding::name);
    EXPECT_THAT(found->mend, HasSubstr(row.mend));
  }
}

TEST(CheckSshd, MendsNameTheLineThatCounts) {
  const std::string own = "/etc/ssh/sshd_config.d/00-mfa.conf";
  const std::string earlier = "/etc/ssh/sshd_config.d/00-aaa.conf";
  const SshdUsual usual{
      .lines = {{.file = earlier, .number = 4, .keyword = "passwordauthentication", .value = "yes"},
                {.file = own, .number = 3, .keyword = "passwordauthentication", .value = "no"},
                {.file = own, .number = 6, .keyword = "maxstartups", .value = "10:30:100"},
                {.file = "/etc/ssh/sshd_config", .number = 9, .keyword = "maxstartups", .value = "10"}},
      .has_folder = true};
  const auto mend = [&](SshdSettings settings, const SshdUsual& lines) {
    const Findings findings = judge_sshd(settings, kAll, lines);
    EXPECT_EQ(faults(findings).size(), 1U);
    return findings.front().mend;
  };
  const std::string then = "  then: sshd -t && systemctl reload ssh";
  SshdSettings settings = with("passwordauthentication", "yes");
  settings["authenticationmethods"] = {"any"};
  settings["pubkeyauthentication"] = {"no"};
  EXPECT_EQ(mend(settings, usual), "Write " + earlier + ":4 as: PasswordAuthentication no" + then);
  EXPECT_EQ(mend(with("logingracetime", "120"), usual), "Add to the top of " + own + ": LoginGraceTime 600" + then);
  EXPECT_EQ(mend(with("logingracetime", "120"), {}),
            "Add to the top of /etc/ssh/sshd_config: LoginGraceTime 600" + then);
  EXPECT_EQ(
      mend(with("maxstartups", "10:30:100"), usual),
      "Write " + own + ":6 as: MaxStartups 100:30:300  Write /etc/ssh/sshd_config:9 as: MaxStartups 100:30:300" + then);
  // Without the password no method would be left, and sshd would not start.
  settings["authenticationmethods"] = {"password"};
  EXPECT_EQ(mend(settings, usual), "Add to the top of " + own + ": AuthenticationMethods keyboard-interactive" + then);
}

TEST(CheckSshd, WhySshdDoesNotStart) {
  const SshdUsual usual{
      .lines = {{.file = "/a", .number = 2, .keyword = "kbdinteractiveauthentication", .value = "No"},
                {.file = "/b", .number = 1, .keyword = "authenticationmethods", .value = "keyboard-interactive"}},
      .has_folder = true};
  const std::string words = "AuthenticationMethods cannot be satisfied by enabled authentication methods";
  const Finding fault = judge_failing_sshd(words, usual);
  EXPECT_EQ(fault.name, "sshd-keyboard-interactive");
  EXPECT_THAT(fault.mend, HasSubstr("Write /a:2 as: KbdInteractiveAuthentication yes"));
  EXPECT_EQ(judge_failing_sshd(words, {}).name, "sshd-unknown");
  EXPECT_EQ(judge_failing_sshd("Missing privilege separation directory: /run/sshd", usual).mend,
            "install -d -m 755 /run/sshd");
  EXPECT_THAT(judge_failing_sshd("/f: line 1: Bad configuration option: x", usual).detail,
              HasSubstr("Bad configuration"));
}

TEST(CheckSshd, PasswordAuthenticationIsAFaultWhereItLetsIn) {
  SshdSettings settings = with("passwordauthentication", "yes");
  settings["authenticationmethods"] = {"any"};
  settings["pubkeyauthentication"] = {"no"};
  EXPECT_THAT(faults(judge_sshd(settings, kAll)), ElementsAre("sshd-password"));
}

TEST(CheckSshd, WhatGoesPastAuthIsNamed) {
  for (const auto& [name, method] : std::vector<std::pair<std::string, std::string>>{
           {"gssapiauthentication", "gssapi-with-mic"}, {"hostbasedauthentication", "hostbased"}}) {
    SshdSettings settings = with(name, "yes");
    settings["pubkeyauthentication"] = {"no"};
    settings["authenticationmethods"] = {"any"};
    EXPECT_TRUE(lets_in_past_auth(settings));
    const Findings findings = judge_sshd(settings, kAll);
    EXPECT_THAT(faults(findings), ElementsAre("sshd-methods"));
    EXPECT_THAT(findings.front().detail, HasSubstr(method));
  }
}

TEST(CheckSshd, TheAccountLineAndTheRulesDecideWhatMatters) {
  EXPECT_THAT(faults(judge_sshd(with("authenticationmethods", "any"), {.account_line = true})), IsEmpty());
  EXPECT_THAT(faults(judge_sshd(with("logingracetime", "120"), {.account_line = true})), IsEmpty());
  EXPECT_THAT(faults(judge_sshd(with("pubkeyauthoptions", "none"), {.account_line = true})), IsEmpty());
}

TEST(CheckSshd, AnOutputThatSaysNothingIsNoGoodNews) {
  EXPECT_THAT(faults(judge_sshd(parse_sshd_settings(""), kAll)), ElementsAre("sshd-use-pam"));
  EXPECT_THAT(faults(judge_sshd(parse_sshd_settings("usepam yes\n"), kAll)),
              ElementsAre("sshd-keyboard-interactive", "sshd-touch"));
}

Settings settings_of(const std::string& text) {
  const std::vector<ConfigurationText> texts{{.file = "f", .contents = text}};
  auto read = read_configuration(texts);
  EXPECT_TRUE(read) << (read ? "" : to_string(read.error().front()));
  return read.value_or(Settings{});
}

constexpr UnixTime kNow{1'800'000'000};
const std::string kRoot = "[[rule]]\nname='root'\nuser=['root']\nfrom=['console']\nmfa='skip'\n";
const std::string kEnd = "[[rule]]\nname='else'\nmfa='optional'\n";
const std::string kGeo = "[geo]\ndatabase='/db'\nhome='NZ'\n";

const std::string kGateway = "[[gateway]]\nname='g'\nchannel=['sms']\nprogram='file'\nsettings='/s'\n";
const std::string kTexts = "phone.countries=['NZ']\n" + kGateway;

using Texts = std::vector<ConfigurationText>;

Findings judge_texts(const Texts& texts, CountryDatabase countries = {.trouble = {}, .made = kNow}) {
  const std::vector<std::string> groups{"students", "staff", "ldap", "mfa-helpdesk"};
  auto read = read_configuration(texts);
  EXPECT_TRUE(read) << (read ? "" : to_string(read.error().front()));
  return judge_rules(
      read.value_or(Settings{}),
      {.now = kNow,
       .group_exists = [&](const std::string& name) { return std::ranges::find(groups, name) != groups.end(); },
       .groups = groups,
       .countries = std::move(countries),
       .root_in = [](const std::string& name) -> std::optional<bool> {
         if (name == "students" || name == "staff") return false;
         return std::nullopt;
       },
       .texts = texts});
}

Findings judge_text(const std::string& text, CountryDatabase countries = {.trouble = {}, .made = kNow}) {
  return judge_texts({{.file = "f", .contents = text}}, std::move(countries));
}

constexpr const char* kMain = "/etc/mfa/mfa.toml";
constexpr const char* kConf = "/etc/mfa/conf.d/";
// As it is installed: tables that are empty, the way in for root, the rule for everybody.
const std::string kInstalled =
    "#issuer = \"x\"\n[geo]\n#database = \"/x\"\n\n[access]\n\n[phone]\n#countries = [\"NZ\"]\n\n[[rule]]\nname = "
    "\"root on a real console\"\nuser = [\"root\"]\nfrom = [\"console\"]\nmfa = \"skip\"\n\n[[rule]]\nname = "
    "\"everyone "
    "else\"\nmfa = \"optional\"\n";

Texts installed(const std::vector<std::pair<std::string, std::string>>& more) {
  Texts texts{{.file = kMain, .contents = kInstalled}};
  for (const auto& [name, contents] : more) texts.push_back({.file = kConf + name, .contents = contents});
  return texts;
}

std::string& text_of(Texts& texts, const std::string& file) {
  const auto found = std::ranges::find(texts, file, &ConfigurationText::file);
  if (found != texts.end()) return found->contents;
  texts.push_back({.file = file, .contents = {}});
  std::sort(texts.begin() + 1, texts.end(), [](const auto& a, const auto& b) { return a.file < b.file; });
  return std::ranges::find(texts, file, &ConfigurationText::file)->contents;
}

std::size_t start_of_line(const std::string& text, int number) {
  std::size_t at = 0;
  for (int line = 1; line < number; ++line) at = text.find('\n', at) + 1;
  return at;
}

// Does what a mend of the configuration says. False: it says it in no such words.
bool paste(Texts& texts, const std::string& mend) {
  static const std::regex kBelow(
      R"((?:.* )?Below \[[a-z]+\] in (\S+):(\d+) write:((?:\n.*)+)\nthen: systemctl reload mfad)");
  static const std::regex kAppend(R"((?:.* )?Add to the end of (\S+):((?:\n.*)+)\nthen: systemctl reload mfad)");
  static const std::regex kNew(R"(Write into (\S+), a new file:((?:\n.*)+)\nthen: systemctl reload mfad)");
  static const std::regex kLine(R"((?:.* )?Write (\S+):(\d+) as: (.*)\nthen: systemctl reload mfad)");
  static const std::regex kBefore(R"((?:.* )?Before (\S+):(\d+) write:((?:\n.*)+)\nthen: systemctl reload mfad)");
  static const std::regex kName(
      R"~(In ([^:\s]+)(?::\d+)? write "(.*)" instead of "(.*)"\nthen: systemctl reload mfad)~");
  std::smatch found;
  if (std::regex_match(mend, found, kBelow)) {
    std::string& text = text_of(texts, found[1]);
    text.insert(start_of_line(text, std::stoi(found[2]) + 1), found.str(3).substr(1) + "\n");
  } else if (std::regex_match(mend, found, kAppend) || std::regex_match(mend, found, kNew)) {
    text_of(texts, found[1]) += found.str(2).substr(1) + "\n";
  } else if (std::regex_match(mend, found, kLine)) {
    std::string& text = text_of(texts, found[1]);
    const std::size_t start = start_of_line(text, std::stoi(found[2]));
    text.replace(start, text.find('\n', start) - start, found[3]);
  } else if (std::regex_match(mend, found, kBefore)) {
    std::string& text = text_of(texts, found[1]);
    text.insert(start_of_line(text, std::stoi(found[2])), found.str(3).substr(1) + "\n");
  } else if (std::regex_match(mend, found, kName)) {
    std::string& text = text_of(texts, found[1]);
    const std::size_t at = text.find('"' + found.str(3) + '"');
    text.replace(at + 1, found.str(3).size(), found[2]);
  } else {
    return false;
  }
  return true;
}

Finding only_fault(const Findings& findings) {
  const auto found = std::ranges::find(findings, false, &Finding::ok);
  EXPECT_EQ(faults(findings).size(), 1U) << testing::PrintToString(faults(findings));
  return found == findings.end() ? Finding{} : *found;
}

struct TomlRow {
  std::string fault;
  Texts texts;
  std::string mend;  // a part of it
};

TEST(CheckRules, MendsAreTomlThatTheConfigurationTakes) {
  const std::string gateway =
      "[[gateway]]\nname = \"g\"\nchannel = [\"sms\", \"call\"]\nprogram = \"file\"\nsettings = \"/s\"\n";
  const std::string texts =
      "[[rule]]\nname = \"t\"\nuser = [\"bob\"]\nmfa = \"require\"\nfactors = [\"totp\", \"sms\"]\n";
  const std::string ldap = "[[rule]]\nname = \"december\"\ngroup = [\"ldap\"]\nmfa = \"require\"\n";
  const std::string ghosts = "[[rule]]\nname = \"ghosts\"\ngroup = [\"studnets\"]\nmfa = \"require\"\n";
  Texts no_end = installed({{"30-x.toml", "[[rule]]\nname = \"everyone else 2\"\nuser = [\"bob\"]\nmfa = \"skip\"\n"}});
  no_end[0].contents += "observe = true\n";
  const std::string second =
      "Add to the end of /etc/mfa/mfa.toml:\n[[rule]]\nname = \"everyone else 3\"\nmfa = \"optional\"";
  const std::string root =
      "[[rule]]\nname = \"root on a real console 2\"\nuser = [\"root\"]\nfrom = [\"console\"]\nmfa = \"skip\"";
  for (const TomlRow& row : std::vector<TomlRow>{
           {"rules-catch-all", no_end, second},
           {"rules-root", installed({{"30-require.toml", ldap}}),
            "Write into /etc/mfa/conf.d/00-root.toml, a new file:\n" + root},
           {"rules-root", installed({{"00-alice.toml", ldap}}), "/etc/mfa/conf.d/00-0-root.toml"},
           {"rules-groups", installed({{"40-g.toml", ghosts}}),
            "In /etc/mfa/conf.d/40-g.toml write \"students\" instead of \"studnets\""},
           {"rules-groups", installed({{"40-g.toml", "[access]\nhelpdesk_scope = [\"stafff\"]\n"}}),
            "In /etc/mfa/conf.d/40-g.toml:2 write"},
           {"rules-countries",
            installed(
                {{"40-g.toml", "[[rule]]\nname = \"c\"\ncountry = [\"!NZ\"]\nmfa = \"deny\"\nuser = [\"bob\"]\n"}}),
            "Below [geo] in /etc/mfa/mfa.toml:2 write:\ndatabase = \"/var/lib/GeoIP/GeoLite2-Country.mmdb\"\nhome = "
            "\"NZ\"\n"},
           {"rules-gateways", installed({{"40-g.toml", "phone.countries = [\"NZ\"]\n" + texts}}),
            "channel = [\"sms\"]\nprogram = \"http\""},
           {"phone-countries", installed({{"40-g.toml", gateway}}),
            "Below [phone] in /etc/mfa/mfa.toml:7 write:\ncountries = [\"NZ\"]"},
           {"phone-countries", installed({{"40-g.toml", gateway + "[phone]\ncountries = []\n"}}),
            "Write /etc/mfa/conf.d/40-g.toml:7 as: countries = [\"NZ\"]"},
           {"phone-countries",
            {{.file = kMain, .contents = "phone.calls = \"code\"\n" + kRoot + kEnd + gateway}},
            "Before /etc/mfa/mfa.toml:1 write:\nphone.countries = [\"NZ\"]"},
           {"phone-countries",
            {{.file = kMain, .contents = kRoot + kEnd + gateway}},
            "Add to the end of /etc/mfa/mfa.toml:\n[phone]\ncountries = [\"NZ\"]"},
           {"phone-press", installed({{"40-g.toml", gateway + "[phone]\ncountries = [\"NZ\"]\ncalls = \"press\"\n"}}),
            "Write /etc/mfa/conf.d/40-g.toml:8 as: calls = \"code\""},
       }) {
    const Finding fault = only_fault(judge_texts(row.texts));
    EXPECT_EQ(fault.name, row.fault);
    EXPECT_THAT(fault.mend, HasSubstr(row.mend));
    Texts mended = row.texts;
    ASSERT_TRUE(paste(mended, fault.mend)) << fault.mend;
    EXPECT_THAT(faults(judge_texts(mended)), IsEmpty()) << fault.mend;
  }
}

// By mfa-rollout(7): the rule for groups stands in conf.d, before the installed one that lets root in.
TEST(CheckRules, RootGetsInByTheInstalledRuleUnlessADirectoryIsAskedBefore) {
  const auto with = [](const std::string& more, const std::string& group) {
    return judge_texts(
        installed({{"30-require.toml", "[[rule]]\nname = \"everyone from December\"\ngroup = [\"" + group +
                                           "\", \"staff\"]\nmfa = \"require\"\nsince = 2026-12-01\ntrust = "
                                           "\"30d\"\n" +
                                           more}}));
  };
  EXPECT_THAT(faults(with("observe = true\n", "ldap")), IsEmpty());
  EXPECT_THAT(faults(with("", "students")), IsEmpty());
  const Finding fault = only_fault(with("", "ldap"));
  EXPECT_EQ(fault.name, "rules-root");
  EXPECT_THAT(fault.detail,
              HasSubstr("the rule \"everyone from December\" (/etc/mfa/conf.d/30-require.toml) asks for a "
                        "group of a directory"));
  // So is a country that no database tells.
  EXPECT_EQ(
      only_fault(judge_texts(installed({{"40-g.toml", "[[rule]]\nname='c'\ncountry=['!NZ']\nmfa='deny'\n"}}))).name,
      "rules-countries");
  // A group that is nowhere is one fault.
  EXPECT_EQ(only_fault(with("", "nowhere")).name, "rules-groups");
}

TEST(CheckRules, WhatNoLoginReachesIsOneFault) {
  const std::string open = "[[rule]]\nname = \"open\"\nmfa = \"skip\"\n";
  Finding fault = only_fault(
      judge_texts(installed({{"00-open.toml", open}, {"40-b.toml", "[[rule]]\nname='b'\nuser=['b']\nmfa='skip'\n"}})));
  EXPECT_EQ(fault.name, "rules-unreached");
  EXPECT_EQ(fault.detail,
            "no login reaches the rule \"b\" (/etc/mfa/conf.d/40-b.toml), the rule \"root on a real console\" "
            "(/etc/mfa/mfa.toml), the rule \"everyone else\" (/etc/mfa/mfa.toml): the rule \"open\" "
            "(/etc/mfa/conf.d/00-open.toml) comes before and takes every login");
  EXPECT_EQ(fault.mend,
            "The rule \"open\" decides every login, and stays: move those that are to decide before it, and remove the "
            "others\nthen: systemctl reload mfad");
  fault = only_fault(judge_text(kRoot + kEnd + "[[rule]]\nname='late'\nuser=['bob']\nmfa='deny'\n"));
  EXPECT_EQ(fault.mend, "Move the rule \"else\" from f to the end of f\nthen: systemctl reload mfad");
}

TEST(CheckRules, GroupsOfTheHelpdeskThatAreNotThere) {
  const auto access = [](const std::string& line) {
    return judge_texts(installed({{"10-campus.toml", "[access]\n" + line + "\n"}}));
  };
  Finding fault = only_fault(access("helpdesk_groups = [\"mfa-helpdesk\", \"nohelp\"]"));
  EXPECT_EQ(fault.name, "access-groups");
  EXPECT_EQ(fault.detail,
            "there is no group \"nohelp\" on this computer: nobody is of the helpdesk by it (access.helpdesk_groups)");
  EXPECT_EQ(fault.mend, "Mend the name in /etc/mfa/conf.d/10-campus.toml:2, or make the group: groupadd nohelp");
  fault = only_fault(access("protected_groups = [\"root\", \"wheel\", \"lxd\", \"noprot\"]"));
  EXPECT_EQ(fault.name, "access-groups");
  EXPECT_THAT(fault.detail, HasSubstr("\"noprot\""));
  EXPECT_THAT(only_fault(access("helpdesk_scope = [\"staff\", \"stafff\"]")).mend, HasSubstr("groupadd stafff"));
  EXPECT_THAT(faults(access("acts_per_day = 5")), IsEmpty()) << "nobody wrote the defaults";
}

struct RuleRow {
  std::string text, fault, mend;
};

TEST(CheckRules, EachFaultHasItsMend) {
  EXPECT_THAT(
      faults(judge_text(kGeo + kRoot + "[[rule]]\nname='s'\ngroup=['students','!staff']\nmfa='require'\n" + kEnd)),
      IsEmpty());
  for (const RuleRow& row : std::vector<RuleRow>{
           {kRoot, "rules-catch-all", "name = \"everyone else\""},
           {kRoot + "[[rule]]\nname='else'\nmfa='optional'\nobserve=true\n", "rules-catch-all", "everyone else"},
           {kEnd, "rules-root", "from = [\"console\"]"},
           {"[[rule]]\nname='g'\ngroup=['ldap']\nmfa='require'\n" + kRoot + kEnd, "rules-root", "conf.d/00-root.toml"},
           {"[[rule]]\nname='g'\nmfa='require'\nservice=['login']\n" + kRoot + kEnd, "rules-root",
            "conf.d/00-root.toml"},
           {kRoot + "[[rule]]\nname='s'\ngroup=['!guests']\nmfa='require'\n" + kEnd, "rules-groups", "groupadd guests"},
           {"[access]\nhelpdesk_scope=['guests']\n" + kRoot + kEnd, "rules-groups", "groupadd guests"},
           {kTexts + kRoot + "[[rule]]\nname='t'\nuser=['bob']\nmfa='require'\nfactors=['call']\n" + kEnd,
            "rules-gateways", "channel = [\"call\"]"},
       }) {
    const Finding fault = only_fault(judge_text(row.text));
    EXPECT_EQ(fault.name, row.fault) << row.text;
    EXPECT_THAT(fault.mend, HasSubstr(row.mend));
  }
}

TEST(CheckRules, WhatIsCarriedMayBeListed) {
  const std::string texts = "[[rule]]\nname='t'\nuser=['bob']\nmfa='require'\nfactors=['totp','sms']\n";
  EXPECT_THAT(faults(judge_text(kTexts + kRoot + texts + kEnd)), IsEmpty());
  EXPECT_THAT(faults(judge_text(kRoot + texts + "observe=true\n" + kEnd)), IsEmpty());
}

TEST(CheckStore, WhatTheEngineFound) {
  const std::string kStore = "/var/lib/mfa/mfa.db";
  const StoreCondition sound{.schema = 6, .trouble = {}, .whole = true, .last = 12, .checked = 12, .bad = {}};
  EXPECT_THAT(faults(judge_store(sound, kStore)), IsEmpty());
  EXPECT_EQ(judge_store(sound, kStore).front().detail,
            "schema 6, 12 events; whole, and the last 12 are as they were written");
  StoreCondition torn = sound;
  torn.trouble = "row 3 missing from index";
  EXPECT_THAT(faults(judge_store(torn, kStore)), ElementsAre("store"));
  EXPECT_THAT(judge_store(torn, kStore).front().detail, HasSubstr("row 3 missing"));
  StoreCondition forged = sound;
  forged.bad = 7;
  EXPECT_THAT(faults(judge_store(forged, kStore)), ElementsAre("trail"));
  EXPECT_THAT(judge_store(forged, kStore).front().detail, HasSubstr("event 7"));
  StoreCondition two_keys = sound;
  two_keys.old_keys = 1;
  EXPECT_THAT(faults(judge_store(two_keys, kStore)), ElementsAre("key"));
  EXPECT_THAT(judge_store(two_keys, kStore).front().detail, HasSubstr("holds 1 old key whole"));
  StoreCondition nearly = sound;
  nearly.keys_near_full = true;
  nearly.keys_left = 3;
  EXPECT_THAT(faults(judge_store(nearly, kStore)), ElementsAre("key"));
  EXPECT_THAT(judge_store(nearly, kStore).front().detail, HasSubstr("3 more times"));
  struct Row {
    StoreError error;
    const char* mend;
  };
  for (const auto& [error, mend] :
       {Row{StoreError::missing, "admin init"}, Row{StoreError::unavailable, "journalctl"},
        Row{StoreError::busy, "fuser"}, Row{StoreError::full, "df -h"}, Row{StoreError::damaged, "last backup"},
        Row{StoreError::too_new, "newer"}, Row{StoreError::wrong_key, "/var/lib/mfa/key"}}) {
    const Findings findings = judge_store(std::unexpected(error), kStore);
    EXPECT_THAT(faults(findings), ElementsAre("store"));
    EXPECT_THAT(findings.front().detail + findings.front().mend, HasSubstr(mend));
  }
}

TEST(CheckClock, DriftOfMoreThanFiveSeconds) {
  using std::chrono::milliseconds;
  const auto judged = [](bool kept, milliseconds off) {
    return faults(judge_clock(ClockFacts{.kept = kept, .off = off}));
  };
  EXPECT_THAT(judged(true, milliseconds(5000)), IsEmpty());
  EXPECT_THAT(judged(true, milliseconds(5001)), ElementsAre("clock"));
  EXPECT_THAT(judged(false, milliseconds(0)), ElementsAre("clock"));
  EXPECT_THAT(faults(judge_clock(std::nullopt)), IsEmpty());
  EXPECT_THAT(judge_clock(ClockFacts{.kept = true, .off = milliseconds(7200)}).front().detail, HasSubstr("7 seconds"));
}

TEST(CheckRules, TheCountryDatabaseGrowsOld) {
  constexpr std::chrono::hours kDay{24};
  const auto made = [&](int days) { return CountryDatabase{.trouble = {}, .made = kNow - kDay * days}; };
  EXPECT_THAT(faults(judge_text(kGeo + kRoot + kEnd, made(179))), IsEmpty());
  EXPECT_THAT(faults(judge_text(kGeo + kRoot + kEnd, made(180))), ElementsAre("geo-database"));
  EXPECT_THAT(faults(judge_text(kGeo + kRoot + kEnd, {.trouble = "cannot be read", .made = {}})),
              ElementsAre("geo-database"));
}

TEST(CheckRules, WhatTheyWantOfSshd) {
  const auto enrols = [](const std::string& more) {
    return enrols_in_ssh(settings_of("[[rule]]\nname='r'\nmfa='require'\n" + more));
  };
  EXPECT_TRUE(enrols(""));
  EXPECT_TRUE(enrols("service=['ssh*']\n"));
  EXPECT_TRUE(enrols("service=['!sudo']\n"));
  EXPECT_FALSE(enrols("service=['sudo']\n"));
  EXPECT_FALSE(enrols("service=['!sshd']\n"));
  EXPECT_FALSE(enrols("enrol='refuse'\n"));
  EXPECT_FALSE(enrols("observe=true\n"));
  EXPECT_FALSE(enrols_in_ssh(settings_of(kEnd)));
  EXPECT_TRUE(remembers_devices(settings_of("[[rule]]\nname='r'\nmfa='require'\ntrust='1d'\n")));
  EXPECT_FALSE(remembers_devices(settings_of(kEnd)));
  EXPECT_TRUE(counts_security_keys(settings_of("[key]\nenrol='self'\n")));
  EXPECT_TRUE(counts_security_keys(settings_of("[[rule]]\nname='r'\nmfa='require'\nfactors=['key']\n")));
  EXPECT_FALSE(counts_security_keys(settings_of(kEnd)));
}

TEST(CheckService, OneCauseIsOneFault) {
  const std::string gone = "No such file or directory";
  const auto facts = [](const std::string& login, const std::string& user, bool systemd, std::vector<std::string> off) {
    const bool there = login != "No such file or directory";
    return ServiceFacts{.sockets = {{.path = "/l", .trouble = login, .is_there = there},
                                    {.path = "/u", .trouble = user, .is_there = there}},
                        .systemd = systemd,
                        .units_off = std::move(off),
                        .units_over = {}};
  };
  EXPECT_THAT(faults(judge_service(facts("", "", true, {}))), IsEmpty());
  // Nobody but root is served.
  const Finding none = only_fault(judge_service(facts(gone, gone, false, {})));
  EXPECT_EQ(none.name, "service");
  EXPECT_THAT(none.detail, HasSubstr("mfa-enroll serves nobody but root"));
  EXPECT_THAT(none.mend, testing::StartsWith("setsid -f mfad --foreground"));
  EXPECT_THAT(only_fault(judge_service(facts("refused", "refused", false, {}))).detail,
              HasSubstr("/l: refused; /u: refused"));
  const Finding all = only_fault(judge_service(facts(gone, gone, true, {"a.socket", "b.socket"})));
  EXPECT_EQ(all.mend, "systemctl enable --now mfad-login.socket mfad-user.socket mfad-monitor.socket");
  EXPECT_THAT(all.detail, HasSubstr("nor does it start with the computer: a.socket, b.socket"));
  const Finding off = only_fault(judge_service(facts("", "", true, {"a.socket", "b.socket"})));
  EXPECT_EQ(off.name, "units");
  EXPECT_EQ(off.mend, "systemctl enable --now a.socket b.socket");
  EXPECT_THAT(only_fault(judge_service(facts("", "refused", true, {}))).mend, testing::StartsWith("systemctl restart"));
  ServiceFacts over = facts("", "", true, {});
  over.units_over = {"/etc/systemd/system/mfad.service"};
  EXPECT_THAT(only_fault(judge_service(over)).mend,
              testing::StartsWith("mv /etc/systemd/system/mfad.service /etc/systemd/system/mfad.service.before && "));
}

TEST(CheckConfiguration, OfAFileAsAWholeTheMendNamesIt) {
  const auto mend = [](int line, const char* text) {
    return only_fault(judge_configuration({{.file = "/f", .line = line, .column = line, .text = text}}, {})).mend;
  };
  const std::string then = "\nthen: systemctl reload mfad";
  EXPECT_EQ(mend(0, "must not be writable by its group or by others: chmod go-w"), "chmod go-w /f" + then);
  EXPECT_EQ(mend(0, "must belong to root, not to uid 7"), "chown root /f" + then);
  EXPECT_EQ(mend(3, "is not TOML"), "Mend /f:3, until this finds no mistake: mfad --check-config" + then);
  EXPECT_THAT(mend(0, "is not a regular file"), HasSubstr("ls -ld /f"));
  EXPECT_THAT(faults(judge_configuration({}, {"/f"})), IsEmpty());
}

TEST(CheckFiles, BeginningAnewTakesWhatIsLeftOutOfTheWay) {
  EXPECT_THAT(mend_of_missing_key("/s/key", "/s/mfa.db", true),
              HasSubstr("\nmkdir -m 0700 /s/without-key && mv /s/mfa.db* /s/without-key/ && mfa-enroll admin init\n"));
  EXPECT_THAT(mend_of_missing_key("/s/key", "/s/mfa.db", true), HasSubstr("nobody enrolled"));
  EXPECT_THAT(mend_of_missing_key("/s/key", "/s/mfa.db", false), testing::Not(HasSubstr("mv ")));
  EXPECT_THAT(mend_of_missing_store("/s/key", true), HasSubstr("\nmv /s/key /s/key.before && mfa-enroll admin init"));
  EXPECT_THAT(mend_of_missing_store("/s/key", false), testing::Not(HasSubstr("mv ")));
}

TEST(Gateways, ProgramsThatMayNotBeRun) {
  const auto judged = [](const std::string& objection) {
    return judge_program("g", "/opt/send", objection, "Put it there");
  };
  EXPECT_EQ(judged("/opt/send: No such file or directory").detail,
            "gateway \"g\": /opt/send: No such file or directory");
  EXPECT_EQ(judged("/opt/send: No such file or directory").mend, "Put it there");
  EXPECT_EQ(judged("/opt belongs to another user").detail, "gateway \"g\": /opt/send: /opt belongs to another user");
  EXPECT_EQ(judged("/opt belongs to another user").mend,
            "install -D -o root -g root -m 0755 /opt/send /usr/local/libexec/mfa/send\nThen write as its program: "
            "/usr/local/libexec/mfa/send");
  EXPECT_THAT(judged("/opt/send is not a program").mend, HasSubstr("chmod 0755 /opt/send"));
  EXPECT_EQ(judge_trial({.folder = "/f", .trouble = "t", .opens_null = false}).mend, "chmod 0666 /dev/null");
  EXPECT_THAT(judge_trial({.folder = "/f", .trouble = "t", .enters_folder = false}).mend,
              HasSubstr("into it: namei -l /f"));
  EXPECT_THAT(judge_trial({.folder = "/f", .trouble = "t"}).mend, HasSubstr("/dev/null /f"));
}

TEST(CheckFiles, OwnersModesAndKinds) {
  using Kind = FileFacts::Kind;
  const FileWants key{.path = "/k",
                      .kind = Kind::file,
                      .owner = 900,
                      .owner_name = "mfa",
                      .secret = true,
                      .mode = 0400,
                      .must_exist = true,
                      .when_missing = "restore it"};
  const FileWants program{.path = "/p",
                          .kind = Kind::file,
                          .owner = 0,
                          .owner_name = "root",
                          .secret = false,
                          .mode = 0755,
                          .must_exist = true,
                          .when_missing = "install it"};
  const auto file = [](uid_t uid, mode_t mode) {
    return FileFacts{.kind = Kind::file, .uid = uid, .gid = uid, .mode = mode};
  };
  EXPECT_THAT(judge_file(key, file(900, 0400)), IsEmpty());
  EXPECT_THAT(judge_file(key, file(900, 0600)), IsEmpty());
  EXPECT_EQ(judge_file(key, file(900, 0440)).at(0).mend, "chmod 0400 /k");
  EXPECT_EQ(judge_file(key, file(0, 0400)).at(0).mend, "chown mfa /k");
  EXPECT_EQ(judge_file(key, std::nullopt).at(0).mend, "restore it");
  EXPECT_THAT(faults(judge_file(key, FileFacts{.kind = Kind::other})), ElementsAre("file-kind"));
  EXPECT_THAT(judge_file(program, file(0, 0755)), IsEmpty());
  EXPECT_EQ(judge_file(program, file(0, 0775)).at(0).mend, "chmod 0755 /p");
  EXPECT_THAT(faults(judge_file(program, file(1000, 0777))), ElementsAre("file-owner", "file-mode"));
  EXPECT_TRUE(readable_by(file(0, 0644), 900, 900));
  EXPECT_TRUE(readable_by(file(900, 0400), 900, 900));
  EXPECT_FALSE(readable_by(file(0, 0640), 900, 900));
  EXPECT_TRUE(readable_by({.kind = Kind::file, .uid = 0, .gid = 900, .mode = 0640}, 900, 900));
}

TEST(Gateways, AreHeldAgainstWhatTheirProgramsSay) {
  GatewayCheck check;
  check.gateway = {
      .name = "modem", .texts = true, .calls = true, .press = true, .program = "smstools", .settings = "/s"};
  check.result = GatewayCheck::Result::good;
  EXPECT_THAT(faults(judge_gateways(std::array{check})), IsEmpty()) << "it does not say what it carries";
  check.texts = true;
  check.calls = check.press = false;
  const Findings findings = judge_gateways(std::array{check});
  EXPECT_THAT(faults(findings), ElementsAre("gateway-channel", "gateway-channel"));
  EXPECT_EQ(findings[0].detail, "gateway \"modem\": its program \"smstools\" places no calls");
  EXPECT_THAT(findings[0].mend, HasSubstr("Take \"call\" out of channel"));
  EXPECT_THAT(findings[1].mend, HasSubstr("Take press = true out"));
  check.result = GatewayCheck::Result::bad;
  check.detail = "/s:1:1: no\x1b[31m";
  const Findings bad = judge_gateways(std::array{check});
  EXPECT_THAT(faults(bad), ElementsAre("gateway-settings"));
  EXPECT_EQ(bad[0].detail, "gateway \"modem\": /s:1:1: no?[31m");
  EXPECT_THAT(bad[0].mend, HasSubstr("mfa-enroll admin send-test --gateway \"modem\""));
  check.result = GatewayCheck::Result::silent;
  EXPECT_THAT(faults(judge_gateways(std::array{check})), IsEmpty());
}

}  // namespace
}  // namespace mfa
