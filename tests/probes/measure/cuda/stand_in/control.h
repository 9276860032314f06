/*
 * What the stand-ins are told and what they tell: files beside the library.
 *
 * "control" holds lines "key=value", read anew at every call:
 *   fail.NAME=CODE        the call NAME ends with CODE, from the (after.NAME + 1)-th time on
 *   hang.NAME=1           it never returns
 *   after.NAME=N          so many times it works before that
 * and the facts of the devices (see libcuda.c) and of the products (libcublaslt.c).
 * "calls" gets the name of every call, "refused" why an argument was refused.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *beside(const char *name) {
    static char path[PATH_MAX + 32];
    char file[PATH_MAX];
    Dl_info self;
    if (!dladdr((void *)beside, &self) || !realpath(self.dli_fname, file))
        abort();
    snprintf(path, sizeof path, "%s/%s", dirname(file), name);
    return path;
}

/* Returns the text told for the key, or NULL. */
static const char *told(const char *key) {
    static char line[512];
    FILE *control = fopen(beside("control"), "r");
    if (!control)
        return NULL;
    size_t length = strlen(key);
    const char *value = NULL;
    while (!value && fgets(line, sizeof line, control))
        if (!strncmp(line, key, length) && line[length] == '=') {
            line[strcspn(line, "\n")] = 0;
            value = line + length + 1;
        }
    fclose(control);
    return value;
}

static double number(const char *key, double otherwise) {
    const char *text = told(key);
    return text ? strtod(text, NULL) : otherwise;
}

static double number_of(const char *kind, const char *name, double otherwise) {
    char key[128];
    snprintf(key, sizeof key, "%s.%s", kind, name);
    return number(key, otherwise);
}

static void note(const char *file, const char *format, ...) {
    FILE *log = fopen(beside(file), "a");
    if (!log)
        return;
    va_list arguments;
    va_start(arguments, format);
    vfprintf(log, format, arguments);
    va_end(arguments);
    fputc('\n', log);
    fclose(log);
}

static struct { const char *name; int times; } counted[128];

static int times_called(const char *name) {
    int at = 0;
    while (at < 127 && counted[at].name && strcmp(counted[at].name, name))
        at++;
    counted[at].name = name;
    return ++counted[at].times;
}

static void forget_calls(void) { memset(counted, 0, sizeof counted); }

/* Notes the call; returns the error that it is told to end with, or 0. */
static int enter(const char *name) {
    note("calls", "%s", name);
    int before = (int)number_of("after", name, 0);
    if (times_called(name) <= before)
        return 0;
    if (number_of("hang", name, 0))
        for (;;)
            pause();
    return (int)number_of("fail", name, 0);
}

#endif
