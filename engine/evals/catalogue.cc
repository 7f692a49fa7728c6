// The table of all families, and the look-up of an eval by the name that rules use.
#include <algorithm>
#include <unordered_map>

#include "engine/evals/eval.h"
#include "engine/evals/families.h"

namespace thresh {
namespace {

std::vector<EvalFamily> join_families() {
  return {
      header_eval_family(),
      relay_eval_family(),
      auth_res_family(),
      free_mail_family(),
      from_name_spoof_family(),
      wlbl_eval_family(),
      welcome_list_subject_family(),
      vbounce_family(),
      net_eval_family(),
      // Families of bodies, MIME parts, HTML and attachments.
      body_eval_family(),
      html_eval_family(),
      mime_eval_family(),
      uri_eval_family(),
      https_mismatch_family(),
      image_info_family(),
      pdf_info_family(),
      ole_macro_family(),
      antivirus_family(),
      textcat_family(),
      phishing_family(),
      short_urls_family(),
      hash_bl_family(),
      shortcircuit_family(),
  };
}

std::unordered_map<std::string_view, const EvalEntry*> index_entries() {
  std::unordered_map<std::string_view, const EvalEntry*> by_name;
  for (const EvalFamily& family : eval_families())
    for (const EvalEntry& entry : family.entries) by_name.emplace(entry.name, &entry);
  return by_name;
}

}  // namespace

std::span<const EvalFamily> eval_families() {
  static const std::vector<EvalFamily> families = join_families();
  return families;
}

const EvalEntry* find_eval(std::string_view name) {
  static const std::unordered_map<std::string_view, const EvalEntry*> by_name = index_entries();
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : found->second;
}

}  // namespace thresh
