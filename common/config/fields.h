// The values of keys, checked: each reader returns what is there or adds a mistake that says what would be right.
// A table is read by a list of its keys, so that a key is a row and everything else in the table is a mistake.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/document.h"
#include "common/config/mistakes.h"
#include "common/domain/types.h"

namespace mfa {

struct Field {
  std::string name;  // for messages: `totp.digits`, `rule "staff": since`
  const Value& value;
  Mistakes& mistakes;

  void wrong(const std::string& text) const { mistakes.add(value.place, name + " " + text); }
  void wrong_type(std::string_view wanted) const;  // "must be WANTED, not a string"
};

// One line of readable text, not empty, of at most `longest` characters.
[[nodiscard]] std::optional<std::string> text_in(const Field& field, std::size_t longest);
// `why` follows the range, to make it plausible.
[[nodiscard]] std::optional<int> number_in(const Field& field, int least, int most, std::string_view why = {});
[[nodiscard]] std::optional<bool> truth_in(const Field& field);
[[nodiscard]] std::optional<std::chrono::seconds> span_in(const Field& field, std::string_view least,
                                                          std::string_view most);
[[nodiscard]] std::optional<UnixTime> moment_in(const Field& field);
// One of `words`; of those in `later` it says that this release does not have them.
[[nodiscard]] std::optional<std::string> word_in(const Field& field, std::span<const std::string_view> words,
                                                 std::span<const std::string_view> later = {});
enum class EmptyList : std::uint8_t {
  wrong,  // in a rule it would match everyone
  fine,   // names nothing, as it says
};
[[nodiscard]] std::optional<std::vector<Field>> list_in(const Field& field, EmptyList empty = EmptyList::wrong);
[[nodiscard]] const Table* table_in(const Field& field, std::string_view written);

template <class Target>
struct Key {
  std::string_view name;
  void (*read)(const Field& field, Target& target);
};

// A key that no row reads: of a later release, or unknown.
void refuse_key(const Entry& entry, const std::string& prefix, std::span<const std::string_view> known,
                std::span<const std::string_view> later, Mistakes& mistakes);

// `prefix` stands before the keys' names in messages.
template <class Target, std::size_t N>
void read_table(const Table& table, const std::string& prefix, const std::array<Key<Target>, N>& keys,
                std::span<const std::string_view> later, Target& target, Mistakes& mistakes) {
  std::vector<std::string_view> known;
  known.reserve(N);
  for (const Key<Target>& key : keys) known.push_back(key.name);
  for (const Entry& entry : table) {
    const auto key = std::ranges::find(keys, entry.key, &Key<Target>::name);
    if (key == keys.end()) {
      refuse_key(entry, prefix, known, later, mistakes);
    } else {
      key->read(Field{.name = prefix + entry.key, .value = entry.value, .mistakes = mistakes}, target);
    }
  }
}

}  // namespace mfa
