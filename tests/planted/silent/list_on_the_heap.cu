// silent: a list whose nodes come from malloc in one thread, are read by another after a barrier, and freed by it
// launch: grid 3,1,1 block 32,1,1 shared 0
// arg: i32[96]=iota ro
// arg: i32[3]=undefined

struct Node {
  int value;
  Node* next;
};

__global__ void sum_of_list(const int* x, int* y) {
  __shared__ Node* nodes[32];
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  Node* node = new Node;
  node->value = x[i];
  nodes[threadIdx.x] = node;
  __syncthreads();
  if (threadIdx.x % 2 == 0) node->next = threadIdx.x < 30 ? nodes[threadIdx.x + 2] : nullptr;
  __syncthreads();
  if (threadIdx.x == 0) {
    int sum = 0;
    for (Node* at = node; at != nullptr;) {
      sum += at->value;
      Node* const next = at->next;
      delete at;
      at = next;
    }
    y[blockIdx.x] = sum;
  }
}
