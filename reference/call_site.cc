// SPDX-License-Identifier: Apache-2.0
#include "reference/call_site.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "reference/loop_thread.h"

namespace heddle {
namespace {

constexpr int kFramesShown = 8;

std::string Demangle(const char* symbol) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(symbol, nullptr, nullptr, &status), std::free);
  return status == 0 ? name.get() : symbol;
}

std::string ModuleAndOffset(const Dl_info& module, std::uintptr_t address) {
  std::string_view path = module.dli_fname;
  if (const auto slash = path.rfind('/'); slash != path.npos) {
    path.remove_prefix(slash + 1);
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string offset;
  for (std::uintptr_t rest =
           address - reinterpret_cast<std::uintptr_t>(module.dli_fbase);
       rest != 0 || offset.empty(); rest /= 16) {
    offset.insert(offset.begin(), kDigits[rest % 16]);
  }
  return std::string(path) + "+0x" + offset;
}

// `frame` is a return address: the call itself is before it, and may be the
// last instruction of its function.
std::string DescribeFrame(const void* frame) {
  const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(frame) - 1;
  Dl_info found;
  if (dladdr(reinterpret_cast<const void*>(address), &found) == 0) {
    return "unknown";
  }
  return found.dli_sname != nullptr ? Demangle(found.dli_sname)
                                    : ModuleAndOffset(found, address);
}

// "heddle::Deferred<int>::Errback<X>" of
// "void heddle::Deferred<int>::Errback<X>(X&&) const".
std::string_view QualifiedName(std::string_view function) {
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i < function.size(); ++i) {
    const char c = function[i];
    depth += (c == '<') - (c == '>');
    if (depth != 0) continue;
    if (c == '(') return function.substr(begin, i - begin);
    if (c == ' ') begin = i + 1;
  }
  return function.substr(begin);
}

// Whether it is a Deferred's own function, or what that uses to get here.
bool IsOwn(std::string_view function) {
  const std::string_view name = QualifiedName(function);
  for (const std::string_view own :
       {"heddle::DeferredRecord::", "heddle::DeferredChain::",
        "heddle::Deferred<", "std::"}) {
    if (name.starts_with(own)) return true;
  }
  return false;
}

}  // namespace

CallSite::CallSite()
    : count_(backtrace(frames_.data(), static_cast<int>(frames_.size()))),
      thread_(DescribeCurrentThread()) {
  // Before the caller's frame are ours and, under a sanitizer, others.
  const auto end = frames_.begin() + count_;
  const auto caller =
      std::find(frames_.begin(), end, __builtin_return_address(0));
  if (caller != end) first_ = static_cast<int>(caller - frames_.begin());
}

std::string CallSite::Describe() const {
  std::string text;
  for (int i = first_, shown = 0; i < count_ && shown < kFramesShown; ++i) {
    const std::string frame = DescribeFrame(frames_[i]);
    if (shown == 0 && IsOwn(frame)) continue;
    if (shown++ > 0) text += " from ";
    text += frame;
  }
  return (text.empty() ? "unknown" : text) + " on thread " + thread_;
}

}  // namespace heddle
