// What a person hands over in a file or on standard input: never more of it than a limit, never waited for for ever.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "cli/descriptor.h"
#include "cli/outcome.h"

namespace mfa::cli {

inline constexpr std::chrono::seconds kInputLimit{120};  // for each line or piece, as for an answer

enum class NoInput : std::uint8_t { failed, too_long, too_late };
// `place`: the file's name, or "standard input".
[[nodiscard]] Failure failure_of(NoInput why, std::string_view place);

// A file or a pipe to read from; of a folder, a missing or a forbidden one, why not.
[[nodiscard]] Outcome<Descriptor> open_input(const std::string& path);

// What there is, `most` bytes at most, waited for until then; 0 at the end.
[[nodiscard]] std::expected<std::size_t, NoInput> read_some(int fd, char* bytes, std::size_t most,
                                                            std::chrono::steady_clock::time_point deadline);
// One line of at most `longest` bytes, without its line feed; nothing at the end. Not a byte beyond the line is taken:
// what follows is left for the next reader.
[[nodiscard]] std::expected<std::optional<std::string>, NoInput> read_line(int fd, std::size_t longest);
// Everything, if it is at most `most` bytes.
[[nodiscard]] std::expected<std::string, NoInput> read_all(int fd, std::size_t most);

}  // namespace mfa::cli
