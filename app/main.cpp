#include "app/commands.h"
#include "app/output.h"

int main(int argc, char** argv) {
  tritutor::hold_standard_streams();
  return tritutor::finish_output("tritutor", tritutor::run(argc, argv));
}
