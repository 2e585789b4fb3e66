// [phone], from its table to its settings.
#pragma once

#include "common/config/fields.h"
#include "common/domain/settings.h"

namespace mfa {

// All mistakes are added. Whether the default country is one of those listed, only all texts together say.
void read_phone(const Field& field, PhoneSettings& phone);

}  // namespace mfa
