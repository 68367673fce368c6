// planted: a plain read of one word decides whether another one is swapped
// launch: grid 1,1,1 block 64,1,1 shared 0
// arg: i32[2]=zeros
// finds: race

__global__ void once(int* y) {
  __shared__ int ready, owner;
  if (threadIdx.x == 0) ready = owner = 0;
  __syncthreads();
  if (threadIdx.x == 40) atomicExch(&ready, 1);  // <- and here
  if (ready == 0) atomicCAS(&owner, 0, 1);  // <- here
  __syncthreads();
  if (threadIdx.x == 0) y[0] = owner;
}
