// A text as a QR picture that a terminal can show and a phone can read.
//
// The smallest version at error correction level L: a screen needs no repair, and every row counts on 80x24. The text
// is a key as a rule: our copies of it and the drawn rows are wiped. What libqrencode frees on its way we cannot reach,
// so draw in a process that has the key on its screen anyway.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mfa {

// A scanner wants dark modules on light ground, so what is drawn depends on the colour of the terminal.
enum class QrLook : std::uint8_t {
  blocks,           // UTF-8 half blocks, light ink on a dark terminal; a cell is 1x2 modules
  blocks_inverted,  // the same for dark ink on a light terminal
  ascii,            // '#' and spaces, two cells a module, light ink on a dark terminal
  ascii_inverted,   // the same for dark ink on a light terminal
};

enum class QrError : std::uint8_t {
  unusable_text,  // empty, or with a NUL byte
  too_long,       // no version holds it: 2953 bytes at most, of any kind
  no_memory,
};

// Rows from the top, all of `columns` cells, without line ends. Wiped when it goes.
struct QrPicture {
  QrPicture() = default;
  QrPicture(QrPicture&& other) noexcept;
  QrPicture(const QrPicture&) = delete;
  QrPicture& operator=(const QrPicture&) = delete;
  QrPicture& operator=(QrPicture&&) = delete;
  ~QrPicture();

  std::vector<std::string> rows;
  int columns = 0;
};

inline constexpr int kWidestQuietZone = 4;  // modules; ISO/IEC 18004 asks for 4, phones read 1

// `quiet_zone` is the light margin in modules, held to 0 to kWidestQuietZone. Half blocks have one module more of it at
// the bottom, since a QR code's height is odd.
[[nodiscard]] std::expected<QrPicture, QrError> qr_text(std::string_view text, QrLook look, int quiet_zone);

struct QrFit {
  QrLook look;
  int quiet_zone;  // modules, 1 to kWidestQuietZone
};

// The first of `looks` that fits into so many cells, with the widest quiet zone that does; nothing if none does even
// with one module of it. Take off `rows` what must stay on the screen beside the picture.
[[nodiscard]] std::expected<std::optional<QrFit>, QrError> qr_fit(std::string_view text, std::span<const QrLook> looks,
                                                                  int columns, int rows);

}  // namespace mfa
