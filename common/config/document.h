// A TOML text as a tree of values, each with its place. The only thing that knows toml++, which is slow to compile.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mfa {

struct Place {
  int line = 0;  // from 1, as `column` (in characters); both 0: the text as a whole
  int column = 0;
  auto operator<=>(const Place&) const = default;
};

// A date, maybe with a time of day, maybe with an offset from UTC; as written, and as toml++ has checked it.
struct DateTime {
  int year = 0, month = 0, day = 0;
  int hour = 0, minute = 0, second = 0;
  std::uint32_t nanosecond = 0;
  std::optional<int> offset_minutes;  // nothing: local time
};

struct TimeOfDay {};  // no key takes one

struct Entry;

struct Value {
  Place place;
  std::variant<std::string, std::int64_t, double, bool, DateTime, TimeOfDay, std::vector<Value>, std::vector<Entry>> is;
};

struct Entry {
  std::string key;
  Place place;
  Value value;
};

using List = std::vector<Value>;
using Table = std::vector<Entry>;

[[nodiscard]] std::string_view type_of(const Value& value);  // "a string", "a whole number"…

struct SyntaxError {
  Place place;
  std::string text;
};

// The first thing that is not TOML 1.0, or the tree. Nesting is bounded, so that no text exhausts the stack.
[[nodiscard]] std::expected<Table, SyntaxError> parse_document(std::string_view text);

}  // namespace mfa
