// What mfa-enroll may ask, and everything near it that is no request.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/service/request.h"

namespace mfa {
namespace {

TEST(RequestJson, EachVerbWithItsKeys) {
  struct Row {
    std::string json;
    Verb verb;
    std::string factor, name, user;
  };
  const std::vector<Row> rows{
      {R"({"verb":"status"})", Verb::status, "", "", ""},
      {R"({"verb":"guided"})", Verb::guided, "", "", ""},
      {R"({"verb":"totp"})", Verb::totp, "", "", ""},
      {R"({"verb":"totp","name":"iPhone"})", Verb::totp, "", "iPhone", ""},
      {R"({"name":"Zo\u00eb's ☎","verb":"totp"})", Verb::totp, "", "Zoë's ☎", ""},
      {R"({"verb":"codes"})", Verb::codes, "", "", ""},
      {R"({"verb":"test"})", Verb::test, "", "", ""},
      {R"({"verb":"default","factor":"totp-1"})", Verb::set_default, "totp-1", "", ""},
      {R"({"verb":"rename","factor":"totp-1","name":"x"})", Verb::rename, "totp-1", "x", ""},
      {R"({"verb":"remove","factor":"iPhone"})", Verb::remove, "iPhone", "", ""},
      {R"({"verb":"admin provision","user":"alice","kind":"totp"})", Verb::provision, "", "", "alice"},
      {R"({"verb":"admin provision","user":"alice","kind":"totp","name":"x"})", Verb::provision, "", "x", "alice"},
      {" \t\r\n{ \"verb\" : \"status\" }\n", Verb::status, "", "", ""},
  };
  for (const Row& row : rows) {
    const auto request = parse_request(row.json);
    ASSERT_TRUE(request) << row.json << ": " << request.error();
    EXPECT_EQ(request->verb, row.verb) << row.json;
    EXPECT_EQ(request->factor, row.factor) << row.json;
    EXPECT_EQ(request->name, row.name) << row.json;
    EXPECT_EQ(request->user, row.user) << row.json;
  }
}

TEST(RequestJson, VerbsOfDevicesKeysAndAdministrators) {
  EXPECT_EQ(parse_request(R"({"verb":"devices"})")->verb, Verb::devices);
  EXPECT_EQ(parse_request(R"({"verb":"devices forget"})")->device, "");
  EXPECT_EQ(parse_request(R"({"verb":"devices forget","device":"device-3"})")->device, "device-3");
  EXPECT_EQ(parse_request(R"({"verb":"key","line":"sk-x AAAA"})")->line, "sk-x AAAA");
  const auto helped = parse_request(
      R"({"verb":"helpdesk key","user":"alice","line":"sk-x AAAA","name":"n","reason":"r","checked":"c"})");
  ASSERT_TRUE(helped);
  EXPECT_EQ(helped->reason, "r");
  EXPECT_EQ(helped->checked, "c");
  const auto explained = parse_request(
      R"({"verb":"admin explain","user":"alice","service":"login","from":"console","key":"SHA256:x","at":"-5"})");
  ASSERT_TRUE(explained);
  EXPECT_EQ(explained->service, "login");
  EXPECT_EQ(explained->from, "console");
  EXPECT_EQ(explained->key, "SHA256:x");
  EXPECT_EQ(explained->at, UnixTime{-5});
  EXPECT_EQ(parse_request(R"({"verb":"admin forecast","users":"a:b","at":"1800000000"})")->users, "a:b");
  EXPECT_EQ(parse_request(R"({"verb":"admin check"})")->verb, Verb::check_store);
  EXPECT_EQ(parse_request(R"({"verb":"admin password-changed","user":"alice"})")->user, "alice");
  const auto own_token = parse_request(R"({"verb":"hotp","name":"blue","digits":"8"})");
  ASSERT_TRUE(own_token) << own_token.error();
  EXPECT_EQ(own_token->verb, Verb::hotp);
  EXPECT_EQ(own_token->name, "blue");
  EXPECT_EQ(own_token->digits, 8);
  EXPECT_EQ(parse_request(R"({"verb":"hotp"})")->digits, 6);
  const auto token = parse_request(R"({"verb":"helpdesk token","user":"alice","reason":"r","checked":"c"})");
  ASSERT_TRUE(token) << token.error();
  EXPECT_EQ(token->verb, Verb::helpdesk_token);
  EXPECT_EQ(token->user + token->reason + token->checked, "alicerc");
  const auto phone = parse_request(R"({"verb":"phone","number":"021 1","country":"NZ","call":"yes","name":"n"})");
  ASSERT_TRUE(phone) << phone.error();
  EXPECT_EQ(phone->number + phone->country + phone->name, "021 1NZn");
  EXPECT_TRUE(phone->call);
  EXPECT_FALSE(parse_request(R"({"verb":"phone"})")->call);
  EXPECT_EQ(parse_request(R"({"verb":"helpdesk phone","user":"alice","number":"021 1"})")->number, "021 1");
  EXPECT_EQ(parse_request(R"({"verb":"admin send-test","number":"021 1"})")->verb, Verb::send_test);
  EXPECT_EQ(parse_request(R"({"verb":"admin rename","user":"a","to":"b"})")->to, "b");
  EXPECT_EQ(parse_request(R"({"verb":"admin retire","user":"a"})")->verb, Verb::retire_person);
  EXPECT_EQ(parse_request(R"({"verb":"admin rotate-key"})")->verb, Verb::rotate_key);
  const auto test =
      parse_request(R"({"verb":"admin send-test","number":"1","call":"yes","press":"yes","gateway":"g"})");
  ASSERT_TRUE(test) << test.error();
  EXPECT_TRUE(test->press);
  EXPECT_EQ(test->gateway, "g");
  const auto provision = parse_request(R"({"verb":"admin provision","user":"alice","kind":"hotp","digits":"8"})");
  ASSERT_TRUE(provision) << provision.error();
  EXPECT_EQ(provision->kind, FactorKind::hotp);
  EXPECT_EQ(provision->digits, 8);
  EXPECT_EQ(parse_request(R"({"verb":"admin provision","user":"alice","kind":"totp"})")->kind, FactorKind::totp);
  for (const std::string json :
       {R"({"verb":"devices","device":"x"})", R"({"verb":"key"})", R"({"verb":"admin explain","user":"a","at":"soon"})",
        R"({"verb":"admin explain","user":"a","at":""})", R"({"verb":"admin explain","user":"a","at":"5x"})",
        R"({"verb":"admin forecast","users":""})", R"({"verb":"status","at":"5"})",
        R"({"verb":"helpdesk key","user":"alice"})"})
    EXPECT_FALSE(parse_request(json)) << json;
}

TEST(RequestJson, AReasonOfBlanksIsNone) {
  const auto blank =
      parse_request(R"({"verb":"helpdesk reset","user":"alice","reason":"   ","checked":" student card  "})");
  ASSERT_TRUE(blank) << blank.error();
  EXPECT_EQ(blank->reason, "");
  EXPECT_EQ(blank->checked, "student card");
  EXPECT_EQ(parse_request(R"({"verb":"helpdesk reset","user":"alice","reason":"r","checked":" "})")->checked, "");
}

TEST(RequestJson, VerbsOfTheHelpdesk) {
  const auto reset =
      parse_request(R"({"verb":"helpdesk reset","user":"alice","factor":"totp-1","reason":"r","checked":"c"})");
  ASSERT_TRUE(reset) << reset.error();
  EXPECT_EQ(reset->verb, Verb::helpdesk_reset);
  EXPECT_EQ(reset->user + reset->factor + reset->reason + reset->checked, "alicetotp-1rc");
  EXPECT_EQ(parse_request(R"({"verb":"helpdesk unlock","user":"alice","reason":"r"})")->verb, Verb::helpdesk_unlock);
  EXPECT_EQ(parse_request(R"({"verb":"helpdesk show","user":"alice"})")->verb, Verb::helpdesk_show);
  EXPECT_FALSE(reset->only_checks);
  EXPECT_TRUE(parse_request(R"({"verb":"helpdesk unlock","user":"alice","only_checks":"yes"})")->only_checks);
  EXPECT_EQ(parse_request(R"({"verb":"helpdesk identify","user":"alice","reason":"r"})")->verb,
            Verb::helpdesk_identify);
  const auto bypass =
      parse_request(R"({"verb":"helpdesk bypass","user":"alice","seconds":"3600","uses":"2","reason":"r"})");
  ASSERT_TRUE(bypass) << bypass.error();
  EXPECT_EQ(bypass->seconds, 3600);
  EXPECT_EQ(bypass->uses, 2);
  const auto travel = parse_request(R"({"verb":"helpdesk travel","user":"alice","country":"FJ","until":"1800000000"})");
  ASSERT_TRUE(travel) << travel.error();
  EXPECT_EQ(travel->country, "FJ");
  EXPECT_EQ(travel->until, UnixTime{1'800'000'000});
  EXPECT_EQ(parse_request(R"({"verb":"helpdesk exempt","user":"alice","until":"5"})")->until, UnixTime{5});
  for (const std::string json :
       {R"({"verb":"helpdesk reset","user":"alice","only_checks":"no"})",
        R"({"verb":"helpdesk show","user":"alice","only_checks":"yes"})",
        R"({"verb":"helpdesk identify","user":"alice","only_checks":"yes"})",
        R"({"verb":"remove","factor":"totp-1","only_checks":"yes"})", R"({"verb":"helpdesk show"})",
        R"({"verb":"helpdesk reset","reason":"r","checked":"c"})", R"({"verb":"helpdesk unlock","user":""})",
        R"({"verb":"helpdesk unlock","user":"alice","factor":"totp-1"})",
        R"({"verb":"helpdesk reset","user":"alice","reason":""})", R"({"verb":"helpdesk"})",
        R"({"verb":"helpdesk bypass","user":"alice","seconds":"-1"})",
        R"({"verb":"helpdesk bypass","user":"alice","uses":"one"})",
        R"({"verb":"helpdesk bypass","user":"alice","uses":"9223372036854775808"})",
        R"({"verb":"helpdesk travel","user":"alice","until":"5"})",
        R"({"verb":"helpdesk travel","user":"alice","country":"FJ"})", R"({"verb":"helpdesk exempt","user":"alice"})",
        R"({"verb":"helpdesk exempt","user":"alice","until":"soon"})",
        R"({"verb":"helpdesk unlock","user":"alice","until":"5"})"})
    EXPECT_FALSE(parse_request(json)) << json;
}

TEST(RequestJson, VerbsAboutTheTrail) {
  const auto audit = parse_request(
      R"({"verb":"admin audit","user":"u","actor":"a","event":"login","service":"s","from":"f","since":"5","until":"6",)"
      R"("after":"7"})");
  ASSERT_TRUE(audit) << audit.error();
  EXPECT_EQ(audit->verb, Verb::audit);
  EXPECT_EQ(audit->user + audit->actor + audit->event + audit->service + audit->from, "ualoginsf");
  EXPECT_EQ(audit->since, UnixTime{5});
  EXPECT_EQ(audit->until, UnixTime{6});
  EXPECT_EQ(audit->after, 7);
  EXPECT_EQ(parse_request(R"({"verb":"admin audit","before":"9"})")->before, 9);
  EXPECT_EQ(parse_request(R"({"verb":"admin audit --verify"})")->verb, Verb::verify_trail);
  EXPECT_EQ(parse_request(R"({"verb":"admin audit --heads","after":"9"})")->after, 9);
  EXPECT_EQ(parse_request(R"({"verb":"admin audit --lines"})")->verb, Verb::trail_lines);
  EXPECT_EQ(parse_request(R"({"verb":"admin purge"})")->verb, Verb::purge);
  for (const std::string json :
       {R"({"verb":"admin audit","before":"1","after":"1"})", R"({"verb":"admin audit","after":"-1"})",
        R"({"verb":"admin audit","since":"now"})", R"({"verb":"admin audit","user":""})",
        R"({"verb":"admin audit","most":"5"})", R"({"verb":"admin audit --verify","user":"alice"})",
        R"({"verb":"admin audit --lines","lines":"x"})", R"({"verb":"admin purge","until":"5"})"})
    EXPECT_FALSE(parse_request(json)) << json;
}

// Whose history it is cannot be said: it is the asker's.
TEST(RequestJson, OfAnImportWithoutItsRows) {
  const auto request = parse_request(R"({"verb":"admin import","source":"oath"})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->verb, Verb::import_factors);
  EXPECT_EQ(request->source, "oath");
  EXPECT_FALSE(request->only_checks);
  EXPECT_TRUE(parse_request(R"({"verb":"admin import","source":"csv","only_checks":"yes"})")->only_checks);
  for (const char* json : {R"({"verb":"admin import"})", R"({"verb":"admin import","source":""})",
                           R"({"verb":"admin import","source":"csv","only_checks":"no"})",
                           R"({"verb":"admin import","source":"csv","rows":"sms\talice"})"})
    EXPECT_FALSE(parse_request(json)) << json;
}

TEST(RequestJson, OfEnrolmentCodesWithoutThePeople) {
  const auto request = parse_request(R"({"verb":"admin provision --codes"})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->verb, Verb::provision_codes);
  EXPECT_FALSE(request->replace || request->only_checks);
  EXPECT_TRUE(parse_request(R"({"verb":"admin provision --codes","replace":"yes"})")->replace);
  EXPECT_TRUE(parse_request(R"({"verb":"admin provision --codes","only_checks":"yes"})")->only_checks);
  for (const char* json :
       {R"({"verb":"admin provision --codes","replace":"no"})", R"({"verb":"admin provision --codes","users":"alice"})",
        R"({"verb":"admin forecast","users":"alice","replace":"yes"})"})
    EXPECT_FALSE(parse_request(json)) << json;
}

TEST(RequestJson, VerbsAboutOneself) {
  EXPECT_EQ(parse_request(R"({"verb":"history"})")->verb, Verb::history);
  const auto page = parse_request(R"({"verb":"history","before":"4711","since":"-5","most":"9223372036854775807"})");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->before, 4711);
  EXPECT_EQ(page->since, UnixTime{-5});
  EXPECT_EQ(page->most, 9'223'372'036'854'775'807);
  for (const auto& [name, verb] : {std::pair{"report", Verb::report},
                                   {"enable", Verb::enable},
                                   {"language", Verb::language},
                                   {"disable", Verb::disable},
                                   {"privacy", Verb::privacy},
                                   {"export", Verb::own_data}})
    EXPECT_EQ(parse_request(std::string(R"({"verb":")") + name + "\"}")->verb, verb);
  for (const std::string json :
       {R"({"verb":"history","user":"bob"})", R"({"verb":"history","before":"-1"})",
        R"({"verb":"history","most":"-1"})", R"({"verb":"history","before":"9223372036854775808"})",
        R"({"verb":"history","before":"1x"})", R"({"verb":"history","before":""})",
        R"({"verb":"history","since":"soon"})", R"({"verb":"history","most":10})", R"({"verb":"report","user":"bob"})",
        R"({"verb":"disable","user":"bob"})", R"({"verb":"export","user":"bob"})", R"({"verb":"privacy","before":"1"})",
        R"({"verb":"status","since":"1"})", R"({"verb":"own_data"})"})
    EXPECT_FALSE(parse_request(json)) << json;
}

TEST(RequestJson, AnythingElseIsNone) {
  const std::vector<std::string> rows{
      "",
      " ",
      "null",
      "true",
      "1",
      "1e999",
      R"("status")",
      "[]",
      R"(["verb","status"])",
      "{",
      "{}",
      "}",
      R"({"verb"})",
      R"({"verb":})",
      R"({"verb":"status")",
      R"({"verb":"status"}})",
      R"({"verb":"status"} x)",
      R"({"verb":"status"}{"verb":"status"})",
      R"({"verb":"status",})",
      R"({'verb':'status'})",
      R"({verb:"status"})",
      R"({"verb":"status"/**/})",
      // Verbs
      R"({"verb":""})",
      R"({"verb":"Status"})",
      R"({"verb":"status "})",
      R"({"verb":"reset"})",
      R"({"verb":"helpdesk reset"})",
      R"({"verb":"provision","user":"alice","kind":"totp"})",
      // Types
      R"({"verb":null})",
      R"({"verb":1})",
      R"({"verb":["status"]})",
      R"({"verb":{"verb":"status"}})",
      R"({"verb":"default","factor":1})",
      R"({"verb":"default","factor":-1})",
      R"({"verb":"default","factor":1.5})",
      R"({"verb":"default","factor":true})",
      R"({"verb":"default","factor":null})",
      R"({"verb":"default","factor":[]})",
      // Keys: missing, unknown, of another verb, empty, twice
      R"({"factor":"totp-1"})",
      R"({"verb":"default"})",
      R"({"verb":"rename","factor":"totp-1"})",
      R"({"verb":"rename","name":"x"})",
      R"({"verb":"status","extra":"x"})",
      R"({"verb":"status","factor":"totp-1"})",
      R"({"verb":"codes","user":"alice"})",
      R"({"verb":"totp","user":"alice"})",
      R"({"verb":"default","factor":""})",
      R"({"verb":"totp","name":""})",
      R"({"verb":"status","verb":"codes"})",
      R"({"verb":"status","verb":"status"})",
      R"({"verb":"remove","factor":"totp-1","factor":"totp-2"})",
      R"({"verb":"admin provision","kind":"totp"})",
      R"({"verb":"admin provision","user":"alice"})",
      R"({"verb":"admin provision","user":"alice","kind":"sms"})",
      R"({"verb":"phone","call":"no"})",
      R"({"verb":"phone","number":""})",
      R"({"verb":"helpdesk phone","user":"alice"})",
      R"({"verb":"admin send-test"})",
      R"({"verb":"admin rename","user":"a"})",
      R"({"verb":"admin retire"})",
      R"({"verb":"admin rotate-key","user":"a"})",
      R"({"verb":"admin send-test","number":"021 1","name":"n"})",
      R"({"verb":"admin send-test","number":"021 1","press":"yes"})",
      R"({"verb":"admin send-test","number":"021 1","call":"yes","press":"no"})",
      R"({"verb":"admin send-test","number":"021 1","gateway":""})",
      R"({"verb":"admin provision","user":"","kind":"totp"})",
      R"({"verb":"admin provision","user":"alice","kind":"key"})",
      R"({"verb":"admin provision","user":"alice","kind":"totp","digits":"6"})",
      R"({"verb":"hotp","digits":"7"})",
      R"({"verb":"hotp","digits":""})",
      R"({"verb":"hotp","digits":6})",
      R"({"verb":"hotp","seed":"3132333435363738393031323334353637383930"})",
      R"({"verb":"totp","digits":"6"})",
      R"({"verb":"helpdesk token","reason":"lost phone"})",
      R"({"verb":"helpdesk token","user":"alice","digits":" 6"})",
      R"({"verb":"helpdesk token","user":"alice","line":"x"})",
      // Text
      "{\"verb\":\"default\",\"factor\":\"a\xff\"}",
      "{\"verb\":\"default\",\"factor\":\"\xc0\xaf\"}",
      "{\"verb\":\"default\",\"factor\":\"\xed\xa0\x80\"}",
      R"({"verb":"default","factor":"\ud800"})",
      R"({"verb":"default","factor":"a\u0000b"})",
      R"({"verb":"default","factor":"a\nb"})",
      R"({"verb":"default","factor":"\u001b[2J"})",
      R"({"verb":"default","factor":"\u202e"})",
      "{\"verb\":\"default\",\"factor\":\"a\nb\"}",
      std::string("{\"verb\":\"status\"}\0", 18),
      // Depth and length
      std::string(4000, '['),
      std::string(4000, '{'),
      R"({"verb":"default","factor":")" + std::string(4096, 'x') + "\"}",
      std::string(4096, ' ') + R"({"verb":"status"})",
  };
  for (const std::string& row : rows) {
    const auto request = parse_request(row);
    EXPECT_FALSE(request) << row;
    if (!request) {
      EXPECT_FALSE(request.error().empty()) << row;
    }
  }
}

TEST(RequestJson, TheLongestOneIsRead) {
  const std::string start = R"({"verb":"default","factor":")";
  const std::string longest = start + std::string(kLongestRequest - start.size() - 2, 'x') + "\"}";
  ASSERT_EQ(longest.size(), kLongestRequest);
  EXPECT_TRUE(parse_request(longest));
  EXPECT_FALSE(parse_request(longest + " "));
}

}  // namespace
}  // namespace mfa
