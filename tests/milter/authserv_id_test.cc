#include "milter/authserv_id.h"

#include <gtest/gtest.h>

namespace thresh::milter {
namespace {

struct Case {
  const char* value;
  const char* id;  // null: none
};

class AuthservId : public testing::TestWithParam<Case> {};

TEST_P(AuthservId, IsFound) {
  const auto id = authserv_id_of(GetParam().value);
  if (GetParam().id == nullptr)
    EXPECT_FALSE(id) << *id;
  else
    EXPECT_EQ(id, GetParam().id);
}

// RFC 8601 appendix B and section 2.2; the rest is what a forger would try.
INSTANTIATE_TEST_SUITE_P(
    Rfc8601, AuthservId,
    testing::Values(Case{" example.org 1; none", "example.org"},
                    Case{" example.com;\n\tspf=pass smtp.mailfrom=example.net", "example.com"},
                    Case{" foo.example.net (foobar) 1 (baz);\n dkim (Because I like it) / 1 (One yay) = pass",
                         "foo.example.net"},
                    Case{" (comment) example.org; none", "example.org"},
                    Case{" (a (nested \\) one)) EXAMPLE.Org ; none", "example.org"},
                    Case{"\n\t\"example.org\"; none", "example.org"},
                    Case{" \"exam\\ple.org\" 1; none", "example.org"}, Case{"example.org", "example.org"},
                    Case{" example.org.; none", "example.org"}, Case{" example.org(x);", "example.org"},
                    Case{" m\xc3\xbcnchen.example; none", "m\xc3\xbcnchen.example"}, Case{"", nullptr},
                    Case{" ; none", nullptr}, Case{" (never closed example.org; none", nullptr},
                    Case{" (closed \\", nullptr}));

}  // namespace
}  // namespace thresh::milter
