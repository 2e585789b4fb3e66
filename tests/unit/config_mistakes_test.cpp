// Texts that are wrong: what is said, and where. A row is one mistake in a text that is right otherwise.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/config/configuration.h"
#include "common/config/mistakes.h"
#include "common/config/unplaced.h"
#include "common/config/unreachable.h"

namespace mfa {
namespace {

std::vector<std::string> mistakes_of(const std::vector<ConfigurationText>& texts) {
  const Configuration read = read_configuration(texts);
  std::vector<std::string> said;
  if (!read) {
    for (const ConfigurationError& error : read.error()) said.push_back(to_string(error));
  }
  return said;
}
std::vector<std::string> mistakes_of(const std::string& text) { return mistakes_of({{.file = "f", .contents = text}}); }

struct Row {
  std::string text;
  std::string said;
};

void expect(const std::vector<Row>& rows) {
  for (const Row& row : rows) EXPECT_EQ(mistakes_of(row.text), std::vector<std::string>{row.said}) << row.text;
}

// Each row's text stands on line 4 of a rule that is right.
void expect_in_rule(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const std::string text = "[[rule]]\nname = 'r'\nmfa = 'require'\n" + row.text + "\n";
    EXPECT_EQ(mistakes_of(text), std::vector<std::string>{"f:4:" + row.said}) << row.text;
  }
}

TEST(ConfigurationMistakes, Gateways) {
  const std::string right = "[[gateway]]\nname = 'g'\nchannel = ['sms']\nprogram = 'http'\nsettings = '/x'\n";
  EXPECT_EQ(mistakes_of(right), std::vector<std::string>{});
  const auto with = [&](const std::string& line, const std::string& instead) {
    std::string text = right;
    text.replace(text.find(line), line.size(), instead);
    return text;
  };
  expect({
      {"gateway = 'http'", "f:1:11: gateway must be a list of tables, each written [[gateway]], not a string"},
      {with("name = 'g'", ""), "f:1:1: gateway: every gateway needs a name"},
      {with("channel = ['sms']", ""), "f:1:1: gateway \"g\": channel is missing: [\"sms\"], [\"call\"] or both"},
      {with("program = 'http'", ""), "f:1:1: gateway \"g\": program is missing, such as \"http\""},
      {with("settings = '/x'", ""), "f:1:1: gateway \"g\": settings is missing: the program's settings file"},
      {with("['sms']", "'sms'"), "f:3:11: gateway \"g\": channel must be a list: [\"sms\"], not a string"},
      {with("['sms']", "['sms', 'text']"), "f:3:19: gateway \"g\": channel must be \"sms\" or \"call\", not \"text\""},
      {with("['sms']", "['sms', 'sms']"), "f:3:19: gateway \"g\": channel names \"sms\" twice"},
      {with("'/x'", "'x'"), "f:5:12: gateway \"g\": settings must be the whole path of a file, from / on, not \"x\""},
      {right + "setting = '/y'\n", "f:6:1: gateway \"g\": \"setting\" is not a key (did you mean \"settings\"?)"},
      {right + "press = 'yes'\n", "f:6:9: gateway \"g\": press must be true or false, not a string"},
      {right + "press = true\n", "f:6:9: gateway \"g\": press is of calls, and channel does not have \"call\""},
      {right + right, "f:6:1: there is a gateway \"g\" already, at f:1"},
  });
  for (const std::string program : {"../http", "a/b", "HTTP", "-x", "sms.sh", "/x/", "ht tp"}) {
    const auto said = mistakes_of(with("'http'", "'" + program + "'"));
    ASSERT_EQ(said.size(), 1U) << program;
    EXPECT_TRUE(said.front().starts_with("f:4:11: gateway \"g\": program must be the name of a gateway"))
        << said.front();
  }
  EXPECT_EQ(mistakes_of(with("'http'", "'/usr/local/libexec/my-sms'")), std::vector<std::string>{});
}

TEST(ConfigurationMistakes, KeysThatAreNone) {
  expect({
      {"isuer = 'x'", "f:1:1: \"isuer\" is not a key (did you mean \"issuer\"?)"},
      {"\n  Issuer = 'x'", "f:2:3: \"Issuer\" is not a key (did you mean \"issuer\"?)"},
      {"nonsense = 1", "f:1:1: \"nonsense\" is not a key"},
      {"[totp]\ndigit = 6", "f:2:1: totp.\"digit\" is not a key (did you mean \"digits\"?)"},
      {"totp.peroid = 30", "f:1:6: totp.\"peroid\" is not a key (did you mean \"period\"?)"},
      {"[lokout]\ntries = 5", "f:1:2: \"lokout\" is not a key (did you mean \"lockout\"?)"},
      {"[[rules]]\nname='r'\nmfa='skip'", "f:1:3: \"rules\" is not a key (did you mean \"rule\"?)"},
      {"\"a\\u001Bb\" = 1", "f:1:1: \"a?b\" is not a key"},
      {"[acces]\nacts_per_day = 20", "f:1:2: \"acces\" is not a key (did you mean \"access\"?)"},
      {"[access]\nact_per_day = 1", "f:2:1: access.\"act_per_day\" is not a key (did you mean \"acts_per_day\"?)"},
      {"[trust]\nfailures = 5", "f:2:1: trust.\"failures\" is not a key"},
      {"[trust]\nbursts = '5s'", "f:2:1: trust.\"bursts\" is not a key (did you mean \"burst\"?)"},
      {"[geo]\ndatabse = '/x'", "f:2:1: geo.\"databse\" is not a key (did you mean \"database\"?)"},
      {"[key]\nenroll = 'self'", "f:2:1: key.\"enroll\" is not a key (did you mean \"enrol\"?)"},
      {"[totp]\nissuer = 'x'", "f:2:1: totp.\"issuer\" is not a key"},
  });
  expect_in_rule({
      {"countries = ['NZ']", "1: rule \"r\": \"countries\" is not a key"},
      {"contry = ['NZ']", "1: rule \"r\": \"contry\" is not a key (did you mean \"country\"?)"},
      {"trusted = '1d'", "1: rule \"r\": \"trusted\" is not a key (did you mean \"trust\"?)"},
      {"users = ['alice']", "1: rule \"r\": \"users\" is not a key (did you mean \"user\"?)"},
      {"MFA = 'skip'", "1: rule \"r\": \"MFA\" is not a key (did you mean \"mfa\"?)"},
  });
}

TEST(ConfigurationMistakes, KeysOfLaterReleasesAreToldToBeThat) {
  expect({
      {"[store]\nbackend = 'postgresql'",
       "f:2:11: store.backend \"postgresql\" is not part of this release; take it out"},
  });
  expect_in_rule({
      {"factors = ['totp', 'push']", "20: rule \"r\": factors \"push\" is not part of this release; take it out"},
      {"factors = ['push']", "12: rule \"r\": factors \"push\" is not part of this release; take it out"},
  });
}

TEST(ConfigurationMistakes, Types) {
  expect({
      {"issuer = 5", "f:1:10: issuer must be a string, not a whole number"},
      {"issuer = ['x']", "f:1:10: issuer must be a string, not a list"},
      {"helpdesk = true", "f:1:12: helpdesk must be a string, not a truth"},
      {"totp = 6", "f:1:8: totp must be a table of keys, written [totp], not a whole number"},
      {"[[totp]]\ndigits = 6", "f:1:1: totp must be a table of keys, written [totp], not a list"},
      {"store = '/x'", "f:1:9: store must be a table of keys, written [store], not a string"},
      {"lockout = 1.5", "f:1:11: lockout must be a table of keys, written [lockout], not a number with a fraction"},
      {"[totp]\ndigits = '6'", "f:2:10: totp.digits must be a whole number from 6 to 8, not a string"},
      {"[totp]\ndigits = 6.0", "f:2:10: totp.digits must be a whole number from 6 to 8, not a number with a fraction"},
      {"[totp]\nperiod = '30s'", "f:2:10: totp.period must be a whole number from 10 to 300, not a string"},
      {"[totp]\nalgorithm = 1",
       "f:2:13: totp.algorithm must be \"SHA1\" or \"SHA256\" or \"SHA512\", not a whole number"},
      {"[lockout]\nfirst = 60",
       "f:2:9: lockout.first must be a span of time such as \"30s\", \"10m\", \"1h\" or \"30d\", not a whole number"},
      {"[rule]\nname = 'r'\nmfa = 'skip'",
       "f:1:1: rule must be a list of tables, each written [[rule]], not a table of keys"},
      {"rule = [1]", "f:1:9: rule must be a table of keys, written [[rule]], not a whole number"},
      {"rule = 'x'", "f:1:8: rule must be a list of tables, each written [[rule]], not a string"},
  });
  expect_in_rule({
      {"user = 'alice'", "8: rule \"r\": user must be a list: [\"alice\"], not a string"},
      {"user = 5", "8: rule \"r\": user must be a list, not a whole number"},
      {"user = [5]", "9: rule \"r\": user must be a string, not a whole number"},
      {"from = [1.5]", "9: rule \"r\": from must be a string, not a number with a fraction"},
      {"observe = 'yes'", "11: rule \"r\": observe must be true or false, not a string"},
      {"observe = 1", "11: rule \"r\": observe must be true or false, not a whole number"},
      {"since = '2026-12-01'", "9: rule \"r\": since must be a date such as 2026-12-01, without quotes, not a string"},
      {"since = 20261201", "9: rule \"r\": since must be a date such as 2026-12-01, not a whole number"},
      {"after = 08:00:00", "9: rule \"r\": after must be a date such as 2026-12-01, not a time of day"},
      {"factors = 'totp'", "11: rule \"r\": factors must be a list: [\"totp\"], not a string"},
      {"factors = [1]",
       "12: rule \"r\": factors must be \"totp\" or \"hotp\" or \"sms\" or \"call\" or \"key\", not a whole number"},
  });
}

TEST(ConfigurationMistakes, Ranges) {
  const std::string why =
      ": fewer seconds leave no time to type a code, more leave it to whoever looked over a shoulder";
  const std::string form = "must be a span of time such as \"30s\", \"10m\", \"1h\" or \"30d\", not ";
  expect({
      {"[totp]\ndigits = 5", "f:2:10: totp.digits must be from 6 to 8, not 5"},
      {"[totp]\ndigits = 9", "f:2:10: totp.digits must be from 6 to 8, not 9"},
      {"[totp]\ndigits = -6", "f:2:10: totp.digits must be from 6 to 8, not -6"},
      {"[totp]\ndigits = 4294967302", "f:2:10: totp.digits must be from 6 to 8, not 4294967302"},  // 6 in 32 bits
      {"[totp]\nperiod = 9", "f:2:10: totp.period must be from 10 to 300, not 9" + why},
      {"[totp]\nperiod = 301", "f:2:10: totp.period must be from 10 to 300, not 301" + why},
      {"[totp]\nwindow = -1", "f:2:10: totp.window must be from 0 to 10, not -1"},
      {"[totp]\nwindow = 11", "f:2:10: totp.window must be from 0 to 10, not 11"},
      {"[totp]\nalgorithm = 'MD5'", "f:2:13: totp.algorithm must be \"SHA1\" or \"SHA256\" or \"SHA512\", not \"MD5\""},
      {"[totp]\nalgorithm = 'sha256'",
       "f:2:13: totp.algorithm must be \"SHA1\" or \"SHA256\" or \"SHA512\", not \"sha256\" (did you mean "
       "\"SHA256\"?)"},
      {"[lockout]\ntries = 0", "f:2:9: lockout.tries must be from 1 to 20, not 0"},
      {"[lockout]\ntries = 21", "f:2:9: lockout.tries must be from 1 to 20, not 21"},
      {"[lockout]\nfirst = '0s'", "f:2:9: lockout.first must be from 1s to 24h, not 0s"},
      {"[lockout]\nlongest = '86401s'", "f:2:11: lockout.longest must be from 1s to 24h, not 86401s"},
      {"[lockout]\nlongest = '2d'", "f:2:11: lockout.longest must be from 1s to 24h, not 2d"},
      {"[lockout]\nlongest = '999999999d'", "f:2:11: lockout.longest must be from 1s to 24h, not 999999999d"},
      {"[lockout]\nlongest = '9999999999d'", "f:2:11: lockout.longest " + form + "\"9999999999d\""},
      {"[lockout]\nfirst = ''", "f:2:9: lockout.first " + form + "\"\""},
      {"[lockout]\nfirst = 's'", "f:2:9: lockout.first " + form + "\"s\""},
      {"[lockout]\nfirst = '60'", "f:2:9: lockout.first " + form + "\"60\""},
      {"[lockout]\nfirst = '60 s'", "f:2:9: lockout.first " + form + "\"60 s\""},
      {"[lockout]\nfirst = '+60s'", "f:2:9: lockout.first " + form + "\"+60s\""},
      {"[lockout]\nfirst = '-60s'", "f:2:9: lockout.first " + form + "\"-60s\""},
      {"[lockout]\nfirst = '1.5h'", "f:2:9: lockout.first " + form + "\"1.5h\""},
      {"[lockout]\nfirst = '1h30m'", "f:2:9: lockout.first " + form + "\"1h30m\""},
      {"[lockout]\nfirst = '1M'", "f:2:9: lockout.first " + form + "\"1M\""},
      {"[lockout]\nfirst = '1w'", "f:2:9: lockout.first " + form + "\"1w\""},
      {"[store]\nbackend = 'mysql'", "f:2:11: store.backend must be \"sqlite\", not \"mysql\""},
      {"[store]\npath = 'mfa.db'", "f:2:8: store.path must be the whole path of a file, from / on, not \"mfa.db\""},
      {"[store]\npath = '/var/lib/mfa/'",
       "f:2:8: store.path must be the whole path of a file, from / on, not \"/var/lib/mfa/\""},
      {"[store]\npath = ''", "f:2:8: store.path must not be empty"},
      {"[store]\npath = \"/x\\u0000y\"", "f:2:8: store.path must be one line without control characters"},
      {"issuer = ''", "f:1:10: issuer must not be empty"},
      {"language = ''", "f:1:12: language must not be empty"},
      {"language = 'Dutch!'", "f:1:12: language must be a language's code, such as \"en\" or \"nl\""},
      {"language = '-nl'", "f:1:12: language must be a language's code, such as \"en\" or \"nl\""},
      {"language = '../nl'", "f:1:12: language must be a language's code, such as \"en\" or \"nl\""},
      {"issuer = 'a:b'", "f:1:10: issuer must not contain a colon: apps take what follows it for the account"},
      {"issuer = '" + std::string(61, 'x') + "'", "f:1:10: issuer must have at most 60 characters"},
      {"issuer = \"a\\nb\"", "f:1:10: issuer must be one line without control characters"},
      {"issuer = \"a\\u202Eb\"", "f:1:10: issuer must be one line without control characters"},
      {"helpdesk = ' x'", "f:1:12: helpdesk must not begin or end with a space"},
      {"helpdesk = 'x '", "f:1:12: helpdesk must not begin or end with a space"},
      {"helpdesk = '" + std::string(201, 'x') + "'", "f:1:12: helpdesk must have at most 200 characters"},
  });
  EXPECT_TRUE(
      mistakes_of("issuer = '" + std::string(60, 'x') + "'\nhelpdesk = '" + std::string(200, 'x') + "'").empty());
}

TEST(ConfigurationMistakes, ListsOfARule) {
  const std::string one = "takes one \"!\" with the value right behind it, not ";
  const std::string plain = " without the first letter, and groups under the key group";
  expect_in_rule({
      {"user = []", "8: rule \"r\": user must not be an empty list: leave the key out to name everything"},
      {"from = []", "8: rule \"r\": from must not be an empty list: leave the key out to name everything"},
      {"factors = []", "11: rule \"r\": factors must not be an empty list: leave the key out to name everything"},
      {"user = ['']", "9: rule \"r\": user must not be empty"},
      {"user = ['!']", "9: rule \"r\": user " + one + "\"!\""},
      {"user = ['!!a']", "9: rule \"r\": user " + one + "\"!!a\""},
      {"user = ['! a']", "9: rule \"r\": user " + one + "\"! a\""},
      {"user = ['a', 'a']", "14: rule \"r\": user names \"a\" twice"},
      {"user = ['a', '!a']", "14: rule \"r\": user names \"a\" twice"},
      {"user = ['a[0-9]']", "9: rule \"r\": user takes only * and ? as patterns, not \"a[0-9]\""},
      {"service = ['{a,b}']", "12: rule \"r\": service takes only * and ? as patterns, not \"{a,b}\""},
      {"user = ['%staff']", "9: rule \"r\": user takes plain names: \"%staff\"" + plain},
      {"user = ['!@staff']", "9: rule \"r\": user takes plain names: \"@staff\"" + plain},
      {"group = ['%staff']", "10: rule \"r\": group takes plain names: \"%staff\"" + plain},
      {"group = ['st*']", "10: rule \"r\": group takes names of groups, not patterns such as \"st*\""},
      {"group = ['st?ff']", "10: rule \"r\": group takes names of groups, not patterns such as \"st?ff\""},
      {"server = ['lab.example.org']",
       "11: rule \"r\": server knows a server by its name up to the first dot, not \"lab.example.org\""},
      {"server = ['[ab]']", "11: rule \"r\": server takes only * and ? as patterns, not \"[ab]\""},
      {"user = [\"a\\tb\"]", "9: rule \"r\": user must be one line without control characters"},
      {"user = ['" + std::string(257, 'x') + "']", "9: rule \"r\": user must have at most 256 characters"},
      {"first_factor = ['pubkey']",
       "17: rule \"r\": first_factor must be \"password\", \"publickey\" or \"publickey-sk\", not \"pubkey\""},
      {"first_factor = ['!pasword']",
       "17: rule \"r\": first_factor must be \"password\", \"publickey\" or "
       "\"publickey-sk\", not \"pasword\" (did you mean \"password\"?)"},
      {"factors = ['totp', 'totp']", "20: rule \"r\": factors names \"totp\" twice"},
      {"factors = ['ttop']",
       "12: rule \"r\": factors must be \"totp\" or \"hotp\" or \"sms\" or \"call\" or \"key\", not \"ttop\" (did you "
       "mean \"totp\"?)"},
      {"factors = ['!totp']",
       "12: rule \"r\": factors must be \"totp\" or \"hotp\" or \"sms\" or \"call\" or \"key\", not \"!totp\" (did you "
       "mean \"totp\"?)"},
      {"factors = ['key', 'totp', 'key']", "27: rule \"r\": factors names \"key\" twice"},
      {"enrol = 'never'", "9: rule \"r\": enrol must be \"inline\" or \"code\" or \"refuse\", not \"never\""},
  });
}

TEST(ConfigurationMistakes, Networks) {
  const std::string form = "must be a network such as \"192.0.2.0/24\", an address, \"console\" or \"unknown\", not ";
  const std::string host = "must be a network whose host part is zero, not ";
  const std::string rest = "; for one address leave the bits out";
  expect_in_rule({
      {"from = ['consol']", "9: rule \"r\": from " + form + "\"consol\" (did you mean \"console\"?)"},
      {"from = ['Console']", "9: rule \"r\": from " + form + "\"Console\" (did you mean \"console\"?)"},
      {"from = ['*']", "9: rule \"r\": from " + form + "\"*\""},
      {"from = ['lab.example.org']", "9: rule \"r\": from " + form + "\"lab.example.org\""},
      {"from = ['192.0.2']", "9: rule \"r\": from " + form + "\"192.0.2\""},
      {"from = ['[::1]']", "9: rule \"r\": from " + form + "\"[::1]\""},
      {"from = ['fe80::1%eth0']", "9: rule \"r\": from " + form + "\"fe80::1%eth0\""},
      {"from = ['/24']", "9: rule \"r\": from " + form + "\"/24\""},
      {"from = ['192.0.2.0/33']", "9: rule \"r\": from must have from 0 to 32 bits after the slash, not \"33\""},
      {"from = ['192.0.2.0/-1']", "9: rule \"r\": from must have from 0 to 32 bits after the slash, not \"-1\""},
      {"from = ['192.0.2.0/']", "9: rule \"r\": from must have from 0 to 32 bits after the slash, not \"\""},
      {"from = ['192.0.2.0/24x']", "9: rule \"r\": from must have from 0 to 32 bits after the slash, not \"24x\""},
      {"from = ['192.0.2.0/24/8']", "9: rule \"r\": from must have from 0 to 32 bits after the slash, not \"24/8\""},
      {"from = ['192.0.2.0/255.255.255.0']",
       "9: rule \"r\": from must have from 0 to 32 bits after the slash, not \"255.255.255.0\""},
      {"from = ['192.0.2.0/99999999999']",
       "9: rule \"r\": from must have from 0 to 32 bits after the slash, not \"99999999999\""},
      {"from = ['2001:db8::/129']", "9: rule \"r\": from must have from 0 to 128 bits after the slash, not \"129\""},
      {"from = ['::ffff:192.0.2.0/24']",
       "9: rule \"r\": from must have from 96 to 128 bits after the slash, not \"24\""},
      {"from = ['::ffff:192.0.2.0/129']",
       "9: rule \"r\": from must have from 96 to 128 bits after the slash, not \"129\""},
      {"from = ['192.0.2.1/24']", "9: rule \"r\": from " + host + "\"192.0.2.1/24\"" + rest},
      {"from = ['192.0.2.1/31']", "9: rule \"r\": from " + host + "\"192.0.2.1/31\"" + rest},
      {"from = ['128.0.0.0/0']", "9: rule \"r\": from " + host + "\"128.0.0.0/0\"" + rest},
      {"from = ['2001:db8::1/127']", "9: rule \"r\": from " + host + "\"2001:db8::1/127\"" + rest},
      {"from = ['192.0.2.0/24', '!192.0.2.0/24']", "25: rule \"r\": from names \"192.0.2.0/24\" twice"},
  });
}

TEST(ConfigurationMistakes, Countries) {
  const std::string form = "must be a country's code of two capitals such as \"NZ\" (ISO 3166-1), not ";
  expect_in_rule({
      {"country = 'NZ'", "11: rule \"r\": country must be a list: [\"NZ\"], not a string"},
      {"country = []", "11: rule \"r\": country must not be an empty list: leave the key out to name everything"},
      {"country = [64]", "12: rule \"r\": country must be a string, not a whole number"},
      {"country = ['nz']", "12: rule \"r\": country " + form + "\"nz\" (did you mean \"NZ\"?)"},
      {"country = ['NZ', '!au']", "18: rule \"r\": country " + form + "\"au\" (did you mean \"AU\"?)"},
      {"country = ['!UK']", "12: rule \"r\": country " + form + "\"UK\" (did you mean \"GB\"?)"},
      {"country = ['XX']", "12: rule \"r\": country " + form + "\"XX\""},
      {"country = ['NZL']", "12: rule \"r\": country " + form + "\"NZL\""},
      {"country = ['*']", "12: rule \"r\": country " + form + "\"*\""},
      {"country = ['']", "12: rule \"r\": country must not be empty"},
      {"country = ['! NZ']", "12: rule \"r\": country takes one \"!\" with the value right behind it, not \"! NZ\""},
      {"country = ['NZ', '!NZ']", "18: rule \"r\": country names \"NZ\" twice"},
  });
  expect({
      {"[geo]\nhome = 'nz'", "f:2:8: geo.home " + form + "\"nz\" (did you mean \"NZ\"?)"},
      {"[geo]\nhome = '!NZ'", "f:2:8: geo.home " + form + "\"!NZ\""},
      {"[geo]\nhome = ''", "f:2:8: geo.home must not be empty"},
      {"[geo]\nhome = ['NZ']", "f:2:8: geo.home must be a string, not a list"},
      // One mistake is told once.
      {"[geo]\nhome = 'zz'\ndatabase = '/x'", "f:2:8: geo.home " + form + "\"zz\""},
  });
}

TEST(ConfigurationMistakes, Phones) {
  const std::string form = "must be a span of time such as \"30s\", \"10m\", \"1h\" or \"30d\", not ";
  expect({
      {"phone = 5", "f:1:9: phone must be a table of keys, written [phone], not a whole number"},
      {"[phone]\ncountry = 'NZ'", "f:2:1: phone.\"country\" is not a key"},
      {"[phone]\ncountries = 'NZ'", "f:2:13: phone.countries must be a list: [\"NZ\"], not a string"},
      {"[phone]\ncountries = ['NZ', 64]", "f:2:20: phone.countries must be a string, not a whole number"},
      {"[phone]\ncountries = ['NZ', 'NZ']", "f:2:20: phone.countries names \"NZ\" twice"},
      {"[phone]\ncountries = ['NZ']\ndefault_country = 'AU'",
       "f:3:19: phone.default_country must be one of phone.countries"},
      {"phone = {default_country = 'AU', countries = ['NZ']}",
       "f:1:28: phone.default_country must be one of phone.countries"},
      {"[phone]\ndefault_country = 'NZ'", "f:2:19: phone.default_country must be one of phone.countries"},
      {"[phone]\ncalls = 'ring'", "f:2:9: phone.calls must be \"code\" or \"press\", not \"ring\""},
      {"[phone]\ncode_ttl = '59s'", "f:2:12: phone.code_ttl must be from 1m to 30m, not 59s"},
      {"[phone]\ncode_ttl = '31m'", "f:2:12: phone.code_ttl must be from 1m to 30m, not 31m"},
      {"[phone]\nresend_after = '9s'", "f:2:16: phone.resend_after must be from 10s to 10m, not 9s"},
      {"[phone]\nresend_after = 'x'", "f:2:16: phone.resend_after " + form + "\"x\""},
      {"[phone]\nper_user_per_hour = 0", "f:2:21: phone.per_user_per_hour must be from 1 to 100, not 0"},
      {"[phone]\nper_user_per_day = 1001", "f:2:20: phone.per_user_per_day must be from 1 to 1000, not 1001"},
      {"[phone]\nproven_per_day = -1", "f:2:18: phone.proven_per_day must be from 0 to 1000000, not -1"},
      {"[phone]\nunproven_per_user_per_day = 101",
       "f:2:29: phone.unproven_per_user_per_day must be from 1 to 100, not 101"},
      {"[phone]\nunproven_per_day = 1000001", "f:2:20: phone.unproven_per_day must be from 0 to 1000000, not 1000001"},
  });
}

TEST(ConfigurationMistakes, TrustAndItsLike) {
  const std::string plain = "takes plain names of groups, not ";
  const std::string form = "must be a span of time such as \"30s\", \"10m\", \"1h\" or \"30d\", not ";
  const std::string network = "must be a network such as \"192.0.2.0/24\" or an address, not ";
  expect({
      {"[trust]\ndevices_per_day = -1", "f:2:19: trust.devices_per_day must be from 0 to 100, not -1"},
      {"[trust]\ndevices_per_day = 101", "f:2:19: trust.devices_per_day must be from 0 to 100, not 101"},
      {"[trust]\nend_on_country_change = 1",
       "f:2:25: trust.end_on_country_change must be true or false, not a whole number"},
      {"[trust]\nend_on_network_change = 'no'",
       "f:2:25: trust.end_on_network_change must be true or false, not a string"},
      {"[trust]\nburst = 10", "f:2:9: trust.burst " + form + "a whole number"},
      {"[trust]\nburst = '601s'", "f:2:9: trust.burst must be from 0s to 10m, not 601s"},
      {"[trust]\nburst = '11m'", "f:2:9: trust.burst must be from 0s to 10m, not 11m"},
      {"[trust]\nshared = '192.0.2.0/28'", "f:2:10: trust.shared must be a list: [\"192.0.2.0/28\"], not a string"},
      {"[trust]\nshared = [5]", "f:2:11: trust.shared must be a string, not a whole number"},
      {"[trust]\nshared = ['console']", "f:2:11: trust.shared " + network + "\"console\""},
      {"[trust]\nshared = ['consol']", "f:2:11: trust.shared " + network + "\"consol\""},
      {"[trust]\nshared = ['!192.0.2.0/28']", "f:2:11: trust.shared " + network + "\"!192.0.2.0/28\""},
      {"[trust]\nshared = ['192.0.2.1/28']",
       "f:2:11: trust.shared must be a network whose host part is zero, not \"192.0.2.1/28\"; for one address leave "
       "the "
       "bits out"},
      {"[trust]\nshared = ['192.0.2.7', '192.0.2.7/32']", "f:2:24: trust.shared names \"192.0.2.7/32\" twice"},
      {"[records]\nkeep = '6d'", "f:2:8: records.keep must be from 7d to 36500d, not 6d"},
      {"[records]\nkeep = 400",
       "f:2:8: records.keep must be a span of time such as \"30s\", \"10m\", \"1h\" or \"30d\", "
       "not a whole number"},
      {"[access]\nacts_per_day = 0", "f:2:16: access.acts_per_day must be from 1 to 1000, not 0"},
      {"[access]\nacts_per_day = 1001", "f:2:16: access.acts_per_day must be from 1 to 1000, not 1001"},
      {"[access]\nhelpdesk_groups = 'desk'", "f:2:19: access.helpdesk_groups must be a list: [\"desk\"], not a string"},
      {"[access]\nhelpdesk_groups = ['']", "f:2:20: access.helpdesk_groups must not be empty"},
      {"[access]\nhelpdesk_groups = ['desk', 'desk']", "f:2:28: access.helpdesk_groups names \"desk\" twice"},
      {"[access]\nhelpdesk_scope = ['!staff']", "f:2:19: access.helpdesk_scope " + plain + "\"!staff\""},
      {"[access]\nhelpdesk_scope = ['s*']", "f:2:19: access.helpdesk_scope " + plain + "\"s*\""},
      {"[access]\nprotected_groups = ['%wheel']", "f:2:21: access.protected_groups " + plain + "\"%wheel\""},
      {"[access]\nprotected_groups = ['wheel', 0]",
       "f:2:30: access.protected_groups must be a string, not a whole number"},
      {"[key]\nenrol = 'selv'",
       "f:2:9: key.enrol must be \"helpdesk\" or \"self\", not \"selv\" (did you mean \"self\"?)"},
      {"[key]\nenrol = true", "f:2:9: key.enrol must be \"helpdesk\" or \"self\", not a truth"},
      {"[geo]\nhome = 'NZ'\ndatabase = 'country.mmdb'",
       "f:3:12: geo.database must be the whole path of a file, from / on, not \"country.mmdb\""},
      {"[geo]\nhome = 'NZ'\ndatabase = ''", "f:3:12: geo.database must not be empty"},
  });
  expect_in_rule({
      {"trust = 30", "9: rule \"r\": trust " + form + "a whole number"},
      {"trust = '59s'", "9: rule \"r\": trust must be from 1m to 365d, not 59s"},
      {"trust = '0s'", "9: rule \"r\": trust must be from 1m to 365d, not 0s"},
      {"trust = '366d'", "9: rule \"r\": trust must be from 1m to 365d, not 366d"},
      {"trust = 'forever'", "9: rule \"r\": trust " + form + "\"forever\""},
  });
}

TEST(ConfigurationMistakes, WhatFitsOnlyTogether) {
  expect({
      {"[[rule]]\nmfa = 'skip'", "f:1:1: every rule needs a name"},
      {"[[rule]]\nname = 'r'", "f:1:1: rule \"r\": mfa is missing: \"require\", \"optional\", \"skip\" or \"deny\""},
      {"[[rule]]\nname = ''\nmfa = 'skip'", "f:2:8: rule \"\": name must not be empty"},
      {"[[rule]]\nname = '(no rule)'\nmfa = 'skip'",
       "f:2:8: rule \"(no rule)\": name must not begin with a bracket: \"(no rule)\" means that none matched"},
      {"[[rule]]\nname = '" + std::string(81, 'n') + "'\nmfa = 'skip'",
       "f:2:8: rule \"" + std::string(60, 'n') + "…\": name must have at most 80 characters"},
      {"[[rule]]\nname = 7\nmfa = 'skip'", "f:2:8: rule: name must be a string, not a whole number"},
      {"[[rule]]\nname = 'r'\nmfa = 'required'",
       "f:3:7: rule \"r\": mfa must be \"require\" or \"optional\" or \"skip\" or \"deny\", not \"required\" (did you "
       "mean "
       "\"require\"?)"},
      {"[[rule]]\nname = 'r'\nmfa = 'skip'\n\n[[rule]]\nname = 'r'\nmfa = 'skip'",
       "f:5:1: there is a rule \"r\" already, at f:1"},
      {"[[rule]]\nname = 'r'\nmfa = 'optional'\nsince = 2026-12-01",
       "f:4:1: rule \"r\": since goes with mfa = \"require\" only"},
      {"[[rule]]\nname = 'r'\nmfa = 'skip'\nfactors = ['totp']",
       "f:4:1: rule \"r\": factors has no use where nobody is asked"},
      {"[[rule]]\nname = 'r'\nmfa = 'deny'\nenrol = 'refuse'",
       "f:4:1: rule \"r\": enrol has no use where nobody is asked"},
      {"[[rule]]\nname = 'r'\nmfa = 'skip'\nenrol_window = '30d'",
       "f:4:1: rule \"r\": enrol_window has no use where nobody is asked"},
      {"[[rule]]\nname = 'r'\nmfa = 'require'\nenrol_window = '59m'",
       "f:4:16: rule \"r\": enrol_window must be from 1h to 3650d, not 59m"},
      {"[[rule]]\nname = 'r'\nmfa = 'skip'\ntrust = '30d'",
       "f:4:1: rule \"r\": trust has no use where nobody is asked"},
      {"[[rule]]\nname = 'r'\nmfa = 'deny'\ntrust = '30d'",
       "f:4:1: rule \"r\": trust has no use where nobody is asked"},
      {"[geo]\ndatabase = '/x'",
       "f:2:12: geo.database needs geo.home beside it: the country of private addresses, which no database places"},
      {"[[rule]]\nname = 'r'\nmfa = 'skip'\nafter = 2026-12-01\nbefore = 2026-12-01",
       "f:5:1: rule \"r\": before must be later than after, or the rule never matches"},
      {"[lockout]\nfirst = '2h'", "f:2:9: lockout.longest must not be shorter than lockout.first"},
      {"[lockout]\nlongest = '59s'", "f:2:11: lockout.longest must not be shorter than lockout.first"},
  });
  expect_in_rule({
      {"since = 1999-12-31", "9: rule \"r\": since must be a date from the year 2000 on"},
      {"since = 2026-12-01T00:00:00.5Z", "9: rule \"r\": since must be a time in whole seconds"},
  });
}

TEST(ConfigurationMistakes, OfSeveralTextsAreToldInTheirOrder) {
  EXPECT_EQ(mistakes_of({
                {.file = "mfa.toml",
                 .contents = "b = 1\na = 1\n[lockout]\nfirst = '2h'\nlongest='3h'\n"
                             "[[rule]]\nname = 'r'\nmfa = 'skip'\n"},
                {.file = "10.toml", .contents = "broken\n"},
                {.file = "20.toml", .contents = "[lockout]\nlongest = '1h'\n[[rule]]\nname = 'r'\nmfa = 'deny'\n"},
            }),
            (std::vector<std::string>{
                "mfa.toml:1:1: \"b\" is not a key",
                "mfa.toml:2:1: \"a\" is not a key",
                mistakes_of({{.file = "10.toml", .contents = "broken\n"}}).at(0),
                "20.toml:2:11: lockout.longest must not be shorter than lockout.first",
                "20.toml:3:1: there is a rule \"r\" already, at mfa.toml:6",
            }));
}

// The country of one text and the database of another belong together, whichever comes first.
TEST(ConfigurationMistakes, ADatabaseMayHaveItsHomeInAnotherText) {
  const ConfigurationText home{.file = "home.toml", .contents = "[geo]\nhome = 'NZ'\n"};
  const ConfigurationText database{.file = "database.toml", .contents = "[geo]\ndatabase = '/x'\n"};
  EXPECT_TRUE(mistakes_of({home, database}).empty());
  EXPECT_TRUE(mistakes_of({database, home}).empty());
  EXPECT_EQ(
      mistakes_of({database, database}),
      std::vector<std::string>{"database.toml:2:12: geo.database needs geo.home beside it: the country of private "
                               "addresses, which no database places"});
}

TEST(ConfigurationMistakes, AreAllToldAtOnce) {
  const std::vector<std::string> said = mistakes_of(
      "issuer = 5\n[totp]\ndigits = 9\nwindows = 1\n[records]\n[[rule]]\nuser = ['', '[x]']\nsince = 1\nenrol_window = "
      "'1d'\n[push]\n");
  EXPECT_EQ(said, (std::vector<std::string>{
                      "f:1:10: issuer must be a string, not a whole number",
                      "f:3:10: totp.digits must be from 6 to 8, not 9",
                      "f:4:1: totp.\"windows\" is not a key (did you mean \"window\"?)",
                      "f:6:1: every rule needs a name",
                      "f:6:1: rule: mfa is missing: \"require\", \"optional\", \"skip\" or \"deny\"",
                      "f:7:9: rule: user must not be empty",
                      "f:7:13: rule: user takes only * and ? as patterns, not \"[x]\"",
                      "f:8:9: rule: since must be a date such as 2026-12-01, not a whole number",
                      "f:10:2: \"push\" is not a key",
                  }));
}

TEST(ConfigurationMistakes, WhatIsNotTomlHasAPlace) {
  for (const std::string text :
       {"issuer", "issuer =", "issuer = 'x", "[totp", "[totp]\n[totp]\n", "issuer = 'a'\nissuer = 'b'\n",
        "issuer = '\xFF'\n", "issuer = 2026-02-30\n", "issuer = 2026-12-01T25:00:00\n", "a = 99999999999999999999\n"}) {
    const Configuration read = read_configuration(std::vector<ConfigurationText>{{.file = "f", .contents = text}});
    ASSERT_FALSE(read) << text;
    ASSERT_EQ(read.error().size(), 1U) << text;
    EXPECT_GE(read.error().front().line, 1) << text;
    EXPECT_GE(read.error().front().column, 1) << text;
    EXPECT_TRUE(read.error().front().text.starts_with("is not TOML: ")) << text;
  }
  EXPECT_FALSE(read_configuration(std::vector<ConfigurationText>{{.file = "f", .contents = std::string("a=1\0", 4)}}));
  EXPECT_FALSE(read_configuration({}));
}

TEST(ConfigurationMistakes, WhatIsNotTomlIsSaidInPlainWords) {
  expect({
      {"issuer = require", "f:1:10: is not TOML: a text needs quotes on both sides, such as \"skip\""},
      {"issuer = True", "f:1:10: is not TOML: a text needs quotes on both sides, such as \"skip\""},
      {"issuer = \u201Cx\u201D", "f:1:10: is not TOML: a text needs quotes on both sides, such as \"skip\""},
      {"issuer \"x\"", "f:1:8: is not TOML: there is no \"=\" behind the name"},
      {"issuer: x", "f:1:7: is not TOML: there is no \"=\" behind the name"},
      {"issuer =\n", "f:1:9: is not TOML: there is no value behind the \"=\""},
      {"issuer = ", "f:1:10: is not TOML: there is no value behind the \"=\""},
      {"[store\n", "f:1:7: is not TOML: the bracket is not closed"},
      {"[[rule]\n", "f:1:8: is not TOML: the bracket is not closed"},
      {"[]\n", "f:1:2: is not TOML: there is no name between the brackets"},
      {"issuer = \"x\nhelpdesk = \"y\"", "f:1:12: is not TOML: the quotes are not closed"},
      {"issuer = 'x", "f:1:12: is not TOML: the quotes are not closed"},
      {"issuer = \"a\\q\"",
       "f:1:13: is not TOML: a backslash between double quotes is special; between single quotes it is not"},
      {"user = ['a'", "f:1:12: is not TOML: the list is not closed with ]"},
      {"user = ['a' 'b']", "f:1:13: is not TOML: between the values of a list stand commas, and ] at its end"},
      {"issuer = 'a'\nissuer = 'b'", "f:2:10: is not TOML: \"issuer\" is there already"},
      {"[store]\n[store]", "f:2:1: is not TOML: \"store\" is there already"},
      {"[rule]\n[[rule]]",
       "f:2:1: is not TOML: \"rule\" is there already; a table of which there are several has two brackets everywhere"},
      {"since = 2026-02-30", "f:1:19: is not TOML: there is no such date or time"},
      {"since = 2026-12-01 25:00:00", "f:1:22: is not TOML: there is no such date or time"},
      {"first = 30s",
       "f:1:11: is not TOML: a number is digits alone; anything else is a text and needs quotes, such as \"30s\""},
      {"digits = 06", "f:1:12: is not TOML: a number does not begin with 0"},
      {"digits = 99999999999999999999", "f:1:30: is not TOML: the number is too large"},
      {"digits = 6 issuer = 'x'", "f:1:12: is not TOML: something follows the value on the same line"},
      {"= 3", "f:1:1: is not TOML: a line begins with a name, a table in brackets, or #"},
      {"[a.]\n", "f:1:4: is not TOML: a name is letters, digits, - and _"},
      {"x = {a = 1", "f:1:11: is not TOML: between { and } stand name = value pairs with commas between them"},
      {"issuer = '\xFF'\n", "f:1:10: is not TOML: the file is not UTF-8 text"},
      {"x = \x01", "f:1:5: is not TOML: there is a control character"},
  });
}

TEST(ConfigurationMistakes, NothingOfTheLibrarysWordsComesThrough) {
  for (const std::string text :
       {"x = 0x", "x = 1e", "x = inf1", "x = \"\"\"a", "'x\n' = 1", "x = 2026-", "x = 12:", "x.'y", "]", "x = }", "\r"})
    for (const std::string& said : mistakes_of({{.file = "f", .contents = text}}))
      for (const char* word : {"parsing", "expected", "saw", "encountered", "prohibited", "representable"})
        EXPECT_FALSE(said.contains(word)) << said;
}

TEST(UnreachableRules, AreThoseBehindOneThatMatchesEveryLogin) {
  const auto said = [](const std::string& rules) {
    const Configuration read = read_configuration(std::vector<ConfigurationText>{{.file = "f", .contents = rules}});
    return read ? unreachable_rules(read->rules) : std::vector<std::string>{"mistakes"};
  };
  const std::string last = "[[rule]]\nname = 'last'\nmfa = 'skip'\n";
  const auto before = [&](const std::string& line) {
    return said("[[rule]]\nname = 'first'\nmfa = 'optional'\n" + line + "\n" + last);
  };
  const std::vector<std::string> one{"the rule \"last\" is never reached: \"first\" before it matches every login"};
  for (const char* line : {"", "user = ['*']", "service = ['*', 'sshd']", "server = ['*']"})
    EXPECT_EQ(before(line), one) << line;
  for (const char* line :
       {"user = ['a*']", "user = ['*', '!root']", "service = ['!cron']", "server = ['lab-*']", "group = ['staff']",
        "from = ['console']", "country = ['!NZ']", "first_factor = ['password']", "after = 2026-01-01",
        "before = 2026-01-01", "observe = true"})
    EXPECT_TRUE(before(line).empty()) << line;
  EXPECT_TRUE(said(last).empty());
  EXPECT_TRUE(said("").empty());
}

TEST(UnplacedRules, AreThoseThatNameACountryWithoutADatabase) {
  const std::string rules =
      "[[rule]]\nname = 'abroad'\nmfa = 'deny'\ncountry = ['!NZ']\n"
      "[[rule]]\nname = 'tried'\nmfa = 'deny'\ncountry = ['AU']\nobserve = true\n"
      "[[rule]]\nname = 'all'\nmfa = 'optional'\n";
  const auto said = [&](const std::string& geo) {
    const Configuration read =
        read_configuration(std::vector<ConfigurationText>{{.file = "f", .contents = geo + rules}});
    return read ? unplaced_rules(*read) : std::vector<std::string>{"mistakes"};
  };
  const std::vector<std::string> both{
      "the rule \"abroad\" names a country, and there is no geo.database to tell it: logins from any address are "
      "denied "
      "there",
      "the rule \"tried\" names a country, and there is no geo.database to tell it: it observes nothing"};
  EXPECT_EQ(said(""), both);
  EXPECT_EQ(said("[geo]\nhome = 'NZ'\n"), both);
  EXPECT_TRUE(said("[geo]\nhome = 'NZ'\ndatabase = '/x'\n").empty());
  EXPECT_TRUE(unplaced_rules({}).empty());
}

TEST(ConfigurationMistakes, ArePrintable) {
  for (const std::string text : {"a\x1E = 1", "issuer = [tr\x1B[31m]", "\"\\u001B[31m\" = 1", "issuer = \x7F"}) {
    const std::vector<std::string> all = mistakes_of({{.file = "f\n", .contents = text}});
    EXPECT_EQ(all.size(), 1U) << text;
    for (const std::string& said : all) {
      EXPECT_TRUE(said.starts_with("f?:1:")) << said;
      EXPECT_EQ(said.find_first_of("\n\x1B\x1E\x7F"), std::string::npos) << said;
    }
  }
}

// toml++ asserts here; nobody may lose the service to a bracket too many.
TEST(ConfigurationMistakes, ABracketTooManyIsAMistakeLikeAnyOther) {
  expect({
      {"[[[rule]]]\n", "f:1:1: is not TOML: this line cannot be read"},
      {"[[=", "f:1:1: is not TOML: this line cannot be read"},
      {"issuer = 'x'\n\n[&]\n[totp]\ndigits = 6\n", "f:3:1: is not TOML: this line cannot be read"},
      {"issuer = 'x'\n[[[rule", "f:2:1: is not TOML: this line cannot be read"},
  });
}

// No text makes the reader run out of stack: neither one key of many parts nor values in values.
TEST(ConfigurationMistakes, DepthIsBounded) {
  std::string dots = "a";
  for (int i = 0; i < 200'000; ++i) dots += ".a";
  EXPECT_EQ(mistakes_of(dots + " = 1"), std::vector<std::string>{"f:1:130: is not TOML: too many dots in one key"});
  EXPECT_EQ(mistakes_of("\n[" + dots + "]"),
            std::vector<std::string>{"f:2:131: is not TOML: too many dots in one key"});
  EXPECT_EQ(mistakes_of("x = {" + dots + " = 1}").size(), 1U);
  EXPECT_EQ(mistakes_of("x = " + std::string(100'000, '[')).size(), 1U);
  std::string tables = "x = ";
  for (int i = 0; i < 100'000; ++i) tables += "{a=";
  EXPECT_EQ(mistakes_of(tables).size(), 1U);
  // What only looks like it is read.
  std::string networks;
  for (int i = 0; i < 200; ++i) networks += "'192.0.2." + std::to_string(i) + "',";
  EXPECT_TRUE(mistakes_of("# " + std::string(500, '.') + "\n[[rule]]\nname='r'\nmfa='skip'\nfrom=[" + networks + "]\n")
                  .empty());
}

TEST(Quoted, ShowsOnlyWhatIsPrintable) {
  EXPECT_EQ(in_quotes("plain"), "\"plain\"");
  EXPECT_EQ(in_quotes(""), "\"\"");
  EXPECT_EQ(in_quotes("naïve"), "\"naïve\"");
  EXPECT_EQ(in_quotes("a\x1B[31mb\n"), "\"a?[31mb?\"");
  EXPECT_EQ(in_quotes("a\xFF"
                      "b\xC3"),
            "\"a?b?\"");
  EXPECT_EQ(in_quotes("a\u202Eb"), "\"a?b\"");
  EXPECT_EQ(in_quotes(std::string(60, 'x')), "\"" + std::string(60, 'x') + "\"");
  EXPECT_EQ(in_quotes(std::string(59, 'x') + "éy"), "\"" + std::string(59, 'x') + "…\"");
  EXPECT_EQ(in_quotes(std::string(58, 'x') + "éy"), "\"" + std::string(58, 'x') + "é…\"");
  EXPECT_EQ(in_quotes(std::string(100, '\x80')), "\"…\"");
  EXPECT_EQ(in_quotes(std::string(61, 'x')), "\"" + std::string(60, 'x') + "…\"");
}

TEST(Nearest, FindsWhatWasMeant) {
  const std::vector<std::string_view> keys{"first", "longest", "tries", "from", "azaza"};
  const std::vector<std::pair<std::string_view, std::string_view>> rows{
      {"first", "first"},
      {"firts", "first"},
      {"frist", "first"},
      {"frst", "first"},
      {"fiirst", "first"},
      {"furst", "first"},
      {"FIRST", "first"},
      {"farms", ""},
      {"lngst", "longest"},
      {"form", "from"},
      {"irst", "first"},
      {"xfirst", "first"},
      {"ifrst", "first"},
      {"firstxy", "first"},
      {"rfom", "from"},
      {"ifrts", "first"},
      {"ifrxt", "first"},
      {"ifyxt", ""},
      {"AZAZA", "azaza"},
      {"ZAAZA", "azaza"},
      {"[@[@[", ""},
      {"fro", "from"},
      {"fo", ""},
      {"f", ""},
      {"", ""},
      {"longestlongest", ""},
      {"trys", "tries"},
      {"try", ""},
      {"fristt", "first"},
      {"lgest", "longest"},
      {"lgst", ""},
  };
  for (const auto& [word, meant] : rows) EXPECT_EQ(nearest(word, keys), meant) << word;
  EXPECT_EQ(nearest(std::string(100'000, 'f'), keys), "");
  EXPECT_EQ(nearest("first", {}), "");
}

}  // namespace
}  // namespace mfa
