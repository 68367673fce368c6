// fixed: a barrier stands between
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[2]=zeros

__global__ void once(int* y) {
  __shared__ int ready, owner;
  if (threadIdx.x == 0) ready = owner = 0;
  __syncthreads();
  if (threadIdx.x == 40) atomicExch(&ready, 1);
  __syncthreads();
  if (ready == 0) atomicCAS(&owner, 0, 1);
  __syncthreads();
  if (threadIdx.x == 0) y[0] = owner;
}
