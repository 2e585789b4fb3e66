#include "cli/trail_log.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

namespace mfa::cli {

namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 16U;  // bytes; the engine's are below 3,000
constexpr std::string_view kIdent = "mfad";
constexpr std::size_t kHeadDigits = 64;
constexpr std::size_t kProofDigits = 32;
constexpr std::size_t kRunDigits = 8;
constexpr std::string_view kProof = " proof=";
constexpr std::size_t kLongestMessage = 3'000;  // of the engine's

struct Packing {
  std::string_view beginning;
  std::string_view unpacked_by;
};
constexpr std::array kPackings{Packing{"\x1f\x8b", "zcat"}, Packing{"\xfd\x37zXZ", "xzcat"},
                               Packing{"\x28\xb5\x2f\xfd", "zstdcat"}, Packing{"BZh", "bzcat"},
                               Packing{"\x04\x22\x4d\x18", "lz4cat"}};
constexpr std::size_t kLongestBeginning = 5;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// 'd' stands for a digit, ' ' for a digit or a blank, all else for itself.
bool has_shape(std::string_view text, std::string_view shape) {
  return text.size() == shape.size() && std::ranges::equal(text, shape, [](char c, char s) {
           return s == 'd' ? is_digit(c) : s == ' ' ? c == ' ' || is_digit(c) : c == s;
         });
}

template <class Number>
std::optional<Number> number(std::string_view text, int base = 10) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

// Up to the next blank, which goes with it.
std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

bool is_month(std::string_view word) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return std::ranges::find(kMonths, word) != kMonths.end();
}

// Takes "<86>" away, and of RFC 5424 the version behind it, which is told.
bool take_priority(std::string_view& line) {
  if (!line.starts_with('<')) return false;
  const auto end = line.find('>');
  if (end > 4) return false;  // also where there is none
  line.remove_prefix(end + 1);
  if (!line.starts_with("1 ")) return false;
  line.remove_prefix(2);
  return true;
}

// Takes the time away, in either form; false: there is none.
bool take_time(std::string_view& line) {
  constexpr std::string_view kClassic = "  d dd:dd:dd";  // behind the month
  constexpr std::string_view kIso = "dddd-dd-ddTdd:dd:dd";
  if (has_shape(line.substr(0, kIso.size()), kIso)) {
    take_word(line);
    return true;
  }
  if (!is_month(line.substr(0, 3)) || !has_shape(line.substr(3, kClassic.size()), kClassic)) return false;
  line.remove_prefix(3 + kClassic.size());
  take_word(line);  // parts of a second, where they are told
  return true;
}

// Takes "-" or "[id name="value" …]…" away, with the blank behind it (RFC 5424 §6.3). False: it is neither.
bool take_structured_data(std::string_view& line) {
  if (line.starts_with("- ")) {
    line.remove_prefix(2);
    return true;
  }
  if (!line.starts_with('[')) return false;
  while (line.starts_with('[')) {
    bool quoted = false;
    std::size_t end = 1;
    for (; end < line.size() && (quoted || line[end] != ']'); ++end) {
      if (quoted && line[end] == '\\')
        ++end;
      else if (line[end] == '"')
        quoted = !quoted;
    }
    if (end >= line.size()) return false;
    line.remove_prefix(end + 1);
  }
  if (!line.starts_with(' ')) return false;
  line.remove_prefix(1);
  return true;
}

// Takes "mfad[812]: " away, or of RFC 5424 "mfad 812 - - ", and tells the pid.
std::optional<std::uint32_t> take_tag(std::string_view& line, bool rfc5424) {
  if (!line.starts_with(kIdent)) return std::nullopt;
  line.remove_prefix(kIdent.size());
  if (rfc5424) {
    if (!line.starts_with(' ')) return std::nullopt;
    line.remove_prefix(1);
    const auto pid = number<std::uint32_t>(take_word(line)).value_or(0);
    take_word(line);  // MSGID
    if (!take_structured_data(line)) return std::nullopt;
    if (line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);  // RFC 5424 §6.4: the mark of UTF-8
    return pid;
  }
  std::uint32_t pid = 0;
  if (line.starts_with('[')) {
    const auto end = line.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const auto found = number<std::uint32_t>(line.substr(1, end - 1));
    if (!found) return std::nullopt;
    pid = *found;
    line.remove_prefix(end + 1);
  }
  if (!line.starts_with(": ")) return std::nullopt;
  line.remove_prefix(2);
  return pid;
}

struct Pair {
  std::string_view key, value;  // as written, without the quotes
};

// The next key=value of a message; nothing: what follows is none.
std::optional<Pair> take_pair(std::string_view& text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) return std::nullopt;
  Pair pair{.key = text.substr(0, equals), .value = {}};
  text.remove_prefix(equals + 1);
  if (!text.starts_with('"')) {
    pair.value = take_word(text);
    return pair;
  }
  std::size_t end = 1;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? std::size_t{2} : std::size_t{1};
  if (end >= text.size()) return std::nullopt;
  pair.value = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  if (text.starts_with(' ')) text.remove_prefix(1);
  return pair;
}

// What the proof is about, and the proof. A message that is too long, or of several lines, has none.
void take_proof(std::string_view message, LogEntry& entry) {
  const auto end = message.rfind(kProof);
  if (end > kLongestMessage || message.contains('\n')) return;  // also where there is none
  const std::string_view proof = message.substr(end + kProof.size());
  if (!is_hex(proof, kProofDigits)) return;
  entry.text = message.substr(0, end);
  entry.proof = proof;
}

// Of a message of the engine.
std::optional<LogEntry> parse_message(std::string_view message) {
  if (!message.starts_with("event=")) return std::nullopt;
  LogEntry entry;
  take_proof(message, entry);
  bool has_seq = false;
  std::string_view event;
  while (const auto pair = take_pair(message)) {
    if (event.empty()) event = pair->value;
    if (pair->key == "seq") {
      entry.seq = number<std::int64_t>(pair->value).value_or(0);
      has_seq = true;
    } else if (pair->key == "head" && is_hex(pair->value, kHeadDigits)) {
      entry.head = pair->value;
    } else if (pair->key == "run" && is_hex(pair->value, kRunDigits)) {
      entry.run = number<std::uint32_t>(pair->value, 16).value_or(0);
    } else if (pair->key == "lines" && event == "journal.dropped") {
      entry.dropped = number<std::int64_t>(pair->value).value_or(0);
    }
  }
  if (event == "journal.dropped") {
    entry.kind = LogEntry::Kind::dropped;
    return entry.dropped > 0 ? std::optional(entry) : std::nullopt;
  }
  // Where a line was cut the end is missing, on which all depends; so is the rest of a value in quotes.
  if (!has_seq && message.empty()) return std::nullopt;
  if (!has_seq || entry.seq < 1 || entry.head.empty()) entry.kind = LogEntry::Kind::cut;
  return entry;
}

}  // namespace

std::string short_host(std::string_view host) {
  // Of an address the first part says nothing.
  const bool address = host.contains(':') || std::ranges::all_of(host, [](char c) { return is_digit(c) || c == '.'; });
  std::string name(address ? host : host.substr(0, host.find('.')));
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

std::optional<LogEntry> parse_log_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const bool rfc5424 = take_priority(line);
  if (!take_time(line)) return std::nullopt;
  const std::string_view host = take_word(line);
  const auto pid = take_tag(line, rfc5424);
  if (host.empty() || !pid) return std::nullopt;
  auto entry = parse_message(line);
  if (entry) {
    entry->host = short_host(host);
    entry->pid = *pid;
  }
  return entry;
}

void LogReader::feed(std::string_view bytes) {
  beginning_ += bytes.substr(0, kLongestBeginning - std::min(kLongestBeginning, beginning_.size()));
  for (const Packing& packing : kPackings)
    if (beginning_.starts_with(packing.beginning)) unpacked_by_ = packing.unpacked_by;
  while (!bytes.empty() && unpacked_by_.empty()) {
    if (!binary_.empty()) {
      take_bytes(bytes);
      continue;
    }
    const auto end = std::min(bytes.find('\n'), bytes.size());
    if (line_.size() + end > kLongestLine) {
      too_long_ = true;
      line_.clear();
    }
    if (!too_long_) line_ += bytes.substr(0, end);
    if (end < bytes.size()) end_line();
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
}

void LogReader::finish() {
  if (!line_.empty()) end_line();
  if (exported_) export_entry();
}

void LogReader::end_line() {
  ++lines_;
  const std::string line = std::exchange(line_, {});
  if (std::exchange(too_long_, false)) return;
  if (lines_ == 1) exported_ = line.starts_with("__CURSOR=");
  if (exported_) {
    line_ = line;
    export_line();
    line_.clear();
  } else if (const auto entry = parse_log_line(line)) {
    take_(*entry, lines_);
  }
}

// https://systemd.io/JOURNAL_EXPORT_FORMATS: a field a line, an empty line behind each entry. A name alone on its line
// is followed by the length of its value in eight bytes, the least first, the value, and a line feed.
void LogReader::export_line() {
  if (line_.empty()) return export_entry();
  if (first_line_ == 0) first_line_ = lines_;
  const auto equals = line_.find('=');
  if (equals == std::string::npos) {
    binary_ = line_;
    length_ = length_bytes_ = 0;
  } else {
    export_field(std::string_view(line_).substr(0, equals), std::string_view(line_).substr(equals + 1));
  }
}

// The line feed behind the value is taken with it.
void LogReader::take_bytes(std::string_view& bytes) {
  constexpr std::size_t kLengthBytes = 8;
  while (length_bytes_ < kLengthBytes && !bytes.empty()) {
    length_ |= std::uint64_t{static_cast<std::uint8_t>(bytes.front())} << (8 * length_bytes_++);
    bytes.remove_prefix(1);
    if (length_bytes_ == kLengthBytes) too_long_ = length_ > kLongestLine;
  }
  if (length_bytes_ < kLengthBytes || bytes.empty()) return;
  const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(length_, bytes.size()));
  if (!too_long_) line_ += bytes.substr(0, part);
  bytes.remove_prefix(part);
  length_ -= part;
  if (length_ > 0 || bytes.empty()) return;
  bytes.remove_prefix(1);
  ++lines_;
  if (!too_long_) export_field(binary_, line_);
  binary_.clear();
  line_.clear();
  too_long_ = false;
}

void LogReader::export_field(std::string_view name, std::string_view value) {
  const std::array<std::pair<std::string_view, std::string*>, 5> fields{{{"MESSAGE", &message_},
                                                                         {"SYSLOG_IDENTIFIER", &ident_},
                                                                         {"_HOSTNAME", &host_},
                                                                         {"SYSLOG_PID", &pid_},
                                                                         {"_PID", &kernel_pid_}}};
  for (const auto& [wanted, place] : fields)
    if (name == wanted) *place = value;
}

void LogReader::export_entry() {
  if (ident_ == kIdent) {
    if (auto entry = parse_message(message_)) {
      entry->host = short_host(host_);
      // As the engine knows it itself: in a container the host's kernel has another number for it.
      entry->pid = number<std::uint32_t>(pid_.empty() ? kernel_pid_ : pid_).value_or(0);
      take_(*entry, first_line_);
    }
  }
  message_.clear();
  ident_.clear();
  host_.clear();
  pid_.clear();
  kernel_pid_.clear();
  first_line_ = 0;
}

}  // namespace mfa::cli
