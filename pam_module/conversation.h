// The PAM conversation, one message at a time: hosts differ in how they take several.
//
// What a person typed is wiped as soon as it is not needed; texts of the engine, which may show a key being enrolled,
// are wiped as well.
#pragma once

#include <security/pam_modules.h>

#include <string_view>

#include "common/protocol/frame.h"

namespace mfa {

// What a person typed, as the host allocated it. Wiped and freed at the end.
class Answer {
 public:
  Answer() = default;
  explicit Answer(char* text) : text_(text) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer();
  // False: the conversation failed.
  [[nodiscard]] explicit operator bool() const { return text_ != nullptr; }
  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  char* text_ = nullptr;
};

class Conversation {
 public:
  explicit Conversation(pam_handle_t* pamh) : pamh_(pamh) {}
  // Whether the person saw it, nobody can tell, and nothing depends on it.
  void show(std::string_view text, bool is_error);
  [[nodiscard]] Answer ask(std::string_view text, bool echo);

 private:
  char* converse(int style, std::string_view text);

  pam_handle_t* pamh_;
  char text_[protocol::kMostPayload + 1];
};

}  // namespace mfa
