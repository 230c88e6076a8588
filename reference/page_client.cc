// SPDX-License-Identifier: Apache-2.0
#include "reference/page_client.h"

#include <exception>
#include <limits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "reference/curl_driver.h"
#include "reference/errors.h"
#include "reference/log.h"
#include "reference/outcome.h"
#include "reference/page_errors.h"
#include "reference/page_transfer.h"
#include "reference/pending_answers.h"
#include "reference/reactor.h"

namespace heddle {

// The pages under way. It stands on the reactor's list of owed results, which
// keeps it until it closes; so it is closed while the reactor is still there,
// and never touches one that has gone.
class PageClient::Pages : public PendingAnswer,
                          public std::enable_shared_from_this<Pages> {
 public:
  Pages(Reactor& reactor, PageLimits limits)
      : reactor_(reactor), limits_(RequireLimits(limits)) {}

  void Open();
  Deferred<std::string> Get(const std::string& url);
  // The client is destroyed.
  void Close();
  // PendingAnswer: the reactor ends.
  void Abandon() noexcept override;

 private:
  struct Page {
    Page(const std::string& url, PageLimits limits,
         Deferred<std::string> to_fire)
        : transfer(url, limits), deferred(std::move(to_fire)) {}

    PageTransfer transfer;
    Deferred<std::string> deferred;
  };
  using PagePointer = std::unique_ptr<Page>;
  using Ended = std::vector<std::pair<PagePointer, Outcome<std::string>>>;

  void OnTurn(const std::exception_ptr& broken);
  void Cancel(CURL* easy);
  PagePointer Take(CURL* easy);
  template <class F>
  Ended TakeAll(F&& failure_of);
  static void Fire(Ended ended) noexcept;
  void CloseDriver();

  Reactor& reactor_;
  const PageLimits limits_;
  std::shared_ptr<CurlDriver> driver_;  // null when closed
  std::unordered_map<CURL*, PagePointer> pages_;
  std::shared_ptr<Pages> self_;  // while on the reactor's list
};

namespace {

// Throws WrongThread on another. The descriptor does not exist: nothing else
// of a reactor's asks for its thread and changes nothing.
void RequireThread(Reactor& reactor) {
  reactor.RemoveReader(std::numeric_limits<int>::max());
}

Failure ReactorEnded(const std::string& url) {
  return Failure::Of(
      ReactorStopped(url + ": the reactor stopped before the page came"));
}

}  // namespace

void PageClient::Pages::Open() {
  RequireThread(reactor_);
  const auto driver = std::make_shared<CurlDriver>(
      reactor_, [pages = weak_from_this()](const std::exception_ptr& broken) {
        if (const auto alive = pages.lock()) alive->OnTurn(broken);
      });
  if (!reactor_.deferred_results().Add(*this)) return;
  driver_ = driver;
  self_ = shared_from_this();
}

Deferred<std::string> PageClient::Pages::Get(const std::string& url) {
  if (driver_) RequireThread(reactor_);
  // The canceller does not keep the pages, which keep the Deferred.
  const auto easy = std::make_shared<CURL*>(nullptr);
  Deferred<std::string> deferred(
      [pages = weak_from_this(), easy](Deferred<std::string>&) {
        if (const auto alive = pages.lock()) alive->Cancel(*easy);
      });
  auto page = std::make_unique<Page>(url, limits_, deferred);
  if (!driver_) {
    deferred.Errback(ReactorEnded(page->transfer.url()));
    return deferred;
  }
  *easy = page->transfer.easy();
  const auto place = pages_.emplace(*easy, std::move(page)).first;
  try {
    driver_->Add(*easy);
  } catch (...) {
    pages_.erase(place);
    throw;
  }
  return deferred;
}

void PageClient::Pages::OnTurn(const std::exception_ptr& broken) {
  if (broken) {
    Fire(TakeAll([&](const std::string&) { return Failure(broken); }));
    return;
  }
  Ended ended;
  while (const auto done = driver_->TakeDone()) {
    PagePointer page = Take(done->easy);
    Outcome<std::string> outcome = page->transfer.Finish(done->result);
    ended.emplace_back(std::move(page), std::move(outcome));
  }
  Fire(std::move(ended));
}

// It may have ended already, and wait for its turn to fire.
void PageClient::Pages::Cancel(CURL* easy) {
  if (pages_.contains(easy)) Take(easy);
}

PageClient::Pages::PagePointer PageClient::Pages::Take(CURL* easy) {
  driver_->Remove(easy);
  return std::move(pages_.extract(easy).mapped());
}

template <class F>
PageClient::Pages::Ended PageClient::Pages::TakeAll(F&& failure_of) {
  Ended ended;
  ended.reserve(pages_.size());
  while (!pages_.empty()) {
    PagePointer page = Take(pages_.begin()->first);
    Failure failure = failure_of(page->transfer.url());
    ended.emplace_back(std::move(page), std::move(failure));
  }
  return ended;
}

// User code runs here, which may cancel one of the next, or end all of this.
void PageClient::Pages::Fire(Ended ended) noexcept {
  for (auto& [page, outcome] : ended) {
    const Deferred<std::string> deferred = page->deferred;
    page.reset();
    if (deferred.called()) continue;
    try {
      // Handed over by a chain: an argument of Callback() would hold a failure
      // until the callbacks have run, beyond its use on a thread that one of
      // them gives it to.
      Succeed()
          .AddCallback([outcome = std::move(outcome)]() mutable {
            return std::move(outcome);
          })
          .ChainDeferred(deferred);
    } catch (...) {
      LogException("a page's Deferred could not be fired",
                   std::current_exception());
    }
  }
}

void PageClient::Pages::Close() {
  if (!driver_) return;
  // Held by the caller.
  if (reactor_.deferred_results().Remove(*this)) self_.reset();
  Ended ended = TakeAll([](const std::string& url) {
    return Failure::Of(PageClientDestroyed(
        url + ": the PageClient was destroyed before the page came"));
  });
  CloseDriver();
  Fire(std::move(ended));
}

void PageClient::Pages::Abandon() noexcept {
  const std::shared_ptr<Pages> self = std::move(self_);
  Ended ended = TakeAll(ReactorEnded);
  CloseDriver();
  Fire(std::move(ended));
}

void PageClient::Pages::CloseDriver() {
  std::exchange(driver_, nullptr)->Close();
}

PageClient::PageClient(Reactor& reactor, PageLimits limits)
    : pages_(std::make_shared<Pages>(reactor, limits)) {
  pages_->Open();
}

PageClient::~PageClient() {
  if (process_.IsOriginal()) pages_->Close();
}

Deferred<std::string> PageClient::Get(std::string url) {
  if (!process_.IsOriginal()) {
    throw UsedInForkedChild(
        "PageClient::Get: this is a forked child; the client is its parent's");
  }
  return pages_->Get(url);
}

}  // namespace heddle
