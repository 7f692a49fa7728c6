// The log's targets: what arrives, what is lost and counted, and that nobody waits.
#include "engine/base/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "engine/base/descriptor.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/shared.h"

namespace thresh {
namespace {

using testing::read_file;
using testing::ScratchFolder;
using namespace std::chrono_literals;

Result<std::unique_ptr<Log>> open_log(std::vector<std::string> overrides) {
  const auto settings = Settings::load({}, overrides);
  if (!settings) return std::unexpected(settings.error());
  return Log::open(*settings);
}

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

template <typename Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 3000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

// A unix datagram socket, as syslogd and journald hold one.
class Daemon {
 public:
  explicit Daemon(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ::unlink(path.c_str());
    bound_ = ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    const timeval limit{30, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  [[nodiscard]] bool bound() const { return bound_; }
  [[nodiscard]] std::string next() {
    std::string datagram(65536, '\0');
    const ssize_t size = ::recv(socket_.get(), datagram.data(), datagram.size(), 0);
    datagram.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return datagram;
  }

 private:
  Descriptor socket_;
  bool bound_ = false;
};

TEST(Log, FileTakesOneLineAnEventInOrder) {
  const ScratchFolder folder;
  const std::string path = folder.file("log");
  {
    auto log = open_log({"log.target=file:" + path, "log.level=warning"});
    ASSERT_TRUE(log) << log.error().text();
    EXPECT_FALSE((*log)->wants(LogLevel::info));
    (*log)->write(LogLevel::info, "unwanted");
    (*log)->write(LogLevel::warning, "first", {{"a", 1}});
    (*log)->write(LogLevel::error, "second", {{"a", "x\ny"}});
  }
  const auto lines = lines_of(path);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[0].starts_with("time=")) << lines[0];
  EXPECT_TRUE(lines[0].ends_with("Z level=warning event=first a=1")) << lines[0];
  EXPECT_TRUE(lines[1].ends_with("level=error event=second a=\"x\\ny\"")) << lines[1];
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0137, 0U) << "others may not read addresses";
}

TEST(Log, LinesOfManyThreadsStayWhole) {
  const ScratchFolder folder;
  const std::string path = folder.file("log");
  std::uint64_t lost = 0;
  {
    auto log = open_log({"log.target=file:" + path, "log.format=json"});
    ASSERT_TRUE(log);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&log, t] {
        for (int i = 0; i < 300; ++i)
          (*log)->write(LogLevel::info, "message", {{"thread", t}, {"i", i}, {"pad", std::string(900, 'x')}});
      });
    for (auto& thread : threads) thread.join();
    lost = (*log)->lost();
  }
  EXPECT_EQ(lost, 0U);
  const auto lines = lines_of(path);
  EXPECT_EQ(lines.size(), 1200U);
  for (const std::string& line : lines) EXPECT_EQ(nlohmann::json::parse(line)["event"], "message");
}

TEST(Log, AFullDiskLosesLinesAndNothingElse) {
  auto log = open_log({"log.target=file:/dev/full"});
  ASSERT_TRUE(log) << log.error().text();
  for (int i = 0; i < 100; ++i) (*log)->write(LogLevel::info, "message");
  EXPECT_TRUE(eventually([&] { return (*log)->lost() == 100; })) << (*log)->lost();
}

TEST(Log, NobodyWaitsForAReaderThatDoesNotReadAndTheLossIsSaid) {
  const ScratchFolder folder;
  const std::string path = folder.file("fifo");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_FALSE(open_log({"log.target=file:" + path})) << "nobody reads";
  Descriptor reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK));
  ASSERT_TRUE(reader);
  auto log = open_log({"log.target=file:" + path});
  ASSERT_TRUE(log) << log.error().text();
  const std::string pad(1000, 'x');
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 5000; ++i) (*log)->write(LogLevel::info, "message", {{"pad", pad}});
  EXPECT_LT(std::chrono::steady_clock::now() - start, 20s);
  EXPECT_TRUE(eventually([&] { return (*log)->lost() > 1000; }));
  std::string seen;
  std::string chunk(65536, '\0');
  const auto drain = [&] {
    for (ssize_t n; (n = ::read(reader.get(), chunk.data(), chunk.size())) > 0;)
      seen.append(chunk, 0, static_cast<std::size_t>(n));
  };
  EXPECT_TRUE(eventually([&] {
    drain();
    (*log)->write(LogLevel::info, "again");
    return seen.find("event=again") != std::string::npos;
  }));
  EXPECT_NE(seen.find("level=error event=log_lost lines="), std::string::npos);
  // Whatever was cut off in between, no line runs into another.
  std::size_t whole = 0;
  for (std::size_t at = 0; (at = seen.find("event=", at)) != std::string::npos; ++at, ++whole) {
    const std::size_t begin = seen.rfind('\n', at) + 1;
    EXPECT_EQ(seen.compare(begin, 5, "time="), 0);
    EXPECT_EQ(seen.substr(begin, seen.find('\n', at) - begin).find("event=", at - begin + 1),
              std::string::npos);
  }
  EXPECT_GT(whole, 10U);
}

TEST(Log, ReloadOpensTheFileAgainAndTakesTheLevel) {
  const ScratchFolder folder;
  const std::string path = folder.file("log");
  const std::vector<std::string> overrides{"log.target=file:" + path};
  const std::vector<std::string> louder{"log.target=file:" + path, "log.level=debug"};
  const std::vector<std::string> wrong{"log.level=loud"};
  {
    auto log = open_log(overrides);
    ASSERT_TRUE(log);
    (*log)->write(LogLevel::info, "before");
    ASSERT_TRUE(eventually([&] { return read_file(path).find("before") != std::string::npos; }));
    std::filesystem::rename(path, path + ".1");
    EXPECT_FALSE((*log)->reload(*Settings::load({}, wrong)));
    ASSERT_TRUE((*log)->reload(*Settings::load({}, louder)));
    (*log)->write(LogLevel::debug, "after");
  }
  EXPECT_EQ(lines_of(path + ".1").size(), 1U);
  ASSERT_EQ(lines_of(path).size(), 1U);
  EXPECT_NE(lines_of(path)[0].find("event=after"), std::string::npos);
}

TEST(Log, AFileThatCannotBeOpenedAgainKeepsTheOldOne) {
  const ScratchFolder folder;
  const std::string path = folder.file("log");
  const std::vector<std::string> overrides{"log.target=file:" + path};
  {
    auto log = open_log(overrides);
    ASSERT_TRUE(log);
    std::filesystem::rename(path, path + ".1");
    std::filesystem::create_directory(path);
    EXPECT_FALSE((*log)->reload(*Settings::load({}, overrides)));
    (*log)->write(LogLevel::info, "kept");
  }
  EXPECT_EQ(lines_of(path + ".1").size(), 1U);
}

TEST(Log, SyslogSpeaksAsSyslog3Does) {
  const ScratchFolder folder;
  Daemon daemon(folder.file("dev-log"));
  ASSERT_TRUE(daemon.bound());
  auto log = open_log({"log.target=syslog:" + folder.file("dev-log")});
  ASSERT_TRUE(log);
  (*log)->write(LogLevel::warning, "message", {{"helo", "a\n<0>b"}});
  const std::string datagram = daemon.next();
  EXPECT_TRUE(datagram.starts_with("<20>")) << datagram;  // facility mail, severity warning
  EXPECT_TRUE(datagram.ends_with("thresh[" + std::to_string(::getpid()) +
                                 "]: level=warning event=message helo=\"a\\n<0>b\""))
      << datagram;
}

TEST(Log, ADaemonMayComeLateAndComeAgain) {
  const ScratchFolder folder;
  const std::string path = folder.file("dev-log");
  auto log = open_log({"log.target=syslog:" + path});
  ASSERT_TRUE(log) << "a daemon that is away does not stop mail";
  (*log)->write(LogLevel::info, "early");
  ASSERT_TRUE(eventually([&] { return (*log)->lost() == 1; }));
  for (int round = 0; round < 2; ++round) {
    Daemon daemon(path);
    ASSERT_TRUE(daemon.bound());
    (*log)->write(LogLevel::info, "here");
    if (round == 0) {
      EXPECT_NE(daemon.next().find("event=log_lost lines=1 total=1"), std::string::npos);
    }
    EXPECT_NE(daemon.next().find("event=here"), std::string::npos);
  }
}

TEST(Log, ADaemonThatHangsIsNotWaitedFor) {
  const ScratchFolder folder;
  Daemon daemon(folder.file("dev-log"));
  ASSERT_TRUE(daemon.bound());
  auto log = open_log({"log.target=syslog:" + folder.file("dev-log")});
  ASSERT_TRUE(log);
  for (int i = 0; i < 2000; ++i) (*log)->write(LogLevel::info, "message", {{"i", i}});
  EXPECT_TRUE(eventually([&] { return (*log)->lost() > 0; }));
  const auto start = std::chrono::steady_clock::now();
  log->reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 20s);
}

TEST(Log, JournalGetsFields) {
  const ScratchFolder folder;
  Daemon daemon(folder.file("journal"));
  ASSERT_TRUE(daemon.bound());
  auto log = open_log({"log.target=journald:" + folder.file("journal")});
  ASSERT_TRUE(log);
  (*log)->write(LogLevel::info, "message", {{"queue_id", "4ABC"}});
  const std::string datagram = daemon.next();
  EXPECT_TRUE(datagram.starts_with("MESSAGE=level=info event=message queue_id=4ABC\nPRIORITY=6\n"))
      << datagram;
  EXPECT_NE(datagram.find("\nTHRESH_QUEUE_ID=4ABC\n"), std::string::npos);
}

TEST(Log, AddressesAreHashedUnderTheKeyOfTheFile) {
  const ScratchFolder folder;
  std::ofstream(folder.file("key")) << "0123456789abcdef";
  std::ofstream(folder.file("short")) << "0123";
  const std::vector<std::string> overrides{"log.target=file:" + folder.file("log"), "log.hash_addresses=true",
                                           "log.hash_key_file=" + folder.file("key")};
  {
    auto log = open_log(overrides);
    ASSERT_TRUE(log) << log.error().text();
    (*log)->write(LogLevel::info, "message", {{"from", LogAddress{"user@example.org"}}});
  }
  EXPECT_NE(read_file(folder.file("log")).find(AddressHash("0123456789abcdef")("user@example.org")),
            std::string::npos);
  EXPECT_EQ(read_file(folder.file("log")).find("user@"), std::string::npos);
  EXPECT_FALSE(open_log({"log.hash_addresses=true", "log.hash_key_file=" + folder.file("short")}));
  EXPECT_FALSE(open_log({"log.hash_addresses=true", "log.hash_key_file=" + folder.file("missing")}));
  EXPECT_TRUE(open_log({"log.hash_addresses=true"}));
}

TEST(Log, WrongSettingsAreErrorsWithTheirPlace) {
  for (const std::string line : {"log.target=printer", "log.target=file:", "log.target=file:/nowhere/log",
                                 "log.target=syslog:", "log.format=xml", "log.level=loud"}) {
    const auto log = open_log({line});
    ASSERT_FALSE(log) << line;
    EXPECT_FALSE(log.error().where.empty()) << line;
    EXPECT_FALSE(log.error().remedy.empty()) << line;
  }
}

}  // namespace
}  // namespace thresh
