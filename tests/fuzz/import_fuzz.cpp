// What an import reads: files of google-authenticator, lines of pam_oath's users, tables of phones, and the rows that
// mfa-enroll makes of them. The first byte says which.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cli/import/csv.h"
#include "cli/import/google_authenticator.h"
#include "cli/import/oath_users.h"
#include "cli/import/wiped_text.h"
#include "common/domain/import_row.h"

namespace {

constexpr mfa::UnixTime kNow{1'800'000'000};

void require(bool holds) {
  if (!holds) std::abort();
}

// Whatever a file says, a row of it is a row to the engine.
void send(const mfa::cli::Entry& entry) {
  if (!mfa::cli::can_be_sent(entry)) return;
  mfa::cli::WipedText text(16384);
  if (!mfa::cli::add_row(text, entry, "alice", 1000)) return;
  const auto rows = mfa::read_import_rows(text.text(), kNow);
  require(rows && rows->size() == 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  switch (bytes[0] % 4) {
    case 0:
      if (const auto file = mfa::cli::parse_google_authenticator(text)) send(file->entry);
      break;
    case 1:
      if (const auto entry = mfa::cli::parse_oath_line(text.substr(0, text.find('\n'))); entry && *entry) send(**entry);
      break;
    case 2: {
      mfa::cli::CsvPhones csv;
      for (std::string_view rest = text; !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        if (const auto entry = csv.read(rest.substr(0, end)); entry && *entry) send(**entry);
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
      break;
    }
    default:
      if (const auto rows = mfa::read_import_rows(text, kNow)) {
        for (const auto& row : *rows) {
          if (!row) continue;
          require(!row->subject.name.value.empty() && row->scratch.size() <= mfa::kMostScratchCodes);
          if (const auto* app = std::get_if<mfa::TotpFactor>(&row->what))
            require(mfa::valid(app->parameters) && app->key.size() >= mfa::kShortestImportedKey);
          if (const auto* token = std::get_if<mfa::HotpFactor>(&row->what))
            require(mfa::valid(token->state.next) && mfa::valid_hotp_digits(token->digits));
        }
      }
  }
  return 0;
}
