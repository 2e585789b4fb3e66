// Writes small country databases in MaxMind's format (https://maxmind.github.io/MaxMind-DB/), right ones and wrong
// ones.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/domain/policy.h"

namespace mfa::mmdb {

enum Type : std::uint8_t { kText = 2, kBytes = 4, kUint16 = 5, kUint32 = 6, kMap = 7, kUint64 = 9, kArray = 11 };

// The bytes in front of a value: its type, and its size or number of elements (below 285 here).
inline std::string head(Type type, std::size_t size) {
  std::string bytes;
  const unsigned low = size < 29 ? static_cast<unsigned>(size) : 29U;
  bytes += static_cast<char>((type <= 7 ? static_cast<unsigned>(type) << 5U : 0U) | low);
  if (type > 7) bytes += static_cast<char>(type - 7);
  if (size >= 29) bytes += static_cast<char>(size - 29);
  return bytes;
}
inline std::string text(std::string_view value) { return head(kText, value.size()) + std::string(value); }
inline std::string number(Type type, std::uint64_t value) {
  std::string bytes;
  for (; value > 0; value >>= 8U) bytes.insert(bytes.begin(), static_cast<char>(value & 0xFFU));
  return head(type, bytes.size()) + bytes;
}
inline std::string map(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string bytes = head(kMap, entries.size());
  for (const auto& [key, value] : entries) bytes += text(key) + value;
  return bytes;
}
// What is kept of a network that is in a country.
inline std::string in(std::string_view country) { return map({{"country", map({{"iso_code", text(country)}})}}); }

// A database of networks and their values. In one of IPv6 (`v6`), IPv4 networks are those of ::/96.
class Database {
 public:
  explicit Database(bool v6 = true) : v6_(v6) {}

  Database& add(const Network& network, const std::string& value) {
    std::vector<bool> path;
    if (v6_ && !network.address.v6) path.assign(96, false);
    for (int bit = 0; bit < network.prefix; ++bit) {
      const auto at = static_cast<std::size_t>(bit);
      path.push_back((network.address.bytes[at / 8] & (0x80U >> (at % 8))) != 0);
    }
    std::size_t node = 0;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      Record& record = nodes_[node][path[i] ? 1 : 0];
      if (record.kind != Record::kNode) {
        record = {.kind = Record::kNode, .value = nodes_.size()};
        node = record.value;
        nodes_.emplace_back();
      } else {
        node = record.value;
      }
    }
    nodes_[node][path.back() ? 1 : 0] = {.kind = Record::kValue, .value = values_.size()};
    values_ += value;
    return *this;
  }

  [[nodiscard]] std::string bytes() const {
    std::string all;
    for (const auto& node : nodes_) {
      for (const Record& record : node) {
        const std::size_t value = record.kind == Record::kNode    ? record.value
                                  : record.kind == Record::kEmpty ? nodes_.size()
                                                                  : nodes_.size() + 16 + record.value;
        for (const unsigned shift : {16U, 8U, 0U}) all += static_cast<char>((value >> shift) & 0xFFU);
      }
    }
    all += std::string(16, '\0') + values_ + "\xAB\xCD\xEFMaxMind.com";
    return all + map({{"binary_format_major_version", number(kUint16, 2)},
                      {"binary_format_minor_version", number(kUint16, 0)},
                      {"build_epoch", number(kUint64, 1'790'000'000)},
                      {"database_type", text("Country")},
                      {"description", map({})},
                      {"ip_version", number(kUint16, v6_ ? 6 : 4)},
                      {"languages", head(kArray, 0)},
                      {"node_count", number(kUint32, nodes_.size())},
                      {"record_size", number(kUint16, 24)}});
  }

 private:
  struct Record {
    enum Kind : std::uint8_t { kEmpty, kNode, kValue } kind = kEmpty;
    std::size_t value = 0;  // the node's number, or where the value begins
  };
  bool v6_;
  std::vector<std::array<Record, 2>> nodes_ = std::vector<std::array<Record, 2>>(1);
  std::string values_;
};

}  // namespace mfa::mmdb
