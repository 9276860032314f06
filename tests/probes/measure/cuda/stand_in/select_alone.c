/* The kernel of select.cu alone, as a library of the host's with one function. */
#define _GNU_SOURCE
#include "select_on_host.h"

int select_on_host(const struct selection *selection) { return run_grid(selection); }
