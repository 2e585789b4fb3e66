// Texts in the language that a thread speaks; English wherever there is none.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "common/language/language.h"

namespace mfa {
namespace {

class Languages : public ::testing::Test {
 protected:
  void SetUp() override { find_languages(MFA_CATALOGUES); }
};

TEST_F(Languages, Are_those_that_have_a_catalogue_each_by_its_own_name) {
  ASSERT_EQ(languages().size(), 2U);
  EXPECT_EQ(languages()[0].tag, "en");
  EXPECT_EQ(languages()[0].name, "English");
  EXPECT_EQ(languages()[1].tag, "nl");
  EXPECT_EQ(languages()[1].name, "Nederlands");
}

TEST_F(Languages, Are_found_by_what_is_meant) {
  for (const char* tag : {"nl", "NL", "nl-BE", "nl_NL", "nl-Latn-BE"}) {
    ASSERT_NE(language_named(tag), nullptr) << tag;
    EXPECT_EQ(language_named(tag)->tag, "nl") << tag;
  }
  EXPECT_EQ(language_named("en-NZ")->tag, "en");
  for (const char* tag : {"", "n", "nlx", "de", "-nl", "Nederlands", "../nl", "nl.mo"})
    EXPECT_EQ(language_named(tag), nullptr) << tag;
}

TEST_F(Languages, A_thread_speaks_its_own) {
  EXPECT_EQ(spoken(), "en");
  EXPECT_EQ(say("an authenticator app"), "an authenticator app");
  const Speaking dutch("nl");
  EXPECT_EQ(spoken(), "nl");
  EXPECT_EQ(say("an authenticator app"), "een authenticator-app");
  std::thread([] {
    EXPECT_EQ(say("an authenticator app"), "an authenticator app");
    const Speaking there("nl-BE");
    EXPECT_EQ(in_words("an authenticator app"), "een authenticator-app");
  }).join();
  {
    const Speaking english("en");
    EXPECT_EQ(say("an authenticator app"), "an authenticator app");
    const Speaking unknown("tlh");
    EXPECT_EQ(spoken(), "en");
  }
  EXPECT_EQ(say("an authenticator app"), "een authenticator-app") << "as before";
}

TEST_F(Languages, What_a_catalogue_lacks_is_English) {
  const Speaking dutch("nl");
  EXPECT_EQ(say("There is no such text as {}.", 5), "There is no such text as 5.");
  EXPECT_EQ(in_words(""), "") << "not the catalogue's own heading";
  EXPECT_EQ(in_words("no such text"), "no such text");
  EXPECT_EQ(say_counted("{} thing", "{} things", 1), "1 thing");
  EXPECT_EQ(say_counted("{} thing", "{} things", 2), "2 things");
}

TEST_F(Languages, Counts_have_their_forms) {
  for (const auto& [tag, one, two] :
       {std::tuple("en", "1 minute", "2 minutes"), std::tuple("nl", "1 minuut", "2 minuten")}) {
    const Speaking speaking(tag);
    EXPECT_EQ(say_counted("{} minute", "{} minutes", 1), one);
    EXPECT_EQ(say_counted("{} minute", "{} minutes", 2), two);
    EXPECT_EQ(say_counted("{} minute", "{} minutes", 0), tag == std::string("en") ? "0 minutes" : "0 minuten");
  }
}

TEST_F(Languages, A_translation_that_asks_for_more_than_there_is_is_not_said) {
  const auto formatted = [](fmt::string_view text, int value) {
    return language::formatted(text, "number {}", fmt::make_format_args(value));
  };
  EXPECT_EQ(formatted("nummer {}", 5), "nummer 5");
  EXPECT_EQ(formatted("{0} en {0}", 5), "5 en 5");
  for (const char* text : {"nummer {} {}", "nummer {1}", "nummer {", "nummer }", "nummer {:s}", "nummer {name}"})
    EXPECT_EQ(formatted(text, 5), "number 5") << text;
}

TEST_F(Languages, The_environment_decides_nothing) {
  ASSERT_EQ(setenv("LANGUAGE", "fr", 1), 0);
  find_languages(MFA_CATALOGUES);
  const Speaking dutch("nl");
  EXPECT_EQ(say("an authenticator app"), "een authenticator-app");
}

TEST_F(Languages, Without_catalogues_there_is_English) {
  find_languages("/nowhere");
  ASSERT_EQ(languages().size(), 1U);
  const Speaking dutch("nl");
  EXPECT_EQ(spoken(), "en");
  EXPECT_EQ(say("an authenticator app"), "an authenticator app");
}

}  // namespace
}  // namespace mfa
