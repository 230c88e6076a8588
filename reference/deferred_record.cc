// SPDX-License-Identifier: Apache-2.0
#include "reference/deferred_record.h"

#include "reference/errors.h"
#include "reference/loop_thread.h"
#include "reference/thread_number.h"

namespace heddle {

DeferredRecord::DeferredRecord(Made made)
    : maker_(made == Made::kHere ? std::make_shared<const CallSite>()
                                 : nullptr),
      owner_(CurrentThreadNumber()),
      owner_name_(DescribeCurrentThread()) {}

void DeferredRecord::NoteFirstFire() {
  if (first_fire_ == nullptr) first_fire_ = std::make_unique<const CallSite>();
}

void DeferredRecord::RequireThread(const char* function) {
  if (maker_ == nullptr) return;  // nobody knows whose it is
  const std::uint64_t current = CurrentThreadNumber();
  std::lock_guard lock(mutex_);
  if (owner_ == current) return;
  if (owner_ != kNextUser) {
    throw WrongThread(std::string(function) + ": called on thread " +
                      DescribeCurrentThread() +
                      ", but the Deferred belongs to thread " + owner_name_);
  }
  owner_name_ = DescribeCurrentThread();
  owner_ = current;
}

void DeferredRecord::DetachFromThread() {
  std::lock_guard lock(mutex_);
  owner_ = kNextUser;
}

std::string DeferredRecord::Describe(const DeferredRecord* record) {
  if (record == nullptr) return "made and fired while debugging was off";
  return DescribeMaker(record->maker_.get()) + ", first fired " +
         (record->first_fire_ ? "by " + record->first_fire_->Describe()
                              : "while debugging was off");
}

std::string DescribeMaker(const CallSite* maker) {
  return maker != nullptr ? "made by " + maker->Describe()
                          : "made while debugging was off";
}

}  // namespace heddle
