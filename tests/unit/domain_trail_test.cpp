// What the trail says of itself, and moments as programs read them.
#include "common/domain/trail.h"

#include <gtest/gtest.h>

#include "common/domain/moment.h"

namespace mfa {
namespace {

TEST(Moment, GoesThereAndBack) {
  for (const std::int64_t seconds : {0L, 1L, 951782400L, 1795338845L, 253402300799L, -1L})
    EXPECT_EQ(parse_rfc3339(rfc3339({seconds})), UnixTime{seconds}) << rfc3339({seconds});
  EXPECT_EQ(parse_rfc3339("2026-11-22T09:14:05Z"), UnixTime{1795338845});
}

TEST(Moment, InAnyOtherFormIsNone) {
  for (const char* text : {"", "2026-11-22", "2026-11-22 09:14:05Z", "2026-11-22T09:14:05", "2026-11-22T09:14:05z",
                           "2026-02-30T09:14:05Z", "2026-11-22T24:00:00Z", "2026-11-22T09:14:60Z",
                           "2026-11-22T09:60:05Z", "+026-11-22T09:14:05Z", "2026-11-22T09:14:05Z "})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(Trail, APurgeSaysHowFarItWent) {
  EXPECT_EQ(purge_reason({1795338845}), "before 2026-11-22T09:14:05Z");
  EXPECT_EQ(purged_before(purge_reason({1795338845})), UnixTime{1795338845});
  for (const char* text : {"", "before", "before ", "2026-11-22T09:14:05Z", "after 2026-11-22T09:14:05Z",
                           "before 2026-11-22T09:14:05Z or so"})
    EXPECT_FALSE(purged_before(text)) << text;
}

TEST(Trail, WhatTellsOfTheStoreAloneKeepsItsDetail) {
  EXPECT_TRUE(is_about_store(EventKind::store_created));
  EXPECT_TRUE(is_about_store(EventKind::schema_upgraded));
  EXPECT_TRUE(is_about_store(EventKind::records_purged));
  EXPECT_FALSE(is_about_store(EventKind::provisioned));
  EXPECT_FALSE(is_about_store(EventKind::helpdesk_key_added));
  EXPECT_FALSE(is_told(EventKind::records_purged));
}

}  // namespace
}  // namespace mfa
