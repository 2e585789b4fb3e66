#include "common/service/listener.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <new>
#include <utility>

#include "common/protocol/frame.h"
#include "common/service/wire.h"
#include "common/system/error_text.h"
#include "common/system/terminal_id.h"

namespace mfa {

using protocol::FrameType;
using protocol::FrameWriter;
using protocol::Tag;
using protocol::VerdictCode;

namespace {

constexpr std::size_t kMostLeaving = 16;  // guests turned away at the same time, each by a thread of its own
constexpr int kPassRights = 83;           // SO_PASSRIGHTS: Linux 6.16, newer than this libc's headers
constexpr int kNoResources = 100;  // ms to wait when the system has no descriptor or memory for another connection

// A client can send descriptors along, and whoever reads or closes its connection then closes them: for as long as the
// client likes, if they are sockets that linger. Any signal ends that wait. One that comes a moment too early is lost,
// so it is sent again and again.
constexpr int kHurry = SIGURG;  // ignored wherever nobody catches it
constexpr std::chrono::milliseconds kHurryEvery{10};

bool catch_hurry() {
  struct sigaction action{};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART;
  return sigaction(kHurry, &action, nullptr) == 0;
}

void hurry(const std::vector<pthread_t>& threads) {
  for (const pthread_t thread : threads) (void)pthread_kill(thread, kHurry);
}

void* close_it(void* descriptor) {
  static_cast<Descriptor*>(descriptor)->reset();
  return nullptr;
}

// A listening socket's last close() closes the connections waiting there too, with what was sent on them.
void close_in_a_hurry(Descriptor socket) {
  pthread_t closing{};
  if (!socket || pthread_create(&closing, nullptr, close_it, &socket) != 0) return;
  for (;;) {
    timespec until{};
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += static_cast<long>(std::chrono::nanoseconds(kHurryEvery).count());
    if (until.tv_nsec >= 1'000'000'000) {
      until.tv_nsec -= 1'000'000'000;
      ++until.tv_sec;
    }
    if (pthread_timedjoin_np(closing, nullptr, &until) != ETIMEDOUT) return;
    (void)pthread_kill(closing, kHurry);
  }
}

}  // namespace

void send_away(int connection, bool denied, std::string_view reason, std::string_view text) {
  FrameBuffer hello;
  FrameBuffer verdict;
  const auto first = hello_frame(hello);
  FrameWriter frame(verdict, FrameType::verdict);
  frame.field(Tag::text, text)
      .field(Tag::verdict, static_cast<std::uint8_t>(denied ? VerdictCode::denied : VerdictCode::unavailable))
      .field(Tag::reason, reason);
  const auto last = frame.finish();
  // Who does not read gets nothing.
  (void)send(connection, first.data(), first.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  (void)send(connection, last.data(), last.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  // Closing with unread bytes would show the client a broken connection instead of the end.
  // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection): turn_away() has let go of the lock, one call further up
  (void)recv(connection, verdict.data(), verdict.size(), MSG_DONTWAIT);
}

Listener::Listener(Descriptor socket, ListenerPlan plan, const Limits& limits, Journal& journal, Serve serve,
                   Emptied emptied)
    : socket_(std::move(socket)),
      stop_event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      plan_(std::move(plan)),
      limits_(limits),
      journal_(journal),
      serve_(std::move(serve)),
      emptied_(std::move(emptied)),
      quota_(plan_.caps) {
  const std::size_t threads = plan_.caps.all + kMostLeaving + 1;
  open_.reserve(plan_.caps.all);
  leaving_.reserve(kMostLeaving + 1);
  threads_.reserve(threads);
  finished_.reserve(threads);
}

Listener::~Listener() {
  stop();
  for (;;) {
    cut();
    std::unique_lock lock(mutex_);
    if (!thread_ended_.wait_for(lock, kHurryEvery, [this] { return threads_.empty(); })) continue;
    join_finished(lock);
    return;
  }
}

bool Listener::start() {
  const int flags = fcntl(socket_.get(), F_GETFL);
  // Somebody else may take a connection between poll and accept (a socket that was handed to us is shared).
  if (!stop_event_ || flags < 0 || fcntl(socket_.get(), F_SETFL, flags | O_NONBLOCK) != 0 || !catch_hurry())
    return false;
  // Where the kernel can, nobody hands us descriptors: see kHurry.
  const int no = 0;
  (void)setsockopt(socket_.get(), SOL_SOCKET, kPassRights, &no, sizeof no);
  const std::lock_guard lock(mutex_);
  return spawn();
}

void Listener::stop() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  (void)eventfd_write(stop_event_.get(), 1);
  door_free_.notify_all();
  left_.notify_all();
  while (!door_left_.wait_for(lock, kHurryEvery, [this] { return !door_taken_; })) hurry(leaving_);
  // From now on nobody goes there any more.
  Descriptor socket = std::move(socket_);
  lock.unlock();
  close_in_a_hurry(std::move(socket));
  lock.lock();
  tell_if_empty();
}

// Called with the lock held.
void Listener::tell_if_empty() {
  if (stopping_ && quota_.held() == 0 && !std::exchange(told_, true) && emptied_) emptied_();
}

void Listener::cut() {
  const std::lock_guard lock(mutex_);
  for (const int connection : open_) (void)shutdown(connection, SHUT_RDWR);
  hurry(threads_);
}

std::size_t Listener::sessions() {
  const std::lock_guard lock(mutex_);
  return quota_.held();
}

// Called with the lock held.
bool Listener::spawn() {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_t thread{};
  const bool made = pthread_attr_setstacksize(&attributes, kSessionStack) == 0 &&
                    pthread_create(&thread, &attributes, &Listener::enter_thread, this) == 0;
  pthread_attr_destroy(&attributes);
  if (made) {
    threads_.push_back(thread);
    ++waiting_;
  }
  return made;
}

void* Listener::enter_thread(void* self) {
  static_cast<Listener*>(self)->work();
  return nullptr;
}

// Called with the lock held; joins outside of it. Those threads are past their last use of this object's lock.
void Listener::join_finished(std::unique_lock<std::mutex>& lock) {
  if (finished_.empty()) return;
  // One at a time: what was reserved for them stays, so that a thread's end never needs memory.
  while (!finished_.empty()) {
    const pthread_t thread = finished_.back();
    finished_.pop_back();
    lock.unlock();
    pthread_join(thread, nullptr);
    lock.lock();
  }
}

void Listener::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (door_taken_) {
      door_free_.wait(lock);
      continue;
    }
    door_taken_ = true;
    --waiting_;
    Guest guest;
    const Fate fate = stand_at_door(lock, guest);
    if (fate == Fate::served) serve(lock, guest);
    if (fate == Fate::root_only || fate == Fate::crowded) turn_away(lock, guest, fate);
    ++waiting_;
    if (waiting_ > plan_.idle && door_taken_) break;
    join_finished(lock);
  }
  --waiting_;
  std::erase(threads_, pthread_self());
  finished_.push_back(pthread_self());
  thread_ended_.notify_all();
}

// Takes guests until one is to be served or turned away by this thread, the door being another's by then. None: it is
// time to stop.
Listener::Fate Listener::stand_at_door(std::unique_lock<std::mutex>& lock, Guest& guest) {
  for (;;) {
    lock.unlock();
    guest = accept_guest();
    lock.lock();
    if (stopping_) return leave_door(lock, guest);
    if (!guest.connection) continue;
    Fate fate = fate_of(guest);
    if (fate == Fate::served) {
      if (hand_over_door()) {
        open_.push_back(guest.connection.get());
        return fate;
      }
      quota_.leave(guest.caller.uid);
      fate = Fate::crowded;
    } else {
      wait_for_room(lock);
      if (stopping_) return leave_door(lock, guest);
      if (hand_over_door()) return fate;
    }
    turn_away(lock, guest, fate);
  }
}

Listener::Fate Listener::leave_door(std::unique_lock<std::mutex>& lock, Guest& guest) {
  door_taken_ = false;
  door_left_.notify_all();
  lock.unlock();
  guest.connection.reset();
  lock.lock();
  return Fate::none;
}

// Until one more can be turned away, or it is time to stop.
void Listener::wait_for_room(std::unique_lock<std::mutex>& lock) {
  while (leaving_.size() >= kMostLeaving && !stopping_) {
    hurry(leaving_);
    left_.wait_for(lock, kHurryEvery);
  }
}

// Called with the lock held. Served: counted in the quota.
Listener::Fate Listener::fate_of(const Guest& guest) {
  if (plan_.root_only && guest.caller.uid.value != 0) return Fate::root_only;
  return quota_.enter(guest.caller.uid) ? Fate::served : Fate::crowded;
}

// Called with the lock held; who takes it over is woken without, so as not to have to wait for it. False: there is
// nobody to take it, and no thread to be had.
bool Listener::hand_over_door() {
  if (waiting_ == 0 && !spawn()) return false;
  door_taken_ = false;
  return true;
}

void Listener::serve(std::unique_lock<std::mutex>& lock, Guest& guest) {
  lock.unlock();
  door_free_.notify_one();
  serve_(guest.connection.get(), guest.caller);
  lock.lock();
  std::erase(open_, guest.connection.get());
  lock.unlock();
  guest.connection.reset();  // may take long: see kHurry
  lock.lock();
  quota_.leave(guest.caller.uid);
  tell_if_empty();
}

// Whether a connection may be waiting; at most `milliseconds` (-1: no limit). Returns early when it is time to stop.
bool Listener::wait_for_guest(int milliseconds) const {
  std::array<pollfd, 2> both{{{.fd = stop_event_.get(), .events = POLLIN, .revents = 0},
                              {.fd = socket_.get(), .events = POLLIN, .revents = 0}}};
  const nfds_t watched = milliseconds < 0 ? 2 : 1;  // with a limit only the stop matters
  return poll(both.data(), watched, milliseconds) > 0 && both[0].revents == 0;
}

// Nothing if it is time to stop, or nobody came after all.
Listener::Guest Listener::accept_guest() {
  if (!wait_for_guest(-1)) return {};
  Guest guest;
  guest.connection.reset(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!guest.connection) {
    const bool gone_again = errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
    if (!gone_again) (void)wait_for_guest(kNoResources);
    return {};
  }
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(guest.connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return {};
  guest.caller = {.uid = Uid{peer.uid}, .pid = peer.pid, .taken_at = ticks_since_boot()};
  return guest;
}

// Without the lock while it deals with the guest, which may take long: see kHurry. Counted before the guest hears of
// it.
void Listener::turn_away(std::unique_lock<std::mutex>& lock, Guest& guest, Fate fate) {
  note_turned_away(guest);
  leaving_.push_back(pthread_self());
  lock.unlock();
  door_free_.notify_one();
  if (fate == Fate::crowded) {
    send_away(guest.connection.get(), false, "too-many-sessions",
              "Too many sessions at the same time. Try again in a moment.");
  } else {
    send_away(guest.connection.get(), true, "root-only", "This socket is for root's programs.");
  }
  guest.connection.reset();
  lock.lock();
  std::erase(leaving_, pthread_self());
  left_.notify_one();
}

// With the lock.
void Listener::note_turned_away(const Guest& guest) {
  ++turned_away_;
  const auto now = limits_.now();
  if (now < next_note_) return;
  next_note_ = now + limits_.note_every;
  try {
    journal_.note(Severity::warning, fmt::format("{}: turned away uid {} ({} in all, {} sessions)", plan_.name,
                                                 guest.caller.uid.value, turned_away_, quota_.held()));
  } catch (const std::bad_alloc&) {
    return;  // a line less
  }
}

}  // namespace mfa
