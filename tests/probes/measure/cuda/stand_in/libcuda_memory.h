/* Part of libcuda.c: memory of devices, and pinned memory of the host. */

static size_t used(void) {
    size_t sum = 0;
    for (int at = 0; at < ALLOCATIONS; at++)
        if (allocations[at].size && !allocations[at].host && allocations[at].context == current)
            sum += allocations[at].size;
    return sum;
}

CUresult cuMemGetInfo(size_t *free_bytes, size_t *total) {
    INSIDE();
    *total = (size_t)of_device(current->device, "memory", 1 << 28);
    *free_bytes = *total - used();
    return CUDA_SUCCESS;
}

static CUresult taken(uintptr_t *address, size_t size, bool host) {
    struct allocation *slot = allocations;
    while (slot < allocations + ALLOCATIONS && slot->size)
        slot++;
    REFUSE(!size, CUDA_ERROR_INVALID_VALUE, "nothing asked for");
    size_t total = (size_t)of_device(current->device, "memory", 1 << 28);
    if (slot == allocations + ALLOCATIONS || (!host && used() + size > total))
        return CUDA_ERROR_OUT_OF_MEMORY;
    void *memory = aligned_alloc(BOUNDARY, (size + BOUNDARY - 1) / BOUNDARY * BOUNDARY);
    if (!memory)
        return CUDA_ERROR_OUT_OF_MEMORY;
    memset(memory, 0xCD, size);
    *slot = (struct allocation){(uintptr_t)memory, size, current, host};
    *address = slot->address;
    return CUDA_SUCCESS;
}

static CUresult given_back(uintptr_t address, bool host) {
    for (int at = 0; at < ALLOCATIONS; at++) {
        struct allocation *each = &allocations[at];
        if (each->size && each->address == address && each->host == host) {
            REFUSE(!host && each->context != current, CUDA_ERROR_INVALID_CONTEXT, "of another device");
            free((void *)address);
            *each = (struct allocation){0};
            return CUDA_SUCCESS;
        }
    }
    return refuse(CUDA_ERROR_INVALID_VALUE, "given back what was not taken");
}

CUresult cuMemAlloc(CUdeviceptr *address, size_t size) {
    INSIDE();
    return taken((uintptr_t *)address, size, false);
}

CUresult cuMemFree(CUdeviceptr address) {
    INSIDE();
    return given_back((uintptr_t)address, false);
}

CUresult cuMemAllocHost(void **address, size_t size) {
    INSIDE();
    return taken((uintptr_t *)address, size, true);
}

CUresult cuMemFreeHost(void *address) {
    INSIDE();
    return given_back((uintptr_t)address, true);
}
