/*
 * Reads the file "answers" that lies beside the library: by the call, spelt as in the recording.
 * Text, numbers, pairs and records are told apart by who asks.
 */
#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 1024, CALL = 128, WAY = 24, MOST_DEVICES = 8192 };

static unsigned int initialised;
static char ways[MOST_DEVICES][WAY];

static FILE *beside(const char *name, const char *mode)
{
    char own[PATH_MAX], path[PATH_MAX + 32];
    Dl_info info;
    if (!dladdr((void *)(uintptr_t)beside, &info))
        abort();
    snprintf(own, sizeof own, "%s", info.dli_fname);
    snprintf(path, sizeof path, "%s/%s", dirname(own), name);
    return fopen(path, mode);
}

static void note(const char *call)
{
    FILE *calls = beside("calls", "a");
    if (calls) {
        fprintf(calls, "%s\n", call);
        fclose(calls);
    }
}

/* Copies the value of a call; returns NVML_SUCCESS, or the error that the file has for it. */
static nvmlReturn_t look_up(const char *call, char value[LINE])
{
    char line[LINE];
    size_t length = strlen(call);
    nvmlReturn_t found = NVML_ERROR_FUNCTION_NOT_FOUND;
    FILE *answers = beside("answers", "rb");
    while (answers && found != NVML_SUCCESS && fgets(line, sizeof line, answers))
        if (!strncmp(line, call, length) && line[length] == '=') {
            line[strcspn(line, "\n")] = 0;
            strcpy(value, line + length + 1);
            found = NVML_SUCCESS;
        }
    if (answers)
        fclose(answers);
    if (found != NVML_SUCCESS || *value != '!')
        return found;
    if (!strcmp(value, "!hang"))
        for (;;)
            pause();
    if (!strcmp(value, "!abort"))
        abort();
    return (nvmlReturn_t)atoi(value + 1);
}

/* Spells a call; a device or a number that it lacks is NULL or negative. */
static const char *spell(char call[CALL], const char *function, nvmlDevice_t device, long number)
{
    const char *way = device ? (const char *)device : "";
    const char *comma = device && number >= 0 ? ", " : "";
    int length = snprintf(call, CALL, "%s(%s%s", function, way, comma);
    if (number >= 0)
        length += snprintf(call + length, CALL - length, "%ld", number);
    snprintf(call + length, CALL - length, ")");
    return call;
}

static nvmlReturn_t answer(const char *call, char value[LINE])
{
    return initialised ? look_up(call, value) : NVML_ERROR_UNINITIALIZED;
}

static nvmlReturn_t text(const char *call, char *to, unsigned int length)
{
    char value[LINE];
    nvmlReturn_t said = answer(call, value);
    if (said != NVML_SUCCESS)
        return said;
    if (strlen(value) > length)
        return NVML_ERROR_INSUFFICIENT_SIZE;
    strcpy(to, value + 1);
    return NVML_SUCCESS;
}

static nvmlReturn_t number(const char *call, unsigned long long *to)
{
    char value[LINE];
    nvmlReturn_t said = answer(call, value);
    if (said == NVML_SUCCESS)
        *to = strtoull(value, NULL, 0);
    return said;
}

static nvmlReturn_t word(const char *call, unsigned int *to)
{
    unsigned long long wide;
    nvmlReturn_t said = number(call, &wide);
    if (said == NVML_SUCCESS)
        *to = (unsigned int)wide;
    return said;
}

static nvmlReturn_t pair(const char *call, unsigned int *first, unsigned int *second)
{
    char value[LINE], *rest;
    nvmlReturn_t said = answer(call, value);
    if (said != NVML_SUCCESS)
        return said;
    *first = (unsigned int)strtoul(value, &rest, 0);
    *second = (unsigned int)strtoul(rest, NULL, 0);
    return NVML_SUCCESS;
}

/* A record's error stands at the call itself; a member that is missing is zero. */
static nvmlReturn_t record(const char *call)
{
    char value[LINE];
    return answer(call, value);
}

static unsigned long long member(const char *call, const char *name)
{
    char full[CALL * 2];
    unsigned long long value = 0;
    snprintf(full, sizeof full, "%s.%s", call, name);
    number(full, &value);
    return value;
}

static nvmlReturn_t handle(const char *call, nvmlDevice_t *device)
{
    char value[LINE];
    nvmlReturn_t said = answer(call, value);
    if (said != NVML_SUCCESS)
        return said;
    for (int at = 0; at < MOST_DEVICES; at++) {
        if (!*ways[at])
            snprintf(ways[at], WAY, "%s", value + 1);
        if (!strcmp(ways[at], value + 1)) {
            *device = (nvmlDevice_t)(void *)ways[at];
            return NVML_SUCCESS;
        }
    }
    return NVML_ERROR_MEMORY;
}
