// SPDX-License-Identifier: Apache-2.0
//
// PageClient: fetches pages by HTTP, any number of them at once, on a
// reactor's thread.
#ifndef HEDDLE_REFERENCE_PAGE_CLIENT_H_
#define HEDDLE_REFERENCE_PAGE_CLIENT_H_

#include <memory>
#include <optional>
#include <string>

#include "reference/clock.h"
#include "reference/deferred.h"
#include "reference/process_identity.h"

namespace heddle {

class Reactor;

// Both more than zero; infinity is none. Measured by the reactor's clock and
// by the system's steady clock, whichever is later.
struct PageLimits {
  // From Get() to the last byte of the page.
  Seconds total{300};
  // From Get() to the connection, the look-up of the name included.
  Seconds connect{30};
};

// What it is: an HTTP client made of libcurl's multi-socket interface and a
// reactor's readers, writers and timers. It keeps connections open for the
// next page of the same server.
//
// Its states: open; closed, when the reactor has ended. A page is under way
// from Get() until its Deferred fires.
//
// What the caller must do: use it, and the Deferreds, on the reactor's thread
// (before the reactor runs: on the thread that sets it up). Keep it as long as
// its pages are wanted.
//
// What it promises: each Deferred fires once: with the page, with one of the
// errors in page_errors.h, with CancelledError, or with ReactorStopped when
// the reactor ends first (BT-04). Nothing fires before Get() has returned,
// unless the reactor has ended already. No call blocks, and nobody's code runs
// inside of libcurl: what a callback does to this client, its destruction
// included, is safe. No thread is made here; libcurl has a short-lived one for
// each look-up of a name, because the system offers no other way.
//
// Happens-before: none; one thread.
//
// Destruction: at any time, in a callback of its own pages too; before or
// after the reactor's. Pages under way fail with PageClientDestroyed, and
// their callbacks run before the destructor returns. In a child of fork() it
// leaves everything to the parent.
class PageClient {
 public:
  // Throws std::invalid_argument if a limit is not more than zero, WrongThread,
  // std::runtime_error if libcurl cannot be set up.
  explicit PageClient(Reactor& reactor, PageLimits limits = {});
  ~PageClient();

  PageClient(const PageClient&) = delete;
  PageClient& operator=(const PageClient&) = delete;

  // The body of what `url`, of http or https, stands for, however large. It is
  // not asked to be compressed, nor expanded if it is. Follows up to 20
  // redirects; sends no cookies; goes through no proxy, whatever the
  // environment says. Cancelling the Deferred ends the transfer, and its
  // connection, at once.
  //
  // Throws, with nothing begun, std::invalid_argument if `url` is not a whole
  // URL of http or https; WrongThread; UsedInForkedChild; std::runtime_error
  // if libcurl cannot begin.
  Deferred<std::string> Get(std::string url);

 private:
  class Pages;

  const ProcessIdentity process_;
  const std::shared_ptr<Pages> pages_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_PAGE_CLIENT_H_
