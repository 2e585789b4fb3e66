// A file in the making beside the store: under a name of its own, locked as long as its maker lives, gone with it
// unless it was named for good. What a maker that was killed left behind is swept up by the next one.
//
// Once it has taken the place of a store nothing here touches it any more: closing it would drop the locks that this
// process has on it by then (connection.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mfa {

class NewFile {
 public:
  // "mfa.db" is made as "mfa.db.new-<16 hex digits>" with `kind` "new"; mode 0600. Sweeps up first. Throws
  // StoreFailure.
  NewFile(const std::string& beside, std::string_view kind);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  [[nodiscard]] const std::string& name() const { return name_; }
  void append(std::span<const std::uint8_t> bytes);
  void overwrite(std::int64_t at, std::span<const std::uint8_t> bytes);
  // Reads on from where the last one ended; 0 at the end.
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> into);
  [[nodiscard]] std::int64_t size() const;
  void sync() const;

  void forget_name();                               // nobody finds it any more
  void appear_as(const std::string& path) const;    // never replaces anything
  void take_the_place_of(const std::string& path);  // nothing else can be done with it then

 private:
  void let_go() noexcept;

  std::string name_;      // empty: it has none any more, or its own for good
  std::string own_name_;  // without its folder, as long as nobody here may open it
  int descriptor_ = -1;
  std::int64_t read_ = 0;
};

void sync_folder_of(const std::string& path);

}  // namespace mfa
