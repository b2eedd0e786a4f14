# Warnings, architecture and sanitizers for our own targets: one INTERFACE target that every module links.
add_library(lineguard_options INTERFACE)
target_compile_options(lineguard_options INTERFACE
  -march=${LINEGUARD_ARCH} -ffp-contract=off
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wno-missing-field-initializers  # designated initializers leave the rest at its default on purpose
  # GCC 12 reports these where it has inlined strings, vectors and variants and lost their sizes (GCC bug 105329).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict;-Wno-array-bounds;-Wno-stringop-overflow;-Wno-stringop-overread;-Wno-maybe-uninitialized>
  -Werror)

if(LINEGUARD_SANITIZE)
  target_compile_options(lineguard_options INTERFACE
    -fsanitize=${LINEGUARD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  target_link_options(lineguard_options INTERFACE -fsanitize=${LINEGUARD_SANITIZE})
  if(LINEGUARD_SANITIZE MATCHES thread)
    target_compile_options(lineguard_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan -Wno-error=tsan>)
  endif()
  # oneTBB opens its binding library with RTLD_DEEPBIND, which the sanitizers refuse (docs/adr/0004).
  add_library(lineguard_sanitizer_dlopen OBJECT ${CMAKE_SOURCE_DIR}/cmake/sanitizer_dlopen.cpp)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
