// Mail::SpamAssassin::Plugin::ImageInfo: how many images are attached in base64, how large, and what they are
// called.
#include <algorithm>
#include <array>
#include <memory_resource>
#include <string>
#include <vector>

#include "engine/evals/families.h"
#include "engine/evals/image_size.h"
#include "engine/evals/mime_census.h"
#include "engine/evals/perl_values.h"

namespace thresh {
namespace {

struct Dimensions {
  double height, width;
};

// What is known of one type, or of all together.
struct TypeInfo {
  double count = 0;
  double pixels = 0;
  std::vector<Dimensions> dimensions;
};

struct Images {
  bool known = false;
  TypeInfo all, gif, png, jpeg;
  std::vector<std::string_view> names;

  // Null for a type that ImageInfo does not know.
  [[nodiscard]] const TypeInfo* type(std::string_view name) const {
    if (name == "all") return &all;
    if (name == "gif") return &gif;
    if (name == "png") return &png;
    if (name == "jpeg") return &jpeg;
    return nullptr;
  }
};

void look_at(const Part& part, Images& images) {
  const std::string_view type = part.type();
  TypeInfo* info = nullptr;
  std::optional<ImageSize> (*size_of)(std::string_view) = nullptr;
  if (type == "image/gif") {
    info = &images.gif;
    size_of = gif_size;
  } else if (type == "image/png") {
    info = &images.png;
    size_of = png_size;
  } else if (type == "image/jpeg" || type == "image/jpg") {
    info = &images.jpeg;
    size_of = jpeg_size;
  }
  if (info == nullptr || !is_base64(part)) return;
  info->count += 1;
  images.all.count += 1;
  const std::optional<ImageSize> size = size_of(part.decoded());
  if (!size) return;
  const Dimensions dimensions{static_cast<double>(size->height), static_cast<double>(size->width)};
  for (TypeInfo* to : {info, &images.all}) {
    to->pixels += dimensions.height * dimensions.width;
    to->dimensions.push_back(dimensions);
  }
  if (perl_true(part.name())) images.names.push_back(part.name());
}

const Images& images_of(EvalContext& context) {
  auto& images = context.state<Images>();
  if (images.known) return images;
  images.known = true;
  for (const Part* part : context.message.leaves()) look_at(*part, images);
  return images;
}

bool in_range(const EvalCall& call, double value, bool below_max) {
  if (value < number_arg(call, 1)) return false;
  if (!call.has_arg(2)) return true;
  const double max = number_arg(call, 2);
  return below_max ? value < max : value <= max;
}

EvalResult image_count(EvalContext& context, const EvalCall& call) {
  if (!call.has_arg(1)) return false;
  const TypeInfo* const type = images_of(context).type(call.arg(0));
  return type != nullptr && in_range(call, type->count, false);
}

EvalResult pixel_coverage(EvalContext& context, const EvalCall& call) {
  if (!call.has_arg(1)) return false;
  const TypeInfo* const type = images_of(context).type(call.arg(0));
  return type != nullptr && in_range(call, type->pixels, false);
}

EvalResult image_to_text_ratio(EvalContext& context, const EvalCall& call) {
  if (!call.has_arg(2)) return false;
  const TypeInfo* const type = images_of(context).type(call.arg(0));
  if (type == nullptr || !(type->pixels > 0)) return false;
  double length = 0;
  for (const std::string_view text : rule_texts(context, call)) length += static_cast<double>(text.size());
  return length > 0 && in_range(call, length / type->pixels, true);
}

EvalResult image_size_exact(EvalContext& context, const EvalCall& call) {
  if (!call.has_arg(2)) return false;
  const TypeInfo* const type = images_of(context).type(call.arg(0));
  // Compared as text: 0100 is not 100.
  return type != nullptr && std::ranges::any_of(type->dimensions, [&](const Dimensions& image) {
           return call.arg(1) == perl_text(image.height) && call.arg(2) == perl_text(image.width);
         });
}

EvalResult image_size_range(EvalContext& context, const EvalCall& call) {
  if (!call.has_arg(2)) return false;
  const TypeInfo* const type = images_of(context).type(call.arg(0));
  const double min_height = number_arg(call, 1);
  const double min_width = number_arg(call, 2);
  return type != nullptr && std::ranges::any_of(type->dimensions, [&](const Dimensions& image) {
           return image.height >= min_height && image.width >= min_width &&
                  (!call.has_arg(3) || image.height <= number_arg(call, 3)) &&
                  (!call.has_arg(4) || image.width <= number_arg(call, 4));
         });
}

EvalResult image_named(EvalContext& context, const EvalCall& call) {
  return call.has_arg(0) && std::ranges::count(images_of(context).names, call.arg(0)) > 0;
}

Result<std::shared_ptr<const void>> prepare_pattern(const EvalCall& call, const RuleSet&) {
  Result<Regex> pattern = Regex::compile(call.arg(0));
  if (!pattern) return std::unexpected(std::move(pattern.error()));
  return std::make_shared<Regex>(std::move(*pattern));
}

EvalResult image_name_regex(EvalContext& context, const EvalCall& call) {
  if (!call.has_arg(0)) return false;
  const auto& pattern = call.prepared_as<Regex>();
  return std::ranges::any_of(images_of(context).names,
                             [&](std::string_view name) { return pattern.matches(name, context.regex); });
}

constexpr std::string_view plugin = "ImageInfo";
constexpr std::array entries{
    EvalEntry{"image_count", plugin, image_count},
    EvalEntry{"pixel_coverage", plugin, pixel_coverage},
    EvalEntry{"image_size_exact", plugin, image_size_exact},
    EvalEntry{"image_size_range", plugin, image_size_range},
    EvalEntry{"image_named", plugin, image_named},
    EvalEntry{"image_name_regex", plugin, image_name_regex, prepare_pattern},
    EvalEntry{"image_to_text_ratio", plugin, image_to_text_ratio},
};

}  // namespace

const EvalFamily& image_info_family() {
  static const EvalFamily family{plugin, entries};
  return family;
}

}  // namespace thresh
