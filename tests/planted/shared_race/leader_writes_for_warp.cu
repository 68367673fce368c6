// planted: a warp's leader takes places for all its lanes, which read them without __syncwarp
// launch: grid 1,1,1 block 128,1,1 shared 0
// arg: f32[128]=uniform:19 ro
// arg: i32[1]=zeros
// arg: f32[128]=zeros
// finds: race
// also: uninitialized
// also: out-of-bounds

__global__ void compact(const float* x, int* length, float* y) {
  __shared__ int first[4];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const float v = x[threadIdx.x];
  const unsigned kept = __ballot_sync(0xffffffff, v > 0.5f);
  if (lane == 0) first[warp] = atomicAdd(length, __popc(kept));    // <- here
  const int at = first[warp] + __popc(kept & ((1u << lane) - 1));  // <- and here
  if (v > 0.5f) y[at] = v;                                         // <- and here
}
