// The frames between the two faces (pam_mfa.so, mfa-enroll) and the engine, and nothing of what they mean.
//
// A frame on the stream: two bytes of payload length (big-endian, at most kMostPayload), one byte of type, one byte
// zero; then the payload: fields of one byte tag, two bytes length (big-endian), bytes, with tags strictly ascending,
// so that no field can come twice. Fields with unknown tags are passed over (the next protocol version may add some);
// anything else that does not fit is Malformed and ends the connection.
// Freestanding: no allocation, no exceptions, no libstdc++ at run time; pam_mfa.so is built from it.
//
//   client                                engine
//     Login or Request  ------------->      (sent at once, without waiting)
//                       <-------------  Hello
//                       <-------------  Show, Result …
//                       <-------------  Ask          } any number of times
//     Answer            ------------->               }
//                       <-------------  Verdict, then the end of the stream
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace mfa::protocol {

inline constexpr std::uint8_t kVersion = 1;
inline constexpr std::uint8_t kOldestVersion = 1;   // still served; N-1 once there is a second one
inline constexpr std::size_t kHeader = 4;           // bytes
inline constexpr std::size_t kMostPayload = 16384;  // bytes
inline constexpr std::size_t kLongestFact =
    12288;  // bytes of any one field of Login: SSH_AUTH_INFO_0 with certificates

enum class FrameType : std::uint8_t {
  login = 'L',
  request = 'Q',
  answer = 'a',
  hello = 'H',
  show = 'S',
  ask = 'A',
  result = 'R',
  verdict = 'V',
};

enum class Tag : std::uint8_t {
  version = 1,  // Login, Request, Hello: one byte
  oldest = 2,   // Hello: the oldest version served, one byte
  text = 3,     // Show, Ask: what to show, UTF-8; Answer: what was typed; Verdict: why, for the person
  flag = 4,     // Ask: 1 = echo, 2 = the next piece of the file that text names; Answer: an AnswerStatus; Show: 1 = an
                // error; one byte
  verdict = 5,  // Verdict: a VerdictCode, one byte
  json = 6,     // Request, Result: one JSON value; a Result over kMostPayload comes in several, joined by the client
  hint = 7,     // Verdict: what to do next
  more = 8,  // one byte 1. Result: the next one goes on with this value; Verdict: the session lives on, as a call does
  reason = 9,     // Verdict: a word for syslog
  codes = 10,     // Verdict of Phase::split: a code is due; how many digits, a byte each, the default factor's first
  bytes = 11,     // Result: the next piece of a file, in the place of json; Answer: likewise, in the place of text
  rows = 12,      // Request of `admin import`: what is to be imported (domain/import_row.h); never in its JSON. Of
                  // `admin audit --lines`: the lines
  language = 13,  // Show in front of all that a Request leads to, without a text: the tag of what its texts are in
  // Login:
  user = 20,
  service = 21,
  tty = 22,
  rhost = 23,
  ruser = 24,
  ssh_connection = 25,
  ssh_auth_info = 26,
  configuration_only = 27,  // present: decide without the store
  phase = 28,               // a Phase, one byte
  password_passed = 29,     // present: a line before asked for a password and found it right
  one_answer = 30,          // present: a line before took the one answer there is; the first Ask gets its code
};

enum class AnswerStatus : std::uint8_t { given = 1, conversation_failed = 2, is_password = 3, too_long = 4 };

// Which entry point of the module asks. A login without one is no login.
enum class Phase : std::uint8_t { authenticate = 1, failed_password = 2, account = 3, password_changed = 4, split = 5 };

// How it ended. The module maps them to PAM codes in one switch, mfa-enroll to exit statuses.
enum class VerdictCode : std::uint8_t {
  passed = 1,
  trusted = 2,
  skipped = 3,
  wrong = 4,
  locked = 5,
  denied = 6,
  unavailable = 7,
  conversation = 8,
  done = 9,      // a request or a report: carried out; lets nobody in
  refused = 10,  // a request: not carried out, see text and hint
  usage = 11,    // a request that makes no sense
};

// Builds one frame in a buffer of kHeader + kMostPayload bytes at most. A field that does not fit, or a tag that does
// not ascend, makes the frame void: finish() then returns an empty span.
class FrameWriter {
 public:
  FrameWriter(std::span<char> buffer, FrameType type);
  FrameWriter& field(Tag tag, std::string_view bytes);
  FrameWriter& field(Tag tag, std::uint8_t byte);
  [[nodiscard]] std::span<const char> finish();

 private:
  std::span<char> buffer_;
  std::size_t used_ = 0;
  int last_tag_ = 0;
  bool good_ = true;
};

struct Header {
  std::size_t payload = 0;  // bytes that follow
  FrameType type{};
};
// Of exactly kHeader bytes. Nothing if it is malformed.
[[nodiscard]] std::optional<Header> parse_header(std::span<const char> bytes);

// A payload whose fields were all checked. Views into the caller's bytes.
class Fields {
 public:
  // Nothing if malformed.
  [[nodiscard]] static std::optional<Fields> parse(std::span<const char> payload);
  // The field's bytes, or nothing if it is not there.
  [[nodiscard]] std::optional<std::string_view> get(Tag tag) const;
  // The field as one byte; nothing if it is not there or of another length.
  [[nodiscard]] std::optional<std::uint8_t> byte(Tag tag) const;

 private:
  explicit Fields(std::span<const char> payload) : payload_(payload) {}
  std::span<const char> payload_;
};

}  // namespace mfa::protocol
