// One listening socket and the threads that serve its connections, as many as its caps allow and not one more.
//
// One thread at a time stands at the door and accepts; with a guest it may take in, it first hands the door to another
// thread and then serves the guest itself, so that no connection waits for a hand-over. Who is over a cap gets a
// verdict that says so and is closed. Two listeners share nothing but the process: what one is flooded with costs the
// other nothing. Out of descriptors, memory or threads, it turns guests away or waits a little; it never spins and
// never ends. It catches SIGURG for the whole process, to wake its own threads where a client makes them wait.
#pragma once

#include <pthread.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "common/domain/types.h"
#include "common/ports/system.h"
#include "common/service/limits.h"
#include "common/service/quota.h"
#include "common/system/descriptor.h"

namespace mfa {

struct ListenerPlan {
  std::string name;  // for the journal: "login.sock"
  Caps caps;
  std::size_t idle = 1;    // threads kept waiting, at least 1
  bool root_only = false;  // others are turned away whatever the socket's mode says
};

class Listener {
 public:
  // Serves one connection; closing it is the listener's. Throws nothing.
  using Serve = std::function<void(int connection, Caller caller)>;
  // Told once after stop(), from any thread, when no session is left. Throws nothing.
  using Emptied = std::function<void()>;

  Listener(Descriptor socket, ListenerPlan plan, const Limits& limits, Journal& journal, Serve serve, Emptied emptied);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  // stop(), cut(), and waits for every thread.
  ~Listener();

  // False if not even one thread can be had.
  [[nodiscard]] bool start();
  // Accepts no more. The socket is closed when it returns, which ends the connections still waiting there (unless
  // somebody else has it too); sessions go on.
  void stop();
  // Ends the connections of all sessions, and what their threads wait for in the system. A wait that is just about to
  // begin escapes: call it again while sessions() are left.
  void cut();
  [[nodiscard]] std::size_t sessions();

 private:
  struct Guest {
    Descriptor connection;
    Caller caller;
  };
  enum class Fate : std::uint8_t { none, served, root_only, crowded };

  static void* enter_thread(void* self);
  void work();
  Fate stand_at_door(std::unique_lock<std::mutex>& lock, Guest& guest);
  Fate leave_door(std::unique_lock<std::mutex>& lock, Guest& guest);
  void wait_for_room(std::unique_lock<std::mutex>& lock);
  Fate fate_of(const Guest& guest);
  bool hand_over_door();
  void serve(std::unique_lock<std::mutex>& lock, Guest& guest);
  bool spawn();
  void tell_if_empty();
  void join_finished(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] bool wait_for_guest(int milliseconds) const;
  [[nodiscard]] Guest accept_guest();
  void turn_away(std::unique_lock<std::mutex>& lock, Guest& guest, Fate fate);
  void note_turned_away(const Guest& guest);

  Descriptor socket_;
  Descriptor stop_event_;
  const ListenerPlan plan_;
  const Limits& limits_;
  Journal& journal_;
  const Serve serve_;
  const Emptied emptied_;

  std::mutex mutex_;  // guards all below
  std::condition_variable door_free_;
  std::condition_variable door_left_;  // for good
  std::condition_variable left_;       // by a guest who was turned away
  std::condition_variable thread_ended_;
  Quota quota_;
  bool door_taken_ = false;
  bool stopping_ = false;
  bool told_ = false;
  std::size_t waiting_ = 0;         // threads that wait for the door
  std::vector<pthread_t> threads_;  // all of them
  std::vector<pthread_t> leaving_;  // those that turn a guest away
  std::vector<pthread_t> finished_;
  std::vector<int> open_;  // connections being served
  std::size_t turned_away_ = 0;
  Limits::Steady::time_point next_note_;
};

// Sends a guest away with a word: Hello and a Verdict, `unavailable` or `denied`, without ever waiting for it.
void send_away(int connection, bool denied, std::string_view reason, std::string_view text);

}  // namespace mfa
