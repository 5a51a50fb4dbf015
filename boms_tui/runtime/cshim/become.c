/* In the forked child: wait for the word, then become the task. */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Enter a cgroup, or stay in the shim's where that cannot be: it only makes a kill surer. */
static void join(const char *cgroup)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/cgroup.procs", cgroup);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && write(fd, "0", 1) < 0)
        return;
}

static bool open_as(int fd, const char *name, int how)
{
    int opened = open(name, how | O_CLOEXEC);
    return opened >= 0 && dup2(opened, fd) == fd;
}

/* Give the task its input, its output and default signals; all else that is open closes when it executes. */
static bool arrange(const struct spec *spec)
{
    if (!open_as(0, "/dev/null", O_RDONLY) || !open_as(1, "out.log", O_WRONLY | O_APPEND) || dup2(1, 2) != 2)
        return false;
    if (spec->secrets && fcntl(SECRETS, F_SETFD, 0) != 0)
        return false;
    if (spec->cgroup)
        join(spec->cgroup);
    for (int number = 1; number <= SIGRTMAX; number++)
        signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    umask(spec->umask);
    return true;
}

static const char *path_of(const struct spec *spec)
{
    const char *path = "/usr/bin:/bin";
    for (const char **variable = spec->environment; *variable; variable++)
        if (strncmp(*variable, "PATH=", 5) == 0)
            path = *variable + 5;
    return path;
}

static void execute_file(const char *file, const struct spec *spec)
{
    execve(file, (char *const *)spec->argv, (char *const *)spec->environment);
}

/* Execute a path as it stands, a bare name as the task's own PATH finds it; comes back with errno where it cannot. */
static void execute(const struct spec *spec)
{
    const char *name = spec->argv[0];
    if (strchr(name, '/')) {
        execute_file(name, spec);
        return;
    }
    int failure = ENOENT;
    for (const char *folder = path_of(spec), *end; folder; folder = *end ? end + 1 : NULL) {
        char file[PATH_MAX];
        end = folder + strcspn(folder, ":");
        int length = snprintf(file, sizeof file, "%.*s/%s", (int)(end - folder), folder, name);
        errno = ENAMETOOLONG;
        if (length < (int)sizeof file)
            execute_file(file, spec);
        if (errno == EACCES || errno == EPERM)
            failure = errno;
        else if (errno != ENOENT && errno != ENOTDIR)
            return;
    }
    errno = failure;
}

/* Does not come back where it succeeds. */
static void try_to_become(const struct spec *spec, struct why_not *why_not)
{
    char folder[PATH_MAX];
    const char *what = "its input and output";
    if (arrange(spec)) {
        snprintf(folder, sizeof folder, "folder %s", spec->directory);
        what = folder;
        if (chdir(spec->directory) == 0) {
            what = spec->argv[0];
            execute(spec);
        }
    }
    why_not->number = errno;
    explain(why_not->text, what, errno);
}

/* Become the task, or say over `failure` why not. */
_Noreturn void become(const struct spec *spec, int held, int failure)
{
    struct why_not why_not = {0, "it ended before it was executed"};
    char word = 0;
    setsid();
    if (read(held, &word, 1) == 1 && word == 'g')
        try_to_become(spec, &why_not);
    if (write(failure, &why_not, sizeof why_not) < 0)
        _exit(126);
    _exit(127);
}
