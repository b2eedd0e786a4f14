// Sanitized programs end at the first dlopen with RTLD_DEEPBIND, and the network runtime's thread library uses it
// to find its optional NUMA binding. This definition clears the flag and calls the real function.
#include <dlfcn.h>

extern "C" void* dlopen(const char* file, int mode) noexcept {
  using DlOpen = void* (*)(const char*, int);
  static const auto real_dlopen = reinterpret_cast<DlOpen>(dlsym(RTLD_NEXT, "dlopen"));
  return real_dlopen(file, mode & ~RTLD_DEEPBIND);
}
