// The JSON of a Request frame, which any user of the machine may write.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/domain/utf8.h"
#include "common/service/request.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool fit_for_flows(std::string_view text) { return mfa::valid_utf8(text) && !mfa::has_control_characters(text); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto request = mfa::parse_request({reinterpret_cast<const char*>(bytes), size});
  if (!request) {
    require(!request.error().empty());
    return 0;
  }
  require(size <= mfa::kLongestRequest);
  require(fit_for_flows(request->factor) && fit_for_flows(request->name) && fit_for_flows(request->user));
  return 0;
}
