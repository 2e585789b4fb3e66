#include "common/service/monitor/message.h"

#include <algorithm>
#include <utility>

namespace mfa::monitor {
namespace {

constexpr std::array<std::pair<PasswordAnswer, char>, 5> kPasswordReplies{{
    {PasswordAnswer::right, 'r'},
    {PasswordAnswer::wrong, 'w'},
    {PasswordAnswer::none, 'n'},
    {PasswordAnswer::too_often, 'o'},
    {PasswordAnswer::unavailable, 'u'},
}};
constexpr char kVersion = 'v';
constexpr char kNoVersion = '-';
constexpr char kVersionUnavailable = 'u';

bool is_hexadecimal(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::optional<Request> parse_request(std::string_view message, std::size_t descriptors) {
  if (message.empty()) return std::nullopt;
  const auto content = message.substr(1);
  for (const auto& row : kPermitted) {
    if (message[0] != static_cast<char>(row.question)) continue;
    if (content.size() < row.least || content.size() > row.most || descriptors != row.descriptors) return std::nullopt;
    return Request{.question = row.question, .content = content};
  }
  return std::nullopt;
}

std::string reply_of(const PasswordReply& reply) {
  for (const auto& [known, letter] : kPasswordReplies) {
    if (known != reply.answer) continue;
    if (known != PasswordAnswer::too_often) return {letter};
    return {letter, static_cast<char>(std::clamp(reply.wait, std::chrono::seconds(0), kLongestWait).count())};
  }
  return {'u'};
}

PasswordReply parse_password_reply(std::string_view reply) {
  for (const auto& [known, letter] : kPasswordReplies) {
    const bool waits = known == PasswordAnswer::too_often;
    if (reply.size() != (waits ? 2 : 1) || reply[0] != letter) continue;
    return {.answer = known, .wait = std::chrono::seconds(waits ? static_cast<unsigned char>(reply[1]) : 0)};
  }
  return {};
}

std::string reply_of(const Version& version) {
  if (!version) return {kVersionUnavailable};
  return *version ? kVersion + **version : std::string{kNoVersion};
}

Version parse_version_reply(std::string_view reply) {
  if (reply.size() == 1 && reply[0] == kNoVersion) return std::nullopt;
  if (reply.size() != 1 + kVersionLength || reply[0] != kVersion || !is_hexadecimal(reply.substr(1)))
    return std::unexpected(VersionError::unavailable);
  return std::string(reply.substr(1));
}

}  // namespace mfa::monitor
