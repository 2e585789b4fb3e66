// One request to the engine: send it, carry prompts and answers to and fro, bring back the reply or the reason.
//
// Holds no policy and no secrets of its own: what is asked, accepted and changed is the engine's alone. Every wait has
// a limit. A reply counts only once the engine's verdict says that the request was carried out.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cli/answer.h"
#include "cli/json.h"
#include "cli/outcome.h"
#include "cli/terminal.h"
#include "common/protocol/client.h"

namespace mfa::cli {

// The key of an app that is being set up; the engine waits for its first code.
struct Offer {
  std::string kind;    // "totp"
  std::string uri;     // otpauth://…
  std::string secret;  // base32
};

// The part of a guided dialogue that begins.
struct GuidedStep {
  std::int64_t number = 0;
  std::int64_t of = 0;
  std::string title;
};

// Who answers: a person at a terminal, or a script.
class Person {
 public:
  Person() = default;
  Person(const Person&) = delete;
  Person& operator=(const Person&) = delete;
  virtual ~Person() = default;

  // Texts come as the engine sent them. False: it cannot be shown, and the dialogue ends.
  [[nodiscard]] virtual bool show(std::string_view text) = 0;
  [[nodiscard]] virtual std::expected<Answer, NoAnswer> ask(std::string_view text, bool echo) = 0;
  [[nodiscard]] virtual bool offer(const Offer& offer) = 0;
  [[nodiscard]] virtual bool step(const GuidedStep& step) = 0;
  // The language of all that the engine says from now on: a tag.
  virtual void hears(std::string_view /*language*/) {}
  // A piece of the file that was asked for. False: it cannot be kept.
  [[nodiscard]] virtual bool keep(std::string_view /*piece*/) { return false; }
  // The next piece of that file, empty at its end. False: there is none to be had.
  [[nodiscard]] virtual bool piece(std::string_view /*file*/, std::string& /*into*/) { return false; }
};

// The way to the engine; a real one, or a scripted one in tests. As protocol::Connection says.
class Link {
 public:
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  virtual ~Link() = default;

  using Received = protocol::Connection::Received;
  using Fault = protocol::Connection::Failure;
  // Reaches the engine, sends `request`, gives its first frame.
  [[nodiscard]] virtual std::optional<Received> open(std::span<const char> request) = 0;
  [[nodiscard]] virtual bool send(std::span<const char> frame) = 0;
  [[nodiscard]] virtual std::optional<Received> receive(int seconds) = 0;
  [[nodiscard]] virtual protocol::Reached way() const = 0;
  [[nodiscard]] virtual Fault why() const = 0;
};

// Connects to a socket; as root without a service, to a session of its own.
class EngineLink final : public Link {
 public:
  explicit EngineLink(std::string socket) : socket_(std::move(socket)) {}
  [[nodiscard]] std::optional<Received> open(std::span<const char> request) override {
    return connection_.open(socket_.c_str(), request);
  }
  [[nodiscard]] bool send(std::span<const char> frame) override { return connection_.send(frame); }
  [[nodiscard]] std::optional<Received> receive(int seconds) override { return connection_.receive(seconds); }
  [[nodiscard]] protocol::Reached way() const override { return connection_.way(); }
  [[nodiscard]] Fault why() const override { return connection_.why(); }

 private:
  std::string socket_;
  protocol::Connection connection_;
};

// Between two frames: longer than anything the engine itself waits for, a person apart (product.md, Limits).
inline constexpr int kEngineSeconds = 60;
inline constexpr std::size_t kLongestRequest = 4096;  // bytes of JSON; the engine takes no more
// All frames of one reply together; far above any reply there is.
inline constexpr std::size_t kLongestReply = std::size_t{1} << 20U;

// Who asks, and where: hints name what root can do to root, and send everybody else to whom they can ask.
struct Circumstances {
  bool by_root = false;
  bool set_up = true;  // `admin init` was run here
};

// Why a question found no answer, in words.
[[nodiscard]] Failure failure_of(NoAnswer why);

// The engine's reply, or why there is none. `request` is {"verb":…} with valid UTF-8 in it; `rows`: what goes beside it
// and never into it, kMostOfRows bytes at most.
inline constexpr std::size_t kMostOfRows = protocol::kMostPayload - 512;
[[nodiscard]] Outcome<Json> ask_engine(Link& link, const Json& request, Person& person, const Circumstances& where = {},
                                       std::string_view rows = {});

}  // namespace mfa::cli
