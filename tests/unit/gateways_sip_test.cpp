// The sip gateway without a telephone system: its settings, and sound.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <string>
#include <vector>

#include "gateways/sip/final_status.h"
#include "gateways/sip/keys.h"
#include "gateways/sip/sip_settings.h"
#include "gateways/sip/sound.h"
#include "gateways/sip/srtp_key.h"

namespace mfa::sip {
namespace {

using ::testing::HasSubstr;

std::string bytes_of(std::uint32_t value, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xFFU);
  return bytes;
}

struct Wave {
  std::uint32_t format = 1, channels = 1, rate = 8000, bits = 16;
  std::string chunks = {};  // between the format and the data
  std::string data = std::string("\x01\x02\xff\xff", 4);
  std::uint32_t size = 4;
};

std::optional<Samples> read(const Wave& wave) {
  const std::string format = bytes_of(wave.format, 2) + bytes_of(wave.channels, 2) + bytes_of(wave.rate, 4) +
                             bytes_of(0, 4) + bytes_of(0, 2) + bytes_of(wave.bits, 2);
  const std::string file = "RIFF" + bytes_of(0x7fffffff, 4) + "WAVEfmt " + bytes_of(16, 4) + format + wave.chunks +
                           "data" + bytes_of(wave.size, 4) + wave.data;
  return read_wave({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()});
}

TEST(Wave, IsReadAsFarAsItGoes) {
  const Samples two{0x0201, -1};
  EXPECT_EQ(read({}), two);
  EXPECT_EQ(read({.chunks = "LIST" + bytes_of(3, 4) + "abc" + std::string(1, '\0')}), two) << "with another chunk";
  EXPECT_EQ(read({.size = 0x7fffffff}), two) << "as written into a pipe";
  EXPECT_EQ(read({.size = 2}), Samples{0x0201});
  EXPECT_EQ(read({.size = 3}), Samples{0x0201});
}

TEST(Wave, OfAnotherKindIsNotRead) {
  EXPECT_FALSE(read({.format = 7}));
  EXPECT_FALSE(read({.channels = 2}));
  EXPECT_FALSE(read({.bits = 8}));
  EXPECT_FALSE(read({.rate = 7999}));
  EXPECT_FALSE(read({.rate = 0}));
  EXPECT_FALSE(read({.rate = 0xFFFFFFFF}));
  EXPECT_FALSE(read({.data = "", .size = 0}));
  for (const std::string text : {"", "RIFF", "RIFFxxxxWAVE", "RIFFxxxxWAVEdata\x02\0\0\0ab", "Your code is 1"})
    EXPECT_FALSE(read_wave({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()})) << text;
}

Samples tone(double hertz, int rate) {
  Samples samples(static_cast<std::size_t>(rate));
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = static_cast<std::int16_t>(
        10'000 * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / static_cast<double>(rate)));
  return samples;
}

double loudness(const Samples& samples) {
  double sum = 0;
  for (const std::int16_t sample : samples) sum += double{1} * sample * sample;
  return std::sqrt(sum / static_cast<double>(samples.size()));
}

TEST(Sound, IsMadeFitForATelephone) {
  for (const int rate : {16'000, 22'050, 44'100, 48'000}) {
    const Samples low = for_telephone(tone(1000, rate), rate);
    EXPECT_NEAR(static_cast<double>(low.size()), 8000, 1) << rate;
    const Samples same = tone(1000, 8000);
    for (std::size_t i = 100; i < 7900; ++i) ASSERT_NEAR(low[i], same[i], 60) << rate << " at " << i;
    EXPECT_LT(loudness(for_telephone(tone(6000, rate), rate)), 300)
        << "what it cannot carry is not heard as another tone";
  }
  EXPECT_EQ(for_telephone(tone(1000, 8000), 8000), tone(1000, 8000));
}

// As CPython's audioop.lin2ulaw and lin2alaw have them, which are Sun's.
TEST(Sound, IsCodedAsG711Says) {
  struct Row {
    std::int16_t sample;
    int mu, a;
  };
  constexpr Row kRows[] = {
      {0, 0xff, 0xd5},     {1, 0xff, 0xd5},     {-1, 0x7e, 0x55},     {3, 0xff, 0xd5},      {4, 0xfe, 0xd5},
      {7, 0xfe, 0xd5},     {8, 0xfe, 0xd5},     {-8, 0x7e, 0x55},     {15, 0xfd, 0xd5},     {16, 0xfd, 0xd4},
      {-16, 0x7d, 0x55},   {100, 0xf2, 0xd3},   {-100, 0x72, 0x53},   {255, 0xe7, 0xda},    {256, 0xe7, 0xc5},
      {1000, 0xce, 0xfa},  {-1000, 0x4e, 0x7a}, {4095, 0xaf, 0x9a},   {4096, 0xaf, 0x85},   {8031, 0xa0, 0x8a},
      {8159, 0x9f, 0x8a},  {-8159, 0x1f, 0x0a}, {16000, 0x90, 0xba},  {-16000, 0x10, 0x3a}, {32635, 0x80, 0xaa},
      {32636, 0x80, 0xaa}, {32767, 0x80, 0xaa}, {-32768, 0x00, 0x2a},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(coded(row.sample, Law::mu), row.mu) << row.sample;
    EXPECT_EQ(coded(row.sample, Law::a), row.a) << row.sample;
  }
}

// The key is that of the example in RFC 4568 §6.1.
TEST(SrtpKey, IsReadAsItIsWritten) {
  const std::string coded = "PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";
  const std::string right = "1 AES_CM_128_HMAC_SHA1_80 inline:" + coded;
  const Secret key = key_in(right + "|2^20|1:4");
  ASSERT_EQ(key.text(), R"(=-n@%^x!Bjufr9)?,#5h\`=&]{qiPQ)");
  EXPECT_EQ(crypto_with(key), right);
  EXPECT_EQ(key_in(right), key);
  EXPECT_EQ(key_in(right + " FEC_ORDER=FEC_SRTP"), key);
  for (const std::string& text : {std::string(), std::string("1"), "1 AES_CM_128_HMAC_SHA1_32 inline:" + coded,
                                  "1 AES_CM_128_HMAC_SHA1_80 " + coded, right.substr(0, right.size() - 1), right + "A",
                                  "1 AES_CM_128_HMAC_SHA1_80 inline:" + coded.substr(0, 36) + "AA==",
                                  "1 AES_CM_128_HMAC_SHA1_80 inline:" + coded.substr(0, 39) + "!"})
    EXPECT_TRUE(key_in(text).empty()) << text;
}

// Or whoever declines is rung again at once, and everybody's calls go another way.
TEST(FinalStatus, IsTheTelephonesOnceItRang) {
  struct Row {
    std::uint16_t status;
    Delivery at_once;
    Refusal rung;
  };
  using enum Refusal;
  constexpr Row kRows[] = {
      {401, Delivery::failed, declined},   {403, Delivery::failed, declined},    {404, Delivery::refused, no_number},
      {407, Delivery::failed, declined},   {408, Delivery::refused, unanswered}, {410, Delivery::refused, no_number},
      {415, Delivery::failed, declined},   {433, Delivery::failed, declined},    {480, Delivery::refused, unanswered},
      {484, Delivery::refused, no_number}, {486, Delivery::refused, busy},       {487, Delivery::refused, unanswered},
      {488, Delivery::failed, declined},   {499, Delivery::failed, declined},    {500, Delivery::failed, unanswered},
      {502, Delivery::failed, unanswered}, {503, Delivery::failed, unanswered},  {504, Delivery::failed, unanswered},
      {580, Delivery::failed, unanswered}, {600, Delivery::refused, busy},       {603, Delivery::refused, declined},
      {604, Delivery::refused, no_number}, {606, Delivery::refused, declined},   {607, Delivery::refused, declined},
      {608, Delivery::refused, declined},  {699, Delivery::failed, declined},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(meaning(row.status, /*rang=*/false).delivery, row.at_once) << row.status;
    const GatewayReply reply = meaning(row.status, /*rang=*/true);
    EXPECT_EQ(reply.delivery, Delivery::refused) << row.status;
    EXPECT_EQ(reply.why, row.rung) << row.status;
    EXPECT_FALSE(reply.of_message) << row.status;
    EXPECT_THAT(reply.detail, HasSubstr("(SIP " + std::to_string(row.status) + ")"));
  }
}

TEST(Keys, AreOfTheOtherSideIfTheyComeFromThere) {
  struct Row {
    Endpoint from;
    bool taken;
    const char* why;
  };
  const Endpoint said{.address = "192.0.2.9", .port = 20062};
  const Row rows[] = {
      {said, true, "from where it said"},
      {{.address = "127.0.0.1", .port = 20062}, true, "from the address we call, and the port it said"},
      {{.address = "192.0.2.9", .port = 20064}, false, "another program of that host"},
      {{.address = "127.0.0.1", .port = 20064}, false, "another program of the host we call"},
      {{.address = "192.0.2.10", .port = 20062}, false, "another host"},
      {{.address = "", .port = 0}, false, "from nowhere"},
  };
  for (const Row& row : rows) EXPECT_EQ(is_from(row.from, said, "127.0.0.1"), row.taken) << row.why;
}

TEST(Keys, AreReadFromInfo) {
  struct Row {
    const char* type;
    const char* body;
    bool hash;
  };
  constexpr Row kRows[] = {
      {"application/dtmf-relay", "Signal=#\r\nDuration=250\r\n", true},
      {"application/dtmf-relay", "Signal= #\r\nDuration= 160\r\n", true},
      {"application/dtmf-relay", "Duration=160\r\nsignal=11\r\n", true},
      {"Application/DTMF-Relay", "Signal=#", true},
      {"application/dtmf", "#", true},
      {"application/dtmf", "11\r\n", true},
      {"application/dtmf-relay", "Signal=1\r\nDuration=11\r\n", false},
      {"application/dtmf-relay", "Signal=110\r\n", false},
      {"application/dtmf-relay", "Signal=##\r\n", false},
      {"application/dtmf-relay", "Signal=\r\n#", false},
      {"application/dtmf-relay", "NoSignal=#\r\n", false},
      {"application/dtmf-relay", "#", false},
      {"application/dtmf-relay", "", false},
      {"application/dtmf", "", false},
      {"application/dtmf", "1", false},
      {"application/dtmf", "Signal=#", false},
      {"text/plain", "Signal=#", false},
      {"/", "#", false},
  };
  for (const Row& row : kRows) EXPECT_EQ(tells_hash(row.type, row.body), row.hash) << row.type << ' ' << row.body;
}

class SipGateway : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string made = ::testing::TempDir() + "/sip.XXXXXX";
    ASSERT_NE(mkdtemp(made.data()), nullptr);
    folder_ = std::filesystem::canonical(made);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::expected<SipSettings, std::string> settings(const std::string& text) const {
    std::ofstream(folder_ / "s.toml") << text;
    return read_sip_settings(folder_ / "s.toml");
  }

  std::filesystem::path folder_;
};

TEST_F(SipGateway, EncryptsUnlessToldOtherwise) {
  const auto read = settings("server = 'pbx.example.org'\nusername = 'mfa'\n");
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->host, "pbx.example.org");
  EXPECT_EQ(read->port, 5061);
  EXPECT_EQ(read->transport, Transport::tls);
  EXPECT_TRUE(read->srtp);
  EXPECT_EQ(read->domain, "pbx.example.org");
  EXPECT_EQ(read->prefix, "+");
  for (const char* open : {"transport = 'udp'\n", "transport = 'tcp'\n", "srtp = false\n"}) {
    const std::string text = std::string("username = 'mfa'\n") + open;
    EXPECT_THAT(settings(text + "server = 'pbx.example.org'\n").error(),
                HasSubstr("anybody on the way hears the codes"));
    EXPECT_TRUE(settings(text + "server = 'pbx.example.org'\nplain = true\n"));
    EXPECT_TRUE(settings(text + "server = '127.0.0.1:5080'\n"));
  }
}

TEST_F(SipGateway, FindsItsServer) {
  struct Row {
    const char* server;
    const char* host;
    int port;  // 0: none
    const char* domain;
  };
  constexpr Row kRows[] = {
      {"pbx.example.org", "pbx.example.org", 5060, "pbx.example.org"},
      {"192.0.2.1:5080", "192.0.2.1", 5080, "192.0.2.1"},
      {"[2001:db8::1]", "2001:db8::1", 5060, "[2001:db8::1]"},
      {"[2001:db8::1]:5070", "2001:db8::1", 5070, "[2001:db8::1]"},
      {":5080", "", 0, ""},
      {"[2001:db8::1", "", 0, ""},
      {"h:", "", 0, ""},
      {"h:0", "", 0, ""},
      {"h:99999", "", 0, ""},
      {"h:5x", "", 0, ""},
      {"[::1]5060", "", 0, ""},
  };
  for (const Row& row : kRows) {
    const auto read =
        settings(std::string("plain = true\ntransport = 'udp'\nusername = 'mfa'\nserver = '") + row.server + "'\n");
    ASSERT_EQ(read.has_value(), row.port != 0) << row.server;
    if (!read) continue;
    EXPECT_EQ(read->host, row.host);
    EXPECT_EQ(read->port, row.port);
    EXPECT_EQ(read->domain, row.domain);
  }
}

TEST_F(SipGateway, TellsWhatIsWrongWithItsSettings) {
  EXPECT_THAT(settings("").error(), HasSubstr("server is missing"));
  EXPECT_THAT(settings("server = 'h'\n").error(), HasSubstr("username is missing"));
  EXPECT_THAT(settings("server = 'h;transport=udp'\n").error(),
              HasSubstr(":1:10: server has characters that no address has"));
  for (const char* name : {"a@b", "a;b", "a>b", "a b", "a\"b"})
    EXPECT_THAT(settings("server = 'h'\nusername = '" + std::string(name) + "'\n").error(),
                HasSubstr(":2:12: username has characters"));
  EXPECT_THAT(settings("server = 'h'\nusername = 'm'\nprefix = '00;'\n").error(), HasSubstr("prefix has characters"));
  EXPECT_THAT(settings("server = 'h'\nusername = 'm'\ntransport = 'ws'\n").error(), HasSubstr("transport must be"));
  EXPECT_THAT(settings("server = 'h'\nusername = 'm'\npassword_file = '/no/such'\n").error(),
              HasSubstr("No such file"));
}

// What is installed, with nothing changed but the password.
TEST_F(SipGateway, HasReadySettingsThatAreRight) {
  std::ifstream file(MFA_SOURCE_DIR "/packaging/gateways/sip.toml");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  const std::string named = "/etc/mfa/gateways/sip.password";
  ASSERT_NE(text.find(named), std::string::npos);
  text.replace(text.find(named), named.size(), (folder_ / "password").string());
  std::ofstream(folder_ / "password") << "secret\n";
  ASSERT_EQ(chmod((folder_ / "password").c_str(), 0600), 0);
  const auto read = settings(text);
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->password.text(), "secret");
}

}  // namespace
}  // namespace mfa::sip
