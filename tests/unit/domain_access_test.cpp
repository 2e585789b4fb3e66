#include "common/domain/access.h"

#include <gtest/gtest.h>

#include <array>

namespace mfa {
namespace {

constexpr Uid kRoot{0};
constexpr Uid kStudent{1000};

struct Row {
  Verb verb;
  std::string_view name;
  bool student_may, changes;
  StepUp step_up;
};
constexpr std::array kRows{
    Row{Verb::status, "status", true, false, StepUp::none},
    Row{Verb::guided, "guided", true, true, StepUp::recent},
    Row{Verb::totp, "totp", true, true, StepUp::recent},
    Row{Verb::hotp, "hotp", true, true, StepUp::recent},
    Row{Verb::phone, "phone", true, true, StepUp::recent},
    Row{Verb::key, "key", true, true, StepUp::recent},
    Row{Verb::codes, "codes", true, true, StepUp::recent},
    Row{Verb::test, "test", true, true, StepUp::none},
    Row{Verb::set_default, "default", true, true, StepUp::recent},
    Row{Verb::rename, "rename", true, true, StepUp::recent},
    Row{Verb::remove, "remove", true, true, StepUp::afresh},
    Row{Verb::devices, "devices", true, false, StepUp::none},
    Row{Verb::forget_devices, "devices forget", true, true, StepUp::none},
    Row{Verb::history, "history", true, false, StepUp::none},
    Row{Verb::report, "report", true, true, StepUp::none},
    Row{Verb::enable, "enable", true, true, StepUp::none},
    Row{Verb::disable, "disable", true, true, StepUp::afresh},
    Row{Verb::language, "language", true, true, StepUp::none},
    Row{Verb::privacy, "privacy", true, false, StepUp::none},
    Row{Verb::own_data, "export", true, false, StepUp::none},
    Row{Verb::helpdesk_show, "helpdesk show", true, false, StepUp::none},
    Row{Verb::helpdesk_unlock, "helpdesk unlock", true, true, StepUp::recent},
    Row{Verb::helpdesk_reset, "helpdesk reset", true, true, StepUp::afresh},
    Row{Verb::helpdesk_bypass, "helpdesk bypass", true, true, StepUp::afresh},
    Row{Verb::helpdesk_identify, "helpdesk identify", true, true, StepUp::recent},
    Row{Verb::helpdesk_travel, "helpdesk travel", true, true, StepUp::recent},
    Row{Verb::helpdesk_exempt, "helpdesk exempt", true, true, StepUp::recent},
    Row{Verb::helpdesk_key, "helpdesk key", true, true, StepUp::recent},
    Row{Verb::helpdesk_token, "helpdesk token", true, true, StepUp::recent},
    Row{Verb::helpdesk_phone, "helpdesk phone", true, true, StepUp::recent},
    Row{Verb::provision, "admin provision", false, true, StepUp::none},
    Row{Verb::provision_codes, "admin provision --codes", false, true, StepUp::none},
    Row{Verb::import_factors, "admin import", false, true, StepUp::none},
    Row{Verb::explain, "admin explain", false, false, StepUp::none},
    Row{Verb::forecast, "admin forecast", false, false, StepUp::none},
    Row{Verb::check_store, "admin check", false, false, StepUp::none},
    Row{Verb::audit, "admin audit", false, false, StepUp::none},
    Row{Verb::verify_trail, "admin audit --verify", false, false, StepUp::none},
    Row{Verb::trail_heads, "admin audit --heads", false, false, StepUp::none},
    Row{Verb::trail_lines, "admin audit --lines", false, false, StepUp::none},
    Row{Verb::purge, "admin purge", false, true, StepUp::none},
    Row{Verb::password_changed, "admin password-changed", false, true, StepUp::none},
    Row{Verb::send_test, "admin send-test", false, true, StepUp::none},
    Row{Verb::rename_person, "admin rename", false, true, StepUp::none},
    Row{Verb::retire_person, "admin retire", false, true, StepUp::none},
    Row{Verb::stats, "admin stats", false, false, StepUp::none},
    Row{Verb::rotate_key, "admin rotate-key", false, true, StepUp::none},
    Row{Verb::backup_store, "admin backup", false, true, StepUp::none},
    Row{Verb::restore_store, "admin restore", false, true, StepUp::none},
};

TEST(Access, OneRowAVerb) {
  for (const Row& row : kRows) {
    EXPECT_EQ(name_of(row.verb), row.name);
    EXPECT_EQ(verb_named(row.name), row.verb) << row.name;
    EXPECT_EQ(may(kStudent, row.verb), row.student_may) << row.name;
    EXPECT_TRUE(may(kRoot, row.verb)) << row.name;
    EXPECT_EQ(access_of(row.verb).root_only, !row.student_may) << row.name;
    EXPECT_EQ(access_of(row.verb).changes, row.changes) << row.name;
    EXPECT_EQ(access_of(row.verb).step_up, row.step_up) << row.name;
  }
}

TEST(Access, NobodyTheSystemCannotNameMayAskAnything) {
  for (const Row& row : kRows) {
    EXPECT_FALSE(may(kOverflowUid, row.verb)) << row.name;
    EXPECT_FALSE(may(kNoUid, row.verb)) << row.name;
  }
}

TEST(Access, EveryVerbHasItsRow) {
  std::size_t named = 0;
  for (unsigned value = 0; value < 256; ++value) named += name_of(static_cast<Verb>(value)).empty() ? 0U : 1U;
  EXPECT_EQ(named, kRows.size());
}

TEST(Access, WhatIsNoVerbIsForNobody) {
  // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): it is the question
  constexpr auto kUnknown = static_cast<Verb>(200);
  EXPECT_FALSE(may(kRoot, kUnknown));
  EXPECT_FALSE(may(kStudent, kUnknown));
  EXPECT_TRUE(access_of(kUnknown).root_only);
  EXPECT_EQ(access_of(kUnknown).step_up, StepUp::afresh);
  for (const char* name : {"", "Status", "provision", "admin  provision", "set_default", "admin", "forget",
                           "devices  forget", "helpdesk", "explain", "password-changed"})
    EXPECT_EQ(verb_named(name), std::nullopt) << name;
}

}  // namespace
}  // namespace mfa
