// Whatever a backup ends with: without the key nothing is a proof, and it is refused in one of three ways.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/store/backup_proof.h"
#include "common/store/failure.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

const mfa::KeyRing& keys() {
  static const mfa::KeyRing ring = mfa::KeyRing::parse(mfa::KeyRing::generate().value()).value();
  return ring;
}

bool passes(std::string_view line, const mfa::Digest& all_before) {
  try {
    mfa::check_backup_proof(keys(), line, all_before);
    return true;
  } catch (const mfa::StoreFailure& failure) {
    require(failure.error() == mfa::StoreError::damaged || failure.error() == mfa::StoreError::too_new ||
            failure.error() == mfa::StoreError::wrong_key);
    return false;
  }
}

}  // namespace

// The first byte says where the bytes stand: instead of a proof, or over a good one from some place on.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const mfa::Digest all_before{bytes[0]};
  require(!passes(text, all_before));
  const std::string good = mfa::backup_proof(keys(), all_before);
  require(good.size() == mfa::kBackupProofSize && passes(good, all_before));
  std::string changed = good;
  changed.replace(bytes[0] % good.size(), text.size(), text);
  require(changed == good || !passes(changed, all_before));
  return 0;
}
