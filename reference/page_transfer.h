// SPDX-License-Identifier: Apache-2.0
//
// PageTransfer: one request to libcurl, and what came of it.
#ifndef HEDDLE_REFERENCE_PAGE_TRANSFER_H_
#define HEDDLE_REFERENCE_PAGE_TRANSFER_H_

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>

#include "reference/outcome.h"
#include "reference/page_client.h"

namespace heddle {

// Throws std::invalid_argument naming the limit if one is not more than zero.
PageLimits RequireLimits(PageLimits limits);

// An easy handle that collects the body. libcurl keeps pointers to it, so it
// stays where it is; it goes when no multi handle holds its easy handle.
class PageTransfer {
 public:
  // Throws as PageClient::Get.
  PageTransfer(const std::string& url, PageLimits limits);

  PageTransfer(const PageTransfer&) = delete;
  PageTransfer& operator=(const PageTransfer&) = delete;

  CURL* easy() const { return easy_.get(); }
  // Without the password, for messages.
  const std::string& url() const { return url_; }

  // What it came to, once libcurl has ended it with `result`. Call it once.
  Outcome<std::string> Finish(CURLcode result);

 private:
  struct CloseEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };

  static std::size_t OnHeadLine(char* data, std::size_t size, std::size_t count,
                                void* transfer);
  static std::size_t OnBody(char* data, std::size_t size, std::size_t count,
                            void* transfer);

  template <class Value>
  void Set(CURLoption option, Value value);
  Failure FailureOf(CURLcode result) const;
  bool Refused() const;

  const std::string url_;
  const std::unique_ptr<CURL, CloseEasy> easy_;
  std::array<char, CURL_ERROR_SIZE> words_ = {};  // libcurl's
  bool head_complete_ = false;  // of the answer that comes now
  std::string body_;
  std::exception_ptr body_error_;  // why the body could not be kept
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_PAGE_TRANSFER_H_
