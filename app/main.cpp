#include "app/commands.h"

int main(int argc, char** argv) { return tritutor::run(argc, argv); }
