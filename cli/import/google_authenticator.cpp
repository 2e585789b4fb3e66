#include "cli/import/google_authenticator.h"

#include <algorithm>
#include <optional>

#include "cli/import/words.h"

namespace mfa::cli {

namespace {

constexpr std::int64_t kUsualWindow = 3;       // WINDOW_SIZE if nothing is said; ours is as wide
constexpr std::int64_t kUsualSkew = 1;         // steps either side that are accepted here
constexpr std::int64_t kMostSkew = 1'000'000;  // periods: more is as wrong
constexpr std::size_t kEmergencyDigits = 8;

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trimmed(line);
}

bool is_emergency_code(std::string_view line) {
  return line.size() == kEmergencyDigits && line.front() != '0' &&
         std::ranges::all_of(line, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return c == '\n' || c == '\r' || c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  });
}

class Reading {
 public:
  // False: the value makes no sense, and the module would refuse it too.
  bool option(std::string_view name, std::string_view value) {
    if (name == "TOTP_AUTH") timed_ = true;
    if (name == "HOTP_COUNTER") return counter(take_word(value));
    if (name == "STEP_SIZE") return step_size(take_word(value));
    if (name == "DISALLOW_REUSE") return used_steps(value);
    if (name == "TIME_SKEW") return skew(take_word(value));
    if (name == "WINDOW_SIZE") return window(take_word(value));
    if (name == "RATE_LIMIT") note(NotCarried::rate_limit);
    if (name.starts_with("LAST")) note(NotCarried::grace);
    if (name == "TOTP_AUTH" || name == "RATE_LIMIT" || name == "RESETTING_TIME_SKEW" || name.starts_with("LAST"))
      return true;
    note(NotCarried::option);
    return true;
  }
  void emergency(std::string_view code) { file_.entry.scratch.push_back(code); }
  void passed_over() { note(NotCarried::option); }

  std::expected<SecretFile, std::string> end(std::string_view key) {
    file_.entry.key = key;
    if (!file_.entry.counter.empty()) {
      file_.entry.kind = EntryKind::hotp;
      file_.entry.last_step.reset();
      file_.skew = 0;
      std::erase(file_.not_carried, NotCarried::skew);
      return file_;
    }
    if (!timed_)
      return std::unexpected("It says neither TOTP_AUTH nor HOTP_COUNTER, so nothing says how its codes are made.");
    file_.entry.kind = EntryKind::totp;
    if (!once_) note(NotCarried::reuse);
    return file_;
  }

 private:
  void note(NotCarried what) {
    if (std::ranges::find(file_.not_carried, what) == file_.not_carried.end()) file_.not_carried.push_back(what);
  }
  bool counter(std::string_view word) {
    const auto value = whole_number(word);
    if (!value || *value < 0) return false;
    if (*value > 0) file_.entry.counter = word;
    return true;
  }
  bool step_size(std::string_view word) {
    const auto value = whole_number(word);
    if (!value || *value < 1 || *value > 60) return false;
    file_.entry.period = word;
    return true;
  }
  bool used_steps(std::string_view words) {
    once_ = true;
    for (std::string_view word = take_word(words); !word.empty(); word = take_word(words)) {
      const auto step = whole_number(word);
      if (!step || *step < 0) return false;
      file_.entry.last_step = std::max(file_.entry.last_step.value_or(0), *step);
    }
    return true;
  }
  bool skew(std::string_view word) {
    const auto value = whole_number(word);
    if (!value) return false;
    file_.skew = std::clamp(*value, -kMostSkew, kMostSkew);
    if (*value > kUsualSkew || *value < -kUsualSkew) note(NotCarried::skew);
    return true;
  }
  bool window(std::string_view word) {
    const auto value = whole_number(word);
    if (!value || *value < 1 || *value > 100) return false;
    if (*value > kUsualWindow) note(NotCarried::window);
    return true;
  }

  SecretFile file_;
  bool timed_ = false;
  bool once_ = false;
};

}  // namespace

std::expected<SecretFile, std::string> parse_google_authenticator(std::string_view text) {
  if (text.size() > kLongestSecretFile || !is_text(text))
    return std::unexpected("It is no file of google-authenticator.");
  const std::string_view key = take_line(text);
  if (key.empty() || key.front() == '"') return std::unexpected("There is no key in its first line.");
  Reading reading;
  for (int line = 2; !text.empty(); ++line) {
    std::string_view rest = take_line(text);
    if (rest.empty()) continue;
    if (is_emergency_code(rest)) {
      reading.emergency(rest);
      continue;
    }
    if (!rest.starts_with('"')) {
      reading.passed_over();
      continue;
    }
    rest.remove_prefix(1);
    const std::string_view name = take_word(rest);
    if (!reading.option(name, rest))
      return std::unexpected("Line " + std::to_string(line) + " has an option with a value that makes no sense.");
  }
  return reading.end(key);
}

}  // namespace mfa::cli
