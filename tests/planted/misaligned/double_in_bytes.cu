// planted: records of 12 bytes with a double in front
// launch: grid 1,1,1 block 32,1,1 shared 0
// arg: u8[512]=zeros ro
// arg: f64[32]=undefined
// finds: misaligned

__global__ void unpack(const unsigned char* records, double* values) {
  const int record_bytes = 12;
  const unsigned char* record = records + threadIdx.x * record_bytes;
  values[threadIdx.x] = *reinterpret_cast<const double*>(record);  // <- here
}
