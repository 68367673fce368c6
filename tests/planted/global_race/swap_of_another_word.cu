// planted: what was read in one place is compared with another
// launch: grid 2,1,1 block 32,1,1 shared 0
// arg: i32[2]=zeros
// finds: race

__global__ void copy_and_count(int* word) {
  int seen = word[0], assumed;  // <- and here
  do {
    assumed = seen;
    seen = atomicCAS(word + 1, assumed, assumed + 1);
  } while (seen != assumed);
  atomicAdd(word, 1);  // <- here
}
