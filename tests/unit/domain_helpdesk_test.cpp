#include "common/domain/helpdesk.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace mfa {
namespace {

HelpdeskAct allowed() {
  return {.clerk = {2000},
          .subject = {3000},
          .clerk_in_helpdesk = Membership::member,
          .subject_in_helpdesk = Membership::not_member,
          .subject_protected = Membership::not_member,
          .subject_in_scope = Membership::member,
          .needs = needs_of(Verb::helpdesk_reset),
          .has_reason = true,
          .identified = true,
          .acts_today = 19,
          .most_acts = 20};
}

struct Row {
  const char* what;
  std::function<void(HelpdeskAct&)> change;
  std::optional<HelpdeskRefusal> refusal;
  bool of_root_too = false;
};

const std::vector<Row>& rows() {
  using enum HelpdeskRefusal;
  static const std::vector<Row> kRows{
      {"as it should be", [](HelpdeskAct&) {}, std::nullopt},
      {"a student", [](HelpdeskAct& a) { a.clerk_in_helpdesk = Membership::not_member; }, not_helpdesk},
      {"maybe a student", [](HelpdeskAct& a) { a.clerk_in_helpdesk = Membership::unknown; }, unknown},
      {"a clerk the kernel cannot name", [](HelpdeskAct& a) { a.clerk = kOverflowUid; }, not_helpdesk},
      {"oneself", [](HelpdeskAct& a) { a.subject = a.clerk; }, oneself},
      {"root", [](HelpdeskAct& a) { a.subject = {0}; }, system_account},
      {"a daemon", [](HelpdeskAct& a) { a.subject = {999}; }, system_account},
      {"the first person", [](HelpdeskAct& a) { a.subject = {1000}; }, std::nullopt},
      {"nobody", [](HelpdeskAct& a) { a.subject = kOverflowUid; }, system_account},
      {"a colleague", [](HelpdeskAct& a) { a.subject_in_helpdesk = Membership::member; }, colleague},
      {"maybe a colleague", [](HelpdeskAct& a) { a.subject_in_helpdesk = Membership::unknown; }, unknown},
      {"an administrator", [](HelpdeskAct& a) { a.subject_protected = Membership::member; }, protected_person},
      {"maybe an administrator", [](HelpdeskAct& a) { a.subject_protected = Membership::unknown; }, unknown},
      {"staff, out of scope", [](HelpdeskAct& a) { a.subject_in_scope = Membership::not_member; }, out_of_scope},
      {"maybe out of scope", [](HelpdeskAct& a) { a.subject_in_scope = Membership::unknown; }, unknown},
      {"no reason", [](HelpdeskAct& a) { a.has_reason = false; }, no_reason, true},
      {"not identified", [](HelpdeskAct& a) { a.identified = false; }, not_identified, true},
      {"not identified, nor need be",
       [](HelpdeskAct& a) {
         a.identified = false;
         a.needs.identity = false;
       },
       std::nullopt},
      {"no reason, for a mere look",
       [](HelpdeskAct& a) {
         a.has_reason = false;
         a.needs.reason = false;
       },
       std::nullopt},
      {"the twenty-first act, of those that are not counted",
       [](HelpdeskAct& a) {
         a.acts_today = 20;
         a.needs.counted = false;
       },
       std::nullopt},
      {"the twenty-first act", [](HelpdeskAct& a) { a.acts_today = 20; }, too_many_acts},
  };
  return kRows;
}

TEST(Helpdesk, OneRowAReason) {
  for (const Row& row : rows()) {
    HelpdeskAct act = allowed();
    row.change(act);
    EXPECT_EQ(why_not(act), row.refusal) << row.what;
  }
}

TEST(Helpdesk, RootNeedsNoGroupButAReasonAndAnIdentification) {
  for (const Row& row : rows()) {
    HelpdeskAct act = allowed();
    row.change(act);
    act.clerk = Uid{0};
    EXPECT_EQ(why_not(act), row.of_root_too ? row.refusal : std::nullopt) << row.what;
  }
}

// Two things at once that stand against an act never cancel each other out.
TEST(Helpdesk, NoRefusalIsLiftedByAnother) {
  for (const Row& one : rows()) {
    for (const Row& other : rows()) {
      HelpdeskAct act = allowed();
      one.change(act);
      other.change(act);
      const std::string_view what = other.what;
      const bool replaces = what == "the first person" || what == "oneself" || (one.refusal && !other.refusal);
      if (one.refusal && !replaces) {
        EXPECT_TRUE(why_not(act)) << one.what << " and " << other.what;
      }
    }
  }
}

TEST(Helpdesk, OneRowAVerb) {
  struct Verbs {
    Verb verb;
    bool reason, identity, counted;
  };
  for (const auto& [verb, reason, identity, counted] : {Verbs{Verb::helpdesk_show, false, false, false},
                                                        {Verb::helpdesk_unlock, true, false, true},
                                                        {Verb::helpdesk_reset, true, true, true},
                                                        {Verb::helpdesk_bypass, true, true, true},
                                                        {Verb::helpdesk_identify, true, false, false},
                                                        {Verb::helpdesk_travel, true, false, true},
                                                        {Verb::helpdesk_exempt, true, true, true},
                                                        {Verb::helpdesk_key, true, true, true},
                                                        {Verb::helpdesk_token, true, true, true},
                                                        {Verb::helpdesk_phone, true, true, true}}) {
    const ActNeeds needs = needs_of(verb);
    EXPECT_EQ(needs.reason, reason) << name_of(verb);
    EXPECT_EQ(needs.identity, identity) << name_of(verb);
    EXPECT_EQ(needs.counted, counted) << name_of(verb);
  }
  EXPECT_TRUE(needs_of(Verb::status).identity) << "what is not listed needs everything";
}

TEST(Helpdesk, EveryRefusalHasAName) {
  for (const Row& row : rows()) {
    if (row.refusal) {
      EXPECT_NE(name_of(*row.refusal), "");
    }
  }
}

}  // namespace
}  // namespace mfa
