#include "common/service/purging.h"

#include <fmt/format.h>

#include <exception>
#include <system_error>

#include "common/domain/moment.h"
#include "common/flows/purge.h"

namespace mfa {

bool Purging::start() {
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

void Purging::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

bool Purging::rest(std::chrono::milliseconds length) noexcept {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, length, [this] { return stopping_; });
}

void Purging::run() noexcept {
  for (auto wait = limits_.first_purge; rest(wait); wait = limits_.purge_every) {
    try {
      purge_once();
    } catch (const std::exception& trouble) {
      note_trouble(trouble.what());
    }
  }
}

void Purging::note_trouble(const char* what) noexcept {
  try {
    workings_.journal().note(Severity::warning, fmt::format("old events keep their detail for now: {}", what));
  } catch (const std::exception&) {
    return;  // no memory: the next day's purge will find the same rows
  }
}

void Purging::purge_once() {
  const auto settings = configuration_.snapshot().settings;
  if (!settings) return;
  const SessionContext context = workings_.for_users();
  Event event;
  event.at = context.clock.now();
  event.server = context.server;
  const auto purged = purge({.store = context.store,
                             .before = event.at - settings->records_keep,
                             .pace = kPurgePace,
                             .event = event,
                             .go_on = [this] { return rest(limits_.purge_pause); }});
  if (!purged)
    context.journal.note(Severity::warning,
                         fmt::format("old events keep their detail for now, store {}", name_of(purged.error())));
  else if (purged->events > 0)
    context.journal.note(Severity::notice, fmt::format("purged the personal detail of old events events={} before={}",
                                                       purged->events, rfc3339(purged->before)));
}

}  // namespace mfa
