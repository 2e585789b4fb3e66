// Text that keys pass through: never more than its capacity, never moved, overwritten when it goes. It stays out of
// core files, and of the processes that become other people (secret_file.h): a fork finds noughts there.
#pragma once

#include <string.h>  // explicit_bzero(3)
#include <sys/mman.h>

#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <string_view>

namespace mfa::cli {

class WipedText {
 public:
  explicit WipedText(std::size_t capacity) : bytes_(pages(capacity), Unmap{capacity}), capacity_(capacity) {}
  WipedText(const WipedText&) = delete;
  WipedText& operator=(const WipedText&) = delete;
  WipedText(WipedText&&) = default;
  WipedText& operator=(WipedText&&) = delete;
  ~WipedText() { clear(); }

  // False, and nothing is added, where it would be too much.
  [[nodiscard]] bool add(std::string_view text) {
    if (text.size() > capacity_ - size_) return false;
    text.copy(bytes_.get() + size_, text.size());
    size_ += text.size();
    return true;
  }
  // Room to write to; what was written is then added with grow().
  [[nodiscard]] char* end() { return bytes_.get() + size_; }
  [[nodiscard]] std::size_t room() const { return capacity_ - size_; }
  void grow(std::size_t by) { size_ += by; }
  void clear() {
    if (bytes_) explicit_bzero(bytes_.get(), size_);
    size_ = 0;
  }
  void shrink(std::size_t to) {
    explicit_bzero(bytes_.get() + to, size_ - to);
    size_ = to;
  }
  // Takes away the first `count` bytes.
  void drop_front(std::size_t count) {
    std::char_traits<char>::move(bytes_.get(), bytes_.get() + count, size_ - count);
    explicit_bzero(bytes_.get() + size_ - count, count);
    size_ -= count;
  }
  [[nodiscard]] std::string_view text() const { return {bytes_.get(), size_}; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

 private:
  struct Unmap {
    std::size_t size = 0;
    void operator()(char* bytes) const { munmap(bytes, size); }
  };
  static char* pages(std::size_t size) {
    void* const bytes = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bytes == MAP_FAILED || madvise(bytes, size, MADV_WIPEONFORK) != 0 || madvise(bytes, size, MADV_DONTDUMP) != 0)
      throw std::bad_alloc();
    return static_cast<char*>(bytes);
  }

  std::unique_ptr<char[], Unmap> bytes_;
  std::size_t capacity_;
  std::size_t size_ = 0;
};

}  // namespace mfa::cli
