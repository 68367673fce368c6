#include "vgpu/missing.h"

namespace vgpu {

namespace {

constexpr MissingForm kMissing[] = {
    {"Data movement", "cvta.param.u64 %rd0, in; ld.u64 %rd1, [%rd0];"},
    {"Matrix multiplication", "wmma.load.a.sync.aligned.row.m8n8k32.<u4,s4> {%r0}, [%in];"},
    {"Matrix multiplication", "wmma.load.a.sync.aligned.row.m8n8k128.b1 {%r0}, [%in];"},
    {"Matrix multiplication",
     "wmma.mma.sync.aligned.row.col.m8n8k4.<rz,rm,rp>.f64.f64.f64.f64 {%fd0, %fd1}, {%fd2}, {%fd3}, {%fd0, %fd1};"},
    {"Matrix multiplication",
     "wmma.mma.sync.aligned.row.col.m8n8k32.s32.<s4.s4,u4.u4>.s32 {%r0, %r1}, {%r2}, {%r3}, {%r0, %r1};"},
    {"Matrix multiplication",
     "wmma.mma.<xor,and>.popc.sync.aligned.row.col.m8n8k128.s32.b1.b1.s32 {%r0, %r1}, {%r2}, {%r3}, {%r0, %r1};"},
    {"Matrix multiplication",
     "mma.sync.aligned.m8n8k4.<row,col>.<row,col>.f32.f16.f16.f32 {%f0, %f1, %f2, %f3, %f4, %f5, %f6, %f7}, {%r0, "
     "%r1}, {%r2, %r3}, {%f0, %f1, %f2, %f3, %f4, %f5, %f6, %f7};"},
    {"Matrix multiplication",
     "mma.sync.aligned.m8n8k32.row.col<,.satfinite>.s32.<u4,s4>.<u4,s4>.s32 {%r4, %r5}, {%r0}, {%r1}, {%r4, %r5};"},
    {"Matrix multiplication",
     "mma.sync.aligned.m16n8k32.row.col<,.satfinite>.s32.<u4,s4>.<u4,s4>.s32 {%r4, %r5, %r6, %r7}, {%r0, %r1}, {%r2}, "
     "{%r4, %r5, %r6, %r7};"},
    {"Matrix multiplication",
     "mma.sync.aligned.m16n8k64.row.col<,.satfinite>.s32.<u4,s4>.<u4,s4>.s32 {%r4, %r5, %r6, %r7}, {%r0, %r1, %r2, "
     "%r3}, {%r8, %r9}, {%r4, %r5, %r6, %r7};"},
    {"Matrix multiplication",
     "mma.sync.aligned.m8n8k128.row.col.s32.b1.b1.s32.<xor,and>.popc {%r4, %r5}, {%r0}, {%r1}, {%r4, %r5};"},
    {"Matrix multiplication",
     "mma.sync.aligned.m16n8k128.row.col.s32.b1.b1.s32.<xor,and>.popc {%r4, %r5, %r6, %r7}, {%r0, %r1}, {%r2}, {%r4, "
     "%r5, %r6, %r7};"},
    {"Matrix multiplication",
     "mma.sync.aligned.m16n8k256.row.col.s32.b1.b1.s32.<xor,and>.popc {%r4, %r5, %r6, %r7}, {%r0, %r1, %r2, %r3}, "
     "{%r8, %r9}, {%r4, %r5, %r6, %r7};"},
    {"Matrix multiplication",
     "mma.sp.sync.aligned.m16n8k16.row.col.f32.<f16.f16,bf16.bf16>.f32 {%f0, %f1, %f2, %f3}, {%r0, %r1}, {%r2, %r3}, "
     "{%f0, %f1, %f2, %f3}, %r4, 0;"},
    {"Matrix multiplication",
     "mma.sp.sync.aligned.m16n8k32.row.col.f32.<f16.f16,bf16.bf16>.f32 {%f0, %f1, %f2, %f3}, {%r0, %r1, %r2, %r3}, "
     "{%r4, %r5, %r6, %r7}, {%f0, %f1, %f2, %f3}, %r8, 0;"},
    {"Matrix multiplication",
     "mma.sp.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%f0, %f1, %f2, %f3}, {%r0, %r1}, {%r2, %r3}, {%f0, %f1, "
     "%f2, %f3}, %r4, 0;"},
    {"Matrix multiplication",
     "mma.sp.sync.aligned.m16n8k16.row.col.f32.tf32.tf32.f32 {%f0, %f1, %f2, %f3}, {%r0, %r1, %r2, %r3}, {%r4, %r5, "
     "%r6, %r7}, {%f0, %f1, %f2, %f3}, %r8, 0;"},
    {"Matrix multiplication",
     "mma.sp.sync.aligned.m16n8k64.row.col.s32.<u8,s8>.<u8,s8>.s32 {%r4, %r5, %r6, %r7}, {%r0, %r1, %r2, %r3}, {%r8, "
     "%r9, %r10, %r11}, {%r4, %r5, %r6, %r7}, %r12, 0;"},
    {"Matrix multiplication", "movmatrix.sync.aligned.m8n8.trans.b16 %r0, %r1;"},
    {"Textures", "tex.1d.v4.<f32,s32,u32>.<s32,f32> {%r0, %r1, %r2, %r3}, [%in, {%r4}];"},
    {"Textures", "tex<,.base>.2d.v4.f32.f32 {%f0, %f1, %f2, %f3}, [%in, {%f4, %f5}];"},
    {"Textures", "tex.a1d.v4.f32.f32 {%f0, %f1, %f2, %f3}, [%in, {%r4, %f5}];"},
    {"Textures", "tex.<3d,cube>.v4.f32.f32 {%f0, %f1, %f2, %f3}, [%in, {%f4, %f5, %f6, %f7}];"},
    {"Textures", "tex.a2d.v4.f32.f32 {%f0, %f1, %f2, %f3}, [%in, {%r4, %f5, %f6, %f7}];"},
    {"Textures", "tex.level.2d.v4.f32.f32 {%f0, %f1, %f2, %f3}, [%in, {%f4, %f5}], %f6;"},
    {"Textures", "tex.grad.2d.v4.f32.f32 {%f0, %f1, %f2, %f3}, [%in, {%f4, %f5}], {%f6, %f7}, {%f8, %f9};"},
    {"Textures", "tld4.<r,g,b,a>.2d.v4.f32.f32 {%f0, %f1, %f2, %f3}, [%in, {%f4, %f5}];"},
    {"Textures",
     "txq.<width,height,depth,channel_data_type,channel_order,normalized_coords,array_size>.b32 %r0, [%in];"},
    {"Surfaces", "suld.b.1d<,.ca,.cg,.cs,.cv>.b32.<trap,clamp,zero> %r0, [%in, {%r1}];"},
    {"Surfaces", "suld.b.2d.v4.b32.<trap,clamp,zero> {%r0, %r1, %r2, %r3}, [%in, {%r4, %r5}];"},
    {"Surfaces", "sust.b.1d<,.wb,.cg,.cs,.wt>.b32.<trap,clamp,zero> [%in, {%r1}], %r0;"},
    {"Surfaces", "sust.p.2d.v4.b32.trap [%in, {%r4, %r5}], {%r0, %r1, %r2, %r3};"},
    {"Surfaces", "sured.b.<add.u32,add.s32,min.s32,max.u32,and.b32,or.b32>.1d.trap [%in, {%r1}], %r0;"},
    {"Surfaces", "suq.<width,height,depth,channel_data_type,channel_order,array_size>.b32 %r0, [%in];"},
    {"Stack", "stacksave.u64 %rd0; stackrestore.u64 %rd0;"},
    {"Stack", "alloca.u64 %rd0, 64, 8;"},
    {"Special registers", "mov.u32 %r0, %pm<0,7>; mov.u64 %rd0, %pm<0,7>_64;"},
    {"Special registers", "mov.u64 %rd0, %current_graph_exec;"},
    {"8-bit floating point",
     "mma.sync.aligned.m16n8k32.row.col.f32.<e4m3,e5m2>.<e4m3,e5m2>.f32 {%f0, %f1, %f2, %f3}, {%r0, %r1, %r2, %r3}, "
     "{%r4, %r5}, {%f0, %f1, %f2, %f3};"},
};

}  // namespace

std::span<const MissingForm> missing_forms() { return kMissing; }

}  // namespace vgpu
