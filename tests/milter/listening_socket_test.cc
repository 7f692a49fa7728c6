#include "milter/listening_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "tests/support/scratch_folder.h"

namespace thresh::milter {
namespace {

class Listening : public ::testing::Test {
 protected:
  static Result<ListeningSocket> open(const std::string& socket, const std::string& more = {}) {
    auto settings = Settings::parse("[milter]\nsocket = \"" + socket + "\"\n" + more, "thresh.toml", {});
    EXPECT_TRUE(settings) << settings.error().text();
    return ListeningSocket::open(*settings);
  }
  static bool connects(const std::string& path) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    const bool ok = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return ok;
  }
  static std::string error(const Result<ListeningSocket>& opened) {
    return opened ? "none" : opened.error().text();
  }
  thresh::testing::ScratchFolder folder_;
  std::string path_ = folder_.file("milter.sock");
};

TEST_F(Listening, HasItsModeAndGoesWithItsOwner) {
  {
    const auto socket = open("unix:" + path_, "socket_mode = \"0620\"\n");
    ASSERT_TRUE(socket) << socket.error().text();
    struct stat made{};
    ASSERT_EQ(::stat(path_.c_str(), &made), 0);
    EXPECT_EQ(made.st_mode & 0777U, 0620U);
    EXPECT_TRUE(connects(path_));
  }
  EXPECT_NE(::access(path_.c_str(), F_OK), 0);
}

TEST_F(Listening, ALiveOneIsLeftAlone) {
  const auto first = open("unix:" + path_);
  ASSERT_TRUE(first) << first.error().text();
  EXPECT_NE(error(open("unix:" + path_)).find("another milter serves this socket"), std::string::npos);
  EXPECT_TRUE(connects(path_));
}

TEST_F(Listening, OneThatAnotherProgramServesIsLeftAlone) {
  const int other = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path_.data(), path_.size());
  ASSERT_EQ(::bind(other, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(other, 1), 0);
  EXPECT_NE(error(open("unix:" + path_)).find("another program serves this socket"), std::string::npos);
  ::close(other);
  // Now it is stale.
  const auto socket = open("unix:" + path_);
  ASSERT_TRUE(socket) << socket.error().text();
  EXPECT_TRUE(connects(path_));
}

TEST_F(Listening, AFileIsNotRemoved) {
  std::ofstream(path_) << "precious";
  EXPECT_NE(error(open("unix:" + path_)).find("exists and is no socket"), std::string::npos);
  EXPECT_EQ(::access(path_.c_str(), F_OK), 0);
}

TEST_F(Listening, WhatCannotBeIsSaid) {
  EXPECT_NE(error(open("pipe:/x")).find("thresh.toml:2: milter.socket is \"pipe:/x\""), std::string::npos);
  EXPECT_NE(error(open("unix:" + path_, "socket_mode = \"rw\"\n")).find("thresh.toml:3: milter.socket_mode"),
            std::string::npos);
  EXPECT_NE(error(open("unix:" + path_, "socket_group = \"no-such-group\"\n")).find("there is no group"),
            std::string::npos);
  EXPECT_NE(error(open("unix:" + std::string(200, 'x'))).find("a path of 1 to 107 bytes"), std::string::npos);
  EXPECT_NE(error(open("unix:" + folder_.file("none/milter.sock"))).find("the directory must exist"),
            std::string::npos);
  EXPECT_NE(error(open("fd:0")).find("no socket that listens"), std::string::npos);
  EXPECT_NE(error(open("inet:nonsense@127.0.0.1")).find("inet:PORT@HOST"), std::string::npos);
}

TEST_F(Listening, TakesASocketThatIsOpen) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(::listen(fd, 1), 0);
  const auto socket = open("fd:" + std::to_string(fd));
  ASSERT_TRUE(socket) << socket.error().text();
  EXPECT_EQ(socket->fd(), fd);
}

TEST_F(Listening, OverTcp) {
  const auto socket = open("inet:0@127.0.0.1");
  EXPECT_TRUE(socket) << socket.error().text();
}

}  // namespace
}  // namespace thresh::milter
