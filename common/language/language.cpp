#include "common/language/language.h"

#include <libintl.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <system_error>

namespace mfa {
namespace {

// gettext looks for FOLDER/LOCALE/LC_MESSAGES/DOMAIN.mo: the locale is always this one and the domain is the language.
constexpr const char* kLocale = "C.UTF-8";
constexpr const char* kFolderOfLocale = "C/LC_MESSAGES";
constexpr const char* kOwnName = "English";  // what a catalogue translates this into

std::vector<Language>& known() {
  static std::vector<Language> all{{.tag = std::string(kEnglish), .name = kOwnName}};
  return all;
}

thread_local const Language* speaks = nullptr;  // English

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == '_' ? '-' : c; }

bool same(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

// A text that is asked for comes from a literal, but nothing says that it ends there.
std::string_view looked_up(const Language& language, std::string_view english) {
  const std::string key(english);
  const char* const found = dgettext(language.tag.c_str(), key.c_str());
  return found == key.c_str() ? english : std::string_view(found);
}

}  // namespace

void find_languages(const std::string& folder) {
  auto& all = known();
  all.erase(all.begin() + 1, all.end());
  // gettext would prefer what LANGUAGE names to what it is asked for.
  if (unsetenv("LANGUAGE") != 0 || std::setlocale(LC_MESSAGES, kLocale) == nullptr) return;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder + "/" + kFolderOfLocale, none)) {
    if (entry.path().extension() != ".mo") continue;
    Language language{.tag = entry.path().stem(), .name = {}};
    if (bindtextdomain(language.tag.c_str(), folder.c_str()) == nullptr ||
        bind_textdomain_codeset(language.tag.c_str(), "UTF-8") == nullptr)
      continue;
    language.name = looked_up(language, kOwnName);
    all.push_back(std::move(language));
  }
  std::ranges::sort(all.begin() + 1, all.end(), {}, &Language::tag);
}

void find_languages() { find_languages(MFA_LANGUAGES); }

const std::vector<Language>& languages() { return known(); }

const Language* language_named(std::string_view tag) {
  const auto& all = known();
  for (;;) {
    const auto found = std::ranges::find_if(all, [tag](const Language& one) { return same(one.tag, tag); });
    if (found != all.end()) return &*found;
    const std::size_t shorter = tag.find_last_of("-_");
    if (shorter == std::string_view::npos) return nullptr;
    tag = tag.substr(0, shorter);
  }
}

Speaking::Speaking(std::string_view tag) : before_(speaks) { speak(tag); }

Speaking::~Speaking() { speaks = before_; }

void speak(std::string_view tag) {
  const Language* const wanted = language_named(tag);
  speaks = wanted == nullptr || wanted->tag == kEnglish ? nullptr : wanted;
}

const std::string& spoken() { return speaks == nullptr ? known().front().tag : speaks->tag; }

std::string_view in_words(std::string_view english) {
  return speaks == nullptr || english.empty() ? english : looked_up(*speaks, english);
}

namespace language {

std::string_view translated(fmt::string_view english) { return in_words({english.data(), english.size()}); }

std::string_view translated(fmt::string_view one, fmt::string_view many, std::uint64_t count) {
  const fmt::string_view english = count == 1 ? one : many;
  if (speaks == nullptr) return {english.data(), english.size()};
  const std::string key(one.data(), one.size());
  const std::string key_of_many(many.data(), many.size());
  const char* const found = dngettext(speaks->tag.c_str(), key.c_str(), key_of_many.c_str(), count);
  if (found == key.c_str() || found == key_of_many.c_str()) return {english.data(), english.size()};
  return found;
}

// A catalogue that asks for what is not there says nothing at all: then English does.
void append(std::string& to, fmt::string_view text, fmt::string_view english, fmt::format_args args) {
  const std::size_t before = to.size();
  try {
    fmt::vformat_to(std::back_inserter(to), text, args);
  } catch (const fmt::format_error&) {
    to.resize(before);
    fmt::vformat_to(std::back_inserter(to), english, args);
  }
}

std::string formatted(fmt::string_view text, fmt::string_view english, fmt::format_args args) {
  std::string said;
  append(said, text, english, args);
  return said;
}

}  // namespace language
}  // namespace mfa
