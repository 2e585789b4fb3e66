#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <barrier>
#include <cerrno>
#include <cstring>
#include <future>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "common/system/accounts.h"

namespace mfa {
namespace {

using namespace std::chrono_literals;

// A name service whose answer the test sets.
struct Script {
  std::atomic<int> code = 0;
  std::atomic<bool> found = true;
  std::atomic<std::size_t> wants_buffer = 0;  // ERANGE below this
  std::atomic<int> asked = 0;
  std::string name = "alice";
  uid_t uid = 1000;
  std::vector<gid_t> gids{100, 27};
  gid_t group_gid = 27;
  std::vector<std::string> members;
};
Script* script = nullptr;

int answer_user(passwd* entry, std::size_t size, passwd** found) {
  ++script->asked;
  *found = nullptr;
  if (size < script->wants_buffer) return ERANGE;
  if (script->code != 0 || !script->found) return script->code;
  entry->pw_name = script->name.data();
  entry->pw_uid = script->uid;
  entry->pw_gid = 100;
  *found = entry;
  return 0;
}
int user_by_name(const char* /*name*/, passwd* entry, char* /*buffer*/, std::size_t size, passwd** found) {
  return answer_user(entry, size, found);
}
int user_by_uid(uid_t /*uid*/, passwd* entry, char* /*buffer*/, std::size_t size, passwd** found) {
  return answer_user(entry, size, found);
}
int group_by_name(const char* name, group* entry, char* buffer, std::size_t size, group** found) {
  *found = nullptr;
  if (size < script->wants_buffer) return ERANGE;
  if (script->code != 0 || std::strcmp(name, "sudo") != 0) return script->code;
  auto** members = reinterpret_cast<char**>(buffer);  // the buffer is aligned: it comes from operator new
  std::size_t i = 0;
  for (auto& member : script->members) members[i++] = member.data();
  members[i] = nullptr;
  entry->gr_gid = script->group_gid;
  entry->gr_mem = members;
  *found = entry;
  return 0;
}
int group_list(const char* /*name*/, gid_t /*gid*/, gid_t* gids, int* count) {
  const int room = *count;
  *count = static_cast<int>(script->gids.size());
  if (*count > room) return -1;
  std::ranges::copy(script->gids, gids);
  return *count;
}

class ScriptedAccounts : public ::testing::Test {
 protected:
  ScriptedAccounts() { script = &script_; }
  ~ScriptedAccounts() override { script = nullptr; }
  Membership in_sudo() { return accounts_.memberships(account_, {"sudo"}).at("sudo"); }

  Script script_;
  NssAccounts accounts_{{user_by_name, user_by_uid, group_by_name, group_list}, 4, 60s};
  Account account_{.name = {"alice"}, .uid = {1000}, .gid = {100}};
};

struct AnswerRow {
  int code;
  LookupError error;
};
class NotFoundOrFailed : public ScriptedAccounts, public ::testing::WithParamInterface<AnswerRow> {};
TEST_P(NotFoundOrFailed, are_told_apart) {
  script_.code = GetParam().code;
  script_.found = false;
  EXPECT_EQ(accounts_.by_name("alice").error(), GetParam().error);
  EXPECT_EQ(accounts_.by_uid({1000}).error(), GetParam().error);
}
INSTANTIATE_TEST_SUITE_P(
    rows, NotFoundOrFailed,
    ::testing::Values(AnswerRow{0, LookupError::not_found}, AnswerRow{ENOENT, LookupError::not_found},
                      AnswerRow{ESRCH, LookupError::not_found}, AnswerRow{EIO, LookupError::failed},
                      AnswerRow{EBADF, LookupError::failed}, AnswerRow{EPERM, LookupError::failed},
                      AnswerRow{EMFILE, LookupError::failed}, AnswerRow{ENOMEM, LookupError::failed},
                      AnswerRow{EAGAIN, LookupError::failed}, AnswerRow{ETIMEDOUT, LookupError::failed}));

TEST_F(ScriptedAccounts, have_the_name_that_the_directory_gave) {
  const auto account = accounts_.by_name("ALICE");
  ASSERT_TRUE(account);
  EXPECT_EQ(account->name.value, "alice");
  EXPECT_EQ(account->uid.value, 1000U);
  EXPECT_EQ(account->gid.value, 100U);
}

TEST_F(ScriptedAccounts, are_not_asked_for_what_cannot_be_a_name) {
  for (const std::string& name : {std::string(), std::string(257, 'a'), std::string("a\nb"), std::string("a:b"),
                                  std::string("../a"), std::string("a\0b", 3), std::string("a\x7f")})
    EXPECT_EQ(accounts_.by_name(name).error(), LookupError::not_found) << name;
  EXPECT_EQ(accounts_.by_uid(kNoUid).error(), LookupError::not_found);
  EXPECT_EQ(script_.asked, 0);
  EXPECT_TRUE(accounts_.by_name(std::string(256, 'a')));
  EXPECT_TRUE(accounts_.by_name("DOM\\alice@campus.example"));
}

TEST_F(ScriptedAccounts, that_cannot_be_true_are_failures) {
  script_.name = "a:b";
  EXPECT_EQ(accounts_.by_name("alice").error(), LookupError::failed);
  script_.name = "alice";
  EXPECT_EQ(accounts_.by_uid({1001}).error(), LookupError::failed);
  script_.uid = kNoUid.value;
  EXPECT_EQ(accounts_.by_name("alice").error(), LookupError::failed);
}

TEST_F(ScriptedAccounts, may_be_large) {
  script_.wants_buffer = 1 << 20;
  EXPECT_TRUE(accounts_.by_name("alice"));
  EXPECT_EQ(in_sudo(), Membership::member);
  script_.wants_buffer = static_cast<std::size_t>(-1);  // never enough
  EXPECT_EQ(accounts_.by_name("alice").error(), LookupError::failed);
}

TEST_F(ScriptedAccounts, are_members_by_gid) {
  EXPECT_EQ(in_sudo(), Membership::member);
  script_.group_gid = 28;
  EXPECT_EQ(in_sudo(), Membership::not_member);
  script_.gids.clear();
  for (gid_t gid = 1000; gid < 1300; ++gid) script_.gids.push_back(gid);  // more than the first buffer holds
  EXPECT_EQ(in_sudo(), Membership::not_member);
  script_.gids.push_back(28);
  EXPECT_EQ(in_sudo(), Membership::member);
}

TEST_F(ScriptedAccounts, are_neither_in_nor_out_of_a_group_that_is_not_known) {
  EXPECT_EQ(accounts_.memberships(account_, {"students", "sudo"}),
            (std::map<std::string, Membership>{{"students", Membership::no_such_group}, {"sudo", Membership::member}}));
  for (const int code : {EIO, ENOENT, ESRCH}) {
    script_.code = code;
    EXPECT_EQ(in_sudo(), Membership::unknown) << code;
  }
}

TEST_F(ScriptedAccounts, that_a_group_names_but_the_list_lacks_are_unknown) {
  script_.group_gid = 28;
  script_.members = {"bob", "alice"};
  EXPECT_EQ(in_sudo(), Membership::unknown);
  script_.members = {"bob"};
  EXPECT_EQ(in_sudo(), Membership::not_member);
}

TEST_F(ScriptedAccounts, answer_for_no_groups_without_asking) {
  script_.code = EIO;
  EXPECT_TRUE(accounts_.memberships(account_, {}).empty());
}

// The machine's own directory.
TEST(NssAccounts, finds_root_and_its_group) {
  NssAccounts accounts;
  const auto root = accounts.by_name("root");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->uid, Uid{0});
  EXPECT_EQ(accounts.by_uid({0})->name.value, "root");
  const auto groups = accounts.memberships(*root, {"root", "daemon", "no-such-group-here"});
  EXPECT_EQ(groups.at("root"), Membership::member);
  EXPECT_EQ(groups.at("daemon"), Membership::not_member);
  EXPECT_EQ(groups.at("no-such-group-here"), Membership::no_such_group);
  EXPECT_EQ(accounts.by_name("no-such-user-here").error(), LookupError::not_found);
}

TEST(NssAccounts, serves_many_threads) {
  NssAccounts accounts;
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 40; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 10; ++i) good += accounts.by_name("root") ? 1 : 0;
      });
  }
  EXPECT_EQ(good, 400);
}

// Look-ups that hang until the test lets them go.
struct Hang {
  std::counting_semaphore<64> started{0};
  std::promise<void> release;
  std::shared_future<void> released{release.get_future()};
};

TEST(LookupPool, leaves_a_look_up_that_hangs_and_serves_the_next) {
  const auto hang = std::make_shared<Hang>();
  LookupPool pool(2, 50ms);
  const auto stuck = [hang] {
    hang->released.wait();
    return 1;
  };
  EXPECT_FALSE(pool.run(stuck));
  EXPECT_EQ(pool.run([] { return 2; }), 2);
  hang->release.set_value();
}

TEST(LookupPool, fails_at_once_when_all_workers_are_stuck_and_recovers) {
  const auto hang = std::make_shared<Hang>();
  LookupPool pool(2, 2s);
  const auto stuck = [hang] {
    hang->released.wait();
    hang->started.release();
    return 1;
  };
  {
    std::jthread one([&] { EXPECT_FALSE(pool.run(stuck)); });
    std::jthread two([&] { EXPECT_FALSE(pool.run(stuck)); });
  }
  const auto before = std::chrono::steady_clock::now();
  EXPECT_FALSE(pool.run([] { return 2; }));
  EXPECT_LT(std::chrono::steady_clock::now() - before, 1s);  // not the limit of 2 s
  hang->release.set_value();
  hang->started.acquire();
  while (!pool.run([] { return 3; })) std::this_thread::yield();  // as soon as one is back
}

TEST(LookupPool, uses_a_waiting_worker_before_it_makes_another) {
  LookupPool pool(32, 60s);
  std::set<std::thread::id> seen;
  for (int i = 0; i < 100; ++i) seen.insert(*pool.run([] { return std::this_thread::get_id(); }));
  EXPECT_LE(seen.size(), 2U);  // a second one if the first was still on its way back
}

TEST(LookupPool, runs_as_many_at_a_time_as_it_may) {
  constexpr int kWorkers = 8;
  LookupPool pool(kWorkers, 60s);
  const auto meeting = std::make_shared<std::barrier<>>(kWorkers);  // none goes on before all are there
  std::vector<std::jthread> threads;
  for (int i = 0; i < kWorkers; ++i)
    threads.emplace_back([&] {
      EXPECT_TRUE(pool.run([meeting] {
        meeting->arrive_and_wait();
        return true;
      }));
    });
}

TEST(LookupPool, takes_an_exception_for_a_failure) {
  LookupPool pool(1, 60s);
  EXPECT_FALSE(pool.run([]() -> int { throw std::bad_alloc(); }));
  EXPECT_EQ(pool.run([] { return 1; }), 1);
}

TEST(LookupPool, may_go_while_a_look_up_hangs) {
  const auto hang = std::make_shared<Hang>();
  {
    LookupPool pool(1, 20ms);
    EXPECT_FALSE(pool.run([hang] {
      hang->released.wait();
      hang->started.release();
      return 1;
    }));
  }
  hang->release.set_value();
  hang->started.acquire();
}

}  // namespace
}  // namespace mfa
