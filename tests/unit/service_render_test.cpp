// Replies as product.md promises them, read back by a JSON library that did not write them.
#include "common/service/render.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/json/json_writer.h"

namespace mfa {
namespace {

std::string plain(const WipedText& text) { return {text.begin(), text.end()}; }

TEST(Rendering, TimesAreRfc3339InUtc) {
  EXPECT_EQ(rfc3339({0}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(rfc3339({-1}), "1969-12-31T23:59:59Z");
  EXPECT_EQ(rfc3339({951'782'400}), "2000-02-29T00:00:00Z");
  EXPECT_EQ(rfc3339({1'800'000'000}), "2027-01-15T08:00:00Z");
  EXPECT_EQ(rfc3339({253'402'300'799}), "9999-12-31T23:59:59Z");
  EXPECT_EQ(rfc3339({INT64_MAX}), "9999-12-31T23:59:59Z");
  EXPECT_EQ(rfc3339({INT64_MIN}), "0000-01-01T00:00:00Z");
}

TEST(Rendering, StatusInFull) {
  StatusReply reply;
  reply.user = "alice";
  reply.mfa = Requirement::require;
  reply.required_since = UnixTime{1'800'000'000};
  reply.factors.push_back({"totp-1", "totp", "iPhone", "SHA1, 6 digits, 30 s", true, {0}, UnixTime{60}});
  reply.factors.push_back({"totp-2", "totp", "tablet", "", false, {0}, std::nullopt});
  reply.recovery_codes_left = 9;
  reply.devices = {{"device-3", "address", "203.0.113.7", "lab-gw", {0}, {60}, "password_changed"}};
  reply.locked_until = UnixTime{120};
  reply.reported = UnixTime{180};
  reply.disabled = true;
  reply.notices = {"one", "two"};
  reply.next = "Nothing to do.";
  EXPECT_EQ(
      plain(to_json(reply)),
      R"({"user":"alice","mfa":"require","required_since":"2027-01-15T08:00:00Z","factors":[)"
      R"({"id":"totp-1","kind":"totp","name":"iPhone","default":true,"detail":"SHA1, 6 digits, 30 s",)"
      R"("added":"1970-01-01T00:00:00Z","last_used":"1970-01-01T00:01:00Z"},)"
      R"({"id":"totp-2","kind":"totp","name":"tablet","default":false,"added":"1970-01-01T00:00:00Z"}],)"
      R"("recovery_codes_left":9,"devices":[{"id":"device-3","kind":"address","label":"203.0.113.7","server":"lab-gw",)"
      R"("since":"1970-01-01T00:00:00Z","until":"1970-01-01T00:01:00Z","ended":"password_changed"}],"locked_until":"1970-01-01T00:02:00Z",)"
      R"("reported":"1970-01-01T00:03:00Z","disabled":true,"notices":["one","two"],"next":"Nothing to do."})");
}

TEST(Rendering, WhatTheStoreIsLikeAsMfadTellsOfTheRest) {
  const CheckReply damaged{.store = std::unexpected(StoreError::damaged), .path = "/s/mfa.db"};
  EXPECT_EQ(plain(to_json(damaged)), R"({"checks":[{"name":"store","ok":false,"detail":"the store is damaged",)"
                                     R"("mend":"Put the last backup in its place, which keeps what is there )"
                                     R"(aside: mfa-enroll admin restore BACKUP"}]})");
}

TEST(Rendering, WhatDoesNotApplyIsLeftOut) {
  StatusReply reply;
  reply.user = "bob";
  EXPECT_EQ(plain(to_json(reply)),
            R"({"user":"bob","mfa":"optional","factors":[],"recovery_codes_left":0,"devices":[],"notices":[]})");
  EXPECT_EQ(plain(to_json(EnrolledReply{"totp-1", "totp", "otpauth://totp/x", "AAAA", {}})),
            R"({"factor":"totp-1","kind":"totp","uri":"otpauth://totp/x","secret":"AAAA"})");
}

TEST(Rendering, HistoryHasTheProductsKeys) {
  HistoryReply reply;
  EXPECT_EQ(plain(to_json(reply)), R"({"events":[]})");
  const Event whole{.kind = EventKind::helpdesk_key_added,
                    .at = {0},
                    .user = "alice",
                    .actor = "carol",
                    .service = "mfa-enroll",
                    .from = "203.0.113.7",
                    .server = "lab-gw",
                    .factor = "key-2",
                    .reason = "new \"key\""};
  Event bare;
  bare.kind = EventKind::login_passed;
  bare.user = "alice";
  reply.rows = {{.seq = 7, .event = whole}, {.seq = 9, .event = bare}};
  reply.before = 7;
  EXPECT_EQ(plain(to_json(reply)),
            R"({"events":[{"at":"1970-01-01T00:00:00Z","user":"alice","actor":"carol","event":"helpdesk.key",)"
            R"("service":"mfa-enroll","from":"203.0.113.7","server":"lab-gw","factor":"key-2",)"
            R"("reason":"new \"key\"","seq":7},)"
            R"({"at":"1970-01-01T00:00:00Z","user":"alice","event":"login.passed","seq":9}],"before":7})");
}

TEST(Rendering, ChoicesAndReports) {
  EXPECT_EQ(plain(to_json(ReportReply{.recorded = true, .helpdesk = "your helpdesk", .ended = {}})),
            R"({"recorded":true,"helpdesk":"your helpdesk"})");
  EXPECT_EQ(plain(to_json(ReportReply{
                .recorded = true, .helpdesk = "your helpdesk", .ended = {Opening::bypass_code, Opening::journeys}})),
            R"({"recorded":true,"helpdesk":"your helpdesk","ended":["bypass_code","journeys"]})");
  EXPECT_EQ(plain(to_json(AskingReply{.asked = false, .changed = true, .required_from = UnixTime{60}})),
            R"({"asked":false,"changed":true,"required_since":"1970-01-01T00:01:00Z"})");
  EXPECT_EQ(plain(to_json(AskingReply{})), R"({"asked":true,"changed":false})");
}

TEST(Rendering, PrivacyAndExport) {
  EXPECT_EQ(plain(to_json(PrivacyReply{.kept = {{"a", "b", "c"}}, .never = "d", .who = "e", .ask = "f"})),
            R"({"kept":[{"what":"a","why":"b","how_long":"c"}],"never":"d","who":"e","ask":"f"})");
  OwnDataReply reply;
  reply.user = "alice";
  reply.uid = {1000};
  EXPECT_EQ(plain(to_json(reply)), R"({"user":"alice","uid":1000,"factors":[],"recovery_codes_left":0,"devices":[]})");
  Person person;
  person.lockout = {6, 1, {60}, {120}};
  person.reported = UnixTime{180};
  person.reported_version = "a version of the password";
  person.asks_off = true;
  reply.person = person;
  Trust trust;
  trust.number = 3;
  trust.device = {.kind = DeviceKind::address, .id = "203.0.113.7"};
  trust.label = "203.0.113.7";
  trust.server = "lab-gw";
  trust.rule = "everyone";
  trust.password_version = "a version of the password";
  trust.country = "NZ";
  trust.ended = TrustEnd::reported;
  trust.ended_at = UnixTime{60};
  reply.trusts = {trust};
  reply.set_up_until = UnixTime{60};
  reply.set_up_from = "address:203.0.113.7";
  reply.enrolment_code_until = UnixTime{120};
  const std::string json = plain(to_json(reply));
  EXPECT_EQ(json,
            R"({"user":"alice","uid":1000,"known_since":"1970-01-01T00:00:00Z","factors":[],"recovery_codes_left":0,)"
            R"("devices":[{"id":"device-3","kind":"address","label":"203.0.113.7","server":"lab-gw","rule":"everyone",)"
            R"("since":"1970-01-01T00:00:00Z","until":"1970-01-01T00:00:00Z","last_seen":"1970-01-01T00:00:00Z",)"
            R"("country":"NZ","failures":0,"burst":false,"ended":"reported","ended_at":"1970-01-01T00:01:00Z"}],)"
            R"("wrong_codes":6,"locks":1,"locked_until":"1970-01-01T00:02:00Z","failed_since_login":0,)"
            R"("enrol_by_code":false,"disabled":true,"reported":"1970-01-01T00:03:00Z",)"
            R"("set_up_until":"1970-01-01T00:01:00Z","set_up_from":"address:203.0.113.7",)"
            R"("enrolment_code_until":"1970-01-01T00:02:00Z"})");
  EXPECT_TRUE(nlohmann::json::accept(json));
}

TEST(Rendering, WhatIsToldOnce) {
  EXPECT_EQ(
      plain(to_json(EnrolledReply{"totp-1", "totp", "otpauth://totp/x", "AAAA", {"a-b", "c-d"}})),
      R"({"factor":"totp-1","kind":"totp","uri":"otpauth://totp/x","secret":"AAAA","recovery_codes":["a-b","c-d"]})");
  EXPECT_EQ(plain(codes_to_json({"a-b"})), R"({"codes":["a-b"]})");
  EXPECT_EQ(plain(codes_to_json({})), R"({"codes":[]})");
  EXPECT_EQ(plain(to_json(FactorReply{"totp-1", "iPhone"})), R"({"factor":"totp-1","name":"iPhone"})");
  EXPECT_EQ(plain(to_json(FactorReply{"recovery", "recovery code", 9})),
            R"({"factor":"recovery","name":"recovery code","recovery_codes_left":9})");
}

TEST(Rendering, WhatTheHelpdeskAsks) {
  EXPECT_EQ(plain(to_json(UnlockReply{"alice", true})), R"({"user":"alice","unlocked":true})");
  EXPECT_EQ(plain(to_json(ResetReply{"alice", {}, {}, "", {}})), R"({"removed":[]})");
  EXPECT_EQ(plain(to_json(ResetReply{"alice", {{"totp-1", "iPhone"}, {"key-2", "blue"}}, {}, "a-b", UnixTime{0}})),
            R"({"removed":["totp-1","key-2"],"enrolment_code":"a-b","until":"1970-01-01T00:00:00Z"})");
  EXPECT_EQ(plain(to_json(RegisteredReply{"key-2", "key", "x", {}, "a-b", UnixTime{0}})),
            R"({"factor":"key-2","kind":"key","detail":"x","enrolment_code":"a-b","until":"1970-01-01T00:00:00Z"})");
  EXPECT_EQ(plain(to_json(BypassReply{"alice", "04711337", 2, UnixTime{0}})),
            R"({"code":"04711337","uses":2,"until":"1970-01-01T00:00:00Z"})");
  EXPECT_EQ(plain(to_json(IdentifiedReply{"alice", "totp-1", UnixTime{0}})),
            R"({"user":"alice","factor":"totp-1","until":"1970-01-01T00:00:00Z"})");
  EXPECT_EQ(plain(to_json(JourneyReply{"alice", "FJ", UnixTime{0}})),
            R"({"user":"alice","country":"FJ","until":"1970-01-01T00:00:00Z"})");
  EXPECT_EQ(plain(to_json(JourneyReply{"alice", "FJ", {}})), R"({"user":"alice","country":"FJ"})");
  EXPECT_EQ(plain(to_json(ExemptReply{"alice", {}})), R"({"user":"alice"})");
  ShownReply shown;
  shown.status.user = "alice";
  shown.status.bypass_until = UnixTime{30};
  shown.status.bypass_uses = 2;
  shown.status.exempt_until = UnixTime{40};
  shown.status.journeys = {{.country = "FJ", .until = UnixTime{50}}};
  shown.last_login = UnixTime{60};
  shown.enrolment_code_until = UnixTime{120};
  Event look;
  look.kind = EventKind::helpdesk_looked;
  look.user = "alice";
  look.actor = "carol";
  shown.events = {{.seq = 7, .event = look}};
  EXPECT_EQ(
      plain(to_json(shown)),
      R"({"user":"alice","mfa":"optional","factors":[],"recovery_codes_left":0,"devices":[],)"
      R"("bypass_until":"1970-01-01T00:00:30Z","bypass_uses":2,"exempt_until":"1970-01-01T00:00:40Z",)"
      R"("travel":[{"country":"FJ","until":"1970-01-01T00:00:50Z"}],"notices":[],"last_login":"1970-01-01T00:01:00Z","enrolment_code_until":"1970-01-01T00:02:00Z","events":[)"
      R"({"at":"1970-01-01T00:00:00Z","user":"alice","actor":"carol","event":"helpdesk.show","seq":7}]})");
}

TEST(Rendering, WhatAdministratorsAsk) {
  EXPECT_EQ(plain(to_json(DevicesReply{})), R"({"devices":[]})");
  EXPECT_EQ(plain(to_json(RegisteredReply{"key-2", "key", "sk-x SHA256:y", {}, "", {}})),
            R"({"factor":"key-2","kind":"key","detail":"sk-x SHA256:y"})");
  ExplainReply explained;
  explained.user = "alice";
  explained.decision = Outcome::require;
  explained.rule = "students";
  explained.reason = "rule_requires";
  explained.trust = std::chrono::hours(24 * 30);
  explained.factors = {"totp", "key"};
  EXPECT_EQ(plain(to_json(explained)), R"({"user":"alice","decision":"require","rule":"students","reason":)"
                                       R"("rule_requires","trust":"30d","factors":["totp","key"]})");
  ForecastReply forecast;
  forecast.users = 2;
  forecast.asked = 1;
  forecast.locked_out = 1;
  forecast.who = {{"alice", Outcome::require, "rule_requires"}, {"bob", Outcome::enrol, "required_and_none"}};
  EXPECT_EQ(plain(to_json(forecast)), R"({"users":2,"asked":1,"enrol":0,"trusted":0,"skipped":0,"locked_out":1,"who":[)"
                                      R"({"user":"alice","decision":"require","reason":"rule_requires"},)"
                                      R"({"user":"bob","decision":"enrol","reason":"required_and_none"}]})");
}

TEST(Rendering, AWindowInTheLargestUnitThatFits) {
  const auto shown = [](std::chrono::seconds window) {
    ExplainReply reply;
    reply.trust = window;
    return nlohmann::json::parse(plain(to_json(reply)))["trust"].get<std::string>();
  };
  EXPECT_EQ(shown(std::chrono::hours(24 * 7)), "7d");
  EXPECT_EQ(shown(std::chrono::hours(36)), "36h");
  EXPECT_EQ(shown(std::chrono::minutes(90)), "90m");
  EXPECT_EQ(shown(std::chrono::seconds(45)), "45s");
}

TEST(Rendering, AnyTextIsValidJsonAndComesBack) {
  for (const std::string& text : {std::string(), std::string("\"\\/\b\f\n\r\t"), std::string("\0\x01\x1f\x7f", 4),
                                  std::string("Zoë ☎ 😀"), std::string("</script>")}) {
    const auto read = nlohmann::json::parse(plain(to_json(FactorReply{"totp-1", text})));
    EXPECT_EQ(read["name"].get<std::string>(), text);
  }
}

TEST(Rendering, InvalidUtf8BecomesReplacementCharacters) {
  const auto shown = [](const std::string& text) {
    return nlohmann::json::parse(plain(to_json(FactorReply{"totp-1", text})))["name"].get<std::string>();
  };
  EXPECT_EQ(shown("a\xff"
                  "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(shown("\xc3"), "\xEF\xBF\xBD");
  EXPECT_EQ(shown("\xe2\x98"), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace mfa
