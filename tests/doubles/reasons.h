// The reasons of events are words that mfad(8) explains: what a test leaves behind is held against the page's list.
#pragma once

#include <vector>

#include "common/domain/event.h"

namespace mfa::doubles {

void expect_reasons_of_the_manual(const std::vector<Event>& events);

}  // namespace mfa::doubles
