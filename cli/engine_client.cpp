#include "cli/engine_client.h"

#include <string.h>  // explicit_bzero(3)
#include <unistd.h>

#include <array>
#include <utility>

#include "common/language/language.h"
#include "common/protocol/frame.h"

namespace mfa::cli {

namespace {

using protocol::AnswerStatus;
using protocol::FrameType;
using protocol::FrameWriter;
using protocol::Reached;
using protocol::Tag;
using protocol::VerdictCode;

constexpr std::string_view kTryAgain = marked("Try again in a minute; if it stays so, tell your helpdesk.");

constexpr std::uint8_t kPieceWanted = 2;  // Tag::flag of an Ask

using Buffer = std::array<char, protocol::kHeader + protocol::kMostPayload>;

Failure unreachable(std::string error, std::string hint) {
  return {.status = ExitStatus::unreachable, .error = std::move(error), .hint = std::move(hint)};
}

std::string look_again() { return say("Look with 'mfa-enroll status' whether anything was changed, then try again."); }

// Why no first frame came.
Failure not_reached(const Link& link, const Circumstances& where) {
  const auto hint = [&](std::string_view for_root, std::string_view for_others) {
    return std::string(where.by_root ? for_root : in_words(for_others));
  };
  if (!where.set_up && link.way() != Reached::impostor)
    return unreachable(say("Multi-factor authentication is not set up on this computer."),
                       say("An administrator sets it up with: sudo mfa-enroll admin init"));
  switch (link.way()) {
    case Reached::no_service:
      return unreachable(say("The MFA service is not running on this computer."),
                         hint("systemctl start mfad-login.socket mfad-user.socket", marked("Tell your helpdesk.")));
    case Reached::impostor:
      return unreachable(
          say("What answers in the place of the MFA service is not the MFA service."),
          hint("See who listens there: ss -xlp | grep mfa", marked("Type nothing more here and tell your helpdesk.")));
    case Reached::service:
    case Reached::session:
    case Reached::failed:
      break;
  }
  if (link.why() == Link::Fault::timeout)
    return unreachable(say("The MFA service does not answer."),
                       hint("The system log may say why; then: systemctl restart mfad", kTryAgain));
  if (link.way() == Reached::session)
    return unreachable("The MFA service is not running, and a session without it ended before it began.",
                       "The system log says why. Look at the configuration: mfad --check-config");
  return unreachable(say("The MFA service cannot be reached."),
                     hint("Look whether it runs: systemctl status mfad", kTryAgain));
}

Failure lost(const Link& link) {
  if (link.why() == Link::Fault::timeout) return unreachable(say("The MFA service stopped answering."), look_again());
  if (link.why() == Link::Fault::malformed)
    return unreachable(say("The MFA service said something that makes no sense."), look_again());
  return unreachable(say("The connection to the MFA service was lost."), look_again());
}

std::string text(const protocol::Fields& fields, Tag tag) { return std::string(fields.get(tag).value_or("")); }

Failure failure_of(VerdictCode code, const protocol::Fields& fields) {
  Failure failure{.status = ExitStatus::refused, .error = text(fields, Tag::text), .hint = text(fields, Tag::hint)};
  if (code == VerdictCode::unavailable) failure.status = ExitStatus::unreachable;
  if (code == VerdictCode::usage) failure.status = ExitStatus::usage;
  if (code == VerdictCode::refused && failure.error.empty() && !failure.hint.empty())
    return {.error = failure.hint, .hint = "", .fault = false};
  if (failure.error.empty())
    failure.error =
        code == VerdictCode::unavailable ? say("The MFA service cannot do this now.") : say("The MFA service refused.");
  return failure;
}

// The frames of one dialogue, from the engine's first to its verdict.
class Relay {
 public:
  Relay(Link& link, Person& person, const Circumstances& where) : link_(link), person_(person), where_(where) {}
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay() { explicit_bzero(reply_text_.data(), reply_text_.size()); }

  // Nothing: go on. The reply, or a failure: it is over.
  std::optional<Outcome<Json>> take(const Link::Received& frame) {
    switch (frame.type) {
      case FrameType::hello:
        return hello(frame);
      case FrameType::show:
        return show(frame.fields);
      case FrameType::ask:
        return ask(frame.fields);
      case FrameType::result:
        return result(frame.fields);
      case FrameType::verdict:
        return verdict(frame.fields);
      case FrameType::login:
      case FrameType::request:
      case FrameType::answer:
        break;
    }
    return nonsense();
  }

 private:
  using Step = std::optional<Outcome<Json>>;

  static Step ends(Failure failure) { return Outcome<Json>(std::unexpected(std::move(failure))); }
  static Step nonsense() {
    return ends(unreachable(say("The MFA service said something that makes no sense."), look_again()));
  }
  static Failure no_file() {
    return {.error = say("The file cannot be read or written."), .hint = say("Nothing was changed.")};
  }
  static Step cannot_show() { return ends(failure_of(NoAnswer::failed)); }

  Step hello(const Link::Received& frame) {
    if (std::exchange(greeted_, true)) return nonsense();
    if (protocol::speaks_our_version(frame)) return std::nullopt;
    return ends(unreachable(say("This mfa-enroll and the MFA service are of different releases."),
                            where_.by_root
                                ? "Finish the upgrade: systemctl restart mfad"
                                : say("Tell your helpdesk: the service needs a new start after an upgrade.")));
  }

  Step show(const protocol::Fields& fields) {
    if (!greeted_) return nonsense();
    if (const auto language = fields.get(Tag::language)) person_.hears(*language);
    const std::string_view text = fields.get(Tag::text).value_or("");
    if (!text.empty() && !person_.show(text)) return cannot_show();  // empty: a sign of life
    return std::nullopt;
  }

  Step ask(const protocol::Fields& fields) {
    const auto echo = fields.byte(Tag::flag);
    if (!greeted_ || !echo) return nonsense();
    if (*echo == kPieceWanted) return send_piece(fields.get(Tag::text).value_or(""));
    const auto answer = person_.ask(fields.get(Tag::text).value_or(""), *echo == 1);
    if (!answer && answer.error() != NoAnswer::too_long) return ends(failure_of(answer.error()));
    const AnswerStatus status = answer ? AnswerStatus::given : AnswerStatus::too_long;
    FrameWriter frame(buffer_, FrameType::answer);
    frame.field(Tag::text, answer ? answer->text() : "").field(Tag::flag, static_cast<std::uint8_t>(status));
    const bool sent = link_.send(frame.finish());
    explicit_bzero(buffer_.data(), buffer_.size());
    // An engine that closed may have said why first: the next receive() tells.
    if (!sent && link_.why() != Link::Fault::end) return ends(lost(link_));
    return std::nullopt;
  }

  Step send_piece(std::string_view file) {
    std::string bytes;
    if (!person_.piece(file, bytes)) return ends(no_file());
    FrameWriter frame(buffer_, FrameType::answer);
    frame.field(Tag::flag, static_cast<std::uint8_t>(AnswerStatus::given)).field(Tag::bytes, bytes);
    const bool sent = link_.send(frame.finish());
    explicit_bzero(buffer_.data(), buffer_.size());
    explicit_bzero(bytes.data(), bytes.size());
    if (!sent && link_.why() != Link::Fault::end) return ends(lost(link_));
    return std::nullopt;
  }

  Step result(const protocol::Fields& fields) {
    if (const auto bytes = fields.get(Tag::bytes)) {
      if (!greeted_) return nonsense();
      if (!person_.keep(*bytes)) return ends(no_file());
      return std::nullopt;
    }
    const std::string_view piece = fields.get(Tag::json).value_or("");
    if (!greeted_ || reply_text_.size() + piece.size() > kLongestReply) return nonsense();
    reply_text_ += piece;
    if (fields.byte(Tag::more).value_or(0) == 1) return std::nullopt;
    auto value = parse_json(reply_text_);
    explicit_bzero(reply_text_.data(), reply_text_.size());
    reply_text_.clear();
    if (!value || !value->is_object()) return nonsense();
    if (const auto found = value->find("offer"); found != value->end()) {
      const Offer offer{text_of(*found, "kind"), text_of(*found, "uri"), text_of(*found, "secret")};
      if (!person_.offer(offer)) return cannot_show();
      return std::nullopt;
    }
    if (const auto found = value->find("step"); found != value->end()) {
      const GuidedStep step{.number = number_of(*found, "number").value_or(0),
                            .of = number_of(*found, "of").value_or(0),
                            .title = text_of(*found, "title")};
      if (!person_.step(step)) return cannot_show();
      return std::nullopt;
    }
    reply_ = *std::move(value);
    return std::nullopt;
  }

  // An engine that turns us away says so without a greeting.
  Step verdict(const protocol::Fields& fields) {
    const auto code = fields.byte(Tag::verdict);
    if (!code) return nonsense();
    const auto verdict = static_cast<VerdictCode>(*code);
    if (verdict != VerdictCode::done) return ends(failure_of(verdict, fields));
    if (!greeted_ || !reply_) return nonsense();
    return Outcome<Json>(*std::move(reply_));
  }

  Link& link_;
  Person& person_;
  Circumstances where_;
  bool greeted_ = false;
  std::string reply_text_;
  std::optional<Json> reply_;
  Buffer buffer_{};
};

}  // namespace

Failure failure_of(NoAnswer why) {
  switch (why) {
    case NoAnswer::too_late:
      return {.error = say("No answer came within two minutes. Nothing was changed."),
              .hint = say("Start again when you are ready.")};
    case NoAnswer::failed:
      return {.error = say("The terminal cannot be used to ask you. Nothing was changed."),
              .hint = say("Open another terminal and try again there.")};
    case NoAnswer::too_long:
    case NoAnswer::ended:
      break;
  }
  return {.error = say("The input ended before the question was answered. Nothing was changed."),
          .hint = say("Run it on a terminal, or give each answer on a line of standard input.")};
}

Outcome<Json> ask_engine(Link& link, const Json& request, Person& person, const Circumstances& where,
                         std::string_view rows) {
  Buffer buffer;
  FrameWriter frame(buffer, FrameType::request);
  const std::string json = request.dump();
  frame.field(Tag::version, protocol::kVersion).field(Tag::json, json);
  if (!rows.empty()) frame.field(Tag::rows, rows);
  const auto bytes = frame.finish();
  if (bytes.empty() || json.size() > kLongestRequest)
    return std::unexpected(
        Failure{.status = ExitStatus::usage, .error = say("The command line is too long."), .hint = ""});

  Relay relay(link, person, where);
  auto received = link.open(bytes);
  explicit_bzero(buffer.data(), bytes.size());
  if (!received) return std::unexpected(not_reached(link, where));
  for (;;) {
    if (auto over = relay.take(*received)) return *std::move(over);
    received = link.receive(kEngineSeconds);
    if (!received) return std::unexpected(lost(link));
  }
}

}  // namespace mfa::cli
