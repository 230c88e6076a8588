// SPDX-License-Identifier: Apache-2.0
//
// Why a page did not come, one type per cause. Each message begins with the
// URL, without the password that it may hold.
#ifndef HEDDLE_REFERENCE_PAGE_ERRORS_H_
#define HEDDLE_REFERENCE_PAGE_ERRORS_H_

#include <stdexcept>
#include <string>
#include <utility>

namespace heddle {

// Any of them. Thrown itself for what has no type of its own, with libcurl's
// words: too many redirects, a certificate that does not hold, an answer that
// is not HTTP.
class PageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The name could not be resolved: there is no such host, or no name server to
// say so. Trying again later may help.
class UnknownHost : public PageError {
  using PageError::PageError;
};

// The host is there, and nobody listens on that port.
class ConnectionRefused : public PageError {
  using PageError::PageError;
};

// The server has answered, with a status of 400 or above.
class HttpStatusError : public PageError {
 public:
  HttpStatusError(const std::string& message, int status, std::string body)
      : PageError(message), status_(status), body_(std::move(body)) {}

  int status() const { return status_; }
  // What the server sent with it, for people as a rule.
  const std::string& body() const { return body_; }

 private:
  int status_;
  std::string body_;
};

// A limit of PageLimits has passed. Not a TimeoutError: that one says that a
// deadline of the waiting thread has passed (TH-27), and may be thrown where
// this one could be.
class PageTimeout : public PageError {
  using PageError::PageError;
};

// The connection ended before the whole answer had come, or before any of it.
class PageCutShort : public PageError {
  using PageError::PageError;
};

// The PageClient was destroyed before the page had come.
class PageClientDestroyed : public PageError {
  using PageError::PageError;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_PAGE_ERRORS_H_
