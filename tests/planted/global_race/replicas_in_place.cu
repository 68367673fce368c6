// planted: in a tile smaller than the block warp 1 repeats warp 0's load, and nothing comes of it
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: f32[32]=uniform:3
// finds: race

__global__ void scale(float* x) {
  const int i = threadIdx.x % 32;
  float v;
  asm volatile("ld.global.f32 %0, [%1];" : "=f"(v) : "l"(x + i));  // <- here
  v *= 2.0f;
  if (threadIdx.x < 32) x[i] = v;  // <- and here
}
