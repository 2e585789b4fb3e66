#include "gateways/sip/final_status.h"

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace mfa::sip {
namespace {

GatewayReply failed(std::string detail, bool of_message = false) {
  return {.delivery = Delivery::failed, .detail = std::move(detail), .of_message = of_message};
}
GatewayReply refused(std::string detail, Refusal why) {
  return {.delivery = Delivery::refused, .detail = std::move(detail), .why = why};
}

}  // namespace

GatewayReply meaning(std::uint16_t status, bool rang) {
  const auto in_words = [&](std::string_view what) { return fmt::format("{} (SIP {})", what, status); };
  switch (status) {
    case 404:
    case 410:
    case 484:
    case 604:
      return refused(in_words("there is no such number"), Refusal::no_number);
    case 486:
    case 600:
      return refused(in_words("the number is busy"), Refusal::busy);
    case 408:
    case 480:
    case 487:
      return refused(in_words("nobody answered"), Refusal::unanswered);
    case 603:
    case 606:
    case 607:  // unwanted
    case 608:  // rejected by what stands before the telephone
      return refused(in_words("the call was declined"), Refusal::declined);
    default:
      break;
  }
  if (rang && status / 100 == 5) return refused(in_words("nobody answered"), Refusal::unanswered);
  if (rang) return refused(in_words("the call was declined"), Refusal::declined);
  switch (status) {
    case 401:
    case 403:
    case 407:
      return failed(in_words("the telephone system does not place this call for that username and password"));
    case 488:
      return failed(in_words("the telephone system does not take the sound"), /*of_message=*/true);
    case 415:
    case 433:
      return failed(in_words("the call was not acceptable"), /*of_message=*/true);
    default:
      return failed(in_words("the telephone system declined"));
  }
}

}  // namespace mfa::sip
