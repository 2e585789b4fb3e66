#include "common/qr/qr_text.h"

#include <qrencode.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace mfa {
namespace {

constexpr std::string_view kBothHalves = "\u2588";
constexpr std::string_view kUpperHalf = "\u2580";
constexpr std::string_view kLowerHalf = "\u2584";
constexpr std::size_t kLongestCell = 3;  // bytes, of a half block in UTF-8

struct WipeAndFree {
  void operator()(QRcode* code) const {
    explicit_bzero(code->data, static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width));
    QRcode_free(code);
  }
};
using Code = std::unique_ptr<QRcode, WipeAndFree>;

std::expected<Code, QrError> encoded(std::string_view text) {
  if (text.empty() || text.contains('\0')) return std::unexpected(QrError::unusable_text);
  std::string terminated(text);
  // Mixed modes: upper case and digits, as base32 is, take less room, and save a version on most of our URIs.
  Code code(QRcode_encodeString(terminated.c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1));
  const int error = errno;
  explicit_bzero(terminated.data(), terminated.size());
  if (code == nullptr) return std::unexpected(error == ERANGE ? QrError::too_long : QrError::no_memory);
  return code;
}

bool is_ascii(QrLook look) { return look == QrLook::ascii || look == QrLook::ascii_inverted; }

// The code within its quiet zone, in modules, and which of them a terminal paints with ink.
class Canvas {
 public:
  Canvas(const QRcode& code, QrLook look, int quiet_zone)
      : code_(code), quiet_zone_(quiet_zone), ink_is_light_(look == QrLook::blocks || look == QrLook::ascii) {}

  [[nodiscard]] int size() const { return code_.width + 2 * quiet_zone_; }
  [[nodiscard]] bool ink(int row, int column) const { return dark(row, column) != ink_is_light_; }

 private:
  [[nodiscard]] bool dark(int row, int column) const {
    row -= quiet_zone_;
    column -= quiet_zone_;
    if (row < 0 || column < 0 || row >= code_.width || column >= code_.width) return false;
    return (code_.data[row * code_.width + column] & 1U) != 0;  // the lowest bit: black (qrencode.h)
  }

  const QRcode& code_;
  int quiet_zone_;
  bool ink_is_light_;
};

// One row, with room for its widest form from the start: a string that grows leaves copies of itself behind.
std::string& add_row(QrPicture& picture) {
  std::string& row = picture.rows.emplace_back();
  row.reserve(static_cast<std::size_t>(picture.columns) * kLongestCell);
  return row;
}

void draw_blocks(const Canvas& canvas, QrPicture& picture) {
  picture.columns = canvas.size();
  for (int top = 0; top < canvas.size(); top += 2) {
    std::string& row = add_row(picture);
    for (int column = 0; column < canvas.size(); ++column) {
      const bool upper = canvas.ink(top, column);
      const bool lower = canvas.ink(top + 1, column);
      if (upper && lower) row += kBothHalves;
      if (upper && !lower) row += kUpperHalf;
      if (!upper && lower) row += kLowerHalf;
      if (!upper && !lower) row += ' ';
    }
  }
}

void draw_ascii(const Canvas& canvas, QrPicture& picture) {
  picture.columns = 2 * canvas.size();
  for (int line = 0; line < canvas.size(); ++line) {
    std::string& row = add_row(picture);
    for (int column = 0; column < canvas.size(); ++column) row.append(2, canvas.ink(line, column) ? '#' : ' ');
  }
}

}  // namespace

QrPicture::QrPicture(QrPicture&& other) noexcept
    : rows(std::exchange(other.rows, {})), columns(std::exchange(other.columns, 0)) {}

QrPicture::~QrPicture() {
  for (std::string& row : rows) explicit_bzero(row.data(), row.size());
}

std::expected<QrPicture, QrError> qr_text(std::string_view text, QrLook look, int quiet_zone) {
  const auto code = encoded(text);
  if (!code) return std::unexpected(code.error());
  const Canvas canvas(**code, look, std::clamp(quiet_zone, 0, kWidestQuietZone));
  QrPicture picture;
  picture.rows.reserve(static_cast<std::size_t>(canvas.size()));
  if (is_ascii(look)) {
    draw_ascii(canvas, picture);
  } else {
    draw_blocks(canvas, picture);
  }
  return picture;
}

std::expected<std::optional<QrFit>, QrError> qr_fit(std::string_view text, std::span<const QrLook> looks, int columns,
                                                    int rows) {
  const auto code = encoded(text);
  if (!code) return std::unexpected(code.error());
  for (const QrLook look : looks) {
    for (int quiet_zone = kWidestQuietZone; quiet_zone >= 1; --quiet_zone) {
      const int size = Canvas(**code, look, quiet_zone).size();
      const bool fits =
          is_ascii(look) ? 2 * size <= columns && size <= rows : size <= columns && (size + 1) / 2 <= rows;
      if (fits) return QrFit{look, quiet_zone};
    }
  }
  return std::nullopt;
}

}  // namespace mfa
