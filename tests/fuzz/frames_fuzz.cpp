// Whatever a stream holds, the parser stays inside it, and what it accepts can be written again byte for byte.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "common/protocol/frame.h"

namespace {

using namespace mfa::protocol;

void require(bool truth) {
  if (!truth) std::abort();
}

void check_payload(FrameType type, std::span<const char> payload) {
  const auto fields = Fields::parse(payload);
  if (!fields) return;
  std::vector<char> again(kHeader + kMostPayload);
  FrameWriter writer(again, type);
  for (int tag = 0; tag < 256; ++tag) {
    const auto bytes = fields->get(static_cast<Tag>(tag));
    require(fields->byte(static_cast<Tag>(tag)).has_value() == (bytes && bytes->size() == 1));
    if (!bytes) continue;
    require(bytes->data() >= payload.data() && bytes->data() + bytes->size() <= payload.data() + payload.size());
    writer.field(static_cast<Tag>(tag), *bytes);
  }
  const auto frame = writer.finish();
  require(frame.size() == kHeader + payload.size());
  require(payload.empty() || std::memcmp(frame.data() + kHeader, payload.data(), payload.size()) == 0);
  const auto header = parse_header(frame.first(kHeader));
  require(header && header->type == type && header->payload == payload.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::span rest(reinterpret_cast<const char*>(bytes), size);
  while (rest.size() >= kHeader) {
    const auto header = parse_header(rest.first(kHeader));
    if (!header || header->payload > rest.size() - kHeader) break;
    check_payload(header->type, rest.subspan(kHeader, header->payload));
    rest = rest.subspan(kHeader + header->payload);
  }
  check_payload(FrameType::answer, rest);
  return 0;
}
