/* Part of libcuda.c: copies, streams, events. */

static CUstream stream_of(CUstream stream) { return stream ? stream : &default_stream; }

static bool unfit(CUstream stream) {
    return stream && (stream->magic != STREAM || stream->context != current || default_stream.pending);
}

static bool anything_pending(void) {
    for (int at = 0; at < ALLOCATIONS; at++)
        if (streams[at] && streams[at]->context == current && streams[at]->pending)
            return true;
    return false;
}

static void moved(void *to, const void *from, size_t size, const char *rate, CUstream stream) {
    size_t kept = number("corrupt", 0) && stream ? size - 1 : size;
    memcpy(to, from, kept);
    clock_s += (double)size / number_of("rate", rate, 1e9);
    stream_of(stream)->pending = true;
}

static const char *way(const char *pinned, const void *host, size_t size) {
    struct allocation *found = holding((uintptr_t)host, size);
    return found && found->host ? pinned : "pageable";
}

CUresult cuMemcpyHtoD(CUdeviceptr to, const void *from, size_t size) {
    INSIDE();
    REFUSE(!on_device(to, size), CUDA_ERROR_INVALID_VALUE, "copy to what is not the device's");
    moved((void *)to, from, size, way("toDevice", from, size), NULL);
    return CUDA_SUCCESS;
}

CUresult cuMemcpyDtoH(void *to, CUdeviceptr from, size_t size) {
    INSIDE();
    REFUSE(!on_device(from, size), CUDA_ERROR_INVALID_VALUE, "copy of what is not the device's");
    REFUSE(anything_pending(), CUDA_ERROR_INVALID_VALUE, "read while a stream is at work");
    memcpy(to, (void *)from, size);
    return CUDA_SUCCESS;
}

CUresult cuMemcpyDtoDAsync(CUdeviceptr to, CUdeviceptr from, size_t size, CUstream stream) {
    INSIDE();
    REFUSE(unfit(stream), CUDA_ERROR_INVALID_HANDLE, "stream of a copy within");
    REFUSE(!on_device(to, size) || !on_device(from, size), CUDA_ERROR_INVALID_VALUE, "within");
    REFUSE(to < from + size && from < to + size, CUDA_ERROR_INVALID_VALUE, "copy onto itself");
    moved((void *)to, (void *)from, size, "within", stream);
    clock_s += (double)size / number("rate.within", 1e9);
    return CUDA_SUCCESS;
}

CUresult cuMemcpyHtoDAsync(CUdeviceptr to, const void *from, size_t size, CUstream stream) {
    INSIDE();
    REFUSE(unfit(stream), CUDA_ERROR_INVALID_HANDLE, "stream of a copy to the device");
    REFUSE(!on_device(to, size), CUDA_ERROR_INVALID_VALUE, "copy to what is not the device's");
    moved((void *)to, from, size, way("toDevice", from, size), stream);
    return CUDA_SUCCESS;
}

CUresult cuMemcpyDtoHAsync(void *to, CUdeviceptr from, size_t size, CUstream stream) {
    INSIDE();
    REFUSE(unfit(stream), CUDA_ERROR_INVALID_HANDLE, "stream of a copy to the host");
    REFUSE(!on_device(from, size), CUDA_ERROR_INVALID_VALUE, "copy of what is not the device's");
    moved(to, (void *)from, size, way("toHost", to, size), stream);
    return CUDA_SUCCESS;
}

CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t size, CUstream stream) {
    INSIDE();
    REFUSE(unfit(stream), CUDA_ERROR_INVALID_HANDLE, "stream of a memset");
    REFUSE(!on_device(to, size), CUDA_ERROR_INVALID_VALUE, "memset of what is not the device's");
    memset((void *)to, value, size);
    standInWork(stream_of(stream), (double)size / number("rate.within", 1e9));
    return CUDA_SUCCESS;
}

CUresult cuStreamCreate(CUstream *stream, unsigned int flags) {
    INSIDE();
    REFUSE(flags & ~1u, CUDA_ERROR_INVALID_VALUE, "flags of a stream");
    int at = 0;
    while (at < ALLOCATIONS && streams[at])
        at++;
    if (at == ALLOCATIONS)
        return CUDA_ERROR_OUT_OF_MEMORY;
    streams[at] = *stream = malloc(sizeof **stream);
    **stream = (struct CUstream_st){STREAM, current, false};
    return CUDA_SUCCESS;
}

CUresult cuStreamSynchronize(CUstream stream) {
    INSIDE();
    REFUSE(stream && stream->magic != STREAM, CUDA_ERROR_INVALID_HANDLE, "no stream");
    stream_of(stream)->pending = false;
    return CUDA_SUCCESS;
}

CUresult cuStreamDestroy(CUstream stream) {
    INSIDE();
    REFUSE(!stream || stream->magic != STREAM, CUDA_ERROR_INVALID_HANDLE, "no stream");
    for (int at = 0; at < ALLOCATIONS; at++)
        if (streams[at] == stream)
            streams[at] = NULL;
    stream->magic = 0;
    return CUDA_SUCCESS;
}

CUresult cuEventCreate(CUevent *event, unsigned int flags) {
    INSIDE();
    REFUSE(flags & ~1u, CUDA_ERROR_INVALID_VALUE, "flags of an event");
    *event = malloc(sizeof **event);
    **event = (struct CUevent_st){EVENT, current, NULL, 0, false};
    events++;
    return CUDA_SUCCESS;
}

static bool no_event(CUevent event) { return !event || event->magic != EVENT; }

CUresult cuEventRecord(CUevent event, CUstream stream) {
    INSIDE();
    REFUSE(no_event(event) || unfit(stream), CUDA_ERROR_INVALID_HANDLE, "event or its stream");
    REFUSE(event->context != current, CUDA_ERROR_INVALID_HANDLE, "event of another context");
    event->at_s = clock_s;
    event->stream = stream_of(stream);
    event->recorded = true;
    return CUDA_SUCCESS;
}

CUresult cuEventSynchronize(CUevent event) {
    INSIDE();
    REFUSE(no_event(event), CUDA_ERROR_INVALID_HANDLE, "no event");
    if (event->recorded)
        event->stream->pending = false;
    return CUDA_SUCCESS;
}

CUresult cuEventElapsedTime(float *milliseconds, CUevent begin, CUevent end) {
    INSIDE();
    REFUSE(no_event(begin) || no_event(end), CUDA_ERROR_INVALID_HANDLE, "no event");
    REFUSE(!begin->recorded || !end->recorded, CUDA_ERROR_INVALID_HANDLE, "never recorded");
    if (end->stream->pending)
        return CUDA_ERROR_NOT_READY;
    *milliseconds = (float)((end->at_s - begin->at_s) * 1000);
    return CUDA_SUCCESS;
}

CUresult cuEventDestroy(CUevent event) {
    INSIDE();
    REFUSE(no_event(event), CUDA_ERROR_INVALID_HANDLE, "no event");
    event->magic = 0;
    events--;
    return CUDA_SUCCESS;
}
