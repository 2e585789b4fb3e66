// Packets from an engine in wrong hands, and replies from anybody: the first byte is the number of descriptors.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/service/monitor/message.h"

namespace monitor = mfa::monitor;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view message(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  if (const auto request = monitor::parse_request(message, bytes[0])) {
    const bool password = request->question == monitor::Question::password;
    if (bytes[0] != (password ? 2 : 1) || request->content.size() > (password ? 512U : 256U)) std::abort();
    if (request->content != message.substr(1)) std::abort();
  }
  const auto answer = monitor::parse_password_reply(message);
  if (answer.answer != mfa::PasswordAnswer::unavailable && monitor::reply_of(answer) != message) std::abort();
  const auto version = monitor::parse_version_reply(message);
  if (version && monitor::reply_of(version) != message) std::abort();
  return 0;
}
