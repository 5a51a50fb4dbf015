/* What a shim reports: hints on its pipe to the runtime, and how the attempt ended as pairs of the exit record. */
#include "shim.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NAMED(error) [error] = #error

/* Those that files and programs give. */
static const char *const NAMES[] = {
    NAMED(EPERM), NAMED(ENOENT), NAMED(ESRCH), NAMED(EINTR), NAMED(EIO), NAMED(ENXIO), NAMED(E2BIG), NAMED(ENOEXEC),
    NAMED(EBADF), NAMED(ECHILD), NAMED(EAGAIN), NAMED(ENOMEM), NAMED(EACCES), NAMED(EFAULT), NAMED(EBUSY),
    NAMED(EEXIST), NAMED(EXDEV), NAMED(ENODEV), NAMED(ENOTDIR), NAMED(EISDIR), NAMED(EINVAL), NAMED(ENFILE),
    NAMED(EMFILE), NAMED(ENOTTY), NAMED(ETXTBSY), NAMED(EFBIG), NAMED(ENOSPC), NAMED(ESPIPE), NAMED(EROFS),
    NAMED(EMLINK), NAMED(EPIPE), NAMED(ENAMETOOLONG), NAMED(ENOLCK), NAMED(ENOSYS), NAMED(ENOTEMPTY), NAMED(ELOOP),
    NAMED(ENODATA), NAMED(EREMOTE), NAMED(EPROTO), NAMED(EBADMSG), NAMED(EOVERFLOW), NAMED(ELIBACC), NAMED(ELIBBAD),
    NAMED(ELIBMAX), NAMED(EUSERS), NAMED(ENOTSUP), NAMED(ETIMEDOUT), NAMED(EHOSTDOWN), NAMED(ESTALE), NAMED(EUCLEAN),
    NAMED(EREMOTEIO), NAMED(EDQUOT), NAMED(ENOMEDIUM), NAMED(ECANCELED), NAMED(ENOKEY), NAMED(EKEYREJECTED),
};

static const char *name_of(int number)
{
    bool named = number > 0 && (size_t)number < sizeof NAMES / sizeof *NAMES && NAMES[number];
    return named ? NAMES[number] : "";
}

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

int64_t since_boot(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

int64_t wall_clock(void)
{
    return read_clock(CLOCK_REALTIME);
}

/* A hint to the runtime, where one listens; the files are the truth. */
void tell(const char *line)
{
    char said[2 * TEXT];
    int length = snprintf(said, sizeof said, "%.*s\n", (int)sizeof said - 2, line);
    if (write(2, said, (size_t)length) < 0)
        return;
}

/* `what: ENOENT No such file or directory`, with the end of a long `what`. */
void explain(char text[TEXT], const char *what, int number)
{
    size_t length = strlen(what);
    snprintf(text, TEXT, "%s: %s %s", what + (length > 120 ? length - 120 : 0), name_of(number), strerror(number));
}

/* Tell why nothing is started; always false. */
bool refuse(const char *format, ...)
{
    char why[TEXT], line[2 * TEXT];
    va_list values;
    va_start(values, format);
    vsnprintf(why, sizeof why, format, values);
    va_end(values);
    snprintf(line, sizeof line, "before the start: %s", why);
    tell(line);
    return false;
}

bool refuse_for(int number)
{
    return refuse("%s %s", name_of(number), strerror(number));
}

void result(struct pairs *pairs, const char *how, int64_t ended, const char *text)
{
    pairs->length = 0;
    add(pairs, "version", VERSION);
    add(pairs, "how", how);
    add_number(pairs, "ended", ended);
    add(pairs, "text", text);
}

void failed_start(struct pairs *pairs, const char *what, int number)
{
    char text[TEXT];
    explain(text, what, number);
    result(pairs, "start-failed", wall_clock(), text);
    add_number(pairs, "errno", number);
}
