#include "common/flows/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "common/flows/add_factor.h"
#include "common/flows/hand_over.h"
#include "common/flows/identity.h"
#include "common/flows/phone_set_up.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"

namespace mfa {
namespace {

using End = ImportReply::End;

// Rows of one transaction: some 5 ms, so that no login waits for longer.
constexpr std::size_t kRowsAtOnce = 32;

struct Source {
  std::string_view name, reason;  // on the command line, and in the trail
};
// What its owner may have written, or whoever got at their account.
constexpr std::string_view kOfHomes = "google_authenticator";
constexpr std::array kSources{Source{"google-authenticator", kOfHomes}, Source{"oath", "oath"}, Source{"csv", "csv"}};

struct Ready {
  Account account;
  Factor factor;  // without number and name
  std::string_view usual_name;
  std::vector<std::string> scratch;
};

ImportReply::Row refused_row(std::string why) { return {.end = End::refused, .factor = "", .why = std::move(why)}; }

bool same_app(const TotpFactor& one, const TotpFactor& other) { return same_codes(one.key, other.key); }
bool same_app(const HotpFactor& one, const HotpFactor& other) { return same_codes(one.key, other.key); }
bool same_app(const PhoneFactor& one, const PhoneFactor& other) {
  return one.number == other.number && one.use == other.use;
}
bool same_app(const KeyFactor& one, const KeyFactor& other) { return one.fingerprint == other.fingerprint; }

bool is_same(const Factor& one, const Factor& other) {
  return std::visit(
      [&]<class Kind>(const Kind& detail) {
        const auto* const same_kind = std::get_if<Kind>(&other.detail);
        return same_kind != nullptr && same_app(detail, *same_kind);
      },
      one.detail);
}

// Numbers are never used again: there are fewer factors than were given one.
bool lost_a_factor(const Person& person, const std::vector<Factor>& factors) {
  return person.next_factor - 1 != factors.size();
}

// Whether somebody of that name has left, or has another name by now: what bears it may be theirs. Past as many rows
// as nobody has it is taken for so.
bool was_anothers(Transaction& tx, const Username& name) {
  constexpr std::size_t kMostTold = 512;
  const std::vector<TrailRow> rows = tx.told_about(name.value, 0, kMostTold);
  return rows.size() == kMostTold || std::ranges::any_of(rows, [](const TrailRow& row) {
           return row.event.kind == EventKind::person_retired ||
                  (row.event.kind == EventKind::person_renamed && row.event.reason.starts_with(kIsNow));
         });
}

// Why it is not theirs to get without a step-up, whoever wrote it down; empty: it is.
std::string_view why_left(Transaction& tx, const Found& found, const std::vector<Factor>& factors,
                          std::string_view source, const Username& name) {
  if (found.person && (found.person->enrol_by_code || lost_a_factor(*found.person, factors)))
    return "A factor of theirs was removed here, and what is imported may be the same.";
  if (found.person && found.person->reported)
    return "They reported a login that was not theirs. Once they have another password: mfa-enroll admin "
           "password-changed USER";
  if (source == kOfHomes && !factors.empty())
    return "They have another second factor here, and whoever has got into their home may have written this one.";
  if (was_anothers(tx, name)) return "Somebody else had that name here, and what is imported may be theirs.";
  return "";
}

struct Settled {
  std::optional<ImportReply::Row> end;  // nothing: it is to be added
  std::optional<Factor> same;           // `end` is `there`: what they have
  PersonId person;
};

// What there is to say without adding it.
Settled settled(Transaction& tx, const Ready& row, std::string_view source) {
  const auto ends = [](ImportReply::Row end) { return Settled{.end = std::move(end), .same = {}, .person = {}}; };
  const Found found = find_person(tx, row.account);
  if (found.mismatch)
    return ends(
        refused_row("Their name or number is known here with another partner. Only root can settle whose it "
                    "is."));
  const std::vector<Factor> factors = found.person ? tx.factors(found.person->id) : std::vector<Factor>{};
  const auto same = std::ranges::find_if(factors, [&](const Factor& factor) { return is_same(factor, row.factor); });
  if (same != factors.end())
    return {.end = ImportReply::Row{.end = End::there, .factor = same->id(), .why = ""},
            .same = *same,
            .person = found.person->id};
  if (const std::string_view why = why_left(tx, found, factors, source, row.account.name); !why.empty())
    return ends({.end = End::left, .factor = "", .why = std::string(why)});
  if (auto name = name_for_new_factor(factors, "", row.usual_name, row.account.name.value); !name)
    return ends(refused_row(name.error().text));
  if (const auto* phone = std::get_if<PhoneFactor>(&row.factor.detail)) {
    const PersonId person = found.person ? found.person->id : PersonId{};
    if (auto why = why_not_this_number(tx, person, *phone, row.account.name.value))
      return ends(refused_row(*std::move(why)));
  }
  return {};
}

// What was used elsewhere since is spent here, too; never back. False: there is nothing newer.
bool move_on(Factor& kept, const Factor& read) {
  if (auto* app = std::get_if<TotpFactor>(&kept.detail)) {
    const TimeStep last = std::get<TotpFactor>(read.detail).last_step;
    if (last <= app->last_step) return false;
    app->last_step = last;
    return true;
  }
  auto* token = std::get_if<HotpFactor>(&kept.detail);
  if (token == nullptr) return false;
  const HotpState& state = std::get<HotpFactor>(read.detail).state;
  if (state.next <= token->state.next) return false;
  token->state = state;
  return true;
}

ImportReply::Row add(Transaction& tx, const Engine& engine, UnixTime now, std::string_view source, const Ready& row) {
  if (auto known = settled(tx, row, source); known.end) {
    if (known.same && move_on(*known.same, row.factor)) tx.save_factor(known.person, *known.same);
    return *std::move(known.end);
  }
  const auto person = tx.person_by_name(row.account.name);
  const bool with_codes = !row.scratch.empty() && (!person || tx.recovery_codes_left(person->id) == 0);
  const Added added = add_factor(
      tx, engine, now,
      {.account = row.account,
       .factor = row.factor,
       .wanted_name = "",
       .usual_name = row.usual_name,
       .codes = {},
       .kind = EventKind::imported,
       .actor = "root",
       .reason = with_codes ? fmt::format("{} scratch codes, {}", row.scratch.size(), source) : std::string(source),
       .enrolment_code = {},
       .claim = std::nullopt,
       .terminal = std::nullopt});
  if (added.refusal) return refused_row(added.refusal->text);
  if (with_codes) {
    if (const auto owner = tx.person_by_name(row.account.name)) tx.replace_recovery_codes(owner->id, row.scratch);
  }
  return {.end = End::added, .factor = added.id, .why = ""};
}

Ready ready(const ImportRow& row) {
  Ready made{.account = {.name = row.subject.name, .uid = row.subject.uid, .gid = {}},
             .factor = {},
             .usual_name = texts::kDefaultFactorName,
             .scratch = {}};
  if (const auto* app = std::get_if<TotpFactor>(&row.what)) made.factor.detail = *app;
  if (const auto* token = std::get_if<HotpFactor>(&row.what)) {
    made.factor.detail = *token;
    made.usual_name = texts::kDefaultTokenName;
  }
  made.scratch.reserve(row.scratch.size());
  for (const Secret& code : row.scratch) made.scratch.emplace_back(code.text());
  return made;
}

void wipe_all(std::vector<std::optional<Ready>>& rows) {
  for (auto& row : rows)
    if (row)
      for (std::string& code : row->scratch) wipe(code);
}

// Those that can be taken, and in `reply` why the others cannot.
std::vector<std::optional<Ready>> ready_rows(Engine& engine, const std::vector<ReadRow>& rows, ImportReply& reply) {
  std::vector<std::optional<Ready>> all(rows.size());
  std::vector<WrittenPhone> phones;
  std::vector<std::size_t> phone_rows;
  reply.rows.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i]) {
      reply.rows[i] = refused_row(std::string(sentence(rows[i].error())));
      continue;
    }
    all[i] = ready(*rows[i]);
    if (const auto* phone = std::get_if<WrittenPhone>(&rows[i]->what)) {
      phones.push_back(*phone);
      phone_rows.push_back(i);
    }
  }
  const auto numbers = usable_numbers(engine, phones);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    auto& row = all[phone_rows[i]];
    if (!numbers[i]) {
      reply.rows[phone_rows[i]] = refused_row(numbers[i].error().why);
      row.reset();
      continue;
    }
    row->factor.detail =
        PhoneFactor{.number = numbers[i]->number, .use = phones[i].use, .language = engine.settings.language};
    row->usual_name = texts::kDefaultPhoneName;
  }
  return all;
}

}  // namespace

std::expected<ImportReply, RequestError> import_factors(Engine& engine, const Asker& asker,
                                                        const ImportRequest& request) {
  if (!may(asker.caller.uid, Verb::import_factors))
    return std::unexpected(refused("Only root may import second factors.", "Run it with sudo."));
  const auto* const source = std::ranges::find(kSources, request.source, &Source::name);
  if (source == kSources.end() || request.rows.size() > kMostImportRows)
    return std::unexpected(RequestError{.kind = RequestError::Kind::usage, .text = "Unknown request.", .hint = {}});
  ImportReply reply;
  std::vector<std::optional<Ready>> rows = ready_rows(engine, request.rows, reply);
  const UnixTime now = engine.clock.now();
  std::expected<void, StoreError> done;
  std::size_t first = 0;
  for (; first < rows.size(); first += kRowsAtOnce) {
    const std::size_t end = std::min(first + kRowsAtOnce, rows.size());
    const auto work = [&](Transaction& tx) {
      for (std::size_t i = first; i < end; ++i) {
        if (!rows[i]) continue;
        reply.rows[i] = request.only_tries ? settled(tx, *rows[i], source->reason).end.value_or(ImportReply::Row{})
                                           : add(tx, engine, now, source->reason, *rows[i]);
      }
    };
    done = request.only_tries ? engine.store.read(work) : engine.store.write(work);
    if (!done) break;
  }
  wipe_all(rows);
  if (done) return reply;
  reply.stopped = store_failed(engine, asker, done.error());
  if (first == 0) return std::unexpected(*reply.stopped);
  reply.rows.resize(first);
  return reply;
}

}  // namespace mfa
