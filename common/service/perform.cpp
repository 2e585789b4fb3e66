#include "common/service/perform.h"

#include <string>
#include <utility>
#include <vector>

#include "common/service/render.h"

namespace mfa {
namespace {

using Reply = std::expected<WipedText, RequestError>;

template <class T>
Reply rendered(const std::expected<T, RequestError>& reply) {
  if (!reply) return std::unexpected(reply.error());
  return to_json(*reply);
}

// Of what is told once, nothing stays behind.
Reply told_once(std::expected<EnrolledReply, RequestError> reply) {
  if (!reply) return std::unexpected(std::move(reply.error()));
  WipedText json = to_json(*reply);
  wipe(reply->uri);
  wipe(reply->secret);
  for (std::string& code : reply->recovery_codes) wipe(code);
  return json;
}

Reply told_once(std::expected<std::vector<std::string>, RequestError> codes) {
  if (!codes) return std::unexpected(std::move(codes.error()));
  WipedText json = codes_to_json(*codes);
  for (std::string& code : *codes) wipe(code);
  return json;
}

}  // namespace

Reply perform(Engine& engine, const Asker& asker, const Request& request) {
  switch (request.verb) {
    case Verb::status:
      return rendered(status(engine, asker));
    case Verb::totp:
      return told_once(enrol_totp(engine, asker, request.name));
    case Verb::codes:
      return told_once(new_codes(engine, asker));
    case Verb::test:
      return rendered(test_code(engine, asker));
    case Verb::set_default:
      return rendered(set_default(engine, asker, request.factor));
    case Verb::rename:
      return rendered(rename_factor(engine, asker, request.factor, request.name));
    case Verb::remove:
      return rendered(remove_factor(engine, asker, request.factor));
    case Verb::provision:
      return told_once(provision_totp(engine, asker, request.user, request.name));
  }
  return std::unexpected(RequestError{.kind = RequestError::Kind::usage, .text = "Unknown request.", .hint = {}});
}

}  // namespace mfa
