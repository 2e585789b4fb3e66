// What a verb works with: the engine, the person, and where results go.
#pragma once

#include <cstdint>
#include <string_view>

#include "cli/engine_client.h"
#include "cli/json.h"
#include "cli/outcome.h"
#include "cli/style.h"
#include "cli/terminal.h"

namespace mfa::cli {

struct Console {
  Link& link;
  Person& person;
  const Terminal& terminal;
  int input = 0;                   // descriptor of standard input
  int results = 1;                 // descriptor
  bool results_on_screen = false;  // it is a terminal
  bool json = false;
  Style style;  // of results
  Circumstances where;
  std::int64_t now = 0;  // seconds since the epoch

  [[nodiscard]] Outcome<Json> ask(const Json& request, std::string_view rows = {}) const {
    return ask_engine(link, request, person, where, rows);
  }
  // Results that cannot be written are a failure: a script would go on without them.
  [[nodiscard]] Outcome<void> print(std::string_view text) const;
  [[nodiscard]] Outcome<void> print_json(const Json& value) const { return print(json_line(value) + "\n"); }
  // On a terminal: shows `what` is about to be done and goes on only after a yes. Without one a script has decided.
  [[nodiscard]] Outcome<void> confirm(std::string_view what) const;
  // After something that is shown only once. Whatever happens here, it is done.
  void wait_until_saved() const;
};

}  // namespace mfa::cli
