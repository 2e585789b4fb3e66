#include "common/service/listener.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "common/protocol/frame.h"
#include "common/service/wire.h"
#include "common/system/error_text.h"

namespace mfa {

using protocol::FrameType;
using protocol::FrameWriter;
using protocol::Tag;
using protocol::VerdictCode;

namespace {

constexpr int kNoResources = 100;  // ms to wait when the system has no descriptor or memory for another connection

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
  open_.reserve(plan_.caps.all);
  finished_.reserve(plan_.caps.all + 1);
}

Listener::~Listener() {
  stop();
  cut();
  std::unique_lock lock(mutex_);
  thread_ended_.wait(lock, [this] { return threads_ == 0; });
  join_finished(lock);
}

bool Listener::start() {
  const int flags = fcntl(socket_.get(), F_GETFL);
  // Somebody else may take a connection between poll and accept (a socket that was handed to us is shared).
  if (!stop_event_ || flags < 0 || fcntl(socket_.get(), F_SETFL, flags | O_NONBLOCK) != 0) return false;
  const std::lock_guard lock(mutex_);
  return spawn();
}

void Listener::stop() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  (void)eventfd_write(stop_event_.get(), 1);
  door_free_.notify_all();
  // Whoever stands at the door closes it, and does nothing that could take long.
  if (!door_taken_) socket_.reset();
  door_closed_.wait(lock, [this] { return !socket_; });
  tell_if_empty();
}

// Called with the lock held.
void Listener::tell_if_empty() {
  if (stopping_ && quota_.held() == 0 && !std::exchange(told_, true) && emptied_) emptied_();
}

void Listener::cut() {
  const std::lock_guard lock(mutex_);
  for (const int connection : open_) (void)shutdown(connection, SHUT_RDWR);
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
    ++threads_;
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
  const auto ended = std::exchange(finished_, {});
  lock.unlock();
  for (const pthread_t thread : ended) pthread_join(thread, nullptr);
  lock.lock();
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
    const bool taken_in = stand_at_door(lock, guest);
    if (taken_in) serve(lock, guest);
    ++waiting_;
    if (waiting_ > plan_.idle && door_taken_) break;
    join_finished(lock);
  }
  --waiting_;
  --threads_;
  finished_.push_back(pthread_self());
  thread_ended_.notify_all();
}

// Takes guests until one may be served, and then leaves the door to another thread. False: it is time to stop.
bool Listener::stand_at_door(std::unique_lock<std::mutex>& lock, Guest& guest) {
  for (;;) {
    lock.unlock();
    guest = accept_guest();
    lock.lock();
    if (stopping_) {
      door_taken_ = false;
      socket_.reset();
      door_closed_.notify_all();
      return false;
    }
    if (!guest.connection) continue;
    if (take_in(guest)) return true;
  }
}

// Called with the lock held. False: the guest was turned away, and the door is still this thread's.
bool Listener::take_in(Guest& guest) {
  const bool welcome = !plan_.root_only || guest.caller.uid.value == 0;
  if (!welcome || !quota_.enter(guest.caller.uid)) {
    turn_away(std::move(guest), welcome);
    return false;
  }
  if (!hand_over_door()) {
    quota_.leave(guest.caller.uid);
    turn_away(std::move(guest), true);
    return false;
  }
  open_.push_back(guest.connection.get());
  return true;
}

// Called with the lock held. False: there is nobody to take it, and no thread to be had.
bool Listener::hand_over_door() {
  if (waiting_ == 0 && !spawn()) return false;
  door_taken_ = false;
  door_free_.notify_one();
  return true;
}

void Listener::serve(std::unique_lock<std::mutex>& lock, Guest& guest) {
  lock.unlock();
  serve_(guest.connection.get(), guest.caller);
  lock.lock();
  std::erase(open_, guest.connection.get());
  guest.connection.reset();
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
  guest.caller = {.uid = Uid{peer.uid}, .pid = peer.pid};
  return guest;
}

// Called with the lock held.
void Listener::turn_away(Guest guest, bool crowded) {
  if (crowded) {
    send_away(guest.connection.get(), false, "too-many-sessions",
              "Too many sessions at the same time. Try again in a moment.");
  } else {
    send_away(guest.connection.get(), true, "root-only", "This socket is for root's programs.");
  }
  ++turned_away_;
  const auto now = limits_.now();
  if (now < next_note_) return;
  next_note_ = now + limits_.note_every;
  journal_.note(Severity::warning, fmt::format("{}: turned away uid {} ({} in all, {} sessions)", plan_.name,
                                               guest.caller.uid.value, turned_away_, quota_.held()));
}

}  // namespace mfa
