/* The life of a shim, top-down: lock, prepare, fork, decide, start, watch, record. */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SOURCES
#define SOURCES "unknown"
#endif

struct attempt {
    struct spec spec;
    struct output output;
    struct child child;
    char boot[64];
    int control; /* control: the FIFO over which a kill is heard at once; -1 where `kill.req` alone must do */
};

/* Close what a runtime forgot to: it must not live as long as a task. Whether one seems to hand over secrets. */
static bool close_leaks(void)
{
    if (syscall(SYS_close_range, SECRETS + 1, ~0U, 0) != 0)
        for (int fd = SECRETS + 1; fd < 65536 && fd < sysconf(_SC_OPEN_MAX); fd++)
            close(fd);
    return fcntl(SECRETS, F_SETFD, FD_CLOEXEC) == 0;
}

/* A shim ends after its task, never because a terminal, a service, a pipe or a limit does; and it is told of ends. */
static void set_signals(void)
{
    static const int ignored[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGXFSZ};
    for (size_t at = 0; at < sizeof ignored / sizeof *ignored; at++)
        signal(ignored[at], SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
}

/* Everything that may fail while failing is harmless; false, and the reason told, where it did. */
static bool prepare(struct attempt *attempt, mode_t umask, bool handed, bool *late)
{
    if (!read_spec(&attempt->spec, umask))
        return false;
    if (attempt->spec.secrets && !handed)
        return refuse("the task's secrets were not handed over");
    if (handed && !attempt->spec.secrets)
        close(SECRETS);
    if (!set_aside("exit.tmp", RECORD_SIZE) || !open_output(&attempt->output, attempt->spec.output_cap))
        return refuse_for(errno);
    attempt->control = open("ctl", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (!boot_id(attempt->boot))
        return refuse_for(errno);
    *late = strcmp(attempt->boot, attempt->spec.boot) != 0 || since_boot() > attempt->spec.start_by;
    return true;
}

static int unprepared(void)
{
    refuse_for(errno);
    return UNPREPARED;
}

/* Who would run: with their start times, two numbers that name these processes for ever. */
static bool start_record(struct pairs *pairs, const char *boot, pid_t pid)
{
    struct process task, shim;
    if (!stat_of(pid, &task) || !stat_of(getpid(), &shim))
        return false;
    *pairs = (struct pairs){0};
    add(pairs, "version", VERSION);
    add_number(pairs, "pid", pid);
    add_number(pairs, "starttime", (int64_t)task.started);
    add(pairs, "boot_id", boot);
    add_number(pairs, "shim_pid", getpid());
    add_number(pairs, "shim_starttime", (int64_t)shim.started);
    add_number(pairs, "at", wall_clock());
    return true;
}

/* Make the start of this child the one decision; otherwise the exit status that says why not. */
static int decide(const struct attempt *attempt)
{
    char mine[32];
    struct pairs pairs;
    snprintf(mine, sizeof mine, "decision.%d", getpid());
    if (!start_record(&pairs, attempt->boot, attempt->child.family.leader)
        || !write_durably(mine, pairs.data, pairs.length, NULL))
        return unprepared();
    failpoint("before-link");
    if (link(mine, "decision") != 0)
        return errno == EEXIST ? DECIDED : unprepared();
    failpoint("linked");
    unlink(mine); /* its other name would do no harm */
    return 0;
}

/* Lock, prepare, fork and decide to start; otherwise the exit status that says why not. Whatever it is, the forked
   child ends with this process. */
static int claim(struct attempt *attempt, mode_t umask, bool handed)
{
    struct stat status;
    bool late = false;
    failpoint("before-lock");
    int lock = take_lock();
    if (lock < 0)
        return lock == HELD ? LOCKED : unprepared();
    failpoint("locked");
    if (lstat("decision", &status) == 0)
        return DECIDED; /* and what the shim that decided has recorded stays as it is */
    if (!prepare(attempt, umask, handed, &late))
        return UNPREPARED;
    if (late)
        return LATE;
    if (!fork_child(&attempt->child, &attempt->spec, lock))
        return unprepared();
    failpoint("forked");
    int refused = decide(attempt);
    if (refused == DECIDED)
        dismiss(&attempt->child);
    if (!refused)
        failpoint("decided");
    return refused;
}

/* Start the task, see it to its end, and say how that was. */
static void run(struct attempt *attempt, struct pairs *pairs)
{
    struct child *child = &attempt->child;
    if (!sync_folder()) { /* whoever finds no decision after a power loss must be right that nothing ran */
        int number = errno;
        dismiss(child);
        failed_start(pairs, "the decision", number);
        return;
    }
    failpoint("before-go");
    const char *killer = who_kills();
    if (killer) {
        char text[TEXT];
        dismiss(child);
        snprintf(text, sizeof text, "before it ran, by %s", killer);
        result(pairs, "killed", wall_clock(), text);
        return;
    }
    go(child);
    failpoint("gone");
    see_to_its_end(child, &attempt->spec, &attempt->output, attempt->control, pairs);
}

static bool write_record(const char *name, const uint8_t record[RECORD_SIZE])
{
    if (!write_durably(name, record, RECORD_SIZE, "mid-record"))
        return false;
    failpoint("recorded");
    if (rename(name, "exit.rec") != 0)
        return false;
    failpoint("renamed");
    return sync_folder();
}

static bool folder_is_gone(void)
{
    char place[PATH_MAX];
    return !getcwd(place, sizeof place) && errno == ENOENT;
}

/* Make the result durable. While the disk refuses, it lives on in this process, unless the folder is gone. */
static int keep(const struct pairs *pairs)
{
    uint8_t record[RECORD_SIZE];
    char other[32], text[TEXT];
    const char *name = "exit.tmp";
    seal(record, pairs);
    snprintf(other, sizeof other, "exit.%d.tmp", getpid());
    failpoint("before-record");
    for (int pause = 100; !write_record(name, record); pause = pause < 2500 ? 2 * pause : 5000) {
        explain(text, "the exit record", errno);
        tell(text);
        if (folder_is_gone())
            return UNRECORDED;
        name = other;
        poll(NULL, 0, pause);
    }
    return 0;
}

/* What a runtime asks before it relies on this file. */
static int introduce(void)
{
    static const char name[] = "boms-shim " VERSION " " SOURCES "\n";
    return write(1, name, sizeof name - 1) < 0;
}

/* Guard the attempt whose folder is the last argument; the exit status says why where nothing is recorded. */
int main(int count, char **arguments)
{
    if (count < 2)
        return introduce();
    mode_t before = umask(077);
    bool handed = close_leaks();
    struct attempt attempt;
    struct pairs pairs;
    set_signals();
    adopt_orphans();
    if (chdir(arguments[count - 1]) != 0)
        return unprepared();
    int refused = claim(&attempt, before, handed);
    if (refused)
        return refused;
    run(&attempt, &pairs);
    return keep(&pairs);
}
