#include "milter/rule_set_version.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <memory>

namespace thresh::milter {
namespace {

class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
  void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  // With its length, so that the border between two texts counts.
  void add_text(std::string_view text) {
    add(fmt::format("{}:", text.size()));
    add(text);
  }
  [[nodiscard]] std::string hex(std::size_t bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
    std::string out;
    for (std::size_t i = 0; i < bytes; ++i) out += fmt::format("{:02x}", digest[i]);
    return out;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace

std::string rule_set_version(const RuleSet& rules) {
  Digest digest;
  for (const std::string& path : rules.files()) {
    std::ifstream in(path, std::ios::binary);
    std::array<char, 65536> chunk{};
    while (in.read(chunk.data(), chunk.size()) || in.gcount() > 0)
      digest.add({chunk.data(), static_cast<std::size_t>(in.gcount())});
  }
  for (const Rule& rule : rules.rules()) {
    digest.add_text(rule.name);
    digest.add_text(rule.pattern.source);
    digest.add_text(rule.meta_source);
    digest.add_text(rule.eval_function);
    digest.add(fmt::format("{} {}\n", static_cast<int>(rule.type), rules.score(rule)));
  }
  return digest.hex(6);
}

}  // namespace thresh::milter
