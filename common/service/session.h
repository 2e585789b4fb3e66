// One dialogue from hello to verdict, on one connection: read what the client is about, run the flow, say how it ended.
//
// Who is asking is what the kernel says of the connection; no message changes that. Whatever goes wrong ends in a
// verdict that lets nobody in, or in the end of the connection, which means the same.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/domain/settings.h"
#include "common/domain/types.h"
#include "common/flows/engine.h"
#include "common/ports/gateway.h"
#include "common/ports/phone_numbers.h"
#include "common/ports/store.h"
#include "common/ports/system.h"
#include "common/service/calls_under_way.h"
#include "common/service/crowd.h"
#include "common/service/limits.h"

namespace mfa {

// The configuration at one moment. Without settings everything is denied; `fault` says why, for the journal.
struct Snapshot {
  std::shared_ptr<const Settings> settings;
  std::string fault;
};

// All a session may reach; outlives it. Safe to use from many threads.
struct SessionContext {
  const Limits& limits;
  std::function<Snapshot()> configuration;
  Store& store;
  Store& no_store;  // for what is to be decided without one
  Clock& clock;
  Random& random;
  Accounts& accounts;
  Accounts* accounts_of_reports = nullptr;  // for wrong passwords, which anybody may send; nullptr: the same
  PasswordVersions& versions;
  FailedPasswords& failed_passwords;
  Journal& journal;
  std::string server;
  // Of the database that these settings name.
  std::function<std::shared_ptr<Countries>(const Settings&)> countries;
  // Those that these settings name, which it borrows.
  std::function<std::unique_ptr<Gateway>(const Settings&)> gateway;
  std::function<std::unique_ptr<PhoneNumbers>(const Settings&)> numbers;
  // For the peer of a connection.
  std::function<std::unique_ptr<PasswordCheck>(int connection)> password_check;
  std::function<std::optional<TerminalId>(int connection, const Caller&)> terminal;
  CallsUnderWay* calls = nullptr;  // where calls go on by themselves; nothing: sessions wait for theirs
  Crowd* crowd = nullptr;          // counts the dialogues of root's programs; nothing: nobody counts
};

// Does not close the connection. Throws nothing.
void serve_session(const SessionContext& context, int connection, Caller caller) noexcept;

}  // namespace mfa
