/* The task's process: held until its start is on record, watched, stopped where that must be, cleared up behind. */
#include "shim.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether a task must end before it wants to: TERM, KILL after the grace, and again each second. */
struct stop {
    const char *how; /* NULL while nobody wants it */
    char why[TEXT];
    int64_t due, grace; /* due: when the next step is to be taken, since boot; first the timeout */
};

/* A name that may hold anything, as a text. */
static const char *as_text(char *name, ssize_t length)
{
    for (ssize_t at = 0; at < length; at++)
        if (name[at] == '\0')
            name[at] = ' ';
    return name;
}

/* Who asked for this attempt's end, NULL where nobody did. */
const char *who_kills(void)
{
    static char name[101];
    ssize_t length = read_start("kill.req", name, sizeof name);
    if (length < 0)
        return NULL;
    return length > 0 ? as_text(name, length) : "somebody";
}

/* Who asks over the FIFO for the task's end, NULL where nobody does. */
static const char *hear(int control)
{
    static char name[101];
    ssize_t length = control < 0 ? -1 : read(control, name, sizeof name - 1);
    if (length <= 0)
        return NULL;
    name[length] = '\0';
    return as_text(name, length);
}

static void close_both(const int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

static bool open_pipes(int word[2], int failure[2])
{
    if (pipe2(word, O_CLOEXEC) != 0)
        return false;
    if (pipe2(failure, O_CLOEXEC) == 0)
        return true;
    close_both(word);
    return false;
}

/* Fork the process that will be the task. It runs nothing before `go`, and nothing ever when this shim ends before. */
bool fork_child(struct child *child, struct spec *spec, int lock)
{
    int word[2], failure[2];
    if (!open_pipes(word, failure))
        return false;
    pid_t pid = fork();
    if (pid == 0) {
        close(lock);
        close(word[1]);
        become(spec, word[0], failure[1]);
    }
    close(word[0]);
    close(failure[1]);
    *child = (struct child){.family = {pid, NULL}, .word = word[1], .failure = failure[0], .ended = -1};
    if (pid < 0)
        return false;
    if (spec->secrets)
        close(SECRETS);
    if (spec->cgroup)
        child->family.cgroup = strdup(spec->cgroup);
    forget(spec);
    child->ended = (int)syscall(SYS_pidfd_open, pid, 0);
    if (child->ended < 0)
        dismiss(child);
    return child->ended >= 0;
}

void go(struct child *child)
{
    child->began = since_boot();
    child->went = wall_clock();
    if (write(child->word, "g", 1) < 0)
        return; /* somebody ended it; its end will be seen */
}

/* Let it end without running anything. */
void dismiss(struct child *child)
{
    close(child->word);
    waitpid(child->family.leader, NULL, 0);
}

/* Whether the program could not be executed. Waits until it was, or could not be. */
static bool never_ran(struct child *child)
{
    if (!child->asked)
        child->never_ran = read(child->failure, &child->why_not, sizeof child->why_not) > 0;
    child->asked = true;
    return child->never_ran;
}

static void insist(struct stop *stop, const struct family *family, int64_t now)
{
    if (now < stop->due)
        return;
    stop->due = now + SECOND;
    kill_all(family);
}

static void take_next_step(struct stop *stop, const struct family *family, const char *killer)
{
    int64_t now = since_boot();
    if (stop->how) {
        insist(stop, family, now);
        return;
    }
    if (!killer && now < stop->due)
        return;
    stop->how = killer ? "killed" : "timeout";
    if (killer)
        snprintf(stop->why, sizeof stop->why, "by %s", killer);
    stop->due = now + stop->grace;
    ask(family);
}

/* In how many milliseconds there is something to do, if not sooner than `most`. */
static int pause_of(const struct stop *stop, int most)
{
    int64_t due = (stop->due - since_boot()) / 1000000 + 1;
    if (due < 0)
        return 0;
    return due < most ? (int)due : most;
}

/* Until the task ends, which is when the last word about stopping it is said. */
static struct stop wait_for_end(struct child *child, const struct spec *spec, struct output *output, int control)
{
    struct stop stop = {.due = child->began + spec->timeout, .grace = spec->grace};
    struct pollfd ends = {child->ended, POLLIN, 0}, starts = {child->failure, POLLIN, 0}, asks = {control, POLLIN, 0};
    struct pollfd eyes[] = {ends, starts, asks};
    for (;;) {
        bool seen = poll(eyes, 3, pause_of(&stop, output->pause)) > 0;
        if (seen && eyes[0].revents)
            return stop;
        if (seen && eyes[1].revents) {
            eyes[1].fd = -1;
            if (!never_ran(child))
                tell("started");
        }
        const char *heard = hear(control), *killer = who_kills();
        take_next_step(&stop, &child->family, killer ? killer : heard);
        bury(child->family.leader);
        trim(output);
    }
}

/* Waits for the task; `pairs` is what the exit record says of it. */
void see_to_its_end(struct child *child, const struct spec *spec, struct output *output, int control,
                    struct pairs *pairs)
{
    int status;
    int64_t printed, dropped;
    struct stop stop = wait_for_end(child, spec, output, control);
    int64_t ended = wall_clock(), elapsed = since_boot() - child->began;
    failpoint("ended");
    if (stop.how)
        end_family(&child->family);
    if (waitpid(child->family.leader, &status, 0) < 0)
        _exit(EXIT_FAILURE); /* nobody knows how it ended, and nobody guesses */
    if (never_ran(child)) {
        result(pairs, "start-failed", ended, child->why_not.text);
        add_number(pairs, "errno", child->why_not.number);
        return;
    }
    finish(output, &printed, &dropped);
    result(pairs, stop.how ? stop.how : WIFEXITED(status) ? "exited" : "signalled", ended, stop.why);
    add_number(pairs, "began", child->went);
    add_number(pairs, "elapsed_ns", elapsed);
    add_number(pairs, "out_bytes", printed);
    add_number(pairs, "dropped", dropped);
    add_number(pairs, "remain", count_left(&child->family));
    if (WIFEXITED(status))
        add_number(pairs, "code", WEXITSTATUS(status));
    else
        add_number(pairs, "signal", WTERMSIG(status));
}
