#include "app/screen/canvas.h"

#include <doctest/doctest.h>

using namespace tritutor::screen;

TEST_CASE("the first drawing clears the screen; later ones write what changed") {
  Canvas canvas;
  CHECK(canvas.draw({"one", "", "three"}) == "\x1b[0m\x1b[2J\x1b[1;1H\x1b[Kone\x1b[0m\x1b[3;1H\x1b[Kthree\x1b[0m");
  CHECK(canvas.draw({"one", "", "three"}).empty());
  CHECK(canvas.draw({"one", "two", "three"}) == "\x1b[2;1H\x1b[Ktwo\x1b[0m");
  CHECK(canvas.draw({"one"}) == "\x1b[2;1H\x1b[K\x1b[0m\x1b[3;1H\x1b[K\x1b[0m");
}

TEST_CASE("a forgotten screen is drawn whole") {
  Canvas canvas;
  canvas.draw({"one"});
  canvas.forget();
  CHECK(canvas.draw({"one"}) == "\x1b[0m\x1b[2J\x1b[1;1H\x1b[Kone\x1b[0m");
}
