// planted: a binary search that can keep its lower end for ever
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[100]=iota ro
// arg: i32[64]=undefined
// arg: i32=100
// finds: timeout

__global__ void lower_bound(const int* sorted, int* place, int n) {
  const int wanted = threadIdx.x + 1;
  int low = 0, high = n;
  while (low < high) {  // <- here
    const int middle = (low + high) / 2;
    if (sorted[middle] < wanted) {
      low = middle;
    } else {
      high = middle;
    }
  }
  place[threadIdx.x] = low;
}
