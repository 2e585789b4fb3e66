// Stand-ins for the tests of mfa-enroll: an engine that follows a script, a person who does, descriptors to look into,
// and a console made of them.
#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.h"
#include "cli/dialogue.h"
#include "cli/engine_client.h"
#include "common/protocol/frame.h"

namespace mfa::cli {

using protocol::FrameType;
using protocol::Tag;
using protocol::VerdictCode;

// A file in memory that a program writes to as if it were standard output.
class Written {
 public:
  Written() : fd_(memfd_create("written", MFD_CLOEXEC)) {}
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;
  ~Written() { close(fd_); }
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] std::string text() const {
    std::string all(static_cast<std::size_t>(lseek(fd_, 0, SEEK_END)), '\0');
    return pread(fd_, all.data(), all.size(), 0) == static_cast<ssize_t>(all.size()) ? all : "unreadable";
  }

 private:
  int fd_;
};

// What stands on standard input.
class Typed {
 public:
  explicit Typed(std::string_view text) : fd_(memfd_create("typed", MFD_CLOEXEC)) {
    if (write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size())) lseek(fd_, 0, SEEK_SET);
  }
  Typed(const Typed&) = delete;
  Typed& operator=(const Typed&) = delete;
  ~Typed() { close(fd_); }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

using Frame = std::vector<char>;

inline Frame frame(FrameType type, const std::function<void(protocol::FrameWriter&)>& fields) {
  std::array<char, protocol::kHeader + protocol::kMostPayload> buffer{};
  protocol::FrameWriter writer(buffer, type);
  fields(writer);
  const auto bytes = writer.finish();
  return {bytes.begin(), bytes.end()};
}
inline Frame hello(std::uint8_t version = protocol::kVersion, std::uint8_t oldest = protocol::kOldestVersion) {
  return frame(FrameType::hello, [&](auto& w) { w.field(Tag::version, version).field(Tag::oldest, oldest); });
}
inline Frame show(std::string_view text) {
  return frame(FrameType::show, [&](auto& w) { w.field(Tag::text, text); });
}
inline Frame ask(std::string_view text, bool echo = true) {
  return frame(FrameType::ask, [&](auto& w) { w.field(Tag::text, text).field(Tag::flag, echo ? 1 : 0); });
}
inline Frame result(std::string_view json, bool more = false) {
  return frame(FrameType::result, [&](auto& w) {
    w.field(Tag::json, json);
    if (more) w.field(Tag::more, 1);
  });
}
inline Frame verdict(VerdictCode code, std::string_view text = "", std::string_view hint = "") {
  return frame(FrameType::verdict, [&](auto& w) {
    if (!text.empty()) w.field(Tag::text, text);
    w.field(Tag::verdict, static_cast<std::uint8_t>(code));
    if (!hint.empty()) w.field(Tag::hint, hint);
  });
}

// Gives its frames one after the other and then ends; remembers what it was sent.
class ScriptedEngine final : public Link {
 public:
  ScriptedEngine(std::initializer_list<Frame> script) : script_(script) {}

  std::optional<Received> open(std::span<const char> request) override {
    if (way_ != protocol::Reached::service && way_ != protocol::Reached::session) return std::nullopt;
    return send(request) ? receive(0) : std::nullopt;
  }
  bool send(std::span<const char> bytes) override {
    sent_.emplace_back(bytes.begin(), bytes.end());
    return !bytes.empty();
  }
  std::optional<Received> receive(int seconds) override {
    longest_wait_ = std::max(longest_wait_, seconds);
    if (script_.empty()) return std::nullopt;
    current_ = std::move(script_.front());
    script_.pop_front();
    const auto header = protocol::parse_header(std::span(current_).first(protocol::kHeader));
    const auto fields = protocol::Fields::parse(std::span(current_).subspan(protocol::kHeader));
    if (!header || !fields) return std::nullopt;
    return Received{header->type, *fields};
  }
  [[nodiscard]] protocol::Reached way() const override { return way_; }
  [[nodiscard]] Fault why() const override { return why_; }

  void add(Frame next) { script_.push_back(std::move(next)); }
  void fails(protocol::Reached way, Fault why) { way_ = way, why_ = why; }
  // The field of a frame that was sent; "" if it is not there.
  [[nodiscard]] std::string sent(std::size_t number, Tag tag) const {
    if (number >= sent_.size()) return "nothing was sent";
    const auto fields = protocol::Fields::parse(std::span(sent_[number]).subspan(protocol::kHeader));
    return fields ? std::string(fields->get(tag).value_or("")) : "malformed";
  }
  [[nodiscard]] std::size_t count() const { return sent_.size(); }
  [[nodiscard]] bool all_taken() const { return script_.empty(); }
  [[nodiscard]] int longest_wait() const { return longest_wait_; }

 private:
  std::deque<Frame> script_;
  Frame current_;
  std::vector<Frame> sent_;
  protocol::Reached way_ = protocol::Reached::service;
  Fault why_ = Fault::end;
  int longest_wait_ = 0;
};

constexpr std::int64_t kNow = 1795338845;  // 2026-11-22T09:14:05Z

// Runs one verb: `typed` on standard input, results and prompts caught. `interactive`: as if on a terminal.
struct Script {
  Script(ScriptedEngine& engine, bool json, std::string_view typed = "", bool interactive = false)
      : input(typed),
        terminal(input.fd(), errors.fd(), interactive),
        dialogue(terminal, results.fd(), json, {}),
        console{.link = engine,
                .person = dialogue,
                .terminal = terminal,
                .input = input.fd(),
                .results = results.fd(),
                .results_on_screen = false,
                .json = json,
                .style = {},
                .where = {},
                .now = kNow} {
    setenv("TZ", "UTC", 1);
    tzset();
  }
  Typed input;
  Written results, errors;
  Terminal terminal;
  Dialogue dialogue;
  Console console;
};

// No byte in it steers a terminal.
inline bool is_plain(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); });
}

}  // namespace mfa::cli
