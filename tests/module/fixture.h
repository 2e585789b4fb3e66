// What the tests of pam_mfa.so, loaded by libpam, have in common: a host, an engine that plays frames, and what came of
// it.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <syslog.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/protocol/frame.h"
#include "tests/module/host.h"

namespace mfa::test {

using protocol::VerdictCode;

inline const std::string kPrompt = "Multi-factor authentication for alice on lab-gw\nVerification code: ";
inline constexpr const char* kUnavailable =
    "Multi-factor authentication cannot be used right now. Please try again in a minute, or tell the people who run "
    "this system.";

inline Frame ask(const std::string& text = kPrompt, bool echo = true) {
  return {FrameType::ask, {{Tag::text, text}, {Tag::flag, byte(echo ? 1 : 0)}}};
}
inline Frame verdict(VerdictCode code, const std::string& text = {}, const std::string& reason = "reason") {
  Frame frame{FrameType::verdict, {{Tag::verdict, byte(static_cast<int>(code))}, {Tag::reason, reason}}};
  if (!text.empty()) frame.fields[Tag::text] = text;
  return frame;
}

class Module : public testing::Test {
 protected:
  void SetUp() override {
    spawned = {};
    connected.clear();
    passwd_of_mfa = {.there = true, .uid = geteuid()};
    syslog_lines.clear();
    wiped.clear();
  }
  void TearDown() override {
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
    EXPECT_LE(host.most_messages, 1);
  }

  // An engine that reads Login, says Hello and each of `frames`, and keeps whatever comes back after an Ask.
  ScriptedEngine::Script plays(std::vector<Frame> frames) {
    return [this, frames = std::move(frames)](int fd) {
      login = read_frame(fd).value_or(Frame{});
      write_frame(fd, hello());
      for (const auto& frame : frames) {
        write_frame(fd, frame);
        if (frame.type == FrameType::ask) answers.push_back(read_frame(fd).value_or(Frame{}));
      }
    };
  }
  int log_in(const std::vector<Frame>& frames, const std::string& arguments = {}, const char* user = "alice") {
    ScriptedEngine engine(plays(frames));
    const int code = host.authenticate("socket=" + engine.socket() + " " + arguments, user);
    engine.stop();
    connections = engine.connections();
    return code;
  }
  int log_in_at(const ScriptedEngine& engine, const std::string& arguments = {}, const char* user = "alice") {
    return host.authenticate("socket=" + engine.socket() + " " + arguments, user);
  }

  Host host;
  Frame login;
  std::vector<Frame> answers;
  int connections = 0;
};

inline std::string last_line() { return syslog_lines.empty() ? "(nothing logged)" : syslog_lines.back().text; }
inline int last_priority() { return syslog_lines.empty() ? -1 : syslog_lines.back().priority; }
inline bool was_wiped(const std::string& text) {
  return std::ranges::any_of(wiped, [&](const auto& bytes) { return bytes.find(text) != std::string::npos; });
}

}  // namespace mfa::test
