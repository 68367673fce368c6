// Dropout: which elements were kept, held against which should have been.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "grader/judge/pattern.h"

namespace tritutor {
namespace {

/// Kept or not, element by element; what an input of 0 says of it is nothing.
struct Masks {
  std::vector<char> got, want, known;
  int64_t elements = 0, same = 0, kept_wrongly = 0, dropped_wrongly = 0;
};

/// The masks of a dropout; nullopt where the output is none: its zeros are those of the input, or follow its sign.
std::optional<Masks> masks_of(const Evidence& e) {
  if (e.context.inputs == nullptr || e.context.inputs->size() != 1 || e.total() < 64) return std::nullopt;
  const reference::Array& x = e.context.inputs->begin()->second;
  if (x.count() != e.total()) return std::nullopt;
  const auto n = static_cast<size_t>(e.total());
  Masks masks{std::vector<char>(n), std::vector<char>(n), std::vector<char>(n)};
  int64_t kept_positive = 0, dropped_positive = 0, both = 0, right = 0;
  for (int64_t i = 0; i < e.total(); ++i) {
    const auto at = static_cast<size_t>(i);
    if (x.at(i) == 0 || !std::isfinite(e.got_at(i))) continue;
    const bool want = e.want_at(i) != 0, got = e.got_at(i) != 0;
    masks.known[at] = 1;
    masks.got[at] = got ? 1 : 0;
    masks.want[at] = want ? 1 : 0;
    ++masks.elements;
    masks.same += got == want ? 1 : 0;
    masks.kept_wrongly += got && !want ? 1 : 0;
    masks.dropped_wrongly += !got && want ? 1 : 0;
    if (x.at(i) > 0) (want ? kept_positive : dropped_positive) += 1;
    if (got && want) {
      ++both;
      right += e.wrong[at] == 0 ? 1 : 0;
    }
  }
  const bool is_dropout = kept_positive >= 8 && dropped_positive >= 8 && masks.elements * 2 > e.total();
  if (!is_dropout || right * 20 < both * 19) return std::nullopt;
  return masks;
}

/// Whether nearly all of mask a's elements i are those of b at i + distance.
bool agree(const Masks& masks, const std::vector<char>& a, const std::vector<char>& b, int64_t distance) {
  int64_t tested = 0, same = 0;
  for (int64_t i = std::max<int64_t>(0, -distance); i < static_cast<int64_t>(a.size()); ++i) {
    const int64_t other = i + distance;
    if (other >= static_cast<int64_t>(b.size())) break;
    if (masks.known[static_cast<size_t>(i)] == 0 || masks.known[static_cast<size_t>(other)] == 0) continue;
    ++tested;
    same += a[static_cast<size_t>(i)] == b[static_cast<size_t>(other)] ? 1 : 0;
  }
  return tested >= 64 && same * 100 >= tested * 99;
}

}  // namespace

std::optional<Pattern> find_mask(const Evidence& e) {
  const std::optional<Masks> masks = masks_of(e);
  if (!masks || masks->same == masks->elements) return std::nullopt;
  if (masks->same * 50 < masks->elements) {
    return Pattern{"other-mask",
                   "The mask is the right one the wrong way round: what should be dropped is kept, and the reverse."};
  }
  if (masks->dropped_wrongly == 0 &&
      masks->kept_wrongly == std::count(masks->want.begin(), masks->want.end(), 0) -
                                 std::count(masks->known.begin(), masks->known.end(), 0)) {
    return Pattern{"other-mask", "Nothing was dropped: is what the generator gives compared with p at all?"};
  }
  for (const int64_t distance : {1, -1}) {
    if (agree(*masks, masks->got, masks->want, distance)) {
      return Pattern{"other-mask", fmt::format("The mask is that of the element {}: the offset handed to the generator "
                                               "is off by one.",
                                               distance > 0 ? "after it" : "before it")};
    }
  }
  std::vector<int64_t> periods = {32, 64, 128, 256, 512, 1024};
  if (e.context.block_threads >= 32) periods.push_back(static_cast<int64_t>(e.context.block_threads));
  for (const int64_t period : periods) {
    if (e.total() < 3 * period || !agree(*masks, masks->got, masks->got, period)) continue;
    return Pattern{"repeating-mask",
                   fmt::format("The same elements are kept in each {} of them: the mask repeats. The offset handed to "
                               "the generator is to be the place in the vector, not in the block.",
                               period)};
  }
  return Pattern{
      "other-mask",
      fmt::format("It is another mask: {} elements are kept that should be dropped and {} dropped that should "
                  "be kept; where both agree, the values are right. Is the rule rand(seed, i) > p, with this "
                  "seed and this i?",
                  masks->kept_wrongly, masks->dropped_wrongly)};
}

}  // namespace tritutor
