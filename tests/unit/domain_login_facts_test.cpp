// Where a login comes from and what came first, from facts byte for byte. Next to every row that says "console" or
// "publickey" stand those that look like it and are not.
#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "common/domain/login_facts.h"

namespace mfa {
namespace {

using namespace std::literals;

TEST(Address, IsReadAndShownInOneForm) {
  struct Row {
    std::string_view written;
    std::optional<std::string> shown;
  };
  const std::vector<Row> rows{
      {"203.0.113.7", "203.0.113.7"},
      {"0.0.0.0", "0.0.0.0"},
      {"255.255.255.255", "255.255.255.255"},
      {"2001:db8::1", "2001:db8::1"},
      {"2001:0DB8:0:0:0:0:0:1", "2001:db8::1"},
      {"::", "::"},
      {"::1", "::1"},
      {"::ffff:203.0.113.7", "203.0.113.7"},
      {"::FFFF:cb00:7107", "203.0.113.7"},
      {"::203.0.113.7", "::203.0.113.7"},            // IPv4-compatible, long gone: not the same thing
      {"1::ffff:203.0.113.7", "1::ffff:cb00:7107"},  // mapped only below ::
      {"fe80::1%eth0", "fe80::1"},
      {"febf::1%3", "febf::1"},
      {"fe80::1", "fe80::1"},

      {"", {}},
      {" ", {}},
      {" 203.0.113.7", {}},
      {"203.0.113.7 ", {}},
      {"203.0.113.7\n", {}},
      {"203.0.113.7\0"sv, {}},
      {"203.0.113.7\0.evil"sv, {}},
      {"203.0.113", {}},
      {"203.0.113.256", {}},
      {"203.0.113.07", {}},
      {"0xcb.0.113.7", {}},
      {"3405803783", {}},
      {"203.0.113.7.", {}},
      {"203.0.113.7:22", {}},
      {"203.0.113.7/32", {}},
      {"203.0.113.7%eth0", {}},
      {"[2001:db8::1]", {}},
      {"2001:db8::1::", {}},
      {"2001:db8::12345", {}},
      {"2001:db8::1%eth0", {}},  // not link-local: no zone belongs there
      {"::ffff:203.0.113.7%eth0", {}},
      {"fec0::1%eth0", {}},
      {"fe7f::1%eth0", {}},
      {"fe80::1%", {}},
      {"fe80::1%%", {}},
      {"fe80::1%a b", {}},
      {"fe80::1%a/b", {}},
      {"fe80::1%\x7f", {}},
      {"fe80::1%01234567890123456789012345678901", "fe80::1"},
      {"fe80::1%012345678901234567890123456789012", {}},
      {"%eth0", {}},
      {"localhost", {}},
      {"UNKNOWN", {}},
  };
  for (const Row& row : rows) {
    const std::optional<Address> address = parse_address(row.written);
    EXPECT_EQ(address ? std::optional(to_string(*address)) : std::nullopt, row.shown) << row.written;
    if (address) {
      EXPECT_EQ(parse_address(to_string(*address)), address) << row.written;
    }
  }
}

TEST(Address, OfOneFamilyNeverEqualsOneOfTheOther) {
  EXPECT_NE(parse_address("1.2.3.4"), parse_address("102:304::"));  // the same first four bytes
  EXPECT_EQ(parse_address("1.2.3.4"), parse_address("::ffff:1.2.3.4"));
}

// A login of root's program with nothing said.
LoginFacts by_root() {
  LoginFacts facts;
  facts.user = "alice";
  facts.service = "login";
  facts.from_root = true;
  return facts;
}

TEST(Origin, IsTheConsoleOnlyOnAVirtualTerminalOrASerialLine) {
  const std::vector<std::string> consoles{"tty1",         "/dev/tty1",    "tty9",       "tty63",       "/dev/tty12",
                                          "tty999",       "ttyS0",        "/dev/ttyS1", "ttyAMA0",     "/dev/ttyAMA0",
                                          "/dev/ttyUSB0", "/dev/ttyACM1", "hvc0",       "/dev/hvc0",   "xvc0",
                                          "ttymxc2",      "ttysclp0",     "console",    "/dev/console"};
  for (const std::string& tty : consoles) {
    LoginFacts facts = by_root();
    facts.tty = tty;
    EXPECT_EQ(to_string(origin_of(facts)), "console") << tty;
    facts.from_root = false;
    EXPECT_EQ(to_string(origin_of(facts)), "unknown") << tty;
  }

  const std::vector<std::string> others{"",
                                        "ssh",
                                        "pts/0",
                                        "/dev/pts/0",
                                        "/dev/pts/1",
                                        ":0",
                                        ":1.0",
                                        "tty",
                                        "/dev/tty",
                                        "tty0",
                                        "tty01",
                                        "tty1234",
                                        "tty1 ",
                                        " tty1",
                                        "tty-1",
                                        "tty1\n",
                                        "TTY1",
                                        "ttyp0",
                                        "ttyS",
                                        "ttyS0x",
                                        "ttyS00",
                                        "ttyGS0",
                                        "hvc",
                                        "hvcs0",
                                        "console0",
                                        "consolex",
                                        "/dev//tty1",
                                        "/dev/dev/tty1",
                                        "/tmp/tty1",
                                        "../dev/tty1",
                                        "/dev/pts/../tty1",
                                        "cron",
                                        "web console",
                                        "dev/tty1",
                                        "/dev/"};
  for (const std::string& tty : others) {
    LoginFacts facts = by_root();
    facts.tty = tty;
    EXPECT_EQ(to_string(origin_of(facts)), "unknown") << tty;
  }
}

struct OriginRow {
  std::string_view what;
  std::string tty, rhost, ruser, ssh_connection;
  std::string_view root, unprivileged = "unknown";
};

TEST(Origin, ComesFromWhatIsSaidNeverFromWhatIsMissing) {
  const std::vector<OriginRow> rows{
      {"nothing at all", "", "", "", "", "unknown"},
      {"sshd", "ssh", "203.0.113.7", "", "203.0.113.7 50022 192.0.2.1 22", "203.0.113.7"},
      {"sshd, RHOST a name (UseDNS)", "ssh", "host.example", "", "203.0.113.7 50022 192.0.2.1 22", "203.0.113.7"},
      {"sshd, RHOST missing", "ssh", "", "", "203.0.113.7 50022 192.0.2.1 22", "203.0.113.7"},
      {"sshd over IPv6", "ssh", "2001:db8::1", "", "2001:db8::1 50022 2001:db8::2 22", "2001:db8::1"},
      {"the client comes first, not the server", "ssh", "", "", "203.0.113.7 1 198.51.100.9 22", "203.0.113.7"},
      {"sshd on a socket for both families", "ssh", "::ffff:203.0.113.7", "", "203.0.113.7 1 192.0.2.1 22",
       "203.0.113.7"},
      {"sshd, link-local", "ssh", "fe80::1%eth0", "", "fe80::1%eth0 1 fe80::2%eth0 22", "fe80::1"},
      {"sshd, two addresses that differ", "ssh", "203.0.113.8", "", "203.0.113.7 1 192.0.2.1 22", "unknown"},
      {"sshd, not an address", "ssh", "203.0.113.7", "", "UNKNOWN 65535 UNKNOWN 65535", "unknown"},
      {"sshd, broken", "ssh", "203.0.113.7", "", " 203.0.113.7 1 192.0.2.1 22", "unknown"},
      {"sshd, only the address", "ssh", "", "", "203.0.113.7", "203.0.113.7"},
      {"RHOST alone", "ssh", "203.0.113.7", "", "", "203.0.113.7"},
      {"RHOST alone, a name", "ssh", "host.example", "", "", "unknown"},
      {"login, at the console", "/dev/tty1", "", "", "", "console"},
      {"login -h, from afar", "/dev/tty1", "203.0.113.7", "", "", "203.0.113.7"},
      {"login -h, from a name", "/dev/tty1", "host.example", "", "", "unknown"},
      {"login -h, from localhost", "/dev/tty1", "localhost", "", "", "unknown"},
      {"a console, but over SSH", "/dev/tty1", "", "", "203.0.113.7 1 192.0.2.1 22", "203.0.113.7"},
      {"a console, but over broken SSH", "/dev/tty1", "", "", "?", "unknown"},
      {"sudo in a remote session", "/dev/pts/3", "", "alice", "", "unknown"},
      {"su < /dev/ttyS0 in a remote session", "/dev/ttyS0", "", "alice", "", "unknown"},
      {"sudo at the console", "/dev/tty1", "", "alice", "", "unknown"},
      {"gdm", "/dev/tty2", "", "", "", "console"},
      {"gdm on X", ":0", "", "", "", "unknown"},
  };
  for (const OriginRow& row : rows) {
    LoginFacts facts = by_root();
    facts.tty = row.tty;
    facts.rhost = row.rhost;
    facts.ruser = row.ruser;
    facts.ssh_connection = row.ssh_connection;
    EXPECT_EQ(to_string(origin_of(facts)), row.root) << row.what;
    facts.from_root = false;
    EXPECT_EQ(to_string(origin_of(facts)), row.unprivileged) << row.what;
  }
}

TEST(FirstFactor, IsWhatSshdSaysThatPassed) {
  struct Row {
    std::string info;
    FirstFactor factor;
  };
  using enum FirstFactor;
  const std::vector<Row> rows{
      {"", password},  // the stack has checked it
      {"publickey ssh-ed25519 AAAAC3Nz", publickey},
      {"publickey ssh-ed25519 AAAAC3Nz\n", publickey},
      {"publickey ssh-rsa AAAA\n", publickey},
      {"publickey ssh-ed25519-cert-v01@openssh.com AAAA\n", publickey},
      {"publickey sk-ssh-ed25519@openssh.com AAAA\n", publickey_sk},
      {"publickey sk-ssh-ed25519-cert-v01@openssh.com AAAA\n", publickey_sk},
      {"publickey sk-ecdsa-sha2-nistp256@openssh.com AAAA\n", publickey_sk},
      {"publickey sk-ecdsa-sha2-nistp256-cert-v01@openssh.com AAAA\n", publickey_sk},
      // Looks like a security key and is none.
      {"publickey sk-ssh-ed25519 AAAA\n", publickey},
      {"publickey sk-ssh-ed25519@example.com AAAA\n", publickey},
      {"publickey SK-SSH-ED25519@OPENSSH.COM AAAA\n", publickey},
      {"publickey xsk-ssh-ed25519@openssh.com AAAA\n", publickey},
      {"publickey ssh-ed25519 sk-ssh-ed25519@openssh.com\n", publickey},
      // No key in it.
      {"publickey", unknown},
      {"publickey \n", unknown},
      {"publickey sk-ssh-ed25519@openssh.com", unknown},
      {"publickey sk-ssh-ed25519@openssh.com \n", unknown},
      {"publickey  ssh-ed25519 AAAA\n", unknown},
      {"publickeys ssh-ed25519 AAAA\n", unknown},
      {"Publickey ssh-ed25519 AAAA\n", unknown},
      {" publickey ssh-ed25519 AAAA\n", unknown},
      // Other methods.
      {"password\n", password},
      {"keyboard-interactive/pam\n", password},
      {"keyboard-interactive\n", password},
      {"keyboard-interactive/bsdauth\n", unknown},
      {"hostbased ssh-ed25519 AAAA\n", unknown},
      {"gssapi-with-mic alice@EXAMPLE\n", unknown},
      {"none\n", unknown},
      {"\n", unknown},
      // Of several the strongest, in whatever order.
      {"password\npublickey ssh-ed25519 AAAA\n", publickey},
      {"publickey ssh-ed25519 AAAA\npassword\n", publickey},
      {"publickey ssh-ed25519 AAAA\npublickey sk-ssh-ed25519@openssh.com AAAA\n", publickey_sk},
      {"publickey sk-ssh-ed25519@openssh.com AAAA\npublickey ssh-ed25519 AAAA\n", publickey_sk},
      {"hostbased ssh-ed25519 AAAA\npassword\n", password},
      {"publickey\npublickey ssh-ed25519 AAAA\n", publickey},
  };
  for (const Row& row : rows) {
    LoginFacts facts = by_root();
    facts.ssh_auth_info = row.info;
    EXPECT_EQ(first_factor_of(facts), row.factor) << row.info;
    facts.from_root = false;
    EXPECT_EQ(first_factor_of(facts), unknown) << row.info;
  }
}

}  // namespace
}  // namespace mfa
