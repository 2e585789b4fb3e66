// The files of google-authenticator, one of each person's: where they lie, and reading them many side by side.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/import/google_authenticator.h"
#include "cli/import/importer.h"
#include "cli/import/people.h"
#include "cli/import/secret_file.h"
#include "cli/import/wiped_text.h"

namespace mfa::cli {

inline constexpr std::string_view kUsualSecretFile = ".google_authenticator";
inline constexpr std::size_t kSecretFilesAtOnce = 8;  // that are read side by side
inline constexpr std::uint64_t kMostThatHang = 64;    // one after the other, after which no more are tried: 40 s

struct SecretPlace {
  ListedAccount person;
  FileOf file;
};

// In the home of everybody who may log in and has one of their own; nobody twice. `file`: where in a home.
[[nodiscard]] Outcome<std::vector<SecretPlace>> all_homes(People& people, const std::string& file);
// In the homes of these. Who has none is refused.
[[nodiscard]] Outcome<std::vector<SecretPlace>> homes_of(const std::vector<std::string>& names, People& people,
                                                         const std::string& file, Importer& importer);
// One file: of a home, by its name, and so its owner's; or called after its user. Or all of a folder, each called after
// its user: a file, which may be theirs or root's, or a folder of either with the file in it. Whoever gives a folder
// vouches for it.
[[nodiscard]] Outcome<std::vector<SecretPlace>> places_at(const std::string& path, People& people,
                                                          const std::string& file, Importer& importer);

// Reads as many as kSecretFilesAtOnce at a time, in their order. What was read before a failure is sent all the same.
class SecretFiles {
 public:
  // `wanted`: who has no such file is refused, not only counted.
  SecretFiles(Importer& importer, bool wanted, StartReading start)
      : importer_(importer), wanted_(wanted), start_(std::move(start)) {}

  [[nodiscard]] Outcome<void> add(SecretPlace place);
  [[nodiscard]] Outcome<void> finish();

 private:
  struct UnderWay {
    SecretPlace place;
    std::unique_ptr<FileReading> reading;
  };

  [[nodiscard]] Outcome<void> take();
  [[nodiscard]] std::expected<void, Unread> read(UnderWay& one);
  [[nodiscard]] Outcome<void> take_text(const ListedAccount& person);

  Importer& importer_;
  bool wanted_;
  StartReading start_;
  std::deque<UnderWay> under_way_;
  WipedText text_{std::size_t{2} * kLongestSecretFile};
  std::uint64_t files_ = 0;
  std::uint64_t hung_ = 0;  // one after the other
};

// As one of another person's is read, in a process.
[[nodiscard]] std::unique_ptr<FileReading> start_reading(const FileOf& file);

}  // namespace mfa::cli
