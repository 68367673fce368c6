#pragma once
// One axis of a chart: where a value lies on it, and the values that are written beside it.

#include <string>
#include <vector>

namespace tritutor::plot {

struct Tick {
  double value = 0;
  std::string label;
};

/// "4096", "16Ki", "64Mi", "1M": short where the value is round.
std::string short_size(double value);

class Axis {
 public:
  enum class Kind : unsigned char {
    linear,  ///< from 0
    log,
  };
  /// Over the values from `least` to `most`, widened to round ones. On a log axis both are positive.
  Axis(Kind kind, double least, double most);
  /// A log axis that ends where the values do, but for a little room.
  static Axis exactly(double least, double most);

  /// From 0 at the axis's start to 1 at its end; what lies outside is moved to the end.
  double at(double value) const;
  /// Round values, `about` so many.
  std::vector<Tick> ticks(int about) const;
  double least() const { return least_; }
  double most() const { return most_; }

 private:
  Kind kind_;
  double least_, most_;
};

}  // namespace tritutor::plot
