// What a person or a script sees of registering a FIDO2 SSH key, and what never leaves the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cli/accounts.h"
#include "cli/command_line.h"
#include "cli/input.h"
#include "cli/public_key.h"
#include "cli/verbs/keys.h"
#include "cli/verbs/self.h"
#include "cli_doubles.h"

namespace mfa::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

// As ssh-keygen writes it; "AAAA" and so on for the base64, which only the engine reads.
constexpr const char* kLine = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1l+/==";
constexpr const char* kPublic = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1l+/== alice@laptop\n";
constexpr const char* kPrivate =
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
constexpr const char* kRegistered =
    R"({"factor":"key-1","kind":"key","detail":"sk-ssh-ed25519@openssh.com SHA256:Xk3w",)"
    R"("recovery_codes":["7k3m-92qx-d4tp","aaaa-bbbb-cccc"]})";
constexpr const char* kRegisteredAgain =
    R"({"factor":"key-2","kind":"key","detail":"sk-ssh-ed25519@openssh.com SHA256:Xk3w"})";

class Folder {
 public:
  Folder() { EXPECT_NE(mkdtemp(path_.data()), nullptr); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name, std::string_view text) const {
    const std::string whole = path_ + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(whole).parent_path());
    std::ofstream(whole) << text;
    return whole;
  }

 private:
  std::string path_ = testing::TempDir() + "mfa_keys.XXXXXX";
};

ScriptedEngine registering_engine(const char* reply = kRegistered) {
  return {hello(), result(reply), verdict(VerdictCode::done)};
}

// --- the line

TEST(PublicKey, IsTypeAndBase64) {
  for (const char* line : {kLine, kPublic, "  sk-ssh-ed25519@openssh.com\tAAAAGnNrLXNzaC1l+/==  alice@laptop\r\n",
                           "\xef\xbb\xbfsk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1l+/== a b\x1b c"}) {
    std::string_view text = line;
    if (text.ends_with('\n')) text.remove_suffix(1);
    const auto key = parse_public_key(text);
    ASSERT_TRUE(key) << line;
    EXPECT_EQ(key->line, kLine);
    EXPECT_EQ(key->type, "sk-ssh-ed25519@openssh.com");
  }
  EXPECT_EQ(parse_public_key("ssh-rsa AAAA two words ")->comment, "two words");
  EXPECT_TRUE(parse_public_key("ecdsa-sha2-nistp256 AAAA")) << "which types count, the engine says";
}

TEST(PublicKey, IsNothingElse) {
  struct Row {
    std::string line;
    NoKey why;
  };
  const std::vector<Row> rows{
      {"", NoKey::nothing},
      {" \t\r", NoKey::nothing},
      {"# a comment", NoKey::nothing},
      {"-----BEGIN OPENSSH PRIVATE KEY-----", NoKey::private_key},
      {"-----BEGIN RSA PRIVATE KEY-----", NoKey::private_key},
      {"-----BEGIN ENCRYPTED PRIVATE KEY-----", NoKey::private_key},
      {"  -----BEGIN OPENSSH PRIVATE KEY----- b3Bl", NoKey::private_key},
      {"PuTTY-User-Key-File-3: ssh-ed25519", NoKey::private_key},
      {"---- BEGIN SSH2 PUBLIC KEY ----", NoKey::other_format},
      {"-----BEGIN PUBLIC KEY-----", NoKey::other_format},
      {"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtz", NoKey::no_public_key},
      {"hunter2", NoKey::no_public_key},
      {"/home/alice/.ssh/id_ed25519_sk.pub", NoKey::no_public_key},
      {"sk-ssh-ed25519@openssh.com", NoKey::no_public_key},
      {"sk-ssh-ed25519@openssh.com AAAA\x1b[2J", NoKey::no_public_key},
      {"sk-ssh\xff AAAA", NoKey::no_public_key},
      {"no-touch-required sk-ssh-ed25519@openssh.com AAAA", NoKey::no_public_key},
      {std::string("ssh-rsa AA\0AA", 13), NoKey::no_public_key},
      {"ssh-rsa " + std::string(3000, 'A'), NoKey::too_long},
  };
  for (const auto& [line, why] : rows) {
    const auto key = parse_public_key(line);
    ASSERT_FALSE(key) << line;
    EXPECT_EQ(key.error(), why) << line;
    EXPECT_THAT(failure_of(why, "").error + failure_of(why, "x").error, Not(HasSubstr("b3Bl")));
  }
}

// --- input

TEST(Input, ALineIsReadAndNothingBeyondIt) {
  const Typed typed("one\n\ntwo");
  EXPECT_EQ(read_line(typed.fd(), 3).value().value(), "one");
  EXPECT_EQ(lseek(typed.fd(), 0, SEEK_CUR), 4);
  EXPECT_EQ(read_line(typed.fd(), 3).value().value(), "");
  EXPECT_EQ(read_line(typed.fd(), 3).value().value(), "two");
  EXPECT_FALSE(read_line(typed.fd(), 3).value());
  const Typed long_one("abcd\n");
  EXPECT_EQ(read_line(long_one.fd(), 3).error(), NoInput::too_long);
}

TEST(Input, IsBounded) {
  const Typed typed("abcd");
  EXPECT_EQ(read_all(typed.fd(), 3).error(), NoInput::too_long);
  lseek(typed.fd(), 0, SEEK_SET);
  EXPECT_EQ(read_all(typed.fd(), 4).value(), "abcd");
  const Descriptor folder(open("/", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(read_all(folder.get(), 4).error(), NoInput::failed);
}

TEST(Input, SaysWhatIsWrongWithAFile) {
  const Folder folder;
  EXPECT_EQ(open_input(folder.path()).error().error, folder.path() + " is a folder.");
  EXPECT_EQ(open_input(folder.path() + "/no").error().error, "There is no file " + folder.path() + "/no.");
  const std::string loop = folder.path() + "/loop";
  ASSERT_EQ(symlink(loop.c_str(), loop.c_str()), 0);
  EXPECT_THAT(open_input(loop).error().error, HasSubstr("cannot be read: "));
}

TEST(Input, APipeIsReadToItsEnd) {
  const Folder folder;
  const std::string path = folder.path() + "/pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const auto reader = open_input(path);  // nobody writes it yet
  ASSERT_TRUE(reader);
  const Descriptor writer(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(write_all(writer.get(), "x\n"));
  EXPECT_EQ(read_line(reader->get(), 9).value().value(), "x");
}

// --- mfa-enroll key

TEST(Key, RegistersAFile) {
  const Folder folder;
  const std::string file = folder.file("k.pub", "\n# mine\n" + std::string(kPublic) + "second line\n");
  for (const bool json : {false, true}) {
    ScriptedEngine engine = registering_engine();
    Script script(engine, json);
    ASSERT_TRUE(key(script.console, {.file = file, .name = json ? "blue key" : "", .home = ""}));
    EXPECT_EQ(engine.sent(0, Tag::json),
              std::string(R"({"verb":"key","line":")") + kLine + (json ? R"(","name":"blue key"})" : "\"}"))
        << "the comment stays here";
    EXPECT_EQ(script.results.text(),
              json ? std::string(kRegistered) + "\n"
                   : "Your security key is registered (key-1).\n"
                     "  sk-ssh-ed25519@openssh.com SHA256:Xk3w\n"
                     "It counts as second factor when you log in over SSH with it and your password.\n"
                     "\n"
                     "Keep these recovery codes; each works once when your key is not at hand.\n"
                     "  7k3m-92qx-d4tp   aaaa-bbbb-cccc\n");
  }
}

TEST(Key, ASecondOneBringsNoRecoveryCodes) {
  const Folder folder;
  ScriptedEngine engine = registering_engine(kRegisteredAgain);
  Script script(engine, false);
  ASSERT_TRUE(key(script.console, {.file = folder.file("k.pub", kPublic), .name = "", .home = ""}));
  EXPECT_THAT(script.results.text(), testing::EndsWith("and your password.\n"));
}

TEST(Key, ReadsStandardInputAndLeavesTheAnswersBehindIt) {
  for (const char* file : {"", "-"}) {
    ScriptedEngine engine{hello(), ask("Password for alice: ", false), result(kRegisteredAgain),
                          verdict(VerdictCode::done)};
    Script script(engine, false, "# mine\n" + std::string(kPublic) + "secret\n");
    ASSERT_TRUE(key(script.console, {.file = file, .name = "", .home = ""}));
    EXPECT_EQ(engine.sent(1, Tag::text), "secret");
    EXPECT_EQ(script.errors.text(), "Password for alice: \n") << "the key itself is not asked for";
  }
}

TEST(Key, WhatIsNoPublicKeyIsNeverSent) {
  const Folder folder;
  struct Row {
    const char* name;
    std::string content;
    const char* error;
    std::string hint;
  };
  for (const auto& [name, content, error, hint] :
       {Row{"id_sk", kPrivate, "is a private key, which nobody else may ever see. It was not sent.",
            "Give its public part: " + folder.path() + "/id_sk.pub"},
        Row{"empty", "", "There is no key in ", "Give the .pub file that ssh-keygen -t ed25519-sk wrote."},
        Row{"comments", std::string(1000, '\n') + kPublic, "There is no key in ",
            "Give the .pub file that ssh-keygen -t ed25519-sk wrote."},
        Row{"putty", "---- BEGIN SSH2 PUBLIC KEY ----\n", "is a key in another format",
            "Convert a public one with: ssh-keygen -i -f FILE"},
        Row{"text", "hunter2\n", "is no SSH public key.", failure_of(NoKey::no_public_key, "").hint},
        Row{"long", std::string(100000, 'A'), "There is too much in ", "Is it the right file?"}}) {
    ScriptedEngine engine = registering_engine();
    Script script(engine, false);
    const auto done = key(script.console, {.file = folder.file(name, content), .name = "", .home = ""});
    ASSERT_FALSE(done) << name;
    EXPECT_EQ(done.error().status, ExitStatus::refused);
    EXPECT_THAT(done.error().error, HasSubstr(error));
    EXPECT_EQ(done.error().hint, hint) << name;
    EXPECT_EQ(engine.count(), 0U) << name;
  }
  for (const std::string& missing : {folder.path(), folder.path() + "/none"}) {
    ScriptedEngine engine = registering_engine();
    Script script(engine, false);
    EXPECT_FALSE(key(script.console, {.file = missing, .name = "", .home = ""}));
    EXPECT_EQ(engine.count(), 0U);
  }
}

TEST(Key, APrivateKeyOnStandardInputIsNeverSent) {
  for (const bool interactive : {false, true}) {
    ScriptedEngine engine = registering_engine();
    Script script(engine, false, kPrivate, interactive);
    const auto done = key(script.console, {.file = "", .name = "", .home = ""});
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().error, HasSubstr("private key"));
    EXPECT_EQ(engine.count(), 0U);
    EXPECT_THAT(script.errors.text() + script.results.text(), Not(HasSubstr("b3Bl")));
  }
}

TEST(Key, ARefusalIsTheEngines) {
  const Folder folder;
  ScriptedEngine engine{hello(), verdict(VerdictCode::refused, "That key is of type ssh-rsa.", "ssh-keygen")};
  Script script(engine, false);
  const auto done = key(script.console, {.file = folder.file("k.pub", "ssh-rsa AAAA\n"), .name = "", .home = ""});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().status, ExitStatus::refused);
  EXPECT_EQ(done.error().error, "That key is of type ssh-rsa.");
}

TEST(Key, ARequestOverTheEnginesLimitIsNotSent) {
  const Folder folder;
  ScriptedEngine engine = registering_engine();
  Script script(engine, false);
  const auto done =
      key(script.console, {.file = folder.file("k.pub", kPublic), .name = std::string(4096, 'x'), .home = ""});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().status, ExitStatus::usage);
  EXPECT_EQ(engine.count(), 0U);
}

TEST(Key, StandsInTheStatusByWhatItIs) {
  ScriptedEngine engine{hello(),
                        result(R"({"user":"alice","mfa":"optional","factors":[{"id":"key-1","kind":"key",)"
                               R"("name":"blue","default":true,"detail":"sk-ssh-ed25519@openssh.com SHA256:Xk3w"}]})"),
                        verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(status(script.console));
  EXPECT_THAT(script.results.text(), HasSubstr("* key-1   blue  security key"));
}

// --- on a terminal

TEST(Key, OnATerminalIsAskedFor) {
  ScriptedEngine engine = registering_engine(kRegisteredAgain);
  Script script(engine, false, kPublic, true);
  ASSERT_TRUE(key(script.console, {.file = "", .name = "", .home = ""}));
  EXPECT_EQ(script.errors.text(), "Paste the line of your security key's .pub file.\nPublic key: ");
  EXPECT_THAT(engine.sent(0, Tag::json), HasSubstr(kLine));
}

TEST(Key, OnATerminalTheOneInItsPlaceIsOffered) {
  const Folder home;
  const std::string file = home.file(".ssh/id_ed25519_sk.pub", kPublic);
  static_cast<void>(home.file(".ssh/id_ed25519_sk", kPrivate));
  static_cast<void>(home.file(".ssh/id_rsa.pub", "ssh-rsa AAAA\n"));
  ScriptedEngine engine = registering_engine(kRegisteredAgain);
  Script script(engine, false, "\n", true);
  ASSERT_TRUE(key(script.console, {.file = "", .name = "", .home = home.path()}));
  EXPECT_EQ(script.errors.text(),
            "Paste the line of your security key's .pub file, or press Enter to take " + file + ".\nPublic key: ");
  EXPECT_THAT(engine.sent(0, Tag::json), HasSubstr(kLine));
}

TEST(Key, OnATerminalOfSeveralNoneIsTaken) {
  const Folder home;
  const std::string first = home.file(".ssh/id_ecdsa_sk.pub", kPublic);
  const std::string second = home.file(".ssh/id_ed25519_sk.pub", kPublic);
  ScriptedEngine engine = registering_engine();
  Script script(engine, false, "\n", true);
  const auto done = key(script.console, {.file = "", .name = "", .home = home.path()});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().error, "No key was given.");
  EXPECT_EQ(engine.count(), 0U);
  EXPECT_THAT(script.errors.text(),
              HasSubstr("give its name: mfa-enroll key FILE\n  " + first + "\n  " + second + "\n"));
}

TEST(Key, OnATerminalNoAnswerChangesNothing) {
  for (const std::string& typed : {std::string(), std::string(600, 'A') + "\n", std::string("hunter2\n")}) {
    ScriptedEngine engine = registering_engine();
    Script script(engine, false, typed, true);
    EXPECT_FALSE(key(script.console, {.file = "", .name = "", .home = "/nonexistent"}));
    EXPECT_EQ(engine.count(), 0U);
  }
}

TEST(Key, WhatTheEngineSaysSteersNoTerminal) {
  const Folder folder;
  for (const bool theirs : {false, true}) {
    ScriptedEngine engine =
        registering_engine(R"({"factor":"\u001b[2J","detail":"\u202e\n\u0007","recovery_codes":["\u009b"]})");
    Script script(engine, false);
    const std::string file = folder.file("k.pub", kPublic);
    ASSERT_TRUE(theirs ? helpdesk_key(script.console, {"a\x1b", file, "r", "", ""})
                       : key(script.console, {.file = file, .name = "", .home = ""}));
    EXPECT_TRUE(is_plain(script.results.text())) << script.results.text();
    EXPECT_THAT(script.results.text(), HasSubstr("\\x1b[2J"));
    EXPECT_THAT(script.results.text(), HasSubstr("\\u{202e}\\x0a\\x07"));
  }
}

// --- mfa-enroll helpdesk key

TEST(HelpdeskKey, FromAScriptAsksNothing) {
  const Folder folder;
  const std::string file = folder.file("k.pub", kPublic);
  for (const bool json : {false, true}) {
    ScriptedEngine engine = registering_engine(kRegisteredAgain);
    Script script(engine, json);
    ASSERT_TRUE(
        helpdesk_key(script.console, {"alice", file, "new key", json ? "student card" : "", json ? "blue" : ""}));
    EXPECT_EQ(engine.sent(0, Tag::json), std::string(R"({"verb":"helpdesk key","user":"alice","line":")") + kLine +
                                             R"(","reason":"new key")" +
                                             (json ? R"(,"checked":"student card","name":"blue"})" : "}"));
    EXPECT_EQ(script.results.text(), json ? std::string(kRegisteredAgain) + "\n"
                                          : "alice has a security key now (key-2).\n"
                                            "  sk-ssh-ed25519@openssh.com SHA256:Xk3w\n");
    EXPECT_EQ(script.errors.text(), "");
  }
}

constexpr const char* kShown = R"({"user":"root","factors":[{"id":"totp-1","name":"iPhone"}]})";

TEST(HelpdeskKey, OnATerminalTheClerkConfirmsWhomItIsAbout) {
  const Folder folder;
  const std::string file = folder.file("k.pub", std::string(kLine) + " x\x1b[2J\n");
  const auto root = look_up_account("root");
  ASSERT_TRUE(root);
  for (const char* typed : {"y\n", " YES \n", "\n", "n\n", "yesterday\n", "", "y y y\n"}) {
    ScriptedEngine engine{hello(), result(kShown),           verdict(VerdictCode::done),
                          hello(), result(kRegisteredAgain), verdict(VerdictCode::done)};
    Script script(engine, false, typed, true);
    const auto done = helpdesk_key(script.console, {"root", file, "new key", "", ""});
    const bool yes = std::string_view(typed) == "y\n" || std::string_view(typed) == " YES \n";
    EXPECT_EQ(done.has_value(), yes) << typed;
    EXPECT_EQ(engine.sent(0, Tag::json), std::string(R"({"verb":"helpdesk key","user":"root","line":")") + kLine +
                                             R"(","reason":"new key","only_checks":"yes"})");
    EXPECT_EQ(engine.count(), yes ? 2U : 1U) << typed;
    if (!yes) {
      EXPECT_EQ(done.error().status, ExitStatus::refused);
      EXPECT_THAT(done.error().error, HasSubstr("Nothing was changed."));
    }
    EXPECT_THAT(script.errors.text(), testing::StartsWith("You are about to register a security key for\n  root ("));
    EXPECT_THAT(script.errors.text(), HasSubstr("\n  No login of late\n  iPhone (totp-1)\n"));
    EXPECT_THAT(script.errors.text(),
                HasSubstr("The key:\n  sk-ssh-ed25519@openssh.com x\\x1b[2J\nIs that right? [y/N]: "));
  }
}

TEST(HelpdeskKey, WhomTheEngineDoesNotShowIsNotAskedAbout) {
  const Folder folder;
  ScriptedEngine engine{hello(), verdict(VerdictCode::refused, "There is no account no-such-user.")};
  Script script(engine, false, "y\n", true);
  const auto done = helpdesk_key(script.console, {"no-such-user", folder.file("k.pub", kPublic), "r", "", ""});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().error, "There is no account no-such-user.");
  EXPECT_EQ(done.error().status, ExitStatus::refused);
  EXPECT_EQ(script.errors.text(), "");
  EXPECT_EQ(engine.count(), 1U);
}

TEST(HelpdeskKey, PrintsTheCodeThatStandsInForOne) {
  const Folder folder;
  ScriptedEngine engine{
      hello(),
      result(
          R"({"factor":"key-1","kind":"key","detail":"x","enrolment_code":"7k3m-92qx-d4tp","until":"2026-11-23T09:14:05Z"})"),
      verdict(VerdictCode::done)};
  Script script(engine, false);
  ASSERT_TRUE(helpdesk_key(script.console, {"alice", folder.file("k.pub", kPublic), "r", "c", ""}));
  EXPECT_EQ(script.results.text(),
            "alice has a security key now (key-1).\n  x\n\n"
            "Enrolment code to hand over; it is shown only now, and works once until 2026-11-23 09:14:\n"
            "  7k3m-92qx-d4tp\n"
            "With it alice makes recovery codes, or adds an app: mfa-enroll codes\n");
}

TEST(HelpdeskKey, TheClerksOwnKeyIsNotOffered) {
  const Folder home;
  static_cast<void>(home.file(".ssh/id_ed25519_sk.pub", kPublic));
  setenv("HOME", home.path().c_str(), 1);
  ScriptedEngine engine = registering_engine();
  Script script(engine, false, "\n", true);
  EXPECT_FALSE(helpdesk_key(script.console, {"alice", "-", "r", "", ""}));
  EXPECT_THAT(script.errors.text(), Not(HasSubstr("id_ed25519_sk")));
  EXPECT_EQ(engine.count(), 0U);
}

TEST(CommandLine, KnowsTheHelpdesksVerbs) {
  EXPECT_EQ(unknown_verb("helpdesk", "kye").hint, "Did you mean: mfa-enroll helpdesk key");
  EXPECT_EQ(unknown_verb("devices", "frget").hint, "Did you mean: mfa-enroll devices forget");
  EXPECT_EQ(unknown_verb("helpdesk", "").hint, "mfa-enroll help helpdesk");
  EXPECT_EQ(unknown_option("helpdesk key", "--raeson=x").hint, "Did you mean: --reason");
}

}  // namespace
}  // namespace mfa::cli
