#include "common/flows/foresee.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "common/flows/assess.h"
#include "common/flows/devices.h"
#include "common/flows/step_up.h"

namespace mfa {
namespace {

constexpr std::string_view kFingerprint = "SHA256:";

std::optional<Origin> parse_place(const std::string& text) {
  if (text.empty() || text == "unknown") return UnknownPlace{};
  if (text == "console") return Console{};
  if (const auto address = parse_address(text)) return *address;
  return std::nullopt;
}

RequestError wrong_option(std::string text, std::string hint) {
  return {.kind = RequestError::Kind::usage, .text = std::move(text), .hint = std::move(hint)};
}

// As the login would show it, a password included: a stack that asks for none is explained too strictly, if at all.
std::expected<LoginView, RequestError> view_of_request(Engine& engine, const ExplainRequest& request,
                                                       const Account& account) {
  const auto place = parse_place(request.from);
  if (!place)
    return std::unexpected(wrong_option(fmt::format("\"{}\" is no place a login comes from.", request.from),
                                        "Give --from an address, console or unknown."));
  if (!request.key.empty() && !request.key.starts_with(kFingerprint))
    return std::unexpected(wrong_option(fmt::format("\"{}\" is no fingerprint of an SSH key.", request.key),
                                        "See it with: ssh-keygen -lf FILE"));
  LoginView view = usual_view(engine, account);
  if (!request.service.empty()) view.policy.service = request.service;
  view.policy.origin = *place;
  view.policy.country = country_of(engine, *place);
  view.policy.now = request.at.value_or(engine.clock.now());
  if (!request.key.empty()) {
    // Whether it is a registered security key, the store says; any other counts as a plain key.
    view.policy.first_factor = FirstFactor::publickey_sk;
    view.policy.key = request.key;
  }
  view.device = device_at(view.policy.service, *place, view.policy.key, engine.settings.shared);
  return view;
}

struct Told {
  Outcome decision;
  std::string_view reason;
};

Told told(const Assessment& assessed) {
  switch (assessed.way) {
    case Way::skip:
      return {Outcome::skip, name_of(assessed.decision.reason)};
    case Way::trusted:
      return {Outcome::skip, assessed.trust.burst ? "burst" : "trusted"};
    case Way::key:
      return {Outcome::skip, "security_key"};
    case Way::code:
      return {Outcome::require, name_of(assessed.decision.reason)};
    case Way::enrol:
      if (assessed.enrol == EnrolWay::with_code) return {Outcome::enrol, "enrolment_code"};
      return {assessed.enrol == EnrolWay::now ? Outcome::enrol : Outcome::deny, name_of(assessed.decision.reason)};
    case Way::mismatch:
      return {Outcome::deny, "identity_mismatch"};
    case Way::alias:
      return {Outcome::deny, "alias"};
    case Way::locked:
      return {Outcome::deny, "locked"};
    case Way::unknown:
    case Way::deny:
      break;
  }
  return {Outcome::deny, name_of(assessed.decision.reason)};
}

// Whose device trust holds for, as far as can be told without a login from it.
bool has_device(const Assessment& assessed, UnixTime at) { return !devices_of(assessed.record.trusts, at).empty(); }

// Whether an enrolment is all that is missing, and the code for it was handed over.
std::expected<bool, StoreError> holds_enrolment_code(Engine& engine, const Assessment& assessed, UnixTime at) {
  if (assessed.way != Way::enrol || assessed.enrol != EnrolWay::with_code || !assessed.record.person) return false;
  return reading(engine.store, [&](Transaction& tx) {
    const auto until = tx.enrolment_code_until(assessed.record.person->id);
    return until && at < *until;
  });
}

void count(ForecastReply& reply, const Assessment& assessed, UnixTime at, bool holds_code) {
  switch (assessed.way) {
    case Way::skip:
    case Way::key:
      ++reply.skipped;
      return;
    case Way::trusted:
    case Way::code:
    case Way::locked:  // passes by itself
      ++(has_device(assessed, at) ? reply.trusted : reply.asked);
      return;
    case Way::enrol:
      ++(assessed.enrol == EnrolWay::now || holds_code ? reply.enrol : reply.locked_out);
      return;
    case Way::deny:
    case Way::mismatch:
    case Way::alias:
    case Way::unknown:
      break;
  }
  ++reply.locked_out;
}

std::optional<std::uint32_t> number_of(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Nothing: it is a name.
std::optional<Account> listed_account(std::string_view user) {
  const auto group = user.rfind('/');
  if (group == std::string_view::npos || group == 0) return std::nullopt;
  const auto uid = user.rfind('/', group - 1);
  if (uid == std::string_view::npos || uid == 0) return std::nullopt;
  const auto id = number_of(user.substr(uid + 1, group - uid - 1));
  const auto gid = number_of(user.substr(group + 1));
  if (!id || !gid) return std::nullopt;
  return Account{.name = {std::string(user.substr(0, uid))}, .uid = {*id}, .gid = {*gid}};
}

// One account is what root said of it; all others are looked up.
class ListedAccounts final : public Accounts {
 public:
  explicit ListedAccounts(Accounts& all) : all_(all) {}
  // What is to be looked up: its name.
  std::string is_now(const std::string& user) {
    one_ = listed_account(user);
    return one_ ? one_->name.value : user;
  }
  std::expected<Account, LookupError> by_name(std::string_view name) override {
    return one_ && one_->name.value == name ? *one_ : all_.by_name(name);
  }
  std::expected<Account, LookupError> by_uid(Uid uid) override {
    return one_ && one_->uid == uid ? *one_ : all_.by_uid(uid);
  }
  std::map<std::string, Membership> memberships(const Account& account, const std::set<std::string>& groups) override {
    return all_.memberships(account, groups);
  }

 private:
  Accounts& all_;
  std::optional<Account> one_;
};

}  // namespace

std::expected<ExplainReply, RequestError> explain(Engine& engine, const Asker& asker, const ExplainRequest& request) {
  if (!may(asker.caller.uid, Verb::explain))
    return std::unexpected(refused("Only root may ask about someone else's logins.", "Run it with sudo."));
  const auto account = find_account(engine, request.user);
  if (!account) return std::unexpected(account.error());
  auto view = view_of_request(engine, request, *account);
  if (!view) return std::unexpected(view.error());
  auto assessed = assess(engine, *std::move(view), *account);
  if (!assessed) return std::unexpected(store_failed(engine, asker, assessed.error()));
  const Told result = told(*assessed);
  ExplainReply reply{.user = account->name.value,
                     .decision = result.decision,
                     .rule = assessed->decision.rule,
                     .reason = std::string(result.reason),
                     .trust = assessed->decision.trust,
                     .factors = {},
                     .observed = std::move(assessed->decision.observed)};
  for (const FactorKind kind : assessed->decision.factors) reply.factors.emplace_back(name_of(kind));
  return reply;
}

std::expected<ForecastReply, RequestError> forecast(Engine& asked, const Asker& asker,
                                                    const std::vector<std::string>& users, std::optional<UnixTime> at) {
  if (!may(asker.caller.uid, Verb::forecast))
    return std::unexpected(refused("Only root may ask about everyone's logins.", "Run it with sudo."));
  ListedAccounts accounts(asked.accounts);
  Engine engine{asked.settings, asked.store,    asked.clock,     asked.random,
                accounts,       asked.versions, asked.countries, asked.failed_passwords,
                asked.gateway,  asked.numbers,  asked.journal,   asked.server};
  ForecastReply reply;
  const UnixTime when = at.value_or(engine.clock.now());
  for (const std::string& each : users) {
    const std::string user = accounts.is_now(each);
    ++reply.users;
    const auto account = identify(engine.accounts, user);
    if (!account && account.error() == IdentityError::failed) return std::unexpected(lookup_failed());
    if (!account) {
      ++reply.locked_out;
      reply.who.push_back({.user = user, .decision = Outcome::deny, .reason = "no_such_account"});
      continue;
    }
    const auto view =
        view_of_request(engine, {.user = user, .service = "", .from = "", .key = "", .at = when}, *account);
    if (!view) return std::unexpected(view.error());
    const auto assessed = assess(engine, *view, *account);
    if (!assessed) return std::unexpected(store_failed(engine, asker, assessed.error()));
    const auto holds_code = holds_enrolment_code(engine, *assessed, when);
    if (!holds_code) return std::unexpected(store_failed(engine, asker, holds_code.error()));
    count(reply, *assessed, when, *holds_code);
    Told result = told(*assessed);
    if (*holds_code) result.reason = name_of(assessed->decision.reason);
    reply.who.push_back({.user = user, .decision = result.decision, .reason = std::string(result.reason)});
  }
  return reply;
}

}  // namespace mfa
