// Draws for qr_decode.py: qr_rows LOOK QUIET_ZONE reads a line from standard input and prints the picture's rows.
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "common/qr/qr_text.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string_view name = argv[1];
  mfa::QrLook look{};
  if (name == "blocks") {
    look = mfa::QrLook::blocks;
  } else if (name == "blocks_inverted") {
    look = mfa::QrLook::blocks_inverted;
  } else if (name == "ascii") {
    look = mfa::QrLook::ascii;
  } else if (name == "ascii_inverted") {
    look = mfa::QrLook::ascii_inverted;
  } else {
    return 2;
  }
  std::string text;
  if (!std::getline(std::cin, text)) return 2;
  const auto picture = mfa::qr_text(text, look, static_cast<int>(std::strtol(argv[2], nullptr, 10)));
  if (!picture) return 1;
  for (const std::string& row : picture->rows) std::cout << row << '\n';
  return 0;
}
