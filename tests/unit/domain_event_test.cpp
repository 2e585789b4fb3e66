#include "common/domain/event.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string>

namespace mfa {
namespace {

std::set<std::uint16_t> named() {
  std::set<std::uint16_t> kinds;
  for (unsigned value = 0; value <= std::numeric_limits<std::uint16_t>::max(); ++value) {
    // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): the question is which values are kinds
    const auto kind = static_cast<EventKind>(value);
    if (!name_of(kind).empty()) kinds.insert(static_cast<std::uint16_t>(value));
  }
  return kinds;
}

// The numbers are in every store and the names in every script: neither may ever change.
TEST(EventKind, NumbersAndNamesAreForEver) {
  struct Row {
    std::uint16_t number;
    std::string_view name;
  };
  constexpr Row kRows[] = {{1, "login.passed"},         {2, "login.failed"},
                           {3, "login.refused"},        {4, "login.skipped"},
                           {5, "login.abandoned"},      {6, "login.locked_out"},
                           {7, "login.reported"},       {8, "login.trusted"},
                           {9, "trust.granted"},        {10, "trust.ended"},
                           {20, "factor.added"},        {21, "factor.removed"},
                           {22, "factor.renamed"},      {23, "factor.default"},
                           {24, "recovery.made"},       {25, "test.passed"},
                           {26, "test.failed"},         {27, "step_up.passed"},
                           {28, "step_up.failed"},      {40, "admin.provisioned"},
                           {11, "password.failed"},     {12, "password.changed"},
                           {60, "store.created"},       {61, "store.upgraded"},
                           {29, "enrolment.code_made"}, {30, "enrolment.refused"},
                           {33, "mfa.disabled"},        {34, "mfa.enabled"},
                           {80, "helpdesk.key"},        {85, "helpdesk.token"},
                           {99, "helpdesk.refused"},    {13, "message.sent"},
                           {14, "message.failed"},      {41, "admin.test_sent"},
                           {86, "helpdesk.phone"},      {35, "helpdesk.show"},
                           {81, "helpdesk.unlock"},     {82, "helpdesk.reset"},
                           {36, "helpdesk.identify"},   {37, "helpdesk.identify_failed"},
                           {83, "helpdesk.bypass"},     {84, "helpdesk.travel"},
                           {87, "helpdesk.exempt"},     {50, "admin.renamed"},
                           {45, "admin.imported"},      {51, "admin.retired"},
                           {62, "store.key_rotated"},   {63, "store.backed_up"},
                           {64, "store.restored"},      {70, "records.purged"}};
  for (const auto& [number, name] : kRows) EXPECT_EQ(name_of(static_cast<EventKind>(number)), name) << number;
  EXPECT_EQ(named().size(), std::size(kRows)) << "a kind without its row here";
}

TEST(EventKind, NamesAreDistinctAndSafeAsKeys) {
  std::set<std::string_view> names;
  for (const auto value : named()) {
    const auto name = name_of(static_cast<EventKind>(value));
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_TRUE(std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '.' || c == '_'; }))
        << name;
  }
}

}  // namespace
}  // namespace mfa
