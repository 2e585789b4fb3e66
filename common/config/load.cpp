// The files of the configuration. Each is opened once, and what is checked is what was opened: only its owner could
// change it between the check and the reading, and the owner may.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "common/config/configuration.h"

namespace mfa {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

class Loader {
 public:
  explicit Loader(Uid owner) : owner_(owner) {}

  Configuration load(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
    check_folder(folder);
    add_text(path);
    for (const std::string& name : names_in(folder + "/conf.d")) add_text(name);
    if (texts_.empty()) return std::unexpected(std::move(errors_));
    Configuration read = read_configuration(texts_);
    if (!read) std::ranges::move(read.error(), std::back_inserter(errors_));
    if (!errors_.empty()) return std::unexpected(std::move(errors_));
    return read;
  }

  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    names.reserve(texts_.size());
    for (const ConfigurationText& text : texts_) names.push_back(text.file);
    return names;
  }

 private:
  void wrong(const std::string& file, std::string text) {
    errors_.push_back({.file = file, .line = 0, .column = 0, .text = std::move(text)});
  }
  void wrong(const std::string& file, std::string_view act, int error) {
    wrong(file, fmt::format("cannot be {}: {}", act, strerrordesc_np(error)));
  }

  // Whoever may write here decides who gets in. In a sticky folder others may add names, but not take ours away.
  bool belongs_to_owner(const std::string& file, const struct stat& found) {
    const bool sticky_folder = S_ISDIR(found.st_mode) && (found.st_mode & S_ISVTX) != 0;
    if (found.st_uid != owner_.value) {
      wrong(file, fmt::format("must belong to {}, not to uid {}",
                              owner_.value == 0 ? "root" : fmt::format("uid {}", owner_.value), found.st_uid));
      return false;
    }
    if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky_folder) {
      wrong(file, "must not be writable by its group or by others: chmod go-w");
      return false;
    }
    return true;
  }

  void check_folder(const std::string& folder) {
    struct stat found{};
    if (stat(folder.c_str(), &found) != 0) {
      wrong(folder, "read", errno);
    } else {
      belongs_to_owner(folder, found);
    }
  }

  void add_text(const std::string& file) {
    // Without O_NONBLOCK a FIFO would make us wait for a writer.
    const Descriptor opened(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat found{};
    if (opened.get() < 0 || fstat(opened.get(), &found) != 0) {
      wrong(file, "read", errno);
    } else if (!S_ISREG(found.st_mode)) {
      wrong(file, "is not a regular file");
    } else if (belongs_to_owner(file, found)) {
      if (std::optional<std::string> contents = contents_of(file, opened.get())) {
        texts_.push_back({.file = file, .contents = std::move(*contents)});
      }
    }
  }

  std::optional<std::string> contents_of(const std::string& file, int descriptor) {
    std::string contents;
    std::array<char, 16384> piece{};
    while (true) {
      const ssize_t got = read(descriptor, piece.data(), piece.size());
      if (got == 0) return contents;
      if (got < 0) {
        if (errno == EINTR) continue;
        wrong(file, "read", errno);
        return std::nullopt;
      }
      contents.append(piece.data(), static_cast<std::size_t>(got));
      if (contents.size() > kLargestConfigurationFile) {
        wrong(file, fmt::format("is larger than {} bytes", kLargestConfigurationFile));
        return std::nullopt;
      }
    }
  }

  // The paths of the files that count in `folder`, by name.
  std::vector<std::string> names_in(const std::string& folder) {
    Descriptor opened(open(folder.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY));
    if (opened.get() < 0) {
      if (errno != ENOENT) wrong(folder, "read", errno);
      return {};
    }
    struct stat found{};
    if (fstat(opened.get(), &found) != 0) {
      wrong(folder, "read", errno);
      return {};
    }
    if (!belongs_to_owner(folder, found)) return {};

    const std::unique_ptr<DIR, int (*)(DIR*)> listing(fdopendir(opened.get()), closedir);
    if (!listing) {
      wrong(folder, "read", errno);
      return {};
    }
    (void)opened.release();  // now the listing's
    std::vector<std::string> paths;
    errno = 0;
    while (const dirent* entry = readdir(listing.get())) {
      const std::string_view name = entry->d_name;
      if (!name.starts_with('.') && name.ends_with(".toml")) paths.push_back(fmt::format("{}/{}", folder, name));
      if (paths.size() > kMostConfigurationFiles) {
        wrong(folder, fmt::format("holds more than {} files", kMostConfigurationFiles));
        return {};
      }
      errno = 0;
    }
    if (errno != 0) {
      wrong(folder, "read", errno);
      return {};
    }
    std::ranges::sort(paths);
    return paths;
  }

  Uid owner_;
  std::vector<ConfigurationText> texts_;
  std::vector<ConfigurationError> errors_;
};

}  // namespace

LoadedConfiguration load_configuration_files(const std::string& path, Uid owner) {
  try {
    Loader loader(owner);
    Configuration configuration = loader.load(path);
    return {.configuration = std::move(configuration), .files = loader.files()};
  } catch (const std::exception& error) {
    return {.configuration = std::unexpected(
                std::vector<ConfigurationError>{{.file = path, .line = 0, .column = 0, .text = error.what()}}),
            .files = {}};
  }
}

Configuration load_configuration(const std::string& path, Uid owner) {
  return load_configuration_files(path, owner).configuration;
}

}  // namespace mfa
