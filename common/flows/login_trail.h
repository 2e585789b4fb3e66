// What a login leaves behind: rows in the trail, lines in the journal, and the verdicts that go with them.
//
// What an unprivileged program can bring about as often as it likes is neither row nor line: it would fill both, in the
// name of whomever it asks about.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/domain/answer.h"
#include "common/flows/engine.h"
#include "common/flows/login.h"

namespace mfa {

class LoginTrail {
 public:
  // `user`: as the system knows them; empty before that: nothing of what was typed goes into the trail before it is
  // known to be a name.
  LoginTrail(Engine& engine, const LoginFacts& facts, std::string user);

  [[nodiscard]] Event event(EventKind kind, std::string reason = "") const;  // about this login, now
  [[nodiscard]] bool from_root() const { return from_root_; }

  // A row if the store takes one, a line to syslog in any case.
  void record(EventKind kind, const std::string& reason);
  // The same of what grants nothing and of which all that counts is in the store already: nobody waits for it.
  void record_afterwards(EventKind kind, const std::string& reason);
  LoginVerdict refuse(LoginResult result, std::string reason, std::string text = "");
  LoginVerdict skipped(const Decision& decision);
  LoginVerdict store_failed(StoreError error);

  void note_observed(const Decision& decision);
  // The length and the class of an answer that was not right; never its bytes, since people type passwords here.
  void note_refused(std::string_view why, const Answer& answer);
  void note(Severity severity, std::string_view text);

 private:
  static void keep(Store& store, Journal& journal, const Event& made);

  Engine& engine_;
  Event about_;
  bool from_root_;
};

}  // namespace mfa
