// Machine code, where it may be made and where it may not.
#include "milter/jit_check.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>

namespace thresh::milter {
namespace {

TEST(JitCheck, WorksHere) {
  const auto checked = check_jit();
  EXPECT_TRUE(checked) << checked.error().text();
}

// As systemd's MemoryDenyWriteExecute does it (Linux 6.3 and later; prctl(2), PR_SET_MDWE).
constexpr int set_mdwe = 65;
constexpr unsigned long refuse_exec_gain = 1;
constexpr int not_supported = 42;

int check_without_machine_code() {
  if (::prctl(set_mdwe, refuse_exec_gain, 0, 0, 0) != 0) {
    std::fputs("not supported", stderr);
    return not_supported;
  }
  const auto checked = check_jit();
  std::fputs(checked ? "no error" : checked.error().text().c_str(), stderr);
  return checked ? 1 : 0;
}

TEST(JitCheckDeathTest, NamesTheSettingThatForbidsIt) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(
      ::_exit(check_without_machine_code()),
      [](int status) {
        return WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == not_supported);
      },
      "PCRE2 cannot make machine code: .*MemoryDenyWriteExecute=no|not supported");
}

}  // namespace
}  // namespace thresh::milter
