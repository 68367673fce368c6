// planted: an address kept in 32 bits
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f32[32]=uniform:3
// finds: null-pointer

__global__ void double_all(float* x) {
  unsigned address = static_cast<unsigned>(reinterpret_cast<unsigned long long>(x));
  address += threadIdx.x * sizeof(float);
  float* own = reinterpret_cast<float*>(static_cast<unsigned long long>(address));
  *own = 2.0f * *own;  // <- here
}
