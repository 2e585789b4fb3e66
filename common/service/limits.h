// Every limit the service sets its clients and itself, in one place, with what it is in production. Tests set others.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

namespace mfa {

// How many sessions one listener holds at a time.
struct Caps {
  std::size_t all = 0;
  std::size_t each = 0;           // of one uid; root is not counted here
  std::size_t kept_for_root = 0;  // of `all`, which nobody else gets
};

struct Limits {
  using Steady = std::chrono::steady_clock;

  std::chrono::milliseconds first_frame{10'000};   // from the hello to the whole of Login or Request
  std::chrono::milliseconds answer{120'000};       // for each answer (product.md, Limits)
  std::chrono::milliseconds sending{10'000};       // one frame to a client that does not read
  std::chrono::milliseconds sign_of_life{20'000};  // between two, while a message is under way
  std::chrono::milliseconds call_begins{1'000};    // that one waits for what comes of a call at once
  Caps login{.all = 512, .each = 512, .kept_for_root = 0};
  Caps user{.all = 128, .each = 8, .kept_for_root = 16};
  std::size_t login_idle = 32;  // threads kept when there is nothing to do
  std::size_t user_idle = 4;
  std::chrono::milliseconds drain{30'000};         // what dialogues get to end after SIGTERM
  std::chrono::milliseconds calls_end{3'000};      // and then calls that nobody waits for
  std::chrono::milliseconds cut{10'000};           // and what their threads get once they were cut off
  std::chrono::milliseconds store_retry{1'000};    // between two attempts to open the store
  std::chrono::milliseconds note_every{60'000};    // between two lines about clients turned away
  std::chrono::milliseconds first_purge{600'000};  // of old events, after the start
  std::chrono::milliseconds purge_every{std::chrono::hours(24)};
  std::chrono::milliseconds purge_pause{20};  // between two batches
  std::function<Steady::time_point()> now = [] { return Steady::now(); };
};

// Of a session's thread. Its deepest path (SQLite's, when it commits for the others) uses a tenth of that; sanitizers
// make frames several times as large.
#ifdef MFA_SANITIZED
inline constexpr std::size_t kSessionStack = std::size_t{2} * 1024 * 1024;
#else
inline constexpr std::size_t kSessionStack = std::size_t{256} * 1024;
#endif

}  // namespace mfa
