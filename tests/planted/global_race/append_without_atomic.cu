// planted: threads append to a list by reading and raising its length
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[64]=iota ro
// arg: i32[64]=zeros
// arg: i32[1]=zeros
// finds: race

__global__ void compact(const int* x, int* list, int* length) {
  const int v = x[threadIdx.x];
  if (v % 3 != 0) return;
  const int at = length[0];  // <- and here
  length[0] = at + 1;        // <- here
  list[at] = v;              // <- here
}
