#include "pam_module/relay.h"

#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "common/protocol/client.h"
#include "pam_module/conversation.h"
#include "pam_module/forward.h"
#include "pam_module/log.h"

namespace mfa {
namespace {

using protocol::AnswerStatus;
using protocol::Connection;
using protocol::FrameType;
using protocol::Phase;
using protocol::Reached;
using protocol::Tag;
using protocol::VerdictCode;

constexpr std::string_view kUnavailable =
    "Multi-factor authentication cannot be used right now. Please try again in a minute, or tell the people who run "
    "this system.";

// What the engine may do in a phase, and the module in its place.
struct Manner {
  bool asks = false;
  bool shows = false;
  bool configuration_will_do = false;  // if the service hangs: a session without the store can still skip
};
Manner manner_of(Phase phase) {
  switch (phase) {
    case Phase::authenticate:
      return {.asks = true, .shows = true, .configuration_will_do = true};
    case Phase::account:
    case Phase::split:
      return {.asks = false, .shows = true, .configuration_will_do = true};
    case Phase::failed_password:
    case Phase::password_changed:
      break;
  }
  return {};
}

constexpr auto kUnavailableByte = static_cast<std::uint8_t>(VerdictCode::unavailable);

std::string_view class_of(std::string_view answer) {
  const auto all = [answer](auto is) { return std::all_of(answer.begin(), answer.end(), is); };
  if (all([](char c) { return c >= '0' && c <= '9'; })) return "digits";
  if (all([](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); })) return "letters";
  return all([](char c) { return c >= ' ' && c <= '~'; }) ? "mixed" : "not-ascii";
}

bool is_good(VerdictCode code) {
  return code == VerdictCode::passed || code == VerdictCode::trusted || code == VerdictCode::skipped ||
         code == VerdictCode::done;
}

std::string_view name_of(VerdictCode code) {
  switch (code) {
    case VerdictCode::passed:
      return "passed";
    case VerdictCode::trusted:
      return "trusted";
    case VerdictCode::skipped:
      return "skipped";
    case VerdictCode::wrong:
      return "wrong";
    case VerdictCode::locked:
      return "locked";
    case VerdictCode::denied:
      return "denied";
    case VerdictCode::conversation:
      return "conversation";
    case VerdictCode::done:
      return "done";
    default:
      return "unavailable";
  }
}

int priority_of(VerdictCode code) {
  if (is_good(code)) return LOG_INFO;
  return code == VerdictCode::unavailable ? LOG_ERR : LOG_NOTICE;
}

std::string_view name_of(Reached way) {
  switch (way) {
    case Reached::service:
      return "service";
    case Reached::session:
      return "session";
    case Reached::no_service:
      return "no_service";
    case Reached::impostor:
      return "impostor";
    case Reached::failed:
      return "failed";
  }
  return "failed";
}

std::string_view name_of(Connection::Failure failure) {
  switch (failure) {
    case Connection::Failure::end:
      return "connection_ended";
    case Connection::Failure::timeout:
      return "timeout";
    case Connection::Failure::malformed:
      return "malformed_frame";
    case Connection::Failure::error:
      return "unreachable";
  }
  return "unreachable";
}

// Whether a host's prompts are answered with the password that was typed before. Both are the person's own words; the
// comparison takes constant time all the same.
bool is_password(pam_handle_t* pamh, std::string_view answer) {
  const std::string_view password = pam_item(pamh, PAM_AUTHTOK);
  if (password.empty() || password.size() != answer.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < answer.size(); ++i) {
    difference |= static_cast<unsigned>(static_cast<unsigned char>(answer[i] ^ password[i]));
  }
  return difference == 0;
}

// Copies what fits, for the host may change an item while it shows a prompt.
std::string_view kept(std::string_view text, std::span<char> room) {
  const std::size_t size = std::min(text.size(), room.size());
  memcpy(room.data(), text.data(), size);
  return {room.data(), size};
}

class Relay {
 public:
  Relay(pam_handle_t* pamh, const Arguments& arguments, const Facts& facts, std::optional<std::string_view> only_answer)
      : pamh_(pamh),
        arguments_(arguments),
        facts_(facts),
        manner_(manner_of(facts.phase)),
        user_(kept(facts.user, user_bytes_)),
        service_(kept(facts.service, service_bytes_)),
        only_answer_(only_answer),
        conversation_(pamh) {}

  VerdictCode run() {
    if (is_report()) {
      connection_.limit(kReportSeconds);
    } else if (!manner_.asks) {
      connection_.limit(arguments_.timeout);
    }
    auto frame = begin();
    if (frame && frame->type == FrameType::hello) {
      if (!protocol::speaks_our_version(*frame)) return unavailable("version");
      frame = connection_.receive(arguments_.timeout);
    } else if (frame && (frame->type != FrameType::verdict || is_good(code_of(*frame)))) {
      return unavailable("protocol");  // before Hello the engine may only turn us away
    }
    for (; frame; frame = connection_.receive(arguments_.timeout)) {
      switch (frame->type) {
        case FrameType::show:
          show(frame->fields.get(Tag::text).value_or(""), frame->fields.byte(Tag::flag) == 1);
          break;
        case FrameType::ask:
          if (!manner_.asks) return unavailable("protocol");
          if (!answer(*frame)) return unavailable(name_of(connection_.why()));
          break;
        case FrameType::verdict:
          return finish(*frame);
        default:
          return unavailable("protocol");
      }
    }
    const Reached way = connection_.way();
    return unavailable(way == Reached::no_service || way == Reached::impostor ? name_of(way)
                                                                              : name_of(connection_.why()));
  }

  [[nodiscard]] const CodesDue& codes() const { return codes_; }

 private:
  // Of a wrong password: nobody hears of it, and in syslog other modules have told of it.
  [[nodiscard]] bool is_report() const { return facts_.phase == Phase::failed_password; }

  // The engine's first frame. A service that hangs is replaced by a session that decides by configuration alone, so
  // that a rule that skips still lets in.
  std::optional<Connection::Received> begin() {
    const bool privileged = geteuid() == 0;
    const char* const socket = arguments_.socket != nullptr ? arguments_.socket
                               : privileged                 ? protocol::kLoginSocket
                                                            : protocol::kUserSocket;
    auto first = connection_.open(socket, write_login(login_, facts_, false));
    debug();
    const bool hangs =
        !first && connection_.why() == Connection::Failure::timeout && connection_.way() != Reached::session;
    if (!hangs || !privileged || !manner_.configuration_will_do) return first;
    log(LOG_ERR, "event", "service_hangs");
    if (connection_.start_session() == Reached::session && connection_.send(write_login(login_, facts_, true))) {
      first = connection_.receive(protocol::kHelloSeconds);
    }
    debug();
    return first;
  }

  // Answers one prompt. False if the engine is gone.
  bool answer(const Connection::Received& ask) {
    if (!facts_.one_answer) return ask_person(ask);
    const auto code = std::exchange(only_answer_, std::nullopt);
    return send_answer(code ? AnswerStatus::given : AnswerStatus::conversation_failed, code.value_or(""));
  }

  // Carries the prompt to the person and the answer back.
  bool ask_person(const Connection::Received& ask) {
    const Answer typed = conversation_.ask(ask.fields.get(Tag::text).value_or(""), ask.fields.byte(Tag::flag) == 1);
    AnswerStatus status = AnswerStatus::given;
    if (!typed) {
      status = AnswerStatus::conversation_failed;
    } else if (is_password(pamh_, typed.text())) {
      status = AnswerStatus::is_password;
      log(LOG_WARNING, "event", "password_as_answer",
          "the client answers prompts with the password: it cannot show prompts");
    } else if (typed.text().size() > kLongestAnswer) {
      status = AnswerStatus::too_long;
      log_too_long(typed.text());
    }
    return send_answer(status, status == AnswerStatus::given ? typed.text() : "");
  }

  bool send_answer(AnswerStatus status, std::string_view text) {
    char buffer[protocol::kHeader + kLongestAnswer + 16];
    protocol::FrameWriter writer(buffer, FrameType::answer);
    if (status == AnswerStatus::given) writer.field(Tag::text, text);
    const bool sent = connection_.send(writer.field(Tag::flag, static_cast<std::uint8_t>(status)).finish());
    explicit_bzero(buffer, sizeof buffer);
    // The connection ended: what the engine said last may still be there to be read.
    return sent || connection_.why() == Connection::Failure::end;
  }

  // The engine never sees it, so its length and class are told here.
  void log_too_long(std::string_view answer) {
    char digits[20];
    const auto written = std::to_chars(digits, digits + sizeof digits, answer.size());
    LogLine line;
    line.add("event", "answer_refused").add("user", user_).add("service", service_);
    line.add("why", "too_long").add("length", {digits, static_cast<std::size_t>(written.ptr - digits)});
    line.add("class", class_of(answer)).write(pamh_, LOG_INFO);
  }

  static VerdictCode code_of(const Connection::Received& verdict) {
    return static_cast<VerdictCode>(verdict.fields.byte(Tag::verdict).value_or(kUnavailableByte));
  }

  VerdictCode finish(const Connection::Received& verdict) {
    const VerdictCode code = code_of(verdict);
    if (facts_.phase == Phase::split && code == VerdictCode::done) return take_codes(verdict);
    if (facts_.phase == Phase::split && is_good(code)) return unavailable("protocol");  // nobody is let in yet
    const auto text = verdict.fields.get(Tag::text).value_or("");
    const auto reason = verdict.fields.get(Tag::reason).value_or("");
    if (!is_report()) {
      log(priority_of(code), "verdict", name_of(code), reason);
    } else if (code == VerdictCode::unavailable) {
      log(LOG_ERR, "event", "report_failed", reason);
    }
    if (!text.empty()) show(text, !is_good(code));
    return code;
  }

  VerdictCode take_codes(const Connection::Received& verdict) {
    const auto codes = verdict.fields.get(Tag::codes);
    codes_.due = codes.has_value();
    const std::string_view digits = codes.value_or("");
    memcpy(codes_.digits, digits.data(), std::min(digits.size(), sizeof codes_.digits));
    return VerdictCode::done;
  }

  VerdictCode unavailable(std::string_view reason) {
    if (is_report()) {
      log(LOG_ERR, "event", "report_failed", reason);
    } else {
      log(LOG_ERR, "verdict", name_of(VerdictCode::unavailable), reason);
    }
    show(kUnavailable, true);
    return VerdictCode::unavailable;
  }

  void show(std::string_view text, bool is_error) {
    if (text.empty()) return;  // a sign of life, while a message is under way
    if (manner_.shows) conversation_.show(text, is_error);
  }

  void log(int priority, std::string_view key, std::string_view value, std::string_view reason = {}) {
    LogLine line;
    line.add(key, value).add("user", user_).add("service", service_);
    if (!reason.empty()) line.add("reason", reason);
    const bool failed = connection_.why() == Connection::Failure::error && connection_.fault() != 0;
    const char* const error = failed ? strerrordesc_np(connection_.fault()) : nullptr;
    if (error != nullptr) line.add("error", error);
    line.write(pamh_, priority);
  }

  void debug() {
    if (arguments_.debug) log(LOG_DEBUG, "way", name_of(connection_.way()));
  }

  pam_handle_t* pamh_;
  const Arguments& arguments_;
  const Facts& facts_;  // its texts not after the first prompt
  const Manner manner_;
  char user_bytes_[kLongestUser];
  char service_bytes_[kLongestItem];
  const std::string_view user_;
  const std::string_view service_;
  std::optional<std::string_view> only_answer_;
  CodesDue codes_;
  Connection connection_;
  Conversation conversation_;
  char login_[protocol::kHeader + protocol::kMostPayload];
};

}  // namespace

protocol::VerdictCode relay(pam_handle_t* pamh, const Arguments& arguments, const Facts& facts,
                            std::optional<std::string_view> only_answer) {
  return Relay(pamh, arguments, facts, only_answer).run();
}

protocol::VerdictCode ask_what_is_due(pam_handle_t* pamh, const Arguments& arguments, const Facts& facts,
                                      CodesDue& codes) {
  Relay relay(pamh, arguments, facts, std::nullopt);
  const auto code = relay.run();
  codes = relay.codes();
  return code;
}

}  // namespace mfa
