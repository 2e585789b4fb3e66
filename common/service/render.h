// Replies as JSON, exactly as product.md says (What `--json` says): times in RFC 3339 UTC, what does not apply left
// out. Secrets appear where they are told once, and only there.
#pragma once

#include <string>
#include <vector>

#include "common/domain/moment.h"
#include "common/flows/asking.h"
#include "common/flows/audit.h"
#include "common/flows/check.h"
#include "common/flows/choose_language.h"
#include "common/flows/devices.h"
#include "common/flows/enrolment_codes.h"
#include "common/flows/foresee.h"
#include "common/flows/hand_over.h"
#include "common/flows/helpdesk_acts.h"
#include "common/flows/helpdesk_grants.h"
#include "common/flows/helpdesk_identify.h"
#include "common/flows/helpdesk_show.h"
#include "common/flows/history.h"
#include "common/flows/import.h"
#include "common/flows/own_data.h"
#include "common/flows/phones.h"
#include "common/flows/privacy.h"
#include "common/flows/purge.h"
#include "common/flows/reporting.h"
#include "common/flows/requests.h"
#include "common/flows/stats.h"
#include "common/json/wiped_text.h"

namespace mfa {

[[nodiscard]] WipedText to_json(const StatusReply& reply);
[[nodiscard]] WipedText to_json(const EnrolledReply& reply);
[[nodiscard]] WipedText to_json(const FactorReply& reply);
[[nodiscard]] WipedText to_json(const RegisteredReply& reply);
[[nodiscard]] WipedText to_json(const SentReply& reply);
[[nodiscard]] WipedText to_json(const DevicesReply& reply);
[[nodiscard]] WipedText to_json(const NewPasswordReply& reply);
[[nodiscard]] WipedText to_json(const CodesReply& reply);
[[nodiscard]] WipedText to_json(const ImportReply& reply);
[[nodiscard]] WipedText to_json(const ShownReply& reply);
[[nodiscard]] WipedText to_json(const UnlockReply& reply);
[[nodiscard]] WipedText to_json(const ResetReply& reply);
[[nodiscard]] WipedText to_json(const BypassReply& reply);
[[nodiscard]] WipedText to_json(const IdentifiedReply& reply);
[[nodiscard]] WipedText to_json(const JourneyReply& reply);
[[nodiscard]] WipedText to_json(const ExemptReply& reply);
[[nodiscard]] WipedText to_json(const HistoryReply& reply);
[[nodiscard]] WipedText to_json(const AuditReply& reply);
[[nodiscard]] WipedText to_json(const TrailVerdict& verdict);
[[nodiscard]] WipedText to_json(const HeadsReply& reply);
[[nodiscard]] WipedText to_json(const std::vector<LineOrigin>& lines);
[[nodiscard]] WipedText to_json(const PurgeReply& reply);
[[nodiscard]] WipedText to_json(const ReportReply& reply);
[[nodiscard]] WipedText to_json(const AskingReply& reply);
[[nodiscard]] WipedText to_json(const LanguageReply& reply);
[[nodiscard]] WipedText to_json(const RenamedReply& reply);
[[nodiscard]] WipedText to_json(const RetiredReply& reply);
[[nodiscard]] WipedText to_json(const KeyRotation& reply);
[[nodiscard]] WipedText to_json(const StatsReply& reply);
[[nodiscard]] WipedText to_json(const CopyFacts& reply);
[[nodiscard]] WipedText to_json(const Restored& reply);
[[nodiscard]] WipedText to_json(const PrivacyReply& reply);
[[nodiscard]] WipedText to_json(const OwnDataReply& reply);
[[nodiscard]] WipedText to_json(const ExplainReply& reply);
[[nodiscard]] WipedText to_json(const ForecastReply& reply);
// As mfad --check tells of all the rest: {"checks":[{"name","ok","detail","mend"}]}.
[[nodiscard]] WipedText to_json(const CheckReply& reply);
[[nodiscard]] WipedText codes_to_json(const std::vector<std::string>& codes);

}  // namespace mfa
