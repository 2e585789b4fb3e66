#include "cli/import/entry.h"

#include <algorithm>
#include <array>

#include "cli/import/wiped_text.h"

namespace mfa::cli {

namespace {

std::string_view name_of(EntryKind kind) {
  switch (kind) {
    case EntryKind::totp:
      return "totp";
    case EntryKind::hotp:
      return "hotp";
    case EntryKind::sms:
      return "sms";
    case EntryKind::call:
      break;
  }
  return "call";
}

bool is_clean(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

bool can_be_sent(const Entry& entry) {
  constexpr std::size_t kLongestField = 256;  // bytes
  const std::array fields{entry.key, entry.number, entry.digits, entry.period, entry.counter, entry.used_code};
  return std::ranges::all_of(fields,
                             [](std::string_view field) { return is_clean(field) && field.size() <= kLongestField; }) &&
         std::ranges::all_of(entry.scratch, [](std::string_view code) {
           return is_clean(code) && !code.contains(',') && code.size() <= kLongestField;
         });
}

bool add_row(WipedText& to, const Entry& entry, std::string_view user, std::uint32_t uid) {
  const std::size_t before = to.text().size();
  bool fits = true;
  const auto put = [&](std::string_view text) { fits = fits && to.add(text); };
  const auto field = [&](std::string_view text) { put("\t"), put(text); };
  const auto number = [](const std::optional<std::int64_t>& value) { return value ? std::to_string(*value) : ""; };
  put(name_of(entry.kind));
  field(user);
  field(std::to_string(uid));
  if (entry.kind == EntryKind::sms || entry.kind == EntryKind::call) {
    field(entry.number);
  } else {
    field(entry.hexadecimal ? "0x" : "");
    put(entry.key);
    field(entry.digits);
    if (entry.kind == EntryKind::totp) {
      field(entry.period);
      field(number(entry.last_step));
      field(entry.used_code);
      field(number(entry.used_at));
    } else {
      field(entry.counter);
      field(entry.used_code);
    }
    put("\t");
    for (std::size_t i = 0; i < entry.scratch.size(); ++i) {
      if (i > 0) put(",");
      put(entry.scratch[i]);
    }
  }
  put("\n");
  if (!fits) to.shrink(before);
  return fits;
}

}  // namespace mfa::cli
