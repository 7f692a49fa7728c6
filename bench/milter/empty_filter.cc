// A milter that does nothing but what every filter must: it negotiates the steps that `thresh milter` takes,
// adds one header field and accepts. What it costs is the price of the protocol.
//
// empty_filter SOCKET, as libmilter writes sockets (unix:/path, inet:port@host).
#include <libmilter/mfapi.h>

#include <cstdio>

namespace {

constexpr unsigned long wanted_steps = SMFIP_NOUNKNOWN | SMFIP_NODATA | SMFIP_HDR_LEADSPC | SMFIP_NR_CONN |
                                       SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_HDR |
                                       SMFIP_NR_EOH | SMFIP_NR_BODY;

// libmilter wants pointers to char that is not const.
char filter_name[] = "empty";
char connect_macros[] = "j {daemon_name} {client_name} {client_ptr} {client_addr} {client_port}";
char helo_macros[] = "{tls_version} {cipher} {cipher_bits}";
char mail_macros[] = "{auth_type} {auth_authen} {mail_addr}";
char rcpt_macros[] = "{rcpt_addr}";
char end_macros[] = "i";
char field[] = "X-Empty";
char value[] = "yes";

sfsistat negotiate(SMFICTX* context, unsigned long, unsigned long steps, unsigned long, unsigned long,
                   unsigned long* actions_out, unsigned long* steps_out, unsigned long* reserved2,
                   unsigned long* reserved3) {
  ::smfi_setsymlist(context, SMFIM_CONNECT, connect_macros);
  ::smfi_setsymlist(context, SMFIM_HELO, helo_macros);
  ::smfi_setsymlist(context, SMFIM_ENVFROM, mail_macros);
  ::smfi_setsymlist(context, SMFIM_ENVRCPT, rcpt_macros);
  ::smfi_setsymlist(context, SMFIM_EOH, end_macros);
  ::smfi_setsymlist(context, SMFIM_EOM, end_macros);
  *actions_out = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_QUARANTINE | SMFIF_SETSYMLIST;
  *steps_out = steps & wanted_steps;
  *reserved2 = *reserved3 = 0;
  return SMFIS_CONTINUE;
}

sfsistat on_connect(SMFICTX*, char*, sockaddr*) {
  return SMFIS_NOREPLY;
}
sfsistat on_helo(SMFICTX*, char*) {
  return SMFIS_NOREPLY;
}
sfsistat on_envelope(SMFICTX*, char**) {
  return SMFIS_NOREPLY;
}
sfsistat on_header(SMFICTX*, char*, char*) {
  return SMFIS_NOREPLY;
}
sfsistat on_end_of_headers(SMFICTX*) {
  return SMFIS_NOREPLY;
}
sfsistat on_body(SMFICTX*, unsigned char*, std::size_t) {
  return SMFIS_NOREPLY;
}
sfsistat on_end(SMFICTX* context) {
  ::smfi_insheader(context, 0, field, value);
  return SMFIS_CONTINUE;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: empty_filter SOCKET\n");
    return 2;
  }
  smfiDesc filter{};
  filter.xxfi_name = filter_name;
  filter.xxfi_version = SMFI_VERSION;
  filter.xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_QUARANTINE | SMFIF_SETSYMLIST;
  filter.xxfi_connect = on_connect;
  filter.xxfi_helo = on_helo;
  filter.xxfi_envfrom = on_envelope;
  filter.xxfi_envrcpt = on_envelope;
  filter.xxfi_header = on_header;
  filter.xxfi_eoh = on_end_of_headers;
  filter.xxfi_body = on_body;
  filter.xxfi_eom = on_end;
  filter.xxfi_negotiate = negotiate;
  if (::smfi_setconn(argv[1]) != MI_SUCCESS || ::smfi_register(filter) != MI_SUCCESS ||
      ::smfi_opensocket(true) != MI_SUCCESS) {
    std::fprintf(stderr, "empty_filter: cannot listen on %s\n", argv[1]);
    return 1;
  }
  return ::smfi_main() == MI_SUCCESS ? 0 : 1;
}
