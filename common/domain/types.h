// The words of the domain as types, so that a name cannot stand where a uid belongs.
//
// Nothing here does anything but hold a value. Times are whole seconds since the epoch, durations std::chrono;
// a Secret wipes its bytes when it goes.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mfa {

// `pw_name` exactly as getpwnam(3) returned it; never PAM_USER as typed.
struct Username {
  std::string value;
  auto operator<=>(const Username&) const = default;
};

struct Uid {
  std::uint32_t value = 0;
  auto operator<=>(const Uid&) const = default;
};

struct Gid {
  std::uint32_t value = 0;
  auto operator<=>(const Gid&) const = default;
};

// What user namespaces and NFS show for a uid they cannot map (/proc/sys/kernel/overflowuid), and the uid that
// chown(2) and setresuid(2) take for "leave it". Neither names a person.
inline constexpr Uid kOverflowUid{65534};
inline constexpr Uid kNoUid{0xFFFFFFFFU};

struct UnixTime {
  std::int64_t seconds = 0;  // since 1970-01-01T00:00:00Z
  auto operator<=>(const UnixTime&) const = default;
  friend UnixTime operator+(UnixTime time, std::chrono::seconds by) { return {time.seconds + by.count()}; }
  friend UnixTime operator-(UnixTime time, std::chrono::seconds by) { return {time.seconds - by.count()}; }
  friend std::chrono::seconds operator-(UnixTime a, UnixTime b) { return std::chrono::seconds(a.seconds - b.seconds); }
};

// The row of a person in the store; meaningless outside it.
struct PersonId {
  std::int64_t value = 0;
  auto operator<=>(const PersonId&) const = default;
};

// Who is at the other end of a connection, as the kernel says (SO_PEERCRED), never as a message says.
struct Caller {
  Uid uid;
  std::int32_t pid = 0;
  // When the connection was taken, in clock ticks since boot (proc(5), starttime): a process that began later is
  // another with the same pid. 0: not known.
  std::int64_t taken_at = 0;
};

// Whom an act is about: name and uid as getpwnam(3) returned them, both.
struct Subject {
  Username name;
  Uid uid;
};

// Bytes that nobody else is to see: wiped when replaced or destroyed. Copies are allowed, each wipes itself.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::span<const std::uint8_t> bytes);
  explicit Secret(std::string_view text);
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();
  // `size` zero bytes, to be filled through writable().
  [[nodiscard]] static Secret of_size(std::size_t size);

  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }
  [[nodiscard]] std::span<std::uint8_t> writable() { return bytes_; }
  // The same bytes as characters; valid as long as this object is.
  [[nodiscard]] std::string_view text() const;
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

  // Compares in a time that depends on the lengths alone.
  friend bool operator==(const Secret& a, const Secret& b);

 private:
  void wipe() noexcept;
  std::vector<std::uint8_t> bytes_;
};

// For a string that a secret had to pass through: overwrites its characters, then empties it.
void wipe(std::string& text) noexcept;

}  // namespace mfa
