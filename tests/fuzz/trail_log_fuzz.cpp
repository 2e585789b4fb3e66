// Files of syslog: any bytes are read to their end, in one piece or byte by byte alike, and what is taken for a line of
// the trail has a number and a value.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cli/trail_log.h"

namespace {

std::string read_in_pieces(std::string_view text, std::size_t piece) {
  using mfa::cli::LogEntry;
  std::string found;
  mfa::cli::LogReader reader([&](const LogEntry& entry, std::int64_t line) {
    const bool event = entry.kind == LogEntry::Kind::event;
    if (event && (entry.seq < 1 || entry.head.size() != 64)) std::abort();
    if (!entry.proof.empty() && entry.proof.size() != 32) std::abort();
    if (entry.text.contains('\n') || entry.text.empty() != entry.proof.empty()) std::abort();
    if (line < 1 || entry.dropped < 0) std::abort();
    found += std::to_string(line) + entry.host + std::to_string(entry.pid) + std::to_string(entry.seq) + entry.head +
             std::to_string(entry.run) + entry.text + entry.proof + "\n";
  });
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) reader.feed(text.substr(0, piece));
  reader.finish();
  return found;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes as characters
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (read_in_pieces(text, text.size()) != read_in_pieces(text, 1)) std::abort();
  return 0;
}
