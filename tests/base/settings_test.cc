#include "engine/base/settings.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace thresh {
namespace {

class SettingsFile : public ::testing::Test {
 protected:
  ~SettingsFile() override { std::filesystem::remove(path_); }
  std::string write(const std::string& text) {
    std::ofstream(path_) << text;
    return path_;
  }
  std::string path_ =
      std::filesystem::temp_directory_path() / ("thresh-settings-" + std::to_string(::getpid()) + ".toml");
};

TEST_F(SettingsFile, DefaultsAreShownWithTheirOrigin) {
  const auto settings = Settings::load({}, {});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->number("scan.reject_score"), 15.0);
  EXPECT_EQ(settings->origin("scan.reject_score"), "default");
}

TEST_F(SettingsFile, FileThenOverride) {
  const std::string path = write("[scan]\nreject_score = 12\nthreads = 3\n");
  const std::vector<std::string> overrides{"scan.threads=4", "cache.directory=/var/tmp/x"};
  const auto settings = Settings::load(path, overrides);
  ASSERT_TRUE(settings) << settings.error().text();
  EXPECT_EQ(settings->number("scan.reject_score"), 12.0);
  EXPECT_EQ(settings->origin("scan.reject_score"), path + ":2");
  EXPECT_EQ(settings->integer("scan.threads"), 4);
  EXPECT_EQ(settings->origin("scan.threads"), "--set");
  EXPECT_EQ(settings->text("cache.directory"), "/var/tmp/x");
}

TEST_F(SettingsFile, UnknownNameIsAnErrorWithItsPlace) {
  const auto settings = Settings::load(write("[scan]\n\nspeed = 9\n"), {});
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().where, path_ + ":3");
  EXPECT_NE(settings.error().what.find("scan.speed"), std::string::npos);
}

TEST_F(SettingsFile, OutOfRangeWrongTypeAndBrokenTomlAreErrors) {
  EXPECT_FALSE(Settings::load(write("[scan]\nthreads = -1\n"), {}));
  EXPECT_FALSE(Settings::load(write("[scan]\nthreads = \"two\"\n"), {}));
  EXPECT_FALSE(Settings::load(write("[rules]\npaths = [1, 2]\n"), {}));
  EXPECT_FALSE(Settings::load(write("[scan\n"), {}));
  const std::vector<std::string> overrides{"threads"};
  EXPECT_FALSE(Settings::load({}, overrides));
}

TEST_F(SettingsFile, ErrorsNameTheFileOrTheOverride) {
  EXPECT_EQ(Settings::load("/nowhere/thresh.toml", {}).error().where, "/nowhere/thresh.toml");
  EXPECT_EQ(
      Settings::load(std::filesystem::temp_directory_path().string(), {}).error().what.find("cannot be read"),
      0U);
  EXPECT_EQ(Settings::load(write("[scan]\nthreads = \n"), {}).error().where, path_ + ":2");
  for (const std::string line :
       {"scan.threads=two", "scan.threads=5000", "scan.nothing=1", "scan.threads=true"}) {
    const std::vector<std::string> overrides{line};
    const auto settings = Settings::load({}, overrides);
    ASSERT_FALSE(settings) << line;
    EXPECT_EQ(settings.error().where, "--set " + line);
  }
}

TEST_F(SettingsFile, SizeIsBounded) {
  const auto settings = Settings::load(write("#" + std::string(1 << 20, 'x')), {});
  ASSERT_FALSE(settings);
  EXPECT_NE(settings.error().what.find("larger"), std::string::npos);
}

TEST_F(SettingsFile, ControlCharactersAreShownAsTomlTakesThem) {
  const std::vector<std::string> overrides{"cache.directory=\"a\\u0001\\n\\\"\""};
  const auto settings = Settings::load({}, overrides);
  ASSERT_TRUE(settings) << settings.error().text();
  EXPECT_EQ(settings->text("cache.directory"), "a\x01\n\"");
  EXPECT_EQ(settings->shown("cache.directory"), "\"a\\u0001\\u000a\\\"\"");
}

TEST_F(SettingsFile, EverySettingHasHelpAndIsShownAsToml) {
  const auto settings = Settings::load({}, {});
  ASSERT_TRUE(settings);
  for (const SettingSpec& spec : setting_specs()) {
    EXPECT_FALSE(spec.help.empty()) << spec.name;
    EXPECT_FALSE(settings->shown(spec.name).empty()) << spec.name;
  }
}

}  // namespace
}  // namespace thresh
