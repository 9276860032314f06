"""NVIDIA's devices through their driver and cuBLASLt, and nothing else of CUDA."""
