// A client of the engine for tests, honest or hostile: it can say anything, in any order, a byte at a time.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/protocol/frame.h"
#include "common/system/descriptor.h"

namespace mfa::testing {

using protocol::FrameType;
using protocol::Tag;
using protocol::VerdictCode;

inline constexpr int kPatience = 20'000;  // ms: how long a test waits for what must come; never for what must not

struct Ends {
  Descriptor engine;
  Descriptor client;
};
inline Ends connected_pair() {
  std::array<int, 2> ends{-1, -1};
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

using Field = std::pair<Tag, std::string>;

// Any frame, whether it makes sense or not; only the lengths are right.
inline std::string frame(FrameType type, const std::vector<Field>& fields) {
  std::string payload;
  const auto length = [](std::size_t bytes) {
    return std::string{static_cast<char>(bytes >> 8U), static_cast<char>(bytes & 0xffU)};
  };
  for (const auto& [tag, bytes] : fields) payload += static_cast<char>(tag) + length(bytes.size()) + bytes;
  return length(payload.size()) + static_cast<char>(type) + '\0' + payload;
}

inline std::string byte(int value) { return {static_cast<char>(value)}; }

inline std::string login_frame(const std::string& user, const std::vector<Field>& more = {},
                               int version = protocol::kVersion) {
  std::vector<Field> fields{{Tag::version, byte(version)}, {Tag::user, user}, {Tag::service, "sshd"}};
  fields.insert(fields.end(), more.begin(), more.end());
  const bool has_phase = std::ranges::any_of(more, [](const Field& field) { return field.first == Tag::phase; });
  if (!has_phase) fields.emplace_back(Tag::phase, byte(1));
  return frame(FrameType::login, fields);
}
inline std::string request_frame(const std::string& json) {
  return frame(FrameType::request, {{Tag::version, byte(protocol::kVersion)}, {Tag::json, json}});
}
inline std::string answer_frame(const std::string& text, int status = 1) {
  return frame(FrameType::answer, {{Tag::text, text}, {Tag::flag, byte(status)}});
}

struct Heard {
  FrameType type{};
  std::map<Tag, std::string> fields;
  [[nodiscard]] std::string text(Tag tag) const {
    const auto found = fields.find(tag);
    return found == fields.end() ? std::string() : found->second;
  }
  [[nodiscard]] bool has(Tag tag) const { return fields.contains(tag); }
  [[nodiscard]] VerdictCode verdict() const {
    const std::string code = text(Tag::verdict);
    return code.size() == 1 ? static_cast<VerdictCode>(code[0]) : VerdictCode{};
  }
};

class Client {
 public:
  explicit Client(Descriptor connection) : connection_(std::move(connection)) {}

  // Whatever happens: the engine may have closed already.
  void say(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = send(connection_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // The next frame; nothing at the end of the connection.
  std::optional<Heard> hear() const {
    const auto header = take(protocol::kHeader);
    if (!header) return std::nullopt;
    const auto parsed = protocol::parse_header(*header);
    EXPECT_TRUE(parsed) << "the engine sent no frame";
    if (!parsed) return std::nullopt;
    const auto payload = take(parsed->payload);
    EXPECT_TRUE(payload) << "the engine sent half a frame";
    if (!payload) return std::nullopt;
    const auto fields = protocol::Fields::parse(*payload);
    EXPECT_TRUE(fields);
    Heard heard{.type = parsed->type, .fields = {}};
    for (int tag = 0; fields && tag < 256; ++tag)
      if (const auto value = fields->get(static_cast<Tag>(tag))) heard.fields.emplace(static_cast<Tag>(tag), *value);
    return heard;
  }
  // Past hello and whatever is shown, to the next frame of `type`; nothing if the connection ends before.
  std::optional<Heard> hear(FrameType type) const {
    for (;;) {
      auto heard = hear();
      if (!heard || heard->type == type) return heard;
    }
  }
  // What the engine says last, and then nothing more.
  std::optional<Heard> verdict() const {
    auto heard = hear(FrameType::verdict);
    EXPECT_FALSE(heard && hear()) << "the engine goes on after its verdict";
    return heard;
  }
  void hang_up() { connection_.reset(); }
  [[nodiscard]] int fd() const { return connection_.get(); }

 private:
  [[nodiscard]] std::optional<std::string> take(std::size_t size) const {
    std::string bytes(size, '\0');
    std::size_t used = 0;
    while (used < size) {
      pollfd waiting{.fd = connection_.get(), .events = POLLIN, .revents = 0};
      if (poll(&waiting, 1, kPatience) != 1) {
        ADD_FAILURE() << "the engine says nothing";
        return std::nullopt;
      }
      const ssize_t got = recv(connection_.get(), bytes.data() + used, size - used, 0);
      if (got <= 0) return std::nullopt;
      used += static_cast<std::size_t>(got);
    }
    return bytes;
  }

  Descriptor connection_;
};

}  // namespace mfa::testing
