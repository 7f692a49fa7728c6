// Reads the tokens of an HTML document and gathers what Mail::SpamAssassin::HTML's handlers do: counts of
// tags, text, links, and the tests on single tags.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "engine/base/arena.h"
#include "engine/message/html.h"
#include "engine/message/html_attributes.h"
#include "engine/message/html_style.h"
#include "engine/message/html_tags.h"
#include "engine/message/html_text.h"
#include "engine/message/html_tokenizer.h"
#include "engine/message/html_uri.h"

namespace thresh::html {

class HtmlReader final : public HtmlEvents {
 public:
  // `length`: characters of the document as it came. `capacity`: bytes of it as it is read.
  HtmlReader(HtmlResults& results, bool characters, std::size_t length, std::size_t capacity, Arena& arena);

  [[nodiscard]] bool start_tag(std::string_view name, TagAttributes& attributes) override;
  void end_tag(std::string_view name) override;
  void text(char* begin, char* end, bool literal) override;
  void comment(std::string_view text) override { results_.comments.push_back(text); }
  void declaration(std::string_view text) override;
  void end_document() override;

  // More opening than closing tags of that name.
  [[nodiscard]] bool is_inside(Tag tag) const;
  [[nodiscard]] const RenderedText& rendered() const { return text_; }
  // Gives the results what is known only now that all is read.
  void finish();

 private:
  // Texts that grow at their end: anchors, titles.
  class Growing {
   public:
    explicit Growing(std::pmr::memory_resource* memory) : text_(memory), starts_(memory) {}
    void open() { starts_.push_back(text_.size()); }
    void append(std::string_view text) { text_.insert(text_.end(), text.begin(), text.end()); }
    [[nodiscard]] std::size_t size() const { return starts_.size(); }
    [[nodiscard]] std::string_view operator[](std::size_t i) const;

   private:
    std::pmr::vector<char> text_;
    std::pmr::vector<std::size_t> starts_;
  };

  NamedNumber& inside_of(const TagInfo* info, std::size_t slot, std::string_view name, bool& is_new);
  const TagInfo* count(std::string_view name, int change);
  void add_space(TagSpace space);
  void test(const TagInfo& info, TagAttributes& attributes);
  void add_image_area();
  void put(std::string_view name, double value);

  HtmlResults& results_;
  Arena& arena_;
  bool characters_;
  std::size_t length_;
  HtmlStyles styles_;
  RenderedText text_;
  HtmlUriCollector uris_;
  Growing anchors_, titles_;
  std::pmr::vector<std::size_t> anchor_uris_;  // the place in results.uris of each anchor

  std::array<std::int32_t, kTagSlots> known_places_;             // of known names in results.inside; -1: none
  std::pmr::map<std::string_view, std::uint32_t> other_places_;  // of all other names
  std::pmr::vector<char> lower_;
  std::size_t elements_ = 0, elements_seen_ = 0, tags_ = 0, tags_seen_ = 0, closed_extra_ = 0;
  double image_area_ = 0;
  bool low_contrast_ = false, invalid_color_ = false, bad_face_ = false, mails_form_ = false, embeds_ = false;
};

}  // namespace thresh::html
