// What the service manager is told (sd_notify(3)); nothing at all where there is none. All safe from several
// threads.
//
//   notify_ready("scanning with 1411 rules")       Type=notify or notify-reload: started, or reloaded
//   notify_reloading()                             a reload begins; notify_ready() ends it, also where it was
//   refused notify_status(…)                               one line for `systemctl status` notify_stopping()
#pragma once

#include <string_view>

namespace thresh::milter {

// Line ends in `status` become spaces, so that nothing else is said with it.
void notify_ready(std::string_view status);
void notify_reloading();
void notify_status(std::string_view status);
void notify_stopping();
// WATCHDOG=1: we live. Watchdog sends it.
void notify_alive();

}  // namespace thresh::milter
