// SPDX-License-Identifier: Apache-2.0
#include "reference/page_transfer.h"

#include <cerrno>
#include <climits>
#include <cmath>
#include <new>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "reference/page_errors.h"

namespace heddle {
namespace {

constexpr long kMaxRedirects = 20;

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

[[noreturn]] void RejectUrl(const std::string& url, const std::string& why) {
  throw std::invalid_argument("GetPage: '" + url +
                              "' is not a URL of http or https: " + why);
}

std::string PartOf(const Url& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) return "";
  const std::unique_ptr<char, void (*)(void*)> owned(text, curl_free);
  return text;
}

// `url` without user and password; throws if it is none of ours.
std::string RequireUrl(const std::string& url) {
  // libcurl, a C library, would stop reading there.
  const std::size_t nul = url.find('\0');
  if (nul != std::string::npos) {
    RejectUrl(url.substr(0, nul), "a NUL follows");
  }
  const Url parsed(curl_url());
  if (!parsed) throw std::bad_alloc();
  const CURLUcode code =
      curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0);
  if (code != CURLUE_OK) RejectUrl(url, curl_url_strerror(code));
  const std::string scheme = PartOf(parsed, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    RejectUrl(url, "its scheme is '" + scheme + "'");
  }
  if (PartOf(parsed, CURLUPART_PASSWORD).empty()) return url;
  curl_url_set(parsed.get(), CURLUPART_USER, nullptr, 0);
  curl_url_set(parsed.get(), CURLUPART_PASSWORD, nullptr, 0);
  return PartOf(parsed, CURLUPART_URL);
}

void RequireLimit(const char* name, Seconds limit) {
  if (limit > limit.zero()) return;  // not so for NaN
  throw std::invalid_argument(std::string("PageClient: the limit `") + name +
                              "` is " + std::to_string(limit.count()) +
                              " s, must be more than zero");
}

// At least one, for none means the default to libcurl; at most what it takes,
// three weeks.
long Milliseconds(Seconds limit) {
  const double milliseconds = std::ceil(limit.count() * 1000);
  if (milliseconds >= INT_MAX) return INT_MAX;
  return milliseconds < 1 ? 1 : static_cast<long>(milliseconds);
}

}  // namespace

PageLimits RequireLimits(PageLimits limits) {
  RequireLimit("total", limits.total);
  RequireLimit("connect", limits.connect);
  return limits;
}

PageTransfer::PageTransfer(const std::string& url, PageLimits limits)
    : url_(RequireUrl(url)), easy_(curl_easy_init()) {
  if (!easy_) throw std::bad_alloc();
  Set(CURLOPT_URL, url.c_str());
  Set(CURLOPT_USERAGENT, "heddle");
  Set(CURLOPT_PROXY, "");
  Set(CURLOPT_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_FOLLOWLOCATION, 1L);
  Set(CURLOPT_MAXREDIRS, kMaxRedirects);
  Set(CURLOPT_TIMEOUT_MS, Milliseconds(limits.total));
  Set(CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(limits.connect));
  // Signals belong to the program.
  Set(CURLOPT_NOSIGNAL, 1L);
  // Else ending a transfer while its name is looked up would wait for the
  // look-up. It is left to its thread, which goes when the system answers.
  Set(CURLOPT_QUICK_EXIT, 1L);
  Set(CURLOPT_ERRORBUFFER, words_.data());
  Set(CURLOPT_HEADERFUNCTION, &PageTransfer::OnHeadLine);
  Set(CURLOPT_HEADERDATA, this);
  Set(CURLOPT_WRITEFUNCTION, &PageTransfer::OnBody);
  Set(CURLOPT_WRITEDATA, this);
}

template <class Value>
void PageTransfer::Set(CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy(), option, value);
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code == CURLE_OK) return;
  throw std::runtime_error("GetPage: libcurl refuses its option " +
                           std::to_string(option) + ": " +
                           curl_easy_strerror(code));
}

std::size_t PageTransfer::OnHeadLine(char* data, std::size_t size,
                                     std::size_t count, void* transfer) {
  auto& self = *static_cast<PageTransfer*>(transfer);
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) self.head_complete_ = false;
  if (line == "\r\n" || line == "\n") self.head_complete_ = true;
  return line.size();
}

// No exception may pass through libcurl.
std::size_t PageTransfer::OnBody(char* data, std::size_t size,
                                 std::size_t count, void* transfer) {
  auto& self = *static_cast<PageTransfer*>(transfer);
  try {
    self.body_.append(data, size * count);
    return size * count;
  } catch (...) {
    self.body_error_ = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
}

Outcome<std::string> PageTransfer::Finish(CURLcode result) {
  if (body_error_) return Failure(body_error_);
  if (result != CURLE_OK) return FailureOf(result);
  // An end within the head is an empty page to libcurl.
  if (!head_complete_) {
    return Failure::Of(
        PageCutShort(url_ + ": cut short: the answer stops in its head"));
  }
  long status = 0;
  curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);
  if (status < 400) return std::move(body_);
  return Failure::Of(HttpStatusError(
      url_ + ": the server answers with HTTP status " + std::to_string(status),
      static_cast<int>(status), std::move(body_)));
}

Failure PageTransfer::FailureOf(CURLcode result) const {
  const std::string words =
      words_[0] != '\0' ? words_.data() : curl_easy_strerror(result);
  switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return Failure::Of(UnknownHost(url_ + ": unknown host: " + words));
    case CURLE_COULDNT_CONNECT:
      if (!Refused()) break;
      return Failure::Of(
          ConnectionRefused(url_ + ": connection refused: " + words));
    case CURLE_OPERATION_TIMEDOUT:
      return Failure::Of(PageTimeout(url_ + ": time-out: " + words));
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
      return Failure::Of(PageCutShort(url_ + ": cut short: " + words));
    default:
      break;
  }
  return Failure::Of(PageError(url_ + ": " + words));
}

bool PageTransfer::Refused() const {
  long error = 0;
  curl_easy_getinfo(easy(), CURLINFO_OS_ERRNO, &error);
  return error == ECONNREFUSED;
}

}  // namespace heddle
