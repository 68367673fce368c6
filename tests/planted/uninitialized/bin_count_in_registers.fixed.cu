// fixed: they start as 0
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[640]=uniform:44:0:4 ro
// arg: i32[4]=zeros
// arg: i32=640

__global__ void histogram_of_four(const float* x, int* bins, int n) {
  int count[4] = {};
  for (int i = threadIdx.x; i < n; i += 32) {
    const int bin = static_cast<int>(x[i]);
#pragma unroll
    for (int b = 0; b < 4; ++b) count[b] += bin == b;
  }
#pragma unroll
  for (int b = 0; b < 4; ++b) atomicAdd(&bins[b], count[b]);
}
