// Any bytes as a message, scanned by rules of every kind and by every family of native tests about bodies,
// MIME parts, HTML and attachments, up to the verdict: its score is the sum of its hits, its texts keep their
// bounds.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/scan/limits.h"
#include "engine/scan/scanner.h"

namespace {

constexpr std::string_view rule_text = R"(
loadplugin Mail::SpamAssassin::Plugin::TextCat
loadplugin Mail::SpamAssassin::Plugin::ImageInfo
loadplugin Mail::SpamAssassin::Plugin::PDFInfo
loadplugin Mail::SpamAssassin::Plugin::OLEVBMacro
loadplugin Mail::SpamAssassin::Plugin::AntiVirus
loadplugin Mail::SpamAssassin::Plugin::DecodeShortURLs
util_rb_tld com net org uk
util_rb_2tld co.uk
ok_locales ja
url_shortener tiny.net
header H1 Subject =~ /a+b/
header H2 ALL =~ /^X-[^:]+:/m
tflags H2 multiple maxhits=7
header H3 exists:X-Mailer
header H4 Received:raw !~ /from/ [if-unset: none]
header H5 ToCc:addr =~ /(?<NAME>[a-z]+)@/
body B1 /(\w+) \1/
body B2 /[0-9]{2,5}/
tflags B2 multiple
rawbody R1 /<a [^>]*>/i
full F1 /\n\n(.{1,60})$/s
uri U1 m{^https?://[^/]+/.}
mimeheader M1 Content-Type =~ /name="?(.+)\./
uri_detail D1 type =~ /^a$/ text =~ /\S/
meta X1 (H1 + B1 * 2 > 1) && !R1 || B2 / 3
meta X2 X1 - U1
score X2 0.125
body E1 eval:check_base64_length('78','79')
body E2 eval:check_blank_line_ratio('80','90','4')
body E3 eval:check_body_length('1024')
body E4 eval:multipart_alternative_difference('0', '100')
body E5 eval:multipart_alternative_difference_count('3', '1')
body E6 eval:html_image_only('0000','0400')
body E7 eval:html_image_ratio('0.000','0.9')
body E8 eval:html_range('closed_extra_ratio', '0.09', 'inf')
body E9 eval:html_tag_balance('body', '!= 0')
body E10 eval:html_tag_exists('font')
body E11 eval:html_text_match('comment', '<!(?!-).{6}')
body E12 eval:html_title_subject_ratio('3.5')
body E13 eval:html_eval('length', '< 512')
body E14 eval:check_iframe_src()
body E15 eval:check_https_http_mismatch('1','10')
body E16 eval:check_https_ip_mismatch()
body E17 eval:check_stock_info('2')
body E18 eval:check_uri_truncated()
body E19 eval:check_microsoft_executable()
body E20 eval:check_for_uppercase('25', '50')
body E21 eval:check_ma_non_text()
body E22 eval:check_for_mime('mime_base64_count')
body E23 eval:check_mime_multipart_ratio('0.00','0.5')
body E24 eval:check_abundant_unicode_ratio(0.02)
body E25 eval:check_language()
body E26 eval:check_for_faraway_charset()
body E27 eval:html_charset_faraway()
header E28 eval:check_unresolved_template()
body I1 eval:image_count('all','1','9')
body I2 eval:image_size_exact('gif','264','127')
body I3 eval:image_size_range('all',1,1)
body I4 eval:image_to_text_ratio('all', '0.000', '9')
body I5 eval:pixel_coverage('all','1','475000')
body I6 eval:image_named('a.gif')
body P1 eval:pdf_count(1,9)
body P2 eval:pdf_image_count(1,9)
body P3 eval:pdf_image_size_range(1,1)
body P4 eval:pdf_image_to_text_ratio(0.000, 9)
body P5 eval:pdf_is_empty_body()
body P6 eval:pdf_is_encrypted()
body P7 eval:pdf_match_details('author','/./')
body P8 eval:pdf_match_fuzzy_md5('7340821445D975EEF6F5BDE2EC257900')
body P9 eval:pdf_match_md5('C359F8F89B290DA99DC997ED50117CDF')
body P10 eval:pdf_name_regex('/a/')
body P11 eval:pdf_pixel_coverage(1,100000)
body O1 eval:check_olemacro()
body O2 eval:check_olemacro_malice()
body O3 eval:check_olemacro_renamed()
body O4 eval:check_olemacro_encrypted()
body O5 eval:check_olemacro_zip_password()
body O6 eval:check_olemacro_csv()
body O7 eval:check_olemacro_download_exe()
body O8 eval:check_suspect_name()
body S1 eval:short_url()
olemacro_extended_scan 1
)";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thresh;
  static const auto scanner = [] {
    auto rules = RuleSet::parse(rule_text, "fuzz.cf");
    if (!rules) __builtin_trap();
    auto made = Scanner::make(std::move(*rules), {.compile_threads = 1});
    if (!made) __builtin_trap();
    return std::move(*made);
  }();
  const Verdict verdict = scanner->scan({reinterpret_cast<const char*>(data), size}, {},
                                        {.subrules = true, .texts = true, .matches = true});
  double sum = 0;
  for (const VerdictHit& hit : verdict.hits) {
    sum += hit.score;
    if (hit.text.size() > limits::verdict_text) std::abort();
  }
  if (std::abs(sum - verdict.score) > 0.01) std::abort();
  for (const MatchedText& match : verdict.matches)
    if (match.begin > match.end || match.end > match.context.size()) std::abort();
  return 0;
}
