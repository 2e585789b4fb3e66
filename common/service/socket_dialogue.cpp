#include "common/service/socket_dialogue.h"

#include <algorithm>
#include <cstring>

#include "common/json/json_writer.h"

namespace mfa {
namespace {

using protocol::AnswerStatus;
using protocol::Fields;
using protocol::FrameType;
using protocol::FrameWriter;
using protocol::Tag;

constexpr std::size_t kJsonOfOneFrame = protocol::kMostPayload - 16;  // leaves room for the fields' headers

std::expected<Secret, DialogueError> answer_in(const Fields& fields) {
  const auto status = fields.byte(Tag::flag);
  const auto text = fields.get(Tag::text);
  if (!status) return std::unexpected(DialogueError::gone);
  switch (static_cast<AnswerStatus>(*status)) {
    case AnswerStatus::given:
      if (!text) return std::unexpected(DialogueError::gone);
      if (text->size() > kLongestAnswer) return std::unexpected(DialogueError::too_long);
      return Secret(*text);
    case AnswerStatus::conversation_failed:
      return std::unexpected(DialogueError::conversation);
    case AnswerStatus::is_password:
      return std::unexpected(DialogueError::is_password);
    case AnswerStatus::too_long:
      return std::unexpected(DialogueError::too_long);
  }
  return std::unexpected(DialogueError::gone);
}

}  // namespace

std::expected<Secret, DialogueError> SocketDialogue::ask(const Prompt& prompt) {
  const auto gone = [this] {
    gone_ = true;
    return std::unexpected(DialogueError::gone);
  };
  // An answer that was sent before its question answers nothing.
  if (gone_ || wire_.spoken_out_of_turn()) return gone();
  FrameBuffer room;
  FrameWriter frame(room, FrameType::ask);
  frame.field(Tag::text, prompt.text).field(Tag::flag, static_cast<std::uint8_t>(prompt.echo ? 1 : 0));
  if (!wire_.send(frame.finish())) return gone();
  const auto reply = wire_.receive(limits_.answer);
  if (!reply || reply->type != FrameType::answer) {
    wire_.wipe();
    return gone();
  }
  auto answer = answer_in(reply->fields);
  wire_.wipe();
  if (!answer && answer.error() == DialogueError::gone) gone_ = true;
  return answer;
}

void SocketDialogue::show(std::string_view text) {
  if (gone_) return;
  FrameBuffer room;
  FrameWriter frame(room, FrameType::show);
  frame.field(Tag::text, text);
  if (!wire_.send(frame.finish())) gone_ = true;
}

void SocketDialogue::tell_language(std::string_view tag) {
  if (gone_) return;
  FrameBuffer room;
  FrameWriter frame(room, FrameType::show);
  frame.field(Tag::text, "").field(Tag::language, tag);
  if (!wire_.send(frame.finish())) gone_ = true;
}

void SocketDialogue::offer(std::string_view kind, std::string_view uri, std::string_view key_in_base32) {
  if (gone_ || !offers_) return;
  JsonWriter json;
  json.open_object().key("offer").open_object();
  json.member("kind", kind).member("uri", uri).member("secret", key_in_base32).close_object().close_object();
  if (!send_json(wire_, json.text())) gone_ = true;
}

void SocketDialogue::step(int number, int of, std::string_view title) {
  if (gone_ || !offers_) return;
  JsonWriter json;
  json.open_object().key("step").open_object();
  json.member("number", std::int64_t{number}).member("of", std::int64_t{of}).member("title", title);
  json.close_object().close_object();
  if (!send_json(wire_, json.text())) gone_ = true;
}

std::expected<void, DialogueError> SocketDialogue::give(std::span<const std::uint8_t> piece) {
  if (!offers_) return std::unexpected(DialogueError::conversation);
  if (gone_ || wire_.spoken_out_of_turn()) return std::unexpected(DialogueError::gone);
  FrameBuffer room;
  FrameWriter frame(room, FrameType::result);
  frame.field(Tag::bytes, {reinterpret_cast<const char*>(piece.data()), piece.size()});
  if (wire_.send(frame.finish())) return {};
  gone_ = true;
  return std::unexpected(DialogueError::gone);
}

std::expected<Secret, DialogueError> SocketDialogue::take(std::string_view file) {
  if (!offers_) return std::unexpected(DialogueError::conversation);
  const auto gone = [this] {
    wire_.wipe();
    gone_ = true;
    return std::unexpected(DialogueError::gone);
  };
  if (gone_ || wire_.spoken_out_of_turn()) return gone();
  FrameBuffer room;
  FrameWriter frame(room, FrameType::ask);
  frame.field(Tag::text, file).field(Tag::flag, std::uint8_t{2});
  if (!wire_.send(frame.finish())) return gone();
  const auto reply = wire_.receive(limits_.answer);
  if (!reply || reply->type != FrameType::answer) return gone();
  const auto status = reply->fields.byte(Tag::flag);
  const auto bytes = reply->fields.get(Tag::bytes);
  if (!bytes || status != static_cast<std::uint8_t>(AnswerStatus::given)) return gone();
  Secret piece(*bytes);
  wire_.wipe();
  return piece;
}

bool send_json(Wire& wire, std::string_view json) {
  FrameBuffer room;
  bool sent = true;
  do {
    const std::string_view part = json.substr(0, std::min(json.size(), kJsonOfOneFrame));
    json.remove_prefix(part.size());
    FrameWriter frame(room, FrameType::result);
    frame.field(Tag::json, part);
    if (!json.empty()) frame.field(Tag::more, std::uint8_t{1});
    const auto bytes = frame.finish();
    sent = wire.send(bytes);
    explicit_bzero(room.data(), bytes.size());
  } while (sent && !json.empty());
  return sent;
}

}  // namespace mfa
