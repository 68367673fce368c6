// silent: the first read of a compare-and-swap loop is plain, for the swap notices what it got wrong
// launch: grid 4,1,1 block 64,1,1 shared 0
// arg: f32[256]=uniform:61:0.9:1.1 ro
// arg: f32[1]=uniform:60:1:2

__global__ void multiply_all(const float* x, float* product) {
  int* bits = reinterpret_cast<int*>(product);
  int seen = *bits, assumed;
  do {
    assumed = seen;
    const float next = __int_as_float(assumed) * x[blockIdx.x * blockDim.x + threadIdx.x];
    seen = atomicCAS(bits, assumed, __float_as_int(next));
  } while (seen != assumed);
}
