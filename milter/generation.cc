#include "milter/generation.h"

namespace thresh::milter {

Result<std::shared_ptr<const Generation>> Generation::make(Settings settings,
                                                           std::unique_ptr<const Scanner> scanner) {
  const double set = settings.number("scan.required_score");
  const double required = set > 0 ? set : scanner->rules().required_score();
  const MessageSettings& message = scanner->message_settings();
  auto policy = Policy::make(settings, required,
                             message.trusted_networks_configured ? message.trusted_networks : IpNetworks());
  if (!policy) return std::unexpected(policy.error());
  const auto max_message = static_cast<std::size_t>(settings.integer("scan.max_full_size"));
  const auto deadline = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(settings.number("milter.deadline")));
  return std::make_shared<const Generation>(
      Generation{std::move(settings), std::move(scanner), std::move(*policy), max_message, deadline});
}

}  // namespace thresh::milter
