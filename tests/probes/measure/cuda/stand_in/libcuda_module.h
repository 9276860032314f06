/*
 * Part of libcuda.c: our kernel. A module is a program as PTX, of which the entry and the widths of
 * its parameters are read; what runs is the same kernel's source, compiled for the host. A launch
 * is refused whose memory is not all the device's, or of which a part is read and written.
 */
#include "select_on_host.h"

enum { MODULE = 0x4d4f4400, FUNCTION = 0x46554e00, MODULES = 16, PARAMETERS = 11 };
enum { MOST_GRID_X = 0x7fffffff, MOST_GRID_Y = 65535 };

struct CUfunc_st { int magic; CUcontext context; };
struct CUmod_st { int magic; struct CUfunc_st function; };

static struct CUmod_st *modules[MODULES];

static int held_modules(void) {
    int held = 0;
    for (int at = 0; at < MODULES; at++)
        held += modules[at] != NULL;
    return held;
}

static void forget_modules(void) { memset(modules, 0, sizeof modules); }

/* Whether the parameters of the program's entry are as wide as those of the kernel's source. */
static bool same_parameters(const char *program) {
    static const int bits[PARAMETERS] = {64, 64, 64, 32, 32, 32, 32, 64, 64, 32, 32};
    const char *at = strstr(program, ".entry select_best("), *end = at ? strchr(at, ')') : NULL;
    if (!end)
        return false;
    for (int parameter = 0; parameter < PARAMETERS; parameter++) {
        at = strstr(at + 1, ".param .u");
        if (!at || at > end || atoi(at + strlen(".param .u")) != bits[parameter])
            return false;
    }
    at = strstr(at + 1, ".param");
    return !at || at > end;
}

CUresult cuModuleLoadData(CUmodule *module, const void *image) {
    INSIDE();
    REFUSE(!image, CUDA_ERROR_INVALID_VALUE, "no program");
    REFUSE(!strstr(image, ".version 8.0\n") || !strstr(image, ".target sm_50\n"),
           CUDA_ERROR_INVALID_PTX, "a program that not every driver can compile");
    REFUSE(!same_parameters(image), CUDA_ERROR_INVALID_PTX, "a program with other parameters");
    int at = 0;
    while (at < MODULES && modules[at])
        at++;
    if (at == MODULES)
        return CUDA_ERROR_OUT_OF_MEMORY;
    modules[at] = *module = malloc(sizeof **module);
    **module = (struct CUmod_st){MODULE, {FUNCTION, current}};
    return CUDA_SUCCESS;
}

CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name) {
    INSIDE();
    REFUSE(!module || module->magic != MODULE, CUDA_ERROR_INVALID_HANDLE, "no module");
    REFUSE(strcmp(name, "select_best"), CUDA_ERROR_NOT_FOUND, "no such function");
    *function = &module->function;
    return CUDA_SUCCESS;
}

CUresult cuModuleUnload(CUmodule module) {
    INSIDE();
    for (int at = 0; at < MODULES; at++)
        if (module && modules[at] == module) {
            REFUSE(module->function.context != current, CUDA_ERROR_INVALID_CONTEXT, "module");
            modules[at] = NULL;
            module->magic = module->function.magic = 0;
            return CUDA_SUCCESS;
        }
    return refuse(CUDA_ERROR_INVALID_HANDLE, "unloaded what was not loaded");
}

/* As a device reads the parameters: each from the place that it is told. */
static struct selection parameters(void **at) {
    return (struct selection){
        *(const unsigned **)at[0], *(const unsigned **)at[1], *(unsigned long long *)at[2],
        *(unsigned *)at[3], *(unsigned *)at[4], *(unsigned *)at[5], *(unsigned *)at[6],
        *(unsigned **)at[7], *(unsigned **)at[8], *(unsigned *)at[9], *(unsigned *)at[10],
        {0, 0, 0}};
}

static bool apart(const unsigned *one, size_t ones, const unsigned *other, size_t others) {
    return one + ones <= other || other + others <= one;
}

/* Why the memory of a selection is not fit, or NULL. */
static const char *misplaced(const struct selection *selection) {
    unsigned queries = selection->grid.y;
    size_t read = (queries - 1) * selection->stride + selection->count;
    size_t written = (size_t)queries * selection->lists * selection->k;
    const unsigned *from[] = {selection->scores, selection->indices};
    const unsigned *to[] = {selection->best, selection->best_indices};
    for (int at = 0; at < 2; at++) {
        if (at == 0 || from[at])
            if (!on_device((uintptr_t)from[at], read * sizeof(unsigned)))
                return "reads what is not the device's";
        if (!on_device((uintptr_t)to[at], written * sizeof(unsigned)))
            return "writes to what is not the device's";
        if ((uintptr_t)from[at] % sizeof(unsigned) || (uintptr_t)to[at] % sizeof(unsigned))
            return "words that are not on their boundary";
        for (int other = 0; other < 2; other++)
            if (from[other] && !apart(to[at], written, from[other], read))
                return "writes to what it reads";
    }
    return apart(to[0], written, to[1], written) ? NULL : "writes scores over indices";
}

static const char *senseless(const struct selection *selection) {
    unsigned segments = selection->grid.x;
    if (!selection->k || selection->k > MOST_BEST)
        return "a list of another length";
    if (!selection->count || segments != (selection->count + SEGMENT - 1) / SEGMENT)
        return "a grid that does not fit the scores";
    if (selection->stride < selection->count)
        return "scores of one query in those of another";
    if (selection->first_list + segments > selection->lists)
        return "more lists than there is room for";
    return misplaced(selection);
}

/* What it is told to get wrong: nothing selected, half overlooked, indices of the neighbours. */
static void selected(struct selection *selection) {
    const char *wrong = told("select");
    if (wrong && !strcmp(wrong, "never"))
        return;
    if (wrong && !strcmp(wrong, "half") && selection->count > 1) {
        selection->count /= 2;
        selection->grid.x = (selection->count + SEGMENT - 1) / SEGMENT;
    }
    if (wrong && !strcmp(wrong, "shifted") && !selection->indices)
        selection->first++;
    run_grid(selection);
}

CUresult cuLaunchKernel(CUfunction function, unsigned int grid_x, unsigned int grid_y,
                        unsigned int grid_z, unsigned int block_x, unsigned int block_y,
                        unsigned int block_z, unsigned int shared, CUstream stream,
                        void **given, void **extra) {
    INSIDE();
    REFUSE(!function || function->magic != FUNCTION || function->context != current,
           CUDA_ERROR_INVALID_HANDLE, "no function of this context");
    REFUSE(!stream || unfit(stream), CUDA_ERROR_INVALID_HANDLE, "stream of a launch");
    REFUSE(!grid_x || !grid_y || grid_z != 1 || grid_x > MOST_GRID_X || grid_y > MOST_GRID_Y,
           CUDA_ERROR_INVALID_VALUE, "a grid of no size that there is");
    REFUSE(block_x != THREADS || block_y != 1 || block_z != 1 || shared, CUDA_ERROR_INVALID_VALUE,
           "a block that the kernel is not made for");
    REFUSE(!given || extra, CUDA_ERROR_INVALID_VALUE, "parameters");
    struct selection selection = parameters(given);
    selection.grid = (struct three){grid_x, grid_y, grid_z};
    const char *why = senseless(&selection);
    REFUSE(why, CUDA_ERROR_INVALID_VALUE, why);
    double bytes = (double)selection.count * grid_y * sizeof(unsigned);
    selected(&selection);
    standInWork(stream, bytes / number("rate.within", 1e9));
    return CUDA_SUCCESS;
}
