#include "tests/generate/expression.h"

#include <array>
#include <cstdlib>

#include "engine/regex/byte_set.h"

namespace thresh::generate {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  Expression run() { return any(); }

 private:
  using Kind = Expression::Kind;

  bool take(std::string_view word) {
    while (at_ < text_.size() && bytes::space.has(static_cast<unsigned char>(text_[at_]))) ++at_;
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  static Expression join(Kind kind, std::string_view op, Expression left, Expression right) {
    Expression out{kind, 0, std::string(op), {}};
    out.children.push_back(std::move(left));
    out.children.push_back(std::move(right));
    return out;
  }

  Expression any() {
    Expression left = all();
    while (take("||")) left = join(Kind::any, "||", std::move(left), all());
    return left;
  }
  Expression all() {
    Expression left = comparison();
    while (take("&&")) left = join(Kind::all, "&&", std::move(left), comparison());
    return left;
  }
  Expression comparison() {
    Expression left = sum();
    for (const std::string_view op : {"==", "!=", "<=", ">=", "<", ">"})
      if (take(op)) return join(Kind::compare, op, std::move(left), sum());
    return left;
  }
  Expression sum() {
    Expression left = product();
    for (;;) {
      if (take("+"))
        left = join(Kind::arithmetic, "+", std::move(left), product());
      else if (take("-"))
        left = join(Kind::arithmetic, "-", std::move(left), product());
      else
        return left;
    }
  }
  Expression product() {
    Expression left = one();
    for (;;) {
      if (take("*"))
        left = join(Kind::arithmetic, "*", std::move(left), one());
      else if (take("/"))
        left = join(Kind::arithmetic, "/", std::move(left), one());
      else
        return left;
    }
  }
  Expression one() {
    if (++depth_ > 200) return {};
    Expression out;
    if (take("!")) {
      out.kind = Kind::no;
      out.children.push_back(one());
    } else if (take("-")) {
      out = join(Kind::arithmetic, "-", {}, one());
    } else if (take("(")) {
      out = any();
      take(")");
    } else {
      take("");
      const std::size_t begin = at_;
      while (at_ < text_.size() &&
             (bytes::word.has(static_cast<unsigned char>(text_[at_])) || text_[at_] == '.'))
        ++at_;
      const std::string word(text_.substr(begin, at_ - begin));
      if (word.empty())
        ++at_;
      else if (word[0] >= '0' && word[0] <= '9')
        out.number = std::strtod(word.c_str(), nullptr);
      else
        out = {Kind::rule, 0, word, {}};
    }
    --depth_;
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Expression Expression::parse(std::string_view source) {
  return Reader(source).run();
}

}  // namespace thresh::generate
