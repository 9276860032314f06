// Copies whole vectors of 16 bytes; each work-item one.
__kernel void move(__global const uint4 *source, __global uint4 *target)
{
    target[get_global_id(0)] = source[get_global_id(0)];
}
