#include "cli/import/csv.h"

#include <algorithm>

namespace mfa::cli {

// True: it was one.
bool CsvPhones::take_heading() {
  const auto user = table_.place_of("user");
  const auto phone = table_.place_of("phone");
  if (!user || !phone) return false;
  user_ = *user;
  phone_ = *phone;
  kind_ = table_.place_of("kind");
  return true;
}

std::expected<std::optional<Entry>, std::string> CsvPhones::read(std::string_view line) {
  if (!table_.read(line)) return std::unexpected("Its quotes make no sense.");
  const std::vector<std::string>& fields = table_.fields();
  if (fields.empty() || (table_.is_first() && take_heading())) return std::nullopt;
  if (fields.size() <= std::max(user_, phone_)) return std::unexpected("It has no user or no phone.");
  Entry entry;
  entry.kind = EntryKind::sms;
  entry.user = fields[user_];
  entry.number = fields[phone_];
  if (entry.number.empty()) return std::unexpected("It has no phone.");
  const std::string kind = kind_ && *kind_ < fields.size() ? lower_case(fields[*kind_]) : "";
  if (kind == "call") {
    entry.kind = EntryKind::call;
  } else if (!kind.empty() && kind != "sms") {
    return std::unexpected("Its kind is neither sms nor call.");
  }
  return entry;
}

}  // namespace mfa::cli
