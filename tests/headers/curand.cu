// silent: random numbers: Philox and XORWOW, raw, uniform and normal (curand_kernel.h)
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: u32[128]=undefined
// arg: u32[128]=undefined
// arg: f32[128]=undefined

#include <curand_kernel.h>

__global__ void random(unsigned* philox, unsigned* xorwow, float* floats) {
  const int i = threadIdx.x;
  curandStatePhilox4_32_10_t counter;
  curand_init(0x123456789abcdefull, i, 4 * i, &counter);
  const uint4 four = curand4(&counter);
  philox[4 * i] = four.x;
  philox[4 * i + 1] = four.y;
  philox[4 * i + 2] = four.z;
  philox[4 * i + 3] = four.w;
  floats[4 * i] = curand_uniform(&counter);
  floats[4 * i + 1] = curand_normal(&counter);

  curandStateXORWOW_t shifts;
  curand_init(1000 + i, 0, i, &shifts);  // i numbers further on
  xorwow[4 * i] = curand(&shifts);
  xorwow[4 * i + 1] = curand(&shifts);
  floats[4 * i + 2] = curand_uniform(&shifts);
  curand_init(7, i, 0, &shifts);
  xorwow[4 * i + 2] = curand(&shifts);
  xorwow[4 * i + 3] = 0;
  floats[4 * i + 3] = curand_normal(&shifts);
}
