// The http gateway without a network: templates, settings, what is sent, what an answer means.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gateways/http/http_reply.h"
#include "gateways/http/http_request.h"
#include "gateways/http/http_settings.h"
#include "gateways/http/template_text.h"
#include "gateways/sms_alphabet.h"

namespace mfa::http {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Parts parts() {
  return {"+64211234567", "64211234567", "a & b=\"<\u0101>\"\n", "123456", "en", "id1", "mfa", "p&w", "0"};
}

std::string expanded(std::string_view text, Escape escape = Escape::none) {
  const auto made = TemplateText::parse(text);
  return made ? made->with(parts(), escape) : "error: " + made.error();
}

TEST(HttpTemplate, PutsPartsInTheirPlaces) {
  EXPECT_EQ(expanded(""), "");
  EXPECT_EQ(expanded("plain"), "plain");
  EXPECT_EQ(expanded("{to}"), "+64211234567");
  EXPECT_EQ(expanded("to={to_digits}&code={code}&lang={language}#{id}"), "to=64211234567&code=123456&lang=en#id1");
  EXPECT_EQ(expanded("{{{code}}}"), "{123456}");
  EXPECT_EQ(expanded("{{code}}"), "{code}");
  // What a part holds is never read as a place.
  Parts tricky = parts();
  tricky[static_cast<std::size_t>(Part::text)] = "{password}";
  EXPECT_EQ(TemplateText::parse("{text}")->with(tricky), "{password}");
}

TEST(HttpTemplate, WritesPartsAsTheirPlaceWants) {
  EXPECT_EQ(expanded("{text:xml}"), "a &amp; b=&quot;&lt;\u0101&gt;&quot;\n");
  EXPECT_EQ(expanded("{text:json}"), "a & b=\\\"<\u0101>\\\"\\u000a");
  EXPECT_EQ(expanded("{text:url}"), "a%20%26%20b%3D%22%3C%C4%81%3E%22%0A");
  EXPECT_EQ(expanded("/sms/{to}?x=1&y={text}", Escape::url),
            "/sms/%2B64211234567?x=1&y=a%20%26%20b%3D%22%3C%C4%81%3E%22%0A");
  EXPECT_EQ(escaped(std::string_view("\x01\x00ok", 4), Escape::xml), "ok");
  EXPECT_EQ(escaped("AZaz09-._~ +/%", Escape::url), "AZaz09-._~%20%2B%2F%25");
}

TEST(HttpTemplate, HasNoOtherPlaces) {
  EXPECT_EQ(expanded("{too}"), "error: has no place \"too\"");
  EXPECT_EQ(expanded("{langauge}"), "error: has no place \"langauge\" (did you mean \"language\"?)");
  EXPECT_THAT(expanded("{}"), HasSubstr("error: has no place"));
  EXPECT_THAT(expanded("{to"), HasSubstr("error: has a { without its }"));
  EXPECT_THAT(expanded("to}"), HasSubstr("error: has a } without its {"));
  EXPECT_THAT(expanded("{to:html}"), HasSubstr("error: can write a place as :url, :json or :xml"));
}

TEST(SmsAlphabet, TakesWhatTheStandardHas) {
  for (const char* text : {"", "Your code is 123456.", "à la carte: é, ü, ñ, Ø, €, {}[]~^|\\", "line\nline", "@£$¥"})
    EXPECT_TRUE(fits_default_alphabet(text)) << text;
  for (const char* text : {"Wānanga", "ê", "`", "“quoted”", "…", "汉", "😀", "\t", "\xff"})
    EXPECT_FALSE(fits_default_alphabet(text)) << text;
  EXPECT_EQ(in_ucs2("aā😀"), std::string("\0a\x01\x01\xd8\x3d\xde\x00", 8));
}

class HttpGateway : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string made = ::testing::TempDir() + "/http.XXXXXX";
    ASSERT_NE(mkdtemp(made.data()), nullptr);
    folder_ = std::filesystem::canonical(made);
    write("password", "p&w\n", 0600);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text, mode_t mode) {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path) << text;
    EXPECT_EQ(chmod(path.c_str(), mode), 0);
    return path;
  }
  // `text` may name the folder as @.
  [[nodiscard]] std::expected<HttpSettings, std::string> settings(std::string text, mode_t mode = 0644) {
    for (std::size_t at; (at = text.find("@/")) != std::string::npos;) text.replace(at, 1, folder_.string());
    return read_http_settings(write("settings.toml", text, mode));
  }
  // What is wrong, without the file's name.
  [[nodiscard]] std::string mistake(const std::string& text, mode_t mode = 0644) {
    const auto read = settings(text, mode);
    if (read) return {};
    const std::string name = folder_ / "settings.toml";
    return read.error().starts_with(name) ? read.error().substr(name.size()) : read.error();
  }
  [[nodiscard]] HttpRequest request(const std::string& text, const std::string& said = "Your code is 123456.") {
    const auto read = settings(text);
    EXPECT_TRUE(read) << read.error();
    if (!read) return {};
    const auto made = make_request(*read, message(said));
    EXPECT_TRUE(made) << made.error();
    return made ? *made : HttpRequest{};
  }
  static PhoneMessage message(const std::string& said) {
    return {.id = "id1",
            .use = PhoneUse::text,
            .mode = MessageMode::code,
            .to = {"+64211234567"},
            .text = Secret(said),
            .code = Secret("123456"),
            .language = "en"};
  }

  std::filesystem::path folder_;
};

constexpr auto kUrl = "url = 'https://sms.example.org/send'\n";

TEST_F(HttpGateway, AsksByAnAddress) {
  const HttpRequest made =
      request(std::string(kUrl) + "[query]\nto = '{to}'\ntext = '{text}'\n'a b' = 'c&d'\n", "a & b\n");
  EXPECT_EQ(made.method, "GET");
  EXPECT_EQ(made.url, "https://sms.example.org/send?a%20b=c%26d&text=a%20%26%20b%0A&to=%2B64211234567");
  EXPECT_THAT(made.headers, IsEmpty());
  EXPECT_FALSE(made.body);
  EXPECT_EQ(request("method = 'POST'\n" + std::string(kUrl)).body, "");
  EXPECT_EQ(request("url = 'https://h/x?y=1'\n[query]\na = 'b'\n").url, "https://h/x?y=1&a=b");
  EXPECT_EQ(request("url = 'https://h'\n[query]\na = 'b'\n").url, "https://h?a=b");
  EXPECT_EQ(request("url = 'https://h:8443/{to}/send'\n").url, "https://h:8443/%2B64211234567/send");
}

TEST_F(HttpGateway, SendsAForm) {
  const HttpRequest made =
      request(std::string(kUrl) + "[body]\nTo = '{to}'\nBody = '{text}'\nflash = false\nttl = 600\n", "1+1=2 & \u0101");
  EXPECT_EQ(made.method, "POST");
  EXPECT_EQ(made.body, "Body=1%2B1%3D2%20%26%20%C4%81&To=%2B64211234567&flash=false&ttl=600");
  EXPECT_THAT(made.headers, ElementsAre("Content-Type: application/x-www-form-urlencoded"));
}

TEST_F(HttpGateway, SendsJson) {
  const HttpRequest made =
      request(std::string("format = 'json'\nmethod = 'PUT'\n") + kUrl +
                  "[body]\nrecipients = ['{to}']\nn = 5\nyes = true\n[body.message]\ncontent = '{text}'\n",
              "say \"hi\"\\\n");
  EXPECT_EQ(made.method, "PUT");
  EXPECT_EQ(made.body,
            R"({"message":{"content":"say \"hi\"\\\u000a"},"n":5,"recipients":["+64211234567"],"yes":true})");
  EXPECT_THAT(made.headers, ElementsAre("Content-Type: application/json"));
}

TEST_F(HttpGateway, SendsABodyAsItStands) {
  const HttpRequest made = request(std::string(kUrl) +
                                       "content = '<sms to=\"{to}\">{text:xml}</sms>'\n[headers]\n"
                                       "content-type = 'text/xml'\nX-Coding = '{coding}'\nX-Empty = ''\n",
                                   "a<b \u0101");
  EXPECT_EQ(made.method, "POST");
  EXPECT_EQ(made.body, "<sms to=\"+64211234567\">a&lt;b \u0101</sms>");
  EXPECT_THAT(made.headers, ElementsAre("X-Coding: 2", "X-Empty;", "content-type: text/xml"));
}

TEST_F(HttpGateway, NeverSplitsAHeader) {
  const auto read = settings(std::string(kUrl) + "[headers]\nX-Text = '{text}'\n");
  ASSERT_TRUE(read);
  for (const std::string text : {"a\r\nX-Evil: 1", "a\nb", "a\x01", "\u0085"}) {
    const auto made = make_request(*read, message(text));
    ASSERT_FALSE(made) << text;
    EXPECT_THAT(made.error(), HasSubstr("X-Text would have several lines"));
  }
  EXPECT_TRUE(make_request(*read, message("one line \u0101")));
}

TEST_F(HttpGateway, SendsThePasswordWhereItIsAskedFor) {
  const std::string secret = std::string(kUrl) + "username = 'mfa'\npassword_file = '@/password'\n";
  EXPECT_TRUE(settings(secret)->basic);
  EXPECT_EQ(settings(secret)->password.text(), "p&w");
  for (const char* place : {"[query]\np = '{password}'\n", "[body]\np = '{password}'\n",
                            "[headers]\np = 'Key {password}'\n", "content = '{password}'\n"})
    EXPECT_FALSE(settings(secret + place)->basic) << place;
  EXPECT_FALSE(settings("format = 'json'\n" + secret + "[body]\na = [{b = '{password}'}]\n")->basic);
  EXPECT_EQ(request(secret + "[query]\nu = '{username}'\np = '{password}'\n").url,
            "https://sms.example.org/send?p=p%26w&u=mfa");
}

TEST_F(HttpGateway, AnExampleOfAnAccountIsNone) {
  EXPECT_THAT(mistake("url = 'https://sms.example.org/ACxxxxxxxxxxxxxxxx/send'\n"), HasSubstr("url is the example's"));
  EXPECT_THAT(mistake(std::string(kUrl) + "username = 'xxxxxxxx'\npassword = 'p'\n"),
              HasSubstr("username is the example's: write your account's in place of the x"));
  EXPECT_EQ(mistake(std::string(kUrl) + "username = 'ACxxx'\npassword = 'p'\n", 0600), "");
}

TEST_F(HttpGateway, KeepsPasswordsFromOthers) {
  const std::string held = std::string(kUrl) + "username = 'mfa'\npassword = 'x'\n";
  EXPECT_THAT(mistake(held, 0644), HasSubstr("holds a password, and others can read it"));
  EXPECT_THAT(mistake(held, 0640), HasSubstr("holds a password, and others can read it"));
  EXPECT_EQ(mistake(held, 0600), "");
  EXPECT_THAT(mistake(kUrl, 0666), HasSubstr("can be written by others"));
  for (const char* secret :
       {"[headers]\nAuthorization = 'Bearer sk_live'\n", "[headers]\nX-Api-KEY = 'sk_live'\n",
        "[query]\napi_secret = 'sk_live'\n", "[query]\naccess_token = 'sk_live'\n", "[body]\napi_secret = 'sk_live'\n",
        "format = 'json'\n[body]\na = [{auth = {user = 'u', pass = 'sk_live'}}]\n",
        "content = 'to={to}&Api_Key=sk_live&text={text:url}'\n",
        "content = '{{\"to\": \"{to}\", \"token\": \"sk_live\"}}'\n",
        "content = '<m><password>sk_live</password>{text:xml}</m>'\n"}) {
    EXPECT_THAT(mistake(std::string(kUrl) + secret, 0644), HasSubstr("may be a secret, and others can read it"));
    EXPECT_EQ(mistake(std::string(kUrl) + secret, 0600), "") << secret;
  }
  EXPECT_EQ(mistake(std::string(kUrl) + "[headers]\nAuthorization = 'Bearer {username}'\nAccept = 'x'\n", 0644), "");
  for (const char* place :
       {"password_file = '@/password'\nusername = 'u'\n[body]\napi_secret = '{password}'\nauthor = '{id}'\n",
        "content = 'to={to}&message_key={id}&text={text:url}'\n",
        "content = '{{\"auth\": {{}}, \"keys\": [], \"text\": \"{text:json}\"}}'\n"})
    EXPECT_EQ(mistake(std::string(kUrl) + place, 0644), "") << place;
  EXPECT_THAT(mistake("url = 'https://x.example.org/send?api_key=sk_live'\n", 0644), HasSubstr("may be a secret"));
  EXPECT_EQ(mistake("url = 'https://tokens.example.org/key/send?id={id}'\n", 0644), "");
  const std::string proxy = std::string(kUrl) + "proxy = 'http://u:p@proxy.example.org'\n";
  EXPECT_THAT(mistake(proxy, 0644), HasSubstr("proxy holds a password"));
  EXPECT_EQ(mistake(proxy, 0600), "");
  EXPECT_EQ(mistake(std::string(kUrl) + "proxy = 'http://proxy.example.org:3128'\n", 0644), "");

  const std::string elsewhere = std::string(kUrl) + "username = 'mfa'\npassword_file = '@/password'\n";
  ASSERT_EQ(chmod((folder_ / "password").c_str(), 0640), 0);
  EXPECT_THAT(mistake(elsewhere), HasSubstr("can be reached by others than its owner"));
  write("password", "", 0600);
  EXPECT_THAT(mistake(elsewhere), HasSubstr("is empty"));
  write("password", "two\nlines\n", 0600);
  EXPECT_THAT(mistake(elsewhere), HasSubstr("must be one line"));
  std::filesystem::remove(folder_ / "password");
  EXPECT_THAT(mistake(elsewhere), HasSubstr("No such file"));
}

TEST_F(HttpGateway, TellsWhatIsWrongWithItsSettings) {
  struct Row {
    std::string text;
    const char* said;
  };
  const std::string url = kUrl;
  const Row rows[] = {
      {"", ": url is missing"},
      {"url = 5", ":1:7: url must be a string, not a whole number"},
      {"url = 'sms.example.org'", ":1:7: url must begin with https://"},
      {"url = 'ftp://h/'", ":1:7: url must begin with https://"},
      {"url = 'https:///x'", ":1:7: url must have a host"},
      {"url = 'https://u:p@h/'", ":1:7: url must have a host, without username, password"},
      {"url = 'https://{to}.example.org/'", ":1:7: url must have a host"},
      {"url = 'https://h/{too}'", ":1:7: url has no place \"too\""},
      {"url = 'https://h/#x'", ":1:7: url must have no #"},
      {"url = 'https://h/?p={password}'", ":1:7: url must not hold the password"},
      {"url = 'http://sms.example.org/'", "anybody on the way reads the codes"},
      {"url = 'http://localhost/'\nproxy = 'http://proxy.example.org'", "anybody on the way reads the codes"},
      {"url = 'http://localhost.example.org/'", "anybody on the way reads the codes"},
      {"url = 'http://127.0.0.1.example.org/'", "anybody on the way reads the codes"},
      {url + "methods = 'GET'", ":2:1: \"methods\" is not a key (did you mean \"method\"?)"},
      {url + "method = 'DELETE'", ":2:10: method must be \"GET\" or \"POST\" or \"PUT\""},
      {url + "method = 'GET'\n[body]\na = 'b'", "goes without a body"},
      {url + "content = 'x'\n[body]\na = 'b'", "content and [body] do not go together"},
      {url + "[body]\na = ['b']", "need format = \"json\""},
      {url + "format = 'json'\n[body]\na = 1.5", "body.a must be a string, a whole number"},
      {url + "[headers]\n'a b' = 'c'", "headers.a b is not a name that can be sent"},
      {url + "[headers]\na = '{nothing}'", "headers.a has no place"},
      {url + "[success]", "success says nothing"},
      {url + "[success]\nfield = 'a'", "success needs field and values, or neither"},
      {url + "[success]\nstatus = [99]", "success.status must be from 200 to 599"},
      {url + "username = 'x'\npassword_file = 'x'", "password_file must be a whole path"},
      {url + "password_file = '@/password'", "a password needs a username, or a place {password}"},
      {url + "nonsense", ":2:"},
  };
  for (const Row& row : rows) EXPECT_THAT(mistake(row.text), HasSubstr(row.said)) << row.text;
  EXPECT_THAT(mistake("urls = 1\nmethods = 2\n"), HasSubstr("(and 1 more)"));
  for (const char* fine : {"url = 'http://127.0.0.1:13013/x'", "url = 'http://localhost/x'", "url = 'http://[::1]:80/'",
                           "plain_http = true\nurl = 'http://sms.example.org/'"})
    EXPECT_EQ(mistake(fine), "") << fine;
}

struct Answer {
  long status;
  const char* body;
  Delivery delivery;
  const char* detail;
};

void expect(const HttpSettings& settings, std::initializer_list<Answer> answers) {
  for (const Answer& answer : answers) {
    const GatewayReply reply = judge(settings, {.status = answer.status, .body = answer.body});
    EXPECT_EQ(name_of(reply.delivery), name_of(answer.delivery)) << answer.status << ' ' << answer.body;
    EXPECT_EQ(reply.detail, answer.detail) << answer.status << ' ' << answer.body;
  }
}

TEST_F(HttpGateway, UnderstandsStatuses) {
  using enum Delivery;
  expect(*settings(std::string(kUrl) + "reason = 'error.0.text'\n"),
         {{200, "", sent, ""},
          {202, "rubbish", sent, ""},
          {299, "{}", sent, ""},
          {0, "", failed, "the provider declined (HTTP 0)"},
          {301, "", failed, "the provider points to another address: put that into url (HTTP 301)"},
          {400, "", failed, "the provider does not understand the request (HTTP 400)"},
          {401, "no", failed, "the provider does not accept the username and password (HTTP 401)"},
          {402, "", failed, "there is no credit left with the provider (HTTP 402)"},
          {404, "", failed, "the provider has nothing at that address: is url right? (HTTP 404)"},
          {429, R"({"error":[{"text":"slow down"}]})", failed,
           "the provider takes no more messages for now (HTTP 429): slow down"},
          {429, R"({"error":[]})", failed, "the provider takes no more messages for now (HTTP 429)"},
          {429, R"({"error":{"0":{"text":7}}})", failed, "the provider takes no more messages for now (HTTP 429): 7"},
          {408, "", failed, "the provider waited in vain (HTTP 408)"},
          {500, "<html>", failed, "the provider has a fault of its own (HTTP 500)"},
          {504, "", unclear, "the provider waited in vain (HTTP 504)"},
          {599, "", failed, "the provider has a fault of its own (HTTP 599)"}});
}

// What a provider declines of one message, it may take of another.
TEST_F(HttpGateway, BlamesTheMessageForWhatItIs) {
  const auto read = settings(std::string(kUrl) + "[success]\nstatus = [202]\n[refused]\nstatus = [410]\n");
  ASSERT_TRUE(read) << read.error();
  for (const long status : {200, 400, 413, 414, 422, 431})
    EXPECT_TRUE(judge(*read, {.status = status, .body = ""}).of_message) << status;
  for (const long status : {0, 202, 302, 401, 402, 403, 404, 405, 407, 408, 410, 429, 500, 503, 504})
    EXPECT_FALSE(judge(*read, {.status = status, .body = ""}).of_message) << status;
}

TEST_F(HttpGateway, LooksIntoAnswers) {
  using enum Delivery;
  const auto read = settings(std::string(kUrl) +
                             "reason = 'm.0.why'\n[success]\nfield = 'm.0.status'\nvalues = [0, 'queued']\n"
                             "[refused]\nstatus = [200, 400]\nfield = 'm.0.status'\nvalues = [6]\n"
                             "[failed]\nfield = 'm.0.status'\nvalues = [1]\n");
  ASSERT_TRUE(read) << read.error();
  constexpr auto kNotSent = "the provider answered, but not what counts as sent (HTTP 200)";
  expect(*read, {{200, R"({"m":[{"status":0}]})", sent, ""},
                 {200, R"({"m":[{"status":"0"}]})", sent, ""},
                 {200, R"({"m":[{"status":"queued"},{"status":"6"}]})", sent, ""},
                 {200, R"({"m":[{"status":1,"why":"busy"}]})", failed,
                  "the provider answered, but not what counts as sent (HTTP 200): busy"},
                 {200, R"({"m":[{"status":6,"why":"bad number"}]})", refused,
                  "the provider does not take this number (HTTP 200): bad number"},
                 {400, R"({"m":[{"status":6}]})", refused, "the provider does not take this number (HTTP 400)"},
                 {500, R"({"m":[{"status":0}]})", failed, "the provider has a fault of its own (HTTP 500)"},
                 {500, R"({"m":[{"status":1}]})", failed, "the provider has a fault of its own (HTTP 500)"},
                 {200, R"({"m":[{"status":2,"why":"?"}]})", unclear,
                  "the provider answered, but not what counts as sent (HTTP 200): ?"},
                 {500, R"({"m":[{"status":6}]})", failed, "the provider has a fault of its own (HTTP 500)"},
                 {200, R"({"m":[{"status":[0]}]})", unclear, kNotSent},
                 {200, R"({"m":{"status":0}})", unclear, kNotSent},
                 {200, R"({"m":[]})", unclear, kNotSent},
                 {200, "0", unclear, kNotSent},
                 {200, "", unclear, kNotSent},
                 {200, "\xff{", unclear, kNotSent}});
}

TEST_F(HttpGateway, RepeatsNoPassword) {
  const auto read = settings(std::string(kUrl) + "reason = 'why'\nusername = 'u'\npassword = 'hunter two'\n", 0600);
  ASSERT_TRUE(read) << read.error();
  const auto said = judge(*read, {.status = 401, .body = R"({"why":"not for hunter two, u"})"}).detail;
  EXPECT_EQ(said, "the provider does not accept the username and password (HTTP 401): ***");
}

TEST_F(HttpGateway, LooksForText) {
  using enum Delivery;
  const auto read = settings(std::string(kUrl) + "[success]\nstatus = [200, 302]\ntext = 'OK:'\n");
  ASSERT_TRUE(read) << read.error();
  expect(*read, {{200, "id=5 OK: queued", sent, ""},
                 {302, "OK:", sent, ""},
                 {202, "OK:", unclear, "the provider answered, but not what counts as sent (HTTP 202)"},
                 {200, "ERR", unclear, "the provider answered, but not what counts as sent (HTTP 200)"}});
}

// What is installed, with its password file in a folder of ours and nothing else changed.
TEST_F(HttpGateway, HasReadySettingsThatAreRight) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(MFA_SOURCE_DIR "/packaging/gateways")) {
    std::ifstream file(entry.path());
    std::string text((std::istreambuf_iterator<char>(file)), {});
    if (!text.contains("\nurl = ")) continue;
    const std::size_t at = text.find("/etc/mfa/gateways/", text.find("password_file"));
    ASSERT_NE(at, std::string::npos) << entry.path();
    text.replace(at, text.find('"', at) - at, "@/password");
    for (std::size_t x = 0; (x = text.find("xxxxxxxx", x)) != std::string::npos;) text.replace(x, 8, "abcdefab");
    const auto read = settings(text);
    ASSERT_TRUE(read) << entry.path() << read.error();
    const auto made = make_request(*read, message("Your code is 123456."));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->method, "POST");
    EXPECT_THAT(made->url, Not(HasSubstr("123456"))) << "addresses are logged";
    EXPECT_THAT(made->url, Not(HasSubstr("64211234567")));
    names.push_back(entry.path().stem());
  }
  std::ranges::sort(names);
  EXPECT_THAT(names, ElementsAre("kannel", "messagebird", "twilio", "twilio-call", "vonage"));
}

}  // namespace
}  // namespace mfa::http
