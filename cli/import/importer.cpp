#include "cli/import/importer.h"

#include <fmt/format.h>

#include "cli/report.h"
#include "cli/user_names.h"

namespace mfa::cli {

namespace {

constexpr std::size_t kMostAtOnce = 256;  // rows; the engine takes no more

}  // namespace

void Importer::refuse(const std::string& place, std::string_view why) {
  ++tally_.rows;
  ++tally_.refused;
  progress_.tell(place, "refused", why);
}

Outcome<void> Importer::add(const std::string& place, const Entry& entry, const ListedAccount& person) {
  if (const std::string_view fault = fault_of_user_name(person.name); !fault.empty()) {
    refuse(place, fmt::format("Its user's name {}.", fault));
    return {};
  }
  if (!can_be_sent(entry)) {
    refuse(place, "It holds what no key, number or code has.");
    return {};
  }
  if (places_.size() == kMostAtOnce || !add_row(rows_, entry, person.name, person.uid)) {
    if (auto sent = send(); !sent) return sent;
    if (!add_row(rows_, entry, person.name, person.uid)) {
      refuse(place, "It is too long.");
      return {};
    }
  }
  places_.push_back(place);
  return {};
}

Outcome<void> Importer::send() {
  if (places_.empty()) return {};
  Json request{{"verb", "admin import"}, {"source", source_}};
  if (tries_) request["only_checks"] = "yes";
  const auto reply = console_.ask(request, rows_.text());
  rows_.clear();
  const std::vector<std::string> places = std::exchange(places_, {});
  if (!reply) return std::unexpected(reply.error());
  const std::vector<Json> ends = objects_of(*reply, "rows");
  const std::string stopped = text_of(*reply, "error");
  if (ends.size() > places.size() || (ends.size() < places.size() && stopped.empty()))
    return std::unexpected(nonsense());
  tally_.rows += ends.size();
  for (std::size_t i = 0; i < ends.size(); ++i) take(places[i], ends[i]);
  if (stopped.empty()) return {};
  return std::unexpected(Failure{.status = ExitStatus::unreachable, .error = stopped, .hint = text_of(*reply, "hint")});
}

void Importer::take(const std::string& place, const Json& row) {
  const std::string end = text_of(row, "end");
  if (end == "added") {
    ++tally_.added;
  } else if (end == "there") {
    ++tally_.there;
  } else if (end == "left") {
    ++tally_.left;
    progress_.tell(place, "left", (console_.json ? "" : "Left alone. ") + text_of(row, "why"));
  } else {
    ++tally_.refused;
    progress_.tell(place, "refused", text_of(row, "why"));
  }
}

}  // namespace mfa::cli
