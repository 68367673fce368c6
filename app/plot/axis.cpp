#include "app/plot/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tritutor::plot {
namespace {

/// The least of 1, 2, 5 times a power of ten that is not below `value`.
double round_up(double value) {
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double digit : {1.0, 2.0, 5.0}) {
    if (digit * power >= value * (1 - 1e-9)) return digit * power;
  }
  return 10 * power;
}

double round_down(double value) {
  const double power = std::pow(10, std::floor(std::log10(value) + 1e-9));
  for (const double digit : {5.0, 2.0}) {
    if (digit * power <= value * (1 + 1e-9)) return digit * power;
  }
  return power;
}

/// Parts of a linear axis, at the least.
constexpr double parts = 4;

}  // namespace

std::string short_size(double value) {
  constexpr double kibi = 1024, mebi = kibi * kibi;
  const auto divides = [&](double unit) { return value >= unit && std::fmod(value, unit) == 0; };
  if (value < 10'000) return fmt::format("{:.0f}", value);
  if (divides(mebi)) return fmt::format("{:.0f}Mi", value / mebi);
  if (divides(1e6)) return fmt::format("{:.0f}M", value * 1e-6);
  if (divides(kibi)) return fmt::format("{:.0f}Ki", value / kibi);
  if (divides(1e3)) return fmt::format("{:.0f}k", value * 1e-3);
  return fmt::format("{:.0f}", value);
}

Axis::Axis(Kind kind, double least, double most) : kind_(kind), least_(least), most_(most) {
  if (kind_ == Kind::log) {
    least_ = round_down(least);
    most_ = round_up(std::max(most, least_ * 2));
    return;
  }
  least_ = 0;
  const double step = round_up(std::max(most, 1e-12) / parts);
  most_ = step * std::ceil(most / step * (1 - 1e-9));
  if (most_ <= 0) most_ = 1;
}

Axis Axis::exactly(double least, double most) {
  Axis axis(Kind::log, least, most);
  const double room = most > least ? std::pow(most / least, 0.04) : 2;
  axis.least_ = least / room;
  axis.most_ = most * room;
  return axis;
}

double Axis::at(double value) const {
  const double place =
      kind_ == Kind::linear ? value / most_ : std::log(std::max(value, least_) / least_) / std::log(most_ / least_);
  return std::clamp(place, 0.0, 1.0);
}

std::vector<Tick> Axis::ticks(int about) const {
  std::vector<Tick> ticks;
  const auto add = [&](double value) { ticks.push_back({value, fmt::format("{:.6g}", value)}); };
  if (kind_ == Kind::linear) {
    const double step = round_up(most_ / std::max(about, 1));
    for (int i = 0; step * i <= most_ * (1 + 1e-9); ++i) add(step * i);
    return ticks;
  }
  const auto first = static_cast<int>(std::ceil(std::log10(least_) - 1e-9));
  const auto last = static_cast<int>(std::floor(std::log10(most_) + 1e-9));
  const int decades = last - first + 1;
  if (decades >= 3) {
    const int step = std::max(1, (decades + about - 1) / std::max(about, 1));
    for (int power = first; power <= last; power += step) add(std::pow(10, power));
    return ticks;
  }
  for (int power = first - 1; power <= last; ++power) {
    for (const double digit : {1.0, 2.0, 5.0}) {
      const double value = digit * std::pow(10, power);
      if (value >= least_ * (1 - 1e-9) && value <= most_ * (1 + 1e-9)) add(value);
    }
  }
  return ticks;
}

}  // namespace tritutor::plot
