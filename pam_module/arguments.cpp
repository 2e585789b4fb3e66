#include "pam_module/arguments.h"

#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

namespace mfa {
namespace {

// Without starts_with(), which is written with substr(), which can throw.
std::optional<std::string_view> value_of(std::string_view word, std::string_view key) {
  if (word.size() < key.size() || !std::equal(key.begin(), key.end(), word.begin())) return std::nullopt;
  word.remove_prefix(key.size());
  return word;
}

bool is_socket_path(std::string_view path) {
  return !path.empty() && path.front() == '/' && path.size() < sizeof(sockaddr_un::sun_path);
}

std::optional<int> seconds(std::string_view digits) {
  int value = 0;
  const auto [stopped, fault] = std::from_chars(digits.begin(), digits.end(), value);
  if (fault != std::errc{} || stopped != digits.end() || value < kShortestTimeout || value > kLongestTimeout) {
    return std::nullopt;
  }
  return value;
}

bool apply(LineType type, std::string_view word, Arguments& arguments) {
  if (word == "authfail" && type == LineType::auth && !arguments.forward_pass) {
    arguments.authfail = true;
  } else if (word == "forward_pass" && type == LineType::auth && !arguments.authfail) {
    arguments.forward_pass = true;
  } else if (word == "debug") {
    arguments.debug = true;
  } else if (const auto path = value_of(word, "socket="); path && is_socket_path(*path)) {
    arguments.socket = path->data();  // ends where the word ends, in a zero byte
  } else if (const auto digits = value_of(word, "timeout="); digits && seconds(*digits)) {
    arguments.timeout = *seconds(*digits);
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::expected<Arguments, std::string_view> parse_arguments(LineType type, std::span<const char* const> words) {
  Arguments arguments;
  for (const std::string_view word : words) {
    if (!apply(type, word, arguments)) return std::unexpected(word);
  }
  return arguments;
}

}  // namespace mfa
