// JSON as replies carry it: keys in the order in which they came, and readers that never throw.
//
// What the engine sends is read with these alone: a key that is missing or of another type counts as not there.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mfa::cli {

using Json = nlohmann::ordered_json;

// Nothing if it is not one JSON value.
[[nodiscard]] std::optional<Json> parse_json(std::string_view text);
// One line without its line feed, safe to write to a terminal.
[[nodiscard]] std::string json_line(const Json& value);

[[nodiscard]] std::string text_of(const Json& object, const char* key);  // "" if it is not there
[[nodiscard]] bool flag_of(const Json& object, const char* key);         // false if it is not there
[[nodiscard]] std::optional<std::int64_t> number_of(const Json& object, const char* key);
[[nodiscard]] std::vector<std::string> texts_of(const Json& object, const char* key);
[[nodiscard]] std::vector<Json> objects_of(const Json& object, const char* key);

}  // namespace mfa::cli
