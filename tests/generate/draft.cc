#include "tests/generate/draft.h"

#include <algorithm>

namespace thresh::generate {
namespace {

constexpr std::string_view kDate = "Wed, 04 Mar 2020 10:20:30 +0000";

template <std::size_t N>
std::string_view any_of(Random& random, const std::string_view (&choices)[N]) {
  return choices[below(random, N)];
}

// A header value may hold line ends only before blanks.
std::string folded(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\n') {
      if (i + 1 == value.size()) break;
      out += '\n';
      if (value[i + 1] != ' ' && value[i + 1] != '\t') out += ' ';
    } else if (value[i] != '\r') {
      out += value[i];
    }
  }
  return out;
}

std::string_view boundary_in(std::string_view type) {
  const std::string small = lower(type);
  const std::size_t at = small.find("boundary=");
  if (at == std::string::npos) return {};
  std::string_view rest = type.substr(at + 9);
  if (rest.starts_with('"')) return rest.substr(1, rest.substr(1).find('"'));
  return rest.substr(0, rest.find_first_of(" ;\n\t"));
}

class Writer {
 public:
  Writer(const Draft& draft, Random& random) : draft_(draft), random_(random) {}

  std::string run() {
    choose_body();
    write_received();
    for (const std::string& line : draft_.header_lines) out_ += line + '\n';
    write_fields();
    write_body();
    return std::move(out_);
  }

 private:
  void field(std::string_view name, std::string_view value) {
    out_ += name;
    out_ += value.starts_with('\t') ? ":" : ": ";
    out_ += folded(value);
    out_ += '\n';
  }

  void choose_body() {
    kind_ = draft_.body;
    if (kind_ != Draft::Body::any) return;
    const bool markup =
        !draft_.html.empty() || std::any_of(draft_.raw.begin(), draft_.raw.end(),
                                            [](const std::string& raw) { return raw.find('<') != raw.npos; });
    const std::size_t choice = below(random_, markup ? 3 : 8);
    kind_ = markup ? (choice == 0 ? Draft::Body::both : Draft::Body::html)
                   : (choice < 4   ? Draft::Body::plain
                      : choice < 6 ? Draft::Body::html
                                   : Draft::Body::both);
  }

  std::string hop_line(const Hop& hop, std::size_t index) {
    static constexpr std::string_view ips[] = {"64.142.3.9", "185.12.45.77", "91.198.22.4", "200.150.7.33"};
    const std::string ip = hop.ip.empty() ? std::string(ips[index % 4]) : hop.ip;
    const bool unknown = hop.unset_rdns || (hop.rdns.empty() && chance(random_, 15));
    const std::string rdns = unknown            ? "unknown"
                             : hop.rdns.empty() ? "mx" + std::to_string(index) + ".sender.net"
                                                : hop.rdns;
    const std::string helo = !hop.helo.empty()                ? hop.helo
                             : unknown || chance(random_, 30) ? "out.sender.net"
                                                              : rdns;
    const std::string by =
        hop.by.empty() ? (index == 0 ? "mail.example.org" : "relay" + std::to_string(index) + ".sender.net")
                       : hop.by;
    std::string line = "from ";
    if (!hop.envelope_from.empty() && !unknown) {
      line += rdns + " ([" + ip + "] helo=" + helo + ")\n\tby " + by +
              " with esmtp (Exim 4.92)\n\t(envelope-from <" + hop.envelope_from + ">)\n\tid 1abCDe-0003fG-Hi";
    } else {
      line += helo + " (" + (hop.ident.empty() ? "" : hop.ident + "@") + rdns + " [" + ip + "])\n\t";
      if (!hop.auth.empty()) line += "(Authenticated sender: someone)\n\t";
      line += "by " + by + " (Postfix) with " + (hop.auth.empty() ? "ESMTP" : "ESMTPA") + " id 4F2A9B1C7D" +
              std::to_string(index);
      line += "\n\tfor <user@example.org>";
    }
    return line + "; " + std::string(kDate);
  }

  void write_received() {
    if (draft_.without.contains("received")) return;
    if (!draft_.hops.empty() || (draft_.received.empty() && chance(random_, 85))) {
      std::vector<Hop> hops = draft_.hops;
      if (hops.empty()) hops.resize(1 + below(random_, 2));
      for (std::size_t i = 0; i < hops.size(); ++i) field("Received", hop_line(hops[i], i));
    }
    for (const std::string& value : draft_.received) field("Received", value);
  }

  void write_mailbox(const std::string& key, std::string_view name, std::string_view otherwise,
                     unsigned percent) {
    if (draft_.without.contains(key)) return;
    const auto at = draft_.mailboxes.find(key);
    if (at != draft_.mailboxes.end())
      field(name, at->second.text());
    else if (!draft_.has_field(key) && chance(random_, percent))
      field(name, otherwise);
  }

  void write_fields() {
    static constexpr std::string_view froms[] = {"Alice Sample <alice@sender.net>", "bob@sender.net",
                                                 "\"Sample, Carol\" <carol@shop.sender.net>",
                                                 "dave1234@gmail.com", "Erin <erin@yahoo.com>"};
    static constexpr std::string_view tos[] = {"user@example.org", "User <user@example.org>",
                                               "<user@example.org>", "info@example.org, user@example.org"};
    static constexpr std::string_view subjects[] = {"about the meeting", "Re: your letter", "News",
                                                    "hello there, a question", ""};
    static constexpr std::string_view ids[] = {"<20200304102030.4F2A9B@mx0.sender.net>",
                                               "<abc.123@sender.net>", "<c0ffee$01d5f2$@sender.net>"};
    write_mailbox("from", "From", any_of(random_, froms), 98);
    write_mailbox("to", "To", any_of(random_, tos), 92);
    for (const auto& [key, mailbox] : draft_.mailboxes)
      if (key != "from" && key != "to" && !draft_.without.contains(key)) {
        std::string name = key;
        for (std::size_t i = 0; i < name.size(); ++i)
          if (i == 0 || name[i - 1] == '-')
            name[i] = static_cast<char>(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 32 : name[i]);
        field(name, mailbox.text());
      }
    const auto usual = [&](std::string_view name, std::string_view value, unsigned percent) {
      const std::string key = lower(name);
      if (!draft_.has_field(key) && !draft_.without.contains(key) && chance(random_, percent))
        field(name, value);
    };
    usual("Subject", any_of(random_, subjects), 92);
    usual("Date", kDate, 95);
    usual("Message-ID", any_of(random_, ids), 90);
    for (const auto& [key, values] : draft_.fields) {
      if (draft_.without.contains(key) || key == "content-type" || key == "content-transfer-encoding")
        continue;
      for (const std::string& value : values.second) field(values.first, value);
    }
    usual("MIME-Version", "1.0", 90);
  }

  std::string plain_text() {
    std::string text;
    if (!draft_.bare && draft_.paragraphs.empty() && chance(random_, 60))
      text += "Dear friend,\n\nplease find our answer below.\n\n";
    for (const std::string& paragraph : draft_.paragraphs) text += paragraph + "\n\n";
    for (const std::string& uri : draft_.uris) text += (chance(random_, 50) ? "see " : "") + uri + " \n\n";
    if (kind_ == Draft::Body::plain)
      for (const std::string& raw : draft_.raw) text += raw + '\n';
    return text;
  }

  std::string html_text() {
    std::string text = draft_.bare ? "" : "<html><body>\n";
    for (const std::string& paragraph : draft_.paragraphs) text += "<p>" + escaped(paragraph) + "</p>\n";
    for (const std::string& markup : draft_.html) text += markup + '\n';
    for (const std::string& raw : draft_.raw) text += raw + '\n';
    for (const std::string& uri : draft_.uris) text += "<p><a href=\"" + uri + "\">read on</a></p>\n";
    return text + (draft_.bare ? "" : "</body></html>\n");
  }

  // Header and body of one text part.
  std::string part(std::string_view type, std::string text) {
    std::string charset = draft_.charset;
    // Bytes that are no UTF-8 go under a charset that has them all, so that nobody needs to guess one.
    if (charset.empty() && std::any_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; }))
      charset = is_utf8(text) ? "utf-8" : chance(random_, 50) ? "iso-8859-15" : "koi8-r";
    if (charset.empty() && chance(random_, 60)) charset = chance(random_, 50) ? "us-ascii" : "utf-8";
    std::string out = "Content-Type: " + std::string(type);
    if (!charset.empty()) out += "; charset=\"" + charset + '"';
    out += '\n';
    if (!draft_.transfer_encoding.empty()) {
      out += "Content-Transfer-Encoding: " + draft_.transfer_encoding + '\n';
      text = lower(draft_.transfer_encoding) == "base64"             ? base64(text)
             : lower(draft_.transfer_encoding) == "quoted-printable" ? quoted_printable(text)
                                                                     : text;
    } else if (chance(random_, 70)) {
      out += chance(random_, 50) ? "Content-Transfer-Encoding: 8bit\n" : "Content-Transfer-Encoding: 7bit\n";
    }
    return out + '\n' + text;
  }

  void write_body() {
    std::vector<std::string> parts;
    if (kind_ != Draft::Body::html) parts.push_back(part("text/plain", plain_text()));
    if (kind_ != Draft::Body::plain) parts.push_back(part("text/html", html_text()));
    const auto type = draft_.fields.find("content-type");
    const auto encoding = draft_.fields.find("content-transfer-encoding");
    const std::string top_type =
        type != draft_.fields.end() && !type->second.second.empty() ? type->second.second.back() : "";
    std::string boundary(boundary_in(top_type));
    const bool many = parts.size() > 1 || !draft_.attachments.empty() || !boundary.empty();
    if (boundary.empty()) boundary = "b1_sample";
    if (!top_type.empty()) {
      field("Content-Type", top_type);
      if (encoding != draft_.fields.end())
        field("Content-Transfer-Encoding", encoding->second.second.back());
      else if (!many && !draft_.transfer_encoding.empty())
        field("Content-Transfer-Encoding", draft_.transfer_encoding);
    }
    if (!many) {
      std::string only = parts[0];
      if (!top_type.empty() || draft_.without.contains("content-type"))
        only = only.substr(only.find("\n\n") + 1);
      else if (encoding != draft_.fields.end()) {
        const std::size_t line = only.find("Content-Transfer-Encoding:");
        if (line < only.find("\n\n")) only.erase(line, only.find('\n', line) + 1 - line);
        field("Content-Transfer-Encoding", encoding->second.second.back());
      }
      out_ += only;
      return;
    }
    if (top_type.empty())
      field("Content-Type",
            std::string(draft_.attachments.empty() ? "multipart/alternative" : "multipart/mixed") +
                "; boundary=\"" + boundary + '"');
    out_ += '\n';
    if (draft_.attachments.empty() || parts.size() == 1) {
      for (const std::string& one : parts) out_ += "--" + boundary + '\n' + one + '\n';
    } else {
      out_ += "--" + boundary + "\nContent-Type: multipart/alternative; boundary=\"b2_inner\"\n\n";
      for (const std::string& one : parts) out_ += "--b2_inner\n" + one + '\n';
      out_ += "--b2_inner--\n\n";
    }
    for (const Attachment& attachment : draft_.attachments) {
      out_ += "--" + boundary + '\n';
      bool typed = false;
      for (const auto& [name, value] : attachment.headers) {
        field(name, value);
        typed |= lower(name) == "content-type";
      }
      if (!typed) field("Content-Type", "application/octet-stream");
      out_ += '\n' + attachment.body + '\n';
    }
    out_ += "--" + boundary + "--\n";
  }

  const Draft& draft_;
  Random& random_;
  Draft::Body kind_ = Draft::Body::any;
  std::string out_;
};

}  // namespace

std::string Mailbox::text() const {
  if (!whole.empty()) {
    if (address.empty() || whole.find('<') != std::string::npos || whole.find('@') != std::string::npos)
      return whole;
    return whole + " <" + address + '>';
  }
  const std::string to = address.empty() ? "someone@sender.net" : address;
  if (name.empty()) return address.size() % 2 == 0 ? "Some One <" + to + '>' : to;
  std::string quoted;
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return '"' + quoted + "\" <" + to + '>';
}

void Draft::add_field(std::string_view name, std::string_view value) {
  auto& [spelling, values] = fields[lower(name)];
  spelling = name;
  values.emplace_back(value);
}

bool Draft::has_field(std::string_view name) const {
  return fields.contains(lower(name));
}

std::string Draft::bytes(Random& random) const {
  return whole.empty() ? Writer(*this, random).run() : whole;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      out += i + k > bytes.size() ? '=' : letters[group >> (18 - 6 * k) & 63];
    if ((i / 3 + 1) % 19 == 0) out += '\n';
  }
  return out + '\n';
}

std::string quoted_printable(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  std::size_t column = 0;
  for (const char c : text) {
    const auto b = static_cast<unsigned char>(c);
    if (column >= 72 && c != '\n') {
      out += "=\n";
      column = 0;
    }
    if (c == '\n' || (b >= 0x20 && b < 0x7f && c != '='))
      out += c;
    else
      out += {'=', digits[b >> 4], digits[b & 15]};
    column = c == '\n' ? 0 : column + (c == out.back() ? 1 : 3);
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

}  // namespace thresh::generate
