# What every target shares: language, warnings, hardening, sanitizers; and the functions that make layers and tests.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(PkgConfig REQUIRED)

add_library(mfa_options INTERFACE)
target_include_directories(mfa_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(mfa_options INTERFACE _GNU_SOURCE MFA_VERSION="${PROJECT_VERSION}"
  MFA_MFAD="${CMAKE_INSTALL_FULL_SBINDIR}/mfad" MFA_SYSCONFDIR="${CMAKE_INSTALL_FULL_SYSCONFDIR}")
if(CMAKE_SIZEOF_VOID_P EQUAL 4)
  # Times past 2038 and files past 2 GiB. No library that is used has either in its interface.
  target_compile_definitions(mfa_options INTERFACE _TIME_BITS=64 _FILE_OFFSET_BITS=64)
endif()
target_compile_options(mfa_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual -Wformat=2 -Wimplicit-fallthrough -Wundef -Werror
  -fstack-protector-strong -fvisibility=hidden "-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.")
if(NOT MFA_SANITIZE)
  target_compile_options(mfa_options INTERFACE $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
  target_link_options(mfa_options INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
else()
  target_compile_definitions(mfa_options INTERFACE MFA_SANITIZED)
  target_compile_options(mfa_options INTERFACE -fsanitize=${MFA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(mfa_options INTERFACE -fsanitize=${MFA_SANITIZE})
endif()
if(MFA_FUZZ)
  target_compile_options(mfa_options INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer)
  target_link_options(mfa_options INTERFACE -fsanitize=address,undefined)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees dangling and uninitialised memory in std::optional and std::variant where there is none (PR 105562),
  # and overlaps in "x" + string (PR 105651).
  target_compile_options(mfa_options INTERFACE -Wno-maybe-uninitialized -Wno-restrict)
endif()

# What nearly every file includes.
set(MFA_COMMON_HEADERS <algorithm> <array> <chrono> <expected> <functional> <map> <memory> <mutex> <optional> <set> <span>
  <string> <string_view> <thread> <utility> <variant> <vector> <fmt/format.h>)

# mfa_read_once(TARGET HEADERS…): its files find these already read, in the sanitized builds, a third of whose time that
# would be. (g++ with optimisation warns of what is not there in headers that are precompiled.)
function(mfa_read_once target)
  if(MFA_SANITIZE)
    target_precompile_headers(${target} PRIVATE ${MFA_COMMON_HEADERS} ${ARGN})
  endif()
endfunction()

# mfa_layer(NAME SOURCES… DEPENDS…): the static library mfa_NAME of the folder common/NAME.
function(mfa_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(mfa_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(mfa_${name} PUBLIC mfa_options ${ARG_DEPENDS})
  list(LENGTH ARG_SOURCES count)
  if(count GREATER 6)
    mfa_read_once(mfa_${name})
  endif()
endfunction()

# mfa_fuzz(NAME LIBRARIES…): tests/fuzz/NAME_fuzz.cpp. With MFA_FUZZ a libFuzzer program; otherwise a test that replays
# the corpus in tests/fuzz/corpus/NAME, in every build, sanitized ones included.
function(mfa_fuzz name)
  add_executable(fuzz_${name} ${name}_fuzz.cpp)
  target_link_libraries(fuzz_${name} PRIVATE mfa_options ${ARGN})
  if(MFA_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${name} PRIVATE replay.cpp)
    add_test(NAME fuzz_corpus.${name} COMMAND fuzz_${name} ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
    add_dependencies(parts_tests fuzz_${name})
  endif()
endfunction()
