// Writes one JSON value (RFC 8259) from left to right. What is written may be told once only, so that the text wipes
// what it leaves behind; that is also why no JSON library builds it.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/json/wiped_text.h"

namespace mfa {

class JsonWriter {
 public:
  JsonWriter() { text_.reserve(512); }

  JsonWriter& open_object() { return open('{'); }
  JsonWriter& close_object() { return close('}'); }
  JsonWriter& open_array() { return open('['); }
  JsonWriter& close_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  // Invalid UTF-8 comes out as U+FFFD, a byte each.
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag);
  JsonWriter& value(std::int64_t number);
  template <class Value>
  JsonWriter& member(std::string_view name, const Value& what) {
    return key(name).value(what);
  }

  [[nodiscard]] const WipedText& text() const { return text_; }
  [[nodiscard]] WipedText take() { return std::move(text_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();
  void quote(std::string_view text);

  WipedText text_;
  bool first_ = true;  // nothing stands before the next value in its object or array
};

}  // namespace mfa
