/* Named points at which a test ends or stops this shim: BOMS_SHIM_FAILPOINT=NAME[:HIT[:stop]]. */
#include "shim.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void failpoint(const char *name)
{
    static long hits;
    const char *wanted = getenv("BOMS_SHIM_FAILPOINT");
    size_t length = strlen(name);
    if (!wanted || strncmp(wanted, name, length) != 0 || (wanted[length] != ':' && wanted[length] != '\0'))
        return;
    const char *hit = wanted[length] ? wanted + length + 1 : "";
    if (++hits == (*hit && *hit != ':' ? atol(hit) : 1))
        kill(getpid(), strstr(hit, ":stop") ? SIGSTOP : SIGKILL);
}
