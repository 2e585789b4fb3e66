#include "cli/complete.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "cli/help.h"
#include "tests/unit/cli_doubles.h"

namespace mfa::cli {

namespace {

using Words = std::vector<std::string>;

std::set<std::string> after(const Words& words) {
  std::set<std::string> found;
  for (const Candidate& candidate : complete(words).candidates) found.insert(candidate.word);
  return found;
}

struct Row {
  Words typed;
  Words offered;  // among others
  Words not_offered;
  Listed listed = Listed::nothing;
};

void PrintTo(const Row& row, std::ostream* out) {
  for (const std::string& word : row.typed) *out << '\'' << word << "' ";
}

class CompletionTest : public ::testing::TestWithParam<Row> {};

TEST_P(CompletionTest, OffersWhatMayComeNext) {
  const auto found = after(GetParam().typed);
  for (const std::string& word : GetParam().offered) EXPECT_TRUE(found.contains(word)) << word;
  for (const std::string& word : GetParam().not_offered) EXPECT_FALSE(found.contains(word)) << word;
  EXPECT_EQ(complete(GetParam().typed).listed, GetParam().listed);
}

INSTANTIATE_TEST_SUITE_P(
    Lines, CompletionTest,
    ::testing::Values(
        // Verbs, and the words within a group of them; a verb that is a group too.
        Row{{""}, {"status", "totp", "admin", "helpdesk", "devices", "help"}, {"init", "forget", "--json"}},
        Row{{"st"}, {"status"}, {}}, Row{{"admin", ""}, {"init", "provision", "explain"}, {"status", "admin"}},
        Row{{"devices", ""}, {"forget"}, {"status"}}, Row{{"status", ""}, {}, {"status", "totp"}},
        Row{{"nonsense", ""}, {}, {"status"}}, Row{{"admin", "nonsense", ""}, {}, {"init"}},
        // Options: of everything, and of the verb.
        Row{{"-"}, {"--json", "--help", "--socket"}, {"--name", "status"}},
        Row{{"totp", "--"}, {"--json", "--name"}, {"--digits"}},
        Row{{"--json", "admin", "forecast", "--"}, {"--at", "--users"}, {"--service"}},
        Row{{"--json", "--socket", "/run/s", "st"}, {"status"}, {}},
        // Values.
        Row{{"--socket", ""}, {}, {"status"}, Listed::files}, Row{{"hotp", "--digits", ""}, {"6", "8"}, {}},
        Row{{
                "hotp",
                "--digits=",
            },
            {"6", "8"},
            {}},
        Row{{"hotp", "--nonsense=x"}, {}, {"6"}}, Row{{"totp", "--name", ""}, {}, {"--name", "status"}},
        Row{{"totp", "--name", "status", ""}, {}, {"status"}},
        Row{{"admin", "explain", "alice", "--from", ""}, {"console"}, {"ADDR"}},
        Row{{"admin", "explain", "alice", "--service", ""}, {}, {}, Listed::services},
        // Places.
        Row{{"admin", "provision", ""}, {}, {"totp"}, Listed::users},
        Row{{"admin", "provision", "alice", "t"}, {"totp", "hotp"}, {"USER"}},
        Row{{"admin", "provision", "alice", "totp", ""}, {}, {"totp"}},
        Row{{"admin", "provision", "--codes", "--users", ""}, {}, {}, Listed::files},
        Row{{"admin", "password-changed", ""}, {}, {}, Listed::users},
        Row{{"helpdesk", "key", "alice", ""}, {}, {}, Listed::files},
        Row{{"helpdesk", "key", "--reason", "x", "alice", "a.pub", ""}, {}, {}},
        Row{{"key", ""}, {"-"}, {}, Listed::files}, Row{{"rename", ""}, {}, {}, Listed::factors},
        Row{{"rename", "totp-1", ""}, {}, {"NAME"}}, Row{{"devices", "forget", ""}, {}, {}, Listed::devices},
        // help takes verbs.
        Row{{"help", ""}, {"status", "admin", "devices"}, {"init"}}, Row{{"help", "admin", ""}, {"init"}, {"status"}},
        Row{{"help", "status", ""}, {}, {"status"}}));

TEST(Completion, ReachesEveryVerbAndEveryOptionOfTheHelp) {
  for (const VerbHelp& verb : verbs()) {
    Words typed;
    std::string rest(verb.name);
    while (!rest.empty()) {
      const std::string word = rest.substr(0, rest.find(' '));
      rest.erase(0, word.size() + 1);
      typed.emplace_back();
      EXPECT_TRUE(after(typed).contains(word)) << verb.name;
      typed.back() = word;
    }
    typed.emplace_back("--");
    const auto offered = after(typed);
    const std::string arguments(verb.arguments);
    for (auto at = arguments.find("--"); at != std::string::npos; at = arguments.find("--", at + 2)) {
      const std::string option = arguments.substr(at, arguments.find_first_of(" ]", at) - at);
      EXPECT_TRUE(offered.contains(option)) << verb.name << " " << option;
    }
  }
}

TEST(Completion, AsksTheEngineWhatOnlyThatKnows) {
  ScriptedEngine engine{hello(), result(R"({"factors":[{"id":"totp-1","name":"old\tphone"},{"id":"key-2"}]})"),
                        verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(print_completion(script.console, Words{"remove", ""}));
  EXPECT_EQ(script.results.text(), "nothing\ntotp-1\told\\x09phone\nkey-2\t\n");
}

TEST(Completion, WithoutTheEngineThereIsNothingToChooseAndNoError) {
  ScriptedEngine engine{hello(), verdict(VerdictCode::unavailable, "No.")};
  Script script(engine, false);
  EXPECT_TRUE(print_completion(script.console, Words{"devices", "forget", ""}));
  EXPECT_EQ(script.results.text(), "nothing\n");
}

}  // namespace

}  // namespace mfa::cli
