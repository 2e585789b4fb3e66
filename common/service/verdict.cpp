#include "common/service/verdict.h"

#include <cstdint>

#include "common/flows/texts.h"

namespace mfa {

using protocol::FrameWriter;
using protocol::Tag;
using protocol::VerdictCode;

namespace {

VerdictCode code_of(LoginResult result) {
  switch (result) {
    case LoginResult::passed:
      return VerdictCode::passed;
    case LoginResult::trusted:
      return VerdictCode::trusted;
    case LoginResult::skipped:
      return VerdictCode::skipped;
    case LoginResult::wrong:
      return VerdictCode::wrong;
    case LoginResult::locked:
      return VerdictCode::locked;
    case LoginResult::denied:
      return VerdictCode::denied;
    case LoginResult::unavailable:
      return VerdictCode::unavailable;
    case LoginResult::conversation:
      return VerdictCode::conversation;
    case LoginResult::done:
      return VerdictCode::done;
  }
  return VerdictCode::denied;
}

VerdictCode code_of(RequestError::Kind kind) {
  switch (kind) {
    case RequestError::Kind::only_checked:  // rendered as a reply
    case RequestError::Kind::refused:
      return VerdictCode::refused;
    case RequestError::Kind::unavailable:
      return VerdictCode::unavailable;
    case RequestError::Kind::usage:
      return VerdictCode::usage;
    case RequestError::Kind::gone:
      return VerdictCode::conversation;
  }
  return VerdictCode::refused;
}

std::span<const char> verdict_frame(FrameBuffer& room, const Verdict& verdict, bool with_texts) {
  FrameWriter frame(room, protocol::FrameType::verdict);
  if (with_texts && !verdict.text.empty()) frame.field(Tag::text, verdict.text);
  frame.field(Tag::verdict, static_cast<std::uint8_t>(verdict.code));
  if (with_texts && !verdict.hint.empty()) frame.field(Tag::hint, verdict.hint);
  if (with_texts && !verdict.reason.empty()) frame.field(Tag::reason, verdict.reason);
  if (verdict.codes) {
    std::string digits;
    for (const int number : *verdict.codes) digits.push_back(static_cast<char>(number));
    frame.field(Tag::codes, digits);
  }
  if (verdict.goes_on) frame.field(Tag::more, std::uint8_t{1});
  return frame.finish();
}

}  // namespace

Verdict verdict_of(const LoginVerdict& verdict) {
  return {.code = code_of(verdict.result),
          .text = texts::folded(verdict.text),
          .hint = {},
          .reason = verdict.reason,
          .codes = verdict.codes};
}

Verdict verdict_of(const RequestError& error) {
  return {.code = code_of(error.kind), .text = error.text, .hint = error.hint, .reason = {}};
}

bool send_verdict(Wire& wire, const Verdict& verdict) {
  FrameBuffer room;
  auto frame = verdict_frame(room, verdict, true);
  if (frame.empty()) frame = verdict_frame(room, verdict, false);
  return wire.send(frame);
}

}  // namespace mfa
