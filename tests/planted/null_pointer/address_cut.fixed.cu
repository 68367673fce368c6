// fixed: an address needs 64 bits
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:3

__global__ void double_all(float* x) {
  unsigned long long address = reinterpret_cast<unsigned long long>(x);
  address += threadIdx.x * sizeof(float);
  float* own = reinterpret_cast<float*>(address);
  *own = 2.0f * *own;
}
