#include "common/flows/choose_language.h"

#include <fmt/format.h>

#include <utility>

#include "common/flows/identity.h"
#include "common/flows/step_up.h"
#include "common/flows/texts.h"

namespace mfa {
namespace {

using Result = std::expected<LanguageReply, RequestError>;

RequestError no_such_language() {
  std::string there;
  for (const Language& language : languages())
    there += fmt::format("{}{} ({})", there.empty() ? "" : ", ", language.tag, language.name);
  return refused(say("There are no texts in that language. There are: {}.", there), "mfa-enroll language TAG");
}

LanguageReply reply_of(const Settings& settings, const std::optional<Person>& person) {
  const Language* const language = language_named(language_of(settings, person));
  return {.language = language == nullptr ? std::string(kEnglish) : language->tag,
          .chosen = person && !person->language.empty(),
          .changed = false,
          .offered = languages()};
}

// What goes to their phones is in it, too.
void save_language(Transaction& tx, Person& person, const std::string& tag) {
  person.language = tag;
  tx.save(person);
  for (Factor& factor : tx.factors(person.id)) {
    auto* phone = std::get_if<PhoneFactor>(&factor.detail);
    if (phone == nullptr || phone->language == tag) continue;
    phone->language = tag;
    tx.save_factor(person.id, factor);
  }
}

}  // namespace

Result choose_language(Engine& engine, const Asker& asker, const std::string& tag) {
  const auto account = who_asks(engine, asker);
  if (!account) return std::unexpected(account.error());
  const Language* const wanted = tag.empty() ? nullptr : language_named(tag);
  if (!tag.empty() && wanted == nullptr) return std::unexpected(no_such_language());

  const UnixTime now = engine.clock.now();
  const auto act = [&](Transaction& tx) -> Result {
    Found found = find_person(tx, *account);
    if (found.mismatch) return std::unexpected(refused(texts::other_person(engine.settings)));
    if (wanted == nullptr || (found.person && found.person->language == wanted->tag))
      return reply_of(engine.settings, found.person);
    if (!found.person) found.person = tx.add_person(account->name, account->uid, now);
    save_language(tx, *found.person, wanted->tag);
    LanguageReply reply = reply_of(engine.settings, found.person);
    reply.changed = true;
    return reply;
  };
  auto result = wanted == nullptr ? reading(engine.store, act) : writing(engine.store, act);
  if (!result) return std::unexpected(store_failed(engine, asker, result.error()));
  return *std::move(result);
}

const std::string& language_of(const Settings& settings, const std::optional<Person>& person) {
  return person && !person->language.empty() ? person->language : settings.language;
}

std::string language_of(Engine& engine, Caller caller) {
  const auto account = identify(engine.accounts, caller.uid);
  if (!account) return engine.settings.language;
  const auto person = reading(engine.store, [&](Transaction& tx) { return find_person(tx, *account).person; });
  return language_of(engine.settings, person.value_or(std::nullopt));
}

}  // namespace mfa
