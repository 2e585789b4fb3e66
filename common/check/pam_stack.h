// The stack of one PAM service and type, as libpam puts it together from its files (pam.conf(5)).
//
// Includes are resolved: `include` and Debian's `@include` in place, `substack` a level deeper. What libpam cannot read
// is in the stack as well, since it refuses there. Texts are anybody's: nothing is too long, too deep or too odd for
// it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mfa {

enum class PamType : std::uint8_t { auth, account, password, session };
[[nodiscard]] std::string_view name_of(PamType type);

// What a module returns, in the order of libpam's numbers; the names are those of pam.conf(5).
enum class PamCode : std::uint8_t {
  success,
  open_err,
  symbol_err,
  service_err,
  system_err,
  buf_err,
  perm_denied,
  auth_err,
  cred_insufficient,
  authinfo_unavail,
  user_unknown,
  maxtries,
  new_authtok_reqd,
  acct_expired,
  session_err,
  cred_unavail,
  cred_expired,
  cred_err,
  no_module_data,
  conv_err,
  authtok_err,
  authtok_recover_err,
  authtok_lock_busy,
  authtok_disable_aging,
  try_again,
  ignore,
  abort,
  authtok_expired,
  module_unknown,
  bad_item,
  conv_again,
  incomplete,
};
inline constexpr std::size_t kPamCodes = 32;
[[nodiscard]] std::optional<PamCode> pam_code(std::string_view name);
[[nodiscard]] std::string_view name_of(PamCode code);

struct PamAction {
  enum class Kind : std::uint8_t { ignore, ok, done, bad, die, reset, jump };
  Kind kind = Kind::bad;
  int over = 0;  // of a jump: lines
  bool operator==(const PamAction&) const = default;
};

struct PamControl {
  std::string written;                       // "required", "[success=1 default=ignore]"
  std::array<PamAction, kPamCodes> actions;  // by code
  std::vector<PamCode> named;                // codes that stand in brackets themselves
};
// Nothing if libpam does not understand it. Not for include and substack.
[[nodiscard]] std::optional<PamControl> parse_pam_control(std::string_view written);

struct PamPlace {
  std::string file;
  int line = 0;  // from 1
  auto operator<=>(const PamPlace&) const = default;
};
[[nodiscard]] std::string to_string(const PamPlace& place);  // "/etc/pam.d/sshd:3"

struct PamLine {
  enum class Kind : std::uint8_t {
    module,
    substack,    // the lines of a deeper level that follow are one
    unreadable,  // refuses whenever it is reached
  };
  Kind kind = Kind::module;
  PamPlace at;
  PamControl control;
  std::string path;    // as written
  std::string module;  // its last part without ".so": "pam_unix"
  std::vector<std::string> arguments;
  int level = 0;     // of substacks around it
  std::string what;  // of an unreadable one: what is wrong
  // Lines that include it, outermost first.
  std::vector<PamPlace> through = {};  // NOLINT(readability-redundant-member-init): designated without it
  [[nodiscard]] bool has(std::string_view argument) const;
  // "auth required pam_mfa.so authfail", with another control if one is given.
  [[nodiscard]] std::string text(PamType type, std::string_view other_control = {}) const;
};
using PamStack = std::vector<PamLine>;

struct PamFile {
  std::string path;
  std::string text;
};
// A file of /etc/pam.d by its name, or by its path if it begins with '/'; nothing if there is none.
using PamReader = std::function<std::optional<PamFile>(const std::string& name)>;

// Of a service that has no line of that type, what "other" has.
[[nodiscard]] PamStack read_pam_stack(const std::string& service, PamType type, const PamReader& reader);

// Where `file` has it: itself, or what includes it. Nothing if it comes from elsewhere.
[[nodiscard]] std::optional<PamPlace> place_in(const std::string& file, const PamLine& line);

// The lines of a file that mean anything, continued ones whole; `from` to `to`: where they stand, from 1.
struct PamText {
  int from = 0;
  int to = 0;
  std::string text;  // words with one blank between them
  std::vector<std::string> words;
};
[[nodiscard]] std::vector<PamText> pam_texts(std::string_view text);

// What a line includes, and whether of all types ("@include").
struct PamInclusion {
  std::string file;
  bool substack = false;
  bool all_types = false;
};
[[nodiscard]] std::optional<PamInclusion> inclusion_in(const std::vector<std::string>& words);

// "auth" of "-AUTH"; nothing if it is no type.
[[nodiscard]] std::optional<PamType> type_of(std::string_view word);

// Names of the files that `text` includes, in any way.
[[nodiscard]] std::vector<std::string> included_files(std::string_view text);

}  // namespace mfa
