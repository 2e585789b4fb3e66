// What the engine may ask of the monitor, and how it is written. The table is the policy: there is nothing else.
//
// A question is one packet (SOCK_SEQPACKET): one byte says which, the rest is its content. With it come descriptors
// (SCM_RIGHTS): first one end of a fresh SOCK_SEQPACKET pair, on which the one answer is given; then, for a password,
// the client's connection. An answer is one packet too. So no question waits for another's answer.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "common/ports/dialogue.h"
#include "common/ports/system.h"

namespace mfa::monitor {

enum class Question : char {
  password = 'P',  // content: what was typed
  version = 'V',   // content: pw_name
};

struct Permitted {
  Question question;
  std::size_t least, most;  // bytes of content
  std::size_t descriptors;  // exactly
};

inline constexpr std::size_t kLongestName = 256;  // bytes
inline constexpr std::array<Permitted, 2> kPermitted{{
    {.question = Question::password, .least = 0, .most = kLongestAnswer, .descriptors = 2},
    {.question = Question::version, .least = 1, .most = kLongestName, .descriptors = 1},
}};
inline constexpr std::size_t kLongestMessage = 1 + kLongestAnswer;  // bytes
inline constexpr std::size_t kMostDescriptors = 2;

struct Request {
  Question question{};
  std::string_view content;  // of the message's bytes
};
// Nothing if the message is not permitted.
[[nodiscard]] std::optional<Request> parse_request(std::string_view message, std::size_t descriptors);

inline constexpr std::size_t kVersionLength = 64;  // characters: HMAC-SHA256 in hexadecimal
inline constexpr std::size_t kLongestReply = 1 + kVersionLength;

enum class VersionError : std::uint8_t { unavailable };
// Nothing: the user has no password on this host (none in /etc/shadow, or one that can never be typed).
using Version = std::expected<std::optional<std::string>, VersionError>;

struct PasswordReply {
  PasswordAnswer answer = PasswordAnswer::unavailable;
  std::chrono::seconds wait{0};  // of too_often: until a password is compared again; at most kLongestWait
};
inline constexpr std::chrono::seconds kLongestWait{255};
[[nodiscard]] std::string reply_of(const PasswordReply& reply);
[[nodiscard]] std::string reply_of(const Version& version);
// What cannot be read is "unavailable".
[[nodiscard]] PasswordReply parse_password_reply(std::string_view reply);
[[nodiscard]] Version parse_version_reply(std::string_view reply);

}  // namespace mfa::monitor
