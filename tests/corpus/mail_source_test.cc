#include "corpus/mail_source.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace thresh {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t any_size = 1 << 20;

class MailOnDisk : public ::testing::Test {
 protected:
  MailOnDisk() { fs::create_directories(dir_); }
  ~MailOnDisk() override { fs::remove_all(dir_); }
  std::string put(const std::string& name, const std::string& text) {
    const fs::path path = dir_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  static std::vector<std::string> contents(const MailSources& sources) {
    std::vector<std::string> out;
    for (const MailSource& source : sources.messages)
      out.push_back(read_mail(source, any_size).value_or("(error)"));
    return out;
  }
  fs::path dir_ = fs::temp_directory_path() / ("thresh-mail-" + std::to_string(::getpid()));
};

TEST_F(MailOnDisk, DirectoryIsReadToItsLeavesInOrder) {
  put("b/2", "second");
  put("a", "first");
  put("b/1", "nested");
  put(".hidden", "not mail");
  const std::vector<std::string> paths{dir_.string()};
  EXPECT_EQ(contents(find_mail(paths)), (std::vector<std::string>{"first", "nested", "second"}));
}

TEST_F(MailOnDisk, MaildirMeansCurAndNew) {
  put("cur/1:2,S", "seen");
  put("new/2", "fresh");
  put("tmp/3", "half written");
  put("dovecot.index", "not mail");
  const std::vector<std::string> paths{dir_.string()};
  EXPECT_EQ(contents(find_mail(paths)), (std::vector<std::string>{"seen", "fresh"}));
}

TEST_F(MailOnDisk, MboxSplitsAtSeparatorsAfterEmptyLinesOnly) {
  const std::string path =
      put("box",
          "From a@example.com Thu Jan  1 00:00:00 2026\nSubject: 1\n\nFrom here on it rains\n\n"
          "From b@example.com Fri Jan  2 10:00:00 +0100 2026\nSubject: 2\n\ntext\nFrom b@example.com Fri Jan "
          " 2 10:00:00 2026\n");
  const std::vector<std::string> paths{path};
  const MailSources found = find_mail(paths);
  ASSERT_EQ(found.messages.size(), 2U);
  EXPECT_EQ(found.messages[1].name, path + "#2");
  EXPECT_EQ(contents(found)[0], "Subject: 1\n\nFrom here on it rains\n\n");
  EXPECT_TRUE(contents(found)[1].starts_with("Subject: 2\n"));
}

TEST_F(MailOnDisk, OneMessageWithEnvelopeLineKeepsItsName) {
  const std::string path = put("one", "From a@example.com  Thu Aug 22 12:36:23 2002\nSubject: 1\n\nbody\n");
  const std::vector<std::string> paths{path};
  const MailSources found = find_mail(paths);
  ASSERT_EQ(found.messages.size(), 1U);
  EXPECT_EQ(found.messages[0].name, path);
  EXPECT_EQ(contents(found)[0], "Subject: 1\n\nbody\n");
}

TEST_F(MailOnDisk, ListsNamePathsAndTroubleIsNamedWhileTheRestGoesOn) {
  const std::string good = put("good", "Subject: x\n\n");
  const std::string empty = put("empty", "");
  const std::string list = put("list", good + "\n/nowhere/at/all\n" + empty + "\n");
  const std::vector<std::string> paths{"@" + list};
  const MailSources found = find_mail(paths);
  ASSERT_EQ(found.errors.size(), 1U);
  EXPECT_EQ(found.errors[0].where, "/nowhere/at/all");
  ASSERT_EQ(found.messages.size(), 2U);
  EXPECT_TRUE(read_mail(found.messages[0], any_size));
  const auto nothing = read_mail(found.messages[1], any_size);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().where, empty);
}

// Two ways back from one place double the work at every turn: 2^32 reads where only the depth is bounded.
TEST_F(MailOnDisk, CirclesAreNamedOnce) {
  const std::string mail = put("mail/1", "Subject: x\n\n");
  fs::create_directory_symlink(dir_ / "mail", dir_ / "mail/a");
  fs::create_directory_symlink(dir_ / "mail", dir_ / "mail/b");
  const std::vector<std::string> folder{(dir_ / "mail").string()};
  MailSources found = find_mail(folder);
  EXPECT_EQ(found.messages.size(), 1U);
  ASSERT_EQ(found.errors.size(), 2U);
  EXPECT_EQ(found.errors[0].what, "contains itself");

  const std::string list = (dir_ / "list").string();
  put("list", "@" + list + "\n@" + list + "\n" + mail + "\n");
  const std::vector<std::string> listed{"@" + list};
  found = find_mail(listed);
  EXPECT_EQ(found.messages.size(), 1U);
  EXPECT_EQ(found.errors.size(), 2U);
}

TEST_F(MailOnDisk, DepthIsBounded) {
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "d/";
  put(deep + "mail", "Subject: x\n\n");
  put("mail", "Subject: y\n\n");
  const std::vector<std::string> paths{dir_.string()};
  const MailSources found = find_mail(paths);
  EXPECT_EQ(contents(found), (std::vector<std::string>{"Subject: y\n\n"}));
  ASSERT_EQ(found.errors.size(), 1U);
  EXPECT_EQ(found.errors[0].what, "lies too deep");
}

TEST_F(MailOnDisk, PathsThatLeadToNothingAreNamed) {
  fs::create_directories(dir_ / "empty/cur");
  fs::create_directories(dir_ / "empty/new");
  const std::string list = put("list", "\n  \n");
  const std::vector<std::string> paths{(dir_ / "empty").string(), "@" + list, "@" + dir_.string()};
  const MailSources found = find_mail(paths);
  EXPECT_TRUE(found.messages.empty());
  ASSERT_EQ(found.errors.size(), 3U);
  EXPECT_EQ(found.errors[0].what, "holds no message");
  EXPECT_EQ(found.errors[1].what, "names no path");
  EXPECT_EQ(found.errors[2].what, "is a directory, not a list of paths");
}

TEST_F(MailOnDisk, AMessageMayBeGoneOrShorterWhenItIsRead) {
  const std::string path = put("box",
                               "From a@example.com Thu Jan  1 00:00:00 2026\nSubject: 1\n\n\n"
                               "From b@example.com Thu Jan  1 00:00:00 2026\nSubject: 2\n\n");
  const std::vector<std::string> paths{path};
  const MailSources found = find_mail(paths);
  ASSERT_EQ(found.messages.size(), 2U);
  fs::resize_file(path, found.messages[1].offset);
  EXPECT_EQ(read_mail(found.messages[0], any_size).value_or(""), "Subject: 1\n\n\n");
  EXPECT_FALSE(read_mail(found.messages[1], any_size));
  fs::remove(path);
  EXPECT_FALSE(read_mail(found.messages[0], any_size));
}

// A line longer than any `From ` line, and reads that end anywhere.
TEST_F(MailOnDisk, MboxLinesOfAnyLength) {
  const std::string from = "From a@example.com Thu Jan  1 00:00:00 2026\n";
  const std::string first = from + "Subject: 1\n\n" + std::string(300'000, 'x') + "\n\n";
  const std::string path = put("box", first + from + "Subject: 2\n\n");
  const std::vector<std::string> paths{path};
  const MailSources found = find_mail(paths);
  ASSERT_EQ(found.messages.size(), 2U);
  EXPECT_EQ(found.messages[1].offset, first.size());
  EXPECT_EQ(mbox_offsets("From " + std::string(5000, ' ') + "Thu Jan  1 00:00:00 2026\n\n" + from),
            std::vector<std::size_t>{0});
}

TEST_F(MailOnDisk, SizeIsBounded) {
  const std::vector<std::string> paths{put("large", std::string(2000, 'x'))};
  EXPECT_FALSE(read_mail(find_mail(paths).messages.at(0), 1000));
}

TEST(MboxFromLine, WantsADateAsctimeWouldWrite) {
  EXPECT_TRUE(is_mbox_from_line("From a@example.com Thu Aug 22 12:36:23 2002"));
  EXPECT_TRUE(is_mbox_from_line("From a@example.com Thu Aug 22 12:36:23 2002 +0200"));
  EXPECT_TRUE(is_mbox_from_line("From a@example.com Thu Aug 22 12:36:23 CEST 2002"));
  EXPECT_TRUE(is_mbox_from_line("From MAILER-DAEMON Thu Aug 22 12:36 2002"));
  EXPECT_FALSE(is_mbox_from_line("From here on it rains in 2002"));
  EXPECT_FALSE(is_mbox_from_line("From: a@example.com"));
}

}  // namespace
}  // namespace thresh
