// planted: a fence for the block where the reader is in another block
// launch: grid 2,1,1 block 32,1,1 shared 0
// arg: f32[64]=uniform:15 ro
// arg: f32[1]=zeros
// arg: i32[1]=zeros
// arg: f32[1]=undefined
// finds: race

__global__ void hand_over(const float* x, float* data, int* ready, float* y) {
  if (threadIdx.x != 0) return;
  if (blockIdx.x == 0) {
    data[0] = x[5];  // <- and here
    __threadfence_block();
    atomicExch(ready, 1);
  } else {
    while (atomicAdd(ready, 0) == 0) {
    }
    __threadfence();
    y[0] = 2.0f * data[0];  // <- here
  }
}
