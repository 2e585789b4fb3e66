#include "common/protocol/frame.h"

#include <cstring>

namespace mfa::protocol {
namespace {

constexpr std::size_t kFieldHeader = 3;  // tag, two bytes of length

constexpr std::uint8_t octet(char c) { return static_cast<std::uint8_t>(c); }

std::size_t read_length(const char* at) {
  return static_cast<std::size_t>(octet(at[0])) << 8U | static_cast<std::size_t>(octet(at[1]));
}

void write_length(char* at, std::size_t length) {
  at[0] = static_cast<char>(length >> 8U & 0xffU);
  at[1] = static_cast<char>(length & 0xffU);
}

bool is_frame_type(std::uint8_t byte) {
  switch (static_cast<FrameType>(byte)) {
    case FrameType::login:
    case FrameType::request:
    case FrameType::answer:
    case FrameType::hello:
    case FrameType::show:
    case FrameType::ask:
    case FrameType::result:
    case FrameType::verdict:
      return true;
  }
  return false;
}

struct Field {
  int tag = 0;
  std::string_view bytes;
};

// Takes the next field off `rest`. Nothing if it is cut short. Written without substr(), which can throw.
std::optional<Field> take_field(std::span<const char>& rest) {
  if (rest.size() < kFieldHeader) return std::nullopt;
  const std::size_t length = read_length(rest.data() + 1);
  if (length > rest.size() - kFieldHeader) return std::nullopt;
  const Field field{octet(rest[0]), {rest.data() + kFieldHeader, length}};
  rest = rest.subspan(kFieldHeader + length);
  return field;
}

}  // namespace

FrameWriter::FrameWriter(std::span<char> buffer, FrameType type) : buffer_(buffer), used_(kHeader) {
  if (buffer_.size() < kHeader) {
    good_ = false;
    return;
  }
  buffer_[2] = static_cast<char>(type);
  buffer_[3] = 0;
}

FrameWriter& FrameWriter::field(Tag tag, std::string_view bytes) {
  const int number = static_cast<int>(tag);
  const std::size_t room = good_ ? buffer_.size() - used_ : 0;
  const std::size_t payload = used_ - kHeader;
  if (!good_ || number <= last_tag_ || bytes.size() > kMostPayload || room < kFieldHeader + bytes.size() ||
      payload + kFieldHeader + bytes.size() > kMostPayload) {
    good_ = false;
    return *this;
  }
  char* at = buffer_.data() + used_;
  at[0] = static_cast<char>(tag);
  write_length(at + 1, bytes.size());
  if (!bytes.empty()) std::memcpy(at + kFieldHeader, bytes.data(), bytes.size());
  used_ += kFieldHeader + bytes.size();
  last_tag_ = number;
  return *this;
}

FrameWriter& FrameWriter::field(Tag tag, std::uint8_t byte) {
  const char c = static_cast<char>(byte);
  return field(tag, std::string_view{&c, 1});
}

std::span<const char> FrameWriter::finish() {
  if (!good_) return {};
  write_length(buffer_.data(), used_ - kHeader);
  return buffer_.first(used_);
}

std::optional<Header> parse_header(std::span<const char> bytes) {
  if (bytes.size() != kHeader || bytes[3] != 0 || !is_frame_type(octet(bytes[2]))) return std::nullopt;
  const std::size_t payload = read_length(bytes.data());
  if (payload > kMostPayload) return std::nullopt;
  return Header{payload, static_cast<FrameType>(octet(bytes[2]))};
}

std::optional<Fields> Fields::parse(std::span<const char> payload) {
  if (payload.size() > kMostPayload) return std::nullopt;
  int last = 0;
  for (auto rest = payload; !rest.empty();) {
    const auto field = take_field(rest);
    if (!field || field->tag <= last) return std::nullopt;
    last = field->tag;
  }
  return Fields(payload);
}

std::optional<std::string_view> Fields::get(Tag tag) const {
  for (auto rest = payload_; !rest.empty();) {
    const auto field = take_field(rest);
    if (!field) return std::nullopt;
    if (field->tag == static_cast<int>(tag)) return field->bytes;
  }
  return std::nullopt;
}

std::optional<std::uint8_t> Fields::byte(Tag tag) const {
  const auto bytes = get(tag);
  if (!bytes || bytes->size() != 1) return std::nullopt;
  return octet(bytes->front());
}

}  // namespace mfa::protocol
