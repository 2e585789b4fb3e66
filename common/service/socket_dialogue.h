// A dialogue over a connection: each question one Ask, answered by exactly one Answer within the limit.
//
// Whatever else the other end does makes it gone, for good: no later question reaches it.
#pragma once

#include <expected>
#include <string_view>

#include "common/ports/dialogue.h"
#include "common/service/wire.h"

namespace mfa {

class SocketDialogue final : public Dialogue {
 public:
  // Borrows both. `offers`: whether the client may be told the key of a factor being set up, its steps, and files (it
  // sent a Request).
  SocketDialogue(Wire& wire, const Limits& limits, bool offers) : wire_(wire), limits_(limits), offers_(offers) {}

  [[nodiscard]] std::expected<Secret, DialogueError> ask(const Prompt& prompt) override;
  void show(std::string_view text) override;
  // Which language all that follows is in: mfa-enroll's own words are then in it, too.
  void tell_language(std::string_view tag);
  void offer(std::string_view kind, std::string_view uri, std::string_view key_in_base32) override;
  void step(int number, int of, std::string_view title) override;
  [[nodiscard]] std::expected<void, DialogueError> give(std::span<const std::uint8_t> piece) override;
  [[nodiscard]] std::expected<Secret, DialogueError> take(std::string_view file) override;

 private:
  Wire& wire_;
  const Limits& limits_;
  bool offers_;
  bool gone_ = false;
};

// Sends one JSON value, in as many Result frames as it takes. The copies on the way are wiped.
[[nodiscard]] bool send_json(Wire& wire, std::string_view json);

}  // namespace mfa
