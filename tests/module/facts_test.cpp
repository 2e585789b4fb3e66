// Login frames, and SSH_AUTH_INFO_0 when it is long. Reading the facts from PAM is tried in login_test.cpp.
#include "pam_module/facts.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace mfa {
namespace {

using protocol::Tag;

std::string fit(const std::string& lines, std::size_t room) {
  std::string out(room, '#');
  return std::string(fit_auth_info(lines, out));
}

TEST(AuthInfo, ThatFitsIsLeftAlone) {
  EXPECT_EQ(fit("", 10), "");
  EXPECT_EQ(fit("password", 8), "password");
  EXPECT_EQ(fit("publickey ssh-rsa AAAA\npassword\n", 100), "publickey ssh-rsa AAAA\npassword\n");
}

TEST(AuthInfo, IsCutAtItsWordsAndNeverWithinAKey) {
  const std::string key(50, 'A');
  struct {
    const char* what;
    std::string lines;
    std::size_t room;
    std::string fits;
  } const rows[] = {
      {"a key too long", "publickey ssh-rsa " + key, 40, "publickey ssh-rsa\n"},
      {"one byte too long", "publickey ssh-rsa " + key + "\n", 68, "publickey ssh-rsa\n"},
      {"the second too long", "publickey a B\npublickey ssh-rsa " + key + "\n", 40,
       "publickey a B\npublickey ssh-rsa\n"},
      {"the first too long", "publickey ssh-rsa " + key + "\npassword\n", 40, "publickey ssh-rsa\npassword\n"},
      {"nothing but a key's type fits not", "publickey " + key, 20, "cut\n"},
      {"no words", key, 20, "cut\n"},
      {"lines that are empty", "\n\n\n" + std::string(30, '\n'), 20, "cut\n"},
  };
  for (const auto& row : rows) EXPECT_EQ(fit(row.lines, row.room), row.fits) << row.what;
}

TEST(AuthInfo, IsNeverEmptyUnlessNothingWasPassed) {
  const std::string lines = "publickey ssh-ed25519-cert-v01@openssh.com " + std::string(5000, 'A') + "\npassword\n";
  for (std::size_t room = 4; room < lines.size() + 10; ++room) {
    const std::string fits = fit(lines, room);
    ASSERT_FALSE(fits.empty()) << room;
    ASSERT_LE(fits.size(), room);
    const bool whole_key = fits.find(std::string(5000, 'A')) != std::string::npos;
    ASSERT_TRUE(whole_key || fits.find('A') == std::string::npos) << room;
  }
}

protocol::Fields fields_of(std::span<const char> frame) {
  const auto fields = protocol::Fields::parse(frame.subspan(std::min(frame.size(), protocol::kHeader)));
  EXPECT_TRUE(fields && !frame.empty());
  return fields.value();
}

TEST(LoginFrame, LeavesOutWhatIsNotThere) {
  std::array<char, protocol::kHeader + protocol::kMostPayload> buffer;
  Facts facts;
  facts.user = "alice";
  facts.service = "su";
  const auto fields = fields_of(write_login(buffer, facts, false));
  EXPECT_EQ(fields.byte(Tag::version), protocol::kVersion);
  EXPECT_EQ(fields.get(Tag::user), "alice");
  EXPECT_EQ(fields.get(Tag::service), "su");
  EXPECT_EQ(fields.byte(Tag::phase), 1);
  for (const Tag tag : {Tag::tty, Tag::rhost, Tag::ruser, Tag::ssh_connection, Tag::ssh_auth_info,
                        Tag::configuration_only, Tag::password_passed}) {
    EXPECT_EQ(fields.get(tag), std::nullopt);
  }
}

TEST(LoginFrame, SaysWhichPhaseItIs) {
  for (const auto phase : {protocol::Phase::authenticate, protocol::Phase::failed_password, protocol::Phase::account,
                           protocol::Phase::password_changed}) {
    std::array<char, protocol::kHeader + protocol::kMostPayload> buffer;
    Facts facts;
    facts.phase = phase;
    facts.user = "alice";
    EXPECT_EQ(fields_of(write_login(buffer, facts, false)).byte(Tag::phase), static_cast<std::uint8_t>(phase));
  }
}

TEST(LoginFrame, HoldsEveryFactAtItsLongest) {
  const std::string user(kLongestUser, 'u');
  const std::string item(kLongestItem, 'i');
  const std::string auth_info = "publickey ssh-rsa " + std::string(3 * protocol::kMostPayload, 'A');
  const std::string fits = "publickey ssh-rsa " + std::string(protocol::kLongestFact - 18, 'A');
  std::array<char, protocol::kHeader + protocol::kMostPayload> buffer;
  Facts facts{.phase = protocol::Phase::authenticate,
              .user = user,
              .service = item,
              .tty = item,
              .rhost = item,
              .ruser = item,
              .ssh_connection = item,
              .ssh_auth_info = fits,
              .password_passed = true};
  EXPECT_EQ(fields_of(write_login(buffer, facts, true)).get(Tag::ssh_auth_info), fits);
  facts.ssh_auth_info = auth_info;
  const auto fields = fields_of(write_login(buffer, facts, true));
  EXPECT_EQ(fields.get(Tag::user), user);
  EXPECT_EQ(fields.get(Tag::ssh_connection), item);
  EXPECT_EQ(fields.get(Tag::ssh_auth_info), "publickey ssh-rsa\n");
  EXPECT_EQ(fields.get(Tag::configuration_only), "");
  EXPECT_EQ(fields.get(Tag::password_passed), "");
}

}  // namespace
}  // namespace mfa
