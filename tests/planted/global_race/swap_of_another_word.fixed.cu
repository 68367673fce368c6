// fixed: it is read where it is swapped
// launch: grid 2,1,1 block 32,1,1 shared 0
// arg: i32[2]=zeros

__global__ void copy_and_count(int* word) {
  int seen = word[1], assumed;
  do {
    assumed = seen;
    seen = atomicCAS(word + 1, assumed, assumed + 1);
  } while (seen != assumed);
  atomicAdd(word, 1);
}
