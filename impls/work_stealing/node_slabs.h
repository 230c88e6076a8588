// SPDX-License-Identifier: Apache-2.0
//
// NodeSlabs: fresh memory for batches of nodes.
#ifndef HEDDLE_IMPLS_WORK_STEALING_NODE_SLABS_H_
#define HEDDLE_IMPLS_WORK_STEALING_NODE_SLABS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace heddle::work_stealing {

// What it is: memory of the system's, a slab at a time, cut into batches of
// kBatchBytes, one after the other. A batch has no header, and what has not
// been cut off has not been touched and costs no memory.
//
// Slabs grow with what there is: an eighth of it, from kSmallest to kLargest.
// So at most an eighth is mapped and not in use yet. They do not ask for huge
// pages; reference/DESIGN.md says why, under "Rejected for speed".
//
// Its states: one word, the address of the rest of the newest slab plus the
// number of batches in it, which the address, a multiple of kBatchBytes, leaves
// room for.
//
//   Who cuts a batch off                 Who finds no rest
//   B1 read the word: there is a rest    M1 read the word: there is none
//   B2 put what follows in its place,    M2 map a slab
//      if it is still the same           M3 put what follows its first batch in
//                                           the word's place, if it is still
//                                           the same; else give the slab back
//
// The interleaving that must be impossible: B2 or M3 succeeds although the word
// has changed and come back. It never does: a slab that was put there stays
// mapped, so no address comes twice, and within a slab addresses only go up.
//
// What the caller must do: nothing; any thread may call anything. Nobody waits
// for anybody, so a child of fork() may go on too.
//
// What it promises: no memory comes out twice, and none is ever given back to
// the system.
//
// Happens-before: none is needed; nobody wrote what comes out.
//
// Destruction: none; what came out stays.
class NodeSlabs {
 public:
  static constexpr std::size_t kBatchBytes = 2048;
  static constexpr std::size_t kSmallest = std::size_t{1} << 16;
  static constexpr std::size_t kLargest = std::size_t{1} << 20;

  constexpr NodeSlabs() = default;
  NodeSlabs(const NodeSlabs&) = delete;
  NodeSlabs& operator=(const NodeSlabs&) = delete;

  // kBatchBytes on an address that is a multiple of it. Throws std::bad_alloc
  // if the system has no more.
  [[nodiscard]] void* Carve();

  // All slabs, in bytes. Approximate while another thread maps one.
  std::size_t mapped() const {
    return mapped_.load(std::memory_order_acquire);
  }

 private:
  std::atomic<std::uintptr_t> rest_{0};
  std::atomic<std::size_t> mapped_{0};
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_NODE_SLABS_H_
