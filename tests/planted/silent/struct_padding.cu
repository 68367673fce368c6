// silent: a struct with padding is copied whole; the padding has no value and needs none
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: f64[32]=uniform:30 ro
// arg: u64[64]=undefined

struct Entry {
  double value;
  int index;
};

__global__ void reverse(const double* x, Entry* y) {
  __shared__ Entry tile[32];
  const int t = threadIdx.x;
  tile[t].value = x[t];
  tile[t].index = t;
  __syncwarp();
  y[t] = tile[31 - t];
}
