/* The file `spec`: what to run, where, within what limits. Keys that this shim does not know are left alone. */
#include "shim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The pair behind `at`, and where the next one is; NULL at the end. */
static const char *next(const struct spec *spec, const char *at, const char **value)
{
    *value = at + strlen(at) + 1;
    return *value < spec->end ? *value + strlen(*value) + 1 : NULL;
}

/* The last value of a key; NULL where there is none. */
static const char *find(const struct spec *spec, const char *key)
{
    const char *found = NULL, *value;
    for (const char *at = spec->data, *then; at < spec->end && (then = next(spec, at, &value)); at = then)
        if (strcmp(at, key) == 0)
            found = value;
    return found;
}

/* How many values a key has; they are put into `found` where that is not NULL. */
static size_t collect(const struct spec *spec, const char *key, const char **found)
{
    const char *value;
    size_t count = 0;
    for (const char *at = spec->data, *then; at < spec->end && (then = next(spec, at, &value)); at = then) {
        if (strcmp(at, key) != 0)
            continue;
        if (found)
            found[count] = value;
        count++;
    }
    return count;
}

/* Every value of a key and a NULL, to be freed. */
static const char **find_all(const struct spec *spec, const char *key)
{
    const char **found = calloc(collect(spec, key, NULL) + 1, sizeof *found);
    if (found)
        collect(spec, key, found);
    return found;
}

static bool need(const struct spec *spec, const char *key, const char **value)
{
    *value = find(spec, key);
    return *value || refuse("the spec has no `%s`", key);
}

static bool need_number(const struct spec *spec, const char *key, int base, int64_t *number)
{
    const char *digits;
    if (!need(spec, key, &digits))
        return false;
    size_t length = strlen(digits);
    if (length == 0 || length > 18 || strspn(digits, base == 8 ? "01234567" : "0123456789") < length)
        return refuse("the spec's `%s` is no number", key);
    *number = strtoll(digits, NULL, base);
    return true;
}

static bool need_duration(const struct spec *spec, const char *key, int64_t *duration)
{
    if (!need_number(spec, key, 10, duration))
        return false;
    *duration = *duration > FOREVER / 1000000 ? FOREVER : *duration * 1000000;
    return true;
}

static bool has_our_version(const struct spec *spec)
{
    const char *version;
    if (!need(spec, "version", &version))
        return false;
    return strcmp(version, VERSION) == 0 || refuse("the spec has version %s, this shim knows " VERSION, version);
}

static bool find_what_to_run(struct spec *spec)
{
    spec->argv = find_all(spec, "arg");
    spec->environment = find_all(spec, "env");
    if (!spec->argv || !spec->environment)
        return refuse_for(ENOMEM);
    return need(spec, "cwd", &spec->directory);
}

static bool find_limits(struct spec *spec, mode_t umask)
{
    int64_t mask = umask;
    spec->timeout = FOREVER;
    bool known = (!find(spec, "timeout_ms") || need_duration(spec, "timeout_ms", &spec->timeout))
        && need_duration(spec, "grace_ms", &spec->grace)
        && need_number(spec, "output_cap", 10, &spec->output_cap)
        && need_number(spec, "start_by_ns", 10, &spec->start_by)
        && need(spec, "boot_id", &spec->boot)
        && (!find(spec, "umask") || need_number(spec, "umask", 8, &mask));
    spec->umask = (mode_t)mask;
    return known;
}

/* False, and the reason told, where this is no spec or not one of this version. */
bool read_spec(struct spec *spec, mode_t umask)
{
    size_t size;
    spec->data = read_whole("spec", &size);
    if (!spec->data)
        return refuse_for(errno);
    spec->end = spec->data + size;
    if (size == 0 || spec->end[-1] != '\0')
        return refuse("the spec is cut off");
    if (!has_our_version(spec) || !find_what_to_run(spec) || !find_limits(spec, umask))
        return false;
    spec->secrets = find(spec, "secrets");
    spec->cgroup = find(spec, "cgroup");
    return spec->argv[0] || refuse("the spec has no `arg`");
}

void forget(struct spec *spec)
{
    free(spec->data);
    free(spec->argv);
    free(spec->environment);
}
