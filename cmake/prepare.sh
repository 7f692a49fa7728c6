# Sourced by ./run and ./test: installs what is missing and configures a build.
# Wants $root, the top of the tree.

# Debian packages that building and running need, and those that only tests need.
build_packages="g++ cmake ninja-build ccache pkg-config libhyperscan-dev libpcre2-dev libmimetic-dev libicu-dev libpsl-dev
  libuchardet-dev libssl-dev libboost1.81-dev libfmt-dev libcli11-dev libtomlplusplus-dev nlohmann-json3-dev
  libspdlog-dev libsystemd-dev libmilter-dev"
test_packages="libgtest-dev libgmock-dev libbenchmark-dev spamassassin libencode-detect-perl publicsuffix zstd python3
  clang-19 lld-19 libclang-rt-19-dev git time postfix dovecot-core dovecot-lmtpd dovecot-imapd
  dovecot-sieve opendkim opendkim-tools python3-dkim miltertest iproute2 openssl"

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else echo "not root and no sudo: install these yourself: $missing" >&2; exit 2
  fi
}

# install PACKAGE...: installs those that are not there yet.
install() {
  missing=""
  for package; do
    case "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" in
      "install ok installed") ;;
      *) missing="$missing $package" ;;
    esac
  done
  [ -n "$missing" ] || return 0
  echo "installing:$missing" >&2
  as_root env DEBIAN_FRONTEND=noninteractive sh -c "apt-get -q update && apt-get -q install -y --no-install-recommends $missing" >&2
}

# build PRESET [TARGET...]
build() {
  preset=$1
  shift
  [ -f "$root/build/$preset/build.ninja" ] || cmake -S "$root" --preset "$preset" -B "$root/build/$preset" >&2
  if [ $# -gt 0 ]; then cmake --build "$root/build/$preset" --target "$@" >&2
  else cmake --build "$root/build/$preset" >&2
  fi
}
