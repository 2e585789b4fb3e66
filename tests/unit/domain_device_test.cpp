#include "common/domain/device.h"

#include <gtest/gtest.h>

namespace mfa {
namespace {

// Made with ssh-keygen; fingerprints as `ssh-keygen -lf` prints them.
#include "tests/unit/domain_device_keys.inc"

LoginFacts from_sshd(std::string auth_info = "", std::string address = "203.0.113.7") {
  LoginFacts facts;
  facts.service = "sshd";
  facts.tty = "ssh";
  facts.rhost = address;
  facts.ssh_connection = address + " 50000 192.0.2.1 22";
  facts.ssh_auth_info = std::move(auth_info);
  facts.from_root = true;
  return facts;
}

TEST(SshKeys, HaveTheFingerprintThatSshKeygenShows) {
  for (const KnownKey& known : kKnownKeys) {
    const auto key = parse_ssh_key(known.line);
    ASSERT_TRUE(key) << known.line;
    EXPECT_EQ(key->fingerprint, known.fingerprint);
    EXPECT_EQ(key->type, known.type);
  }
}

TEST(SshKeys, ThatAreMalformedAreNone) {
  const std::string good(kKnownKeys[0].line);
  const std::string blob = good.substr(good.find(' ') + 1);
  for (const std::string& line :
       {std::string(), std::string("ssh-ed25519"), std::string("ssh-ed25519 "), std::string("ssh-ed25519 AAAA"),
        std::string("ssh-ed25519 !!!!"), "ssh-rsa " + blob,
        good.substr(0, good.size() - 4) + "====", std::string("ssh-new-cert-v09@openssh.com ") + blob})
    EXPECT_FALSE(parse_ssh_key(line)) << line;
}

TEST(Devices, AreTheKeyIfThereIsOne) {
  const auto device = device_of(from_sshd("publickey " + std::string(kKnownKeys[0].line) + "\n"), {});
  ASSERT_TRUE(device);
  EXPECT_EQ(device->kind, DeviceKind::key);
  EXPECT_EQ(device->id, kKnownKeys[0].fingerprint);
}

TEST(Devices, AKeyThatCannotBeToldIsNotReplacedByItsAddress) {
  EXPECT_FALSE(device_of(from_sshd("publickey ssh-ed25519 rubbish"), {}));
  const std::string line = "publickey " + std::string(kKnownKeys[0].line) + "\n";
  EXPECT_FALSE(device_of(from_sshd(line + line), {})) << "two keys: neither alone is the device";
}

TEST(Devices, AreTheAddressElse) {
  EXPECT_EQ(device_of(from_sshd(), {}), (Device{DeviceKind::address, "203.0.113.7"}));
  EXPECT_EQ(device_of(from_sshd("", "2001:db8:1:2:aaaa::1"), {}), (Device{DeviceKind::address, "2001:db8:1:2::/64"}));
  EXPECT_EQ(device_of(from_sshd("", "::ffff:203.0.113.7"), {}), (Device{DeviceKind::address, "203.0.113.7"}));
}

TEST(Devices, AnAddressThatManyShareIsNone) {
  const Network shared[] = {{.address = *parse_address("203.0.113.0"), .prefix = 28}};
  EXPECT_FALSE(device_of(from_sshd(), shared));
  EXPECT_TRUE(device_of(from_sshd("", "203.0.113.99"), shared));
  EXPECT_TRUE(device_of(from_sshd("publickey " + std::string(kKnownKeys[0].line)), shared)) << "a key is one anywhere";
}

TEST(Devices, AnAddressWhoseNetworkTellsNobodyApartIsNone) {
  for (const std::string address : {"fe80::1", "fe80::1%eth0", "febf::1", "::1", "::", "::203.0.113.7",
                                    "64:ff9b::cb00:7107", "64:ff9b:1::cb00:7107", "2001:0:102:304:8000:1:2:3"})
    EXPECT_FALSE(device_of(from_sshd("", address), {})) << address;
  for (const std::string address : {"fec0::1", "2001:1::1", "64:ff9c::1", "0:0:0:1::1"})
    EXPECT_TRUE(device_of(from_sshd("", address), {})) << address;
}

TEST(Devices, TheConsoleNeedsEvidence) {
  LoginFacts facts;
  facts.service = "login";
  facts.from_root = true;
  facts.tty = "tty1";
  EXPECT_EQ(device_of(facts, {}), (Device{DeviceKind::console, "console"}));
  for (const std::string tty : {"", "pts/3", "/dev/pts/3", "ssh", ":0"}) {
    facts.tty = tty;
    EXPECT_FALSE(device_of(facts, {})) << tty;
  }
}

TEST(Devices, SudoSuAndPolkitHaveNone) {
  for (const std::string service : {"sudo", "sudo-i", "su", "su-l", "polkit-1"}) {
    LoginFacts facts = from_sshd();
    facts.service = service;
    EXPECT_FALSE(device_of(facts, {})) << service;
    facts = {};
    facts.service = service;
    facts.tty = "tty1";
    facts.from_root = true;
    EXPECT_FALSE(device_of(facts, {})) << service;
  }
}

TEST(Devices, AnUnprivilegedProgramHasNone) {
  LoginFacts facts = from_sshd();
  facts.from_root = false;
  EXPECT_FALSE(device_of(facts, {}));
}

}  // namespace
}  // namespace mfa
