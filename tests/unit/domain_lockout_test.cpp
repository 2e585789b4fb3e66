#include "common/domain/lockout.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace mfa {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr LockoutPolicy kPolicy;
constexpr UnixTime kStart{1'800'000'000};

// A person who guesses wrong whenever a guess is to be had.
struct Guesser {
  LockoutState state;
  LockoutPolicy policy = kPolicy;

  // Tries left after the guess, or -1: locked out.
  int guess(UnixTime now) {
    const Reservation reservation = reserve_attempt(state, policy, now);
    if (const auto* reserved = std::get_if<Reserved>(&reservation)) {
      state = reserved->next;
      return static_cast<int>(reserved->tries_left);
    }
    state = std::get<LockedOut>(reservation).next;
    return -1;
  }
};

TEST(Lockout, FiveWrongCodesLockForAMinute) {
  Guesser alice;
  for (const int left : {4, 3, 2, 1, 0}) EXPECT_EQ(alice.guess(kStart), left);
  EXPECT_EQ(alice.state.failures, 5U);
  EXPECT_EQ(locked_out(alice.state, kStart), kStart + minutes(1));
  EXPECT_EQ(alice.guess(kStart), -1);
  EXPECT_EQ(alice.guess(kStart + seconds(59)), -1);
  EXPECT_EQ(locked_out(alice.state, kStart + seconds(59)), kStart + minutes(1));
  EXPECT_EQ(locked_out(alice.state, kStart + seconds(60)), std::nullopt);
  EXPECT_EQ(alice.guess(kStart + seconds(60)), 0);
}

TEST(Lockout, NothingIsLockedBefore) {
  Guesser alice;
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(locked_out(alice.state, kStart), std::nullopt);
    (void)alice.guess(kStart);
  }
  EXPECT_EQ(locked_out(alice.state, kStart), std::nullopt);
  EXPECT_EQ(alice.state.locked_at, UnixTime{});
  EXPECT_EQ(alice.state.locked_until, UnixTime{});
}

TEST(Lockout, EachLocksEndAllowsOneGuessAndTheNextIsTwiceAsLongUpToAnHour) {
  Guesser alice;
  UnixTime now = kStart;
  for (int i = 0; i < 4; ++i) (void)alice.guess(now);
  for (const int length : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
    EXPECT_EQ(alice.guess(now), 0) << length;
    const UnixTime until = now + minutes(length);
    EXPECT_EQ(locked_out(alice.state, now), until);
    EXPECT_EQ(alice.guess(now), -1);
    EXPECT_EQ(alice.guess(until - seconds(1)), -1);
    now = until;
  }
}

TEST(Lockout, ARefusedGuessNeitherCountsNorLengthensTheLock) {
  Guesser alice;
  for (int i = 0; i < 5; ++i) (void)alice.guess(kStart);
  const LockoutState locked = alice.state;
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(alice.guess(kStart + seconds(i % 60)), -1);
  EXPECT_EQ(alice.state, locked);
}

// However the guesses of a day are spread, no more of them than the table says are compared.
TEST(Lockout, NobodyGetsMoreGuessesThanTheTable) {
  for (const int every : {1, 7, 30, 61, 600}) {
    Guesser alice;
    int guesses = 0;
    for (UnixTime now = kStart; now < kStart + hours(24); now = now + seconds(every))
      while (alice.guess(now) >= 0) ++guesses;
    // Five, then one after each lock: six locks in the first 63 minutes, one an hour from then on.
    EXPECT_LE(guesses, 5 + 6 + 23) << "one every " << every << " s";
    EXPECT_GE(guesses, 5 + 6 + 16) << "one every " << every << " s";
  }
}

TEST(Lockout, ARightCodeStartsAnew) {
  Guesser alice;
  for (int i = 0; i < 5; ++i) (void)alice.guess(kStart);
  alice.state = {};
  EXPECT_EQ(alice.guess(kStart), 4);
}

TEST(Lockout, AnEarlyLockDoesNotWearOff) {
  Guesser alice;
  for (int i = 0; i < 5; ++i) (void)alice.guess(kStart);
  EXPECT_EQ(alice.guess(kStart + hours(24 * 365)), 0) << "one guess, however long it was quiet";
  EXPECT_EQ(alice.guess(kStart + hours(24 * 365)), -1);
}

TEST(Lockout, AClockSetBackStartsTheLockAnewAndNoLonger) {
  Guesser alice;
  for (int i = 0; i < 5; ++i) (void)alice.guess(kStart);
  const UnixTime yesterday = kStart - hours(24);
  EXPECT_EQ(locked_out(alice.state, yesterday), yesterday + minutes(1));
  EXPECT_EQ(alice.guess(yesterday), -1);
  EXPECT_EQ(alice.state.locked_at, yesterday);
  EXPECT_EQ(alice.state.locked_until, yesterday + minutes(1));
  EXPECT_EQ(alice.guess(yesterday + seconds(59)), -1);
  EXPECT_EQ(alice.guess(yesterday + seconds(60)), 0);
  EXPECT_EQ(locked_out(alice.state, yesterday + seconds(60)), yesterday + seconds(180));
}

TEST(Lockout, AClockSetBackAfterTheLockGivesNoGuessForNothing) {
  Guesser alice;
  for (int i = 0; i < 5; ++i) (void)alice.guess(kStart);
  EXPECT_EQ(alice.guess(kStart + minutes(1)), 0);
  const UnixTime earlier = kStart + seconds(30);
  EXPECT_EQ(alice.guess(earlier), -1);
  EXPECT_EQ(locked_out(alice.state, earlier), earlier + minutes(2));
}

TEST(Lockout, APolicyThatChangesCountsFromTheNextGuess) {
  Guesser alice;
  for (int i = 0; i < 4; ++i) (void)alice.guess(kStart);
  alice.policy.tries = 3;
  EXPECT_EQ(alice.guess(kStart), 0);
  EXPECT_EQ(alice.guess(kStart), -1);
  alice.policy.tries = 10;
  EXPECT_EQ(alice.guess(kStart + minutes(1)), 0) << "a lock was set: one guess";
}

TEST(Lockout, APolicyThatMakesNoSenseStillLocks) {
  for (const LockoutPolicy& policy :
       {LockoutPolicy{0, minutes(1), hours(1)}, LockoutPolicy{1, seconds(0), hours(1)},
        LockoutPolicy{1, minutes(-1), minutes(-1)}, LockoutPolicy{1, hours(2), hours(1)}}) {
    Guesser alice{{}, policy};
    EXPECT_EQ(alice.guess(kStart), 0);
    EXPECT_EQ(alice.guess(kStart), -1);
    const auto until = locked_out(alice.state, kStart);
    ASSERT_TRUE(until);
    EXPECT_LE(*until, kStart + hours(1));
  }
}

TEST(Lockout, CountersStopAtTheirEnd) {
  constexpr auto kMost = std::numeric_limits<std::uint32_t>::max();
  Guesser alice{{.failures = kMost, .locks = kMost, .locked_at = kStart, .locked_until = kStart + hours(1)}, kPolicy};
  EXPECT_EQ(alice.guess(kStart + hours(1)), 0);
  EXPECT_EQ(alice.state.failures, kMost);
  EXPECT_EQ(alice.state.locks, kMost);
  EXPECT_EQ(locked_out(alice.state, kStart + hours(1)), kStart + hours(2));
}

}  // namespace
}  // namespace mfa
