# System packages, found once here; rooms name the imported targets only.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n data)
find_package(OpenSSL 3 REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tomlplusplus REQUIRED)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(HYPERSCAN REQUIRED IMPORTED_TARGET libhs)
pkg_check_modules(MILTER REQUIRED IMPORTED_TARGET milter)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(PSL REQUIRED IMPORTED_TARGET libpsl)
pkg_check_modules(UCHARDET REQUIRED IMPORTED_TARGET uchardet)

# mimetic ships no .pc file.
find_path(MIMETIC_INCLUDE_DIR mimetic/mimetic.h REQUIRED)
find_library(MIMETIC_LIBRARY mimetic REQUIRED)
add_library(PkgConfig::MIMETIC UNKNOWN IMPORTED)
set_target_properties(PkgConfig::MIMETIC PROPERTIES
  IMPORTED_LOCATION "${MIMETIC_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${MIMETIC_INCLUDE_DIR}")
