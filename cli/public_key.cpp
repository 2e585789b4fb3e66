#include "cli/public_key.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "common/language/language.h"

namespace mfa::cli {

namespace {

constexpr std::size_t kLongestBase64 = 3000;  // bytes, so that with all else a request holds it
constexpr std::string_view kBlanks = " \t\r";
constexpr std::array<std::string_view, 3> kTypes{"sk-", "ssh-", "ecdsa-"};  // how types begin (RFC 4253 section 6.6)

bool letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool is_type(std::string_view word) {
  return std::ranges::any_of(kTypes, [&](std::string_view start) { return word.starts_with(start); }) &&
         std::ranges::all_of(word, [](char c) { return letter_or_digit(c) || c == '-' || c == '@' || c == '.'; });
}

bool is_base64(std::string_view word) {
  return !word.empty() &&
         std::ranges::all_of(word, [](char c) { return letter_or_digit(c) || c == '+' || c == '/' || c == '='; });
}

void skip_blanks(std::string_view& text) { text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size())); }

std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  skip_blanks(text);
  return word;
}

}  // namespace

std::expected<PublicKey, NoKey> parse_public_key(std::string_view line) {
  if (line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);  // a byte order mark, as editors of Windows write it
  skip_blanks(line);
  line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
  if (line.empty() || line.front() == '#') return std::unexpected(NoKey::nothing);
  if (line.contains("PRIVATE KEY") || line.starts_with("PuTTY-User-Key-File"))
    return std::unexpected(NoKey::private_key);
  if (line.starts_with("---- BEGIN") || line.starts_with("-----BEGIN")) return std::unexpected(NoKey::other_format);
  const std::string_view type = take_word(line);
  const std::string_view base64 = take_word(line);
  if (!is_type(type) || !is_base64(base64)) return std::unexpected(NoKey::no_public_key);
  if (type.size() + base64.size() > kLongestBase64) return std::unexpected(NoKey::too_long);
  return PublicKey{.line = fmt::format("{} {}", type, base64), .type = std::string(type), .comment = std::string(line)};
}

Failure failure_of(NoKey why, std::string_view place) {
  const std::string what = place.empty() ? say("That") : std::string(place);
  switch (why) {
    case NoKey::nothing:
      return {.error = place.empty() ? say("No key was given.") : say("There is no key in {}.", place),
              .hint = say("Give the .pub file that ssh-keygen -t ed25519-sk wrote.")};
    case NoKey::private_key:
      return {.error = say("{} is a private key, which nobody else may ever see. It was not sent.", what),
              .hint = place.empty() ? say("Give the line of its .pub file instead.")
                                    : say("Give its public part: {}.pub", place)};
    case NoKey::other_format:
      return {.error = say("{} is a key in another format than OpenSSH's.", what),
              .hint = say("Convert a public one with: ssh-keygen -i -f FILE")};
    case NoKey::too_long:
      return {.error = say("{} is longer than any key of a security key.", what),
              .hint = say("Give the .pub file of a key of type ed25519-sk or ecdsa-sk.")};
    case NoKey::no_public_key:
      break;
  }
  return {.error = say("{} is no SSH public key.", what),
          .hint = say("Give the .pub file that ssh-keygen -t ed25519-sk wrote; its line begins with "
                      "sk-ssh-ed25519@openssh.com.")};
}

}  // namespace mfa::cli
