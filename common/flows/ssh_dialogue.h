// What OpenSSH's client does to prompts: it writes "(alice@lab-gw) " in front of the first line of each, and what was
// shown before a prompt is part of it. That line has to leave room, or it would be broken amid a word.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/ports/dialogue.h"

namespace mfa {

class SshDialogue final : public Dialogue {
 public:
  // `user` as typed, `server` as this computer calls itself; people may have typed another name for it.
  SshDialogue(Dialogue& dialogue, std::string_view user, std::string_view server);

  [[nodiscard]] std::expected<Secret, DialogueError> ask(const Prompt& prompt) override;
  void show(std::string_view text) override;
  void offer(std::string_view kind, std::string_view uri, std::string_view key_in_base32) override;

 private:
  [[nodiscard]] std::string with_room(std::string_view text);

  Dialogue& dialogue_;
  std::size_t taken_;     // columns, by what the client writes
  bool is_first_ = true;  // what comes next begins a prompt
};

}  // namespace mfa
