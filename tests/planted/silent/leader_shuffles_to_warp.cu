// silent: a warp's leader takes places for all its lanes and tells them by a shuffle
// launch: grid 2,1,1 block 128,1,1 shared 0
// arg: f32[256]=uniform:36 ro
// arg: i32[1]=zeros
// arg: f32[256]=undefined

__global__ void compact(const float* x, int* length, float* y) {
  const int lane = threadIdx.x % 32;
  const float v = x[blockIdx.x * blockDim.x + threadIdx.x];
  const unsigned kept = __ballot_sync(0xffffffff, v > 0.5f);
  int first;
  if (lane == 0) first = atomicAdd(length, __popc(kept));
  first = __shfl_sync(0xffffffff, first, 0);
  if (v > 0.5f) y[first + __popc(kept & ((1u << lane) - 1))] = v;
}
