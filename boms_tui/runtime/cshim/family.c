/* The processes of a task: its group, and what left the group and fell to this shim when its parent ended. */
#include "shim.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define GENERATIONS 1000 /* more ancestors only a loop could have, read while numbers change hands */

/* Inherit every descendant whose parent ends. Where that is not to be had, groups and cgroups must do. */
void adopt_orphans(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/* Reap the children that have ended; whether one is left. Stops where it meets the one that is spared. */
bool bury(pid_t spared)
{
    for (;;) {
        siginfo_t ended = {.si_pid = 0};
        if (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0)
            return false;
        if (ended.si_pid == 0 || ended.si_pid == spared)
            return true;
        waitpid(ended.si_pid, NULL, 0);
    }
}

/* Signal the group, or the leader alone where it does not lead one yet. */
static void signal_group(const struct family *family, int number)
{
    if (kill(-family->leader, number) != 0 && errno == ESRCH)
        kill(family->leader, number);
}

/* Ask the group to end; what has left it is not asked. */
void ask(const struct family *family)
{
    signal_group(family, SIGTERM);
    signal_group(family, SIGCONT);
}

static bool descends(pid_t parent, pid_t ancestor)
{
    struct process process;
    for (int generation = 0; generation < GENERATIONS; generation++) {
        if (parent == 0 || parent == ancestor)
            return parent == ancestor;
        if (!stat_of(parent, &process))
            return false;
        parent = process.parent;
    }
    return false;
}

/* Whether it lives, and is not only waiting to be reaped, and comes from the task. */
static bool is_member(const struct family *family, pid_t pid, struct process *process)
{
    pid_t ours = getpid();
    if (pid == ours || !stat_of(pid, process) || process->state == 'Z' || process->state == 'X')
        return false;
    return process->group == family->leader || descends(process->parent, ours);
}

/* Kill the process that had this number and start time, and no stranger that got the number since. */
static void kill_exactly(pid_t pid, unsigned long long started)
{
    struct process now;
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0)
        return;
    if (stat_of(pid, &now) && now.started == started)
        syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
    close(fd);
}

/* How many members live, each seen to by `act` where there is one; -1 where /proc cannot be read. */
static int each_member(const struct family *family, void (*act)(pid_t, unsigned long long))
{
    DIR *folder = opendir("/proc");
    if (!folder)
        return -1;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        struct process process;
        pid_t pid = isdigit((unsigned char)*entry->d_name) ? atoi(entry->d_name) : 0;
        if (pid == 0 || !is_member(family, pid, &process))
            continue;
        if (act)
            act(pid, process.started);
        count++;
    }
    closedir(folder);
    return count;
}

static int open_in_cgroup(const struct family *family, const char *name, int how)
{
    char path[PATH_MAX];
    if (!family->cgroup)
        return -1;
    snprintf(path, sizeof path, "%s/%s", family->cgroup, name);
    return open(path, how | O_CLOEXEC);
}

static void kill_cgroup(const struct family *family)
{
    int fd = open_in_cgroup(family, "cgroup.kill", O_WRONLY);
    if (fd < 0)
        return;
    if (write(fd, "1", 1) < 0) {
        close(fd);
        return;
    }
    close(fd);
}

static int count_cgroup(const struct family *family)
{
    char piece[512];
    int count = 0, fd = open_in_cgroup(family, "cgroup.procs", O_RDONLY);
    if (fd < 0)
        return 0;
    for (ssize_t size; (size = read(fd, piece, sizeof piece)) > 0;)
        for (ssize_t at = 0; at < size; at++)
            count += piece[at] == '\n';
    close(fd);
    return count;
}

/* Kill the group and whatever escaped from it; whether any may have lived. */
bool kill_all(const struct family *family)
{
    signal_group(family, SIGKILL);
    kill_cgroup(family);
    int members = each_member(family, kill_exactly);
    return members != 0 || count_cgroup(family) > 0;
}

/* Kill what a stopped task leaves before its number is given up; for a second at most. */
void end_family(const struct family *family)
{
    int64_t until = since_boot() + SECOND;
    for (int pause = 1; kill_all(family) && since_boot() < until; pause = pause < 25 ? 2 * pause : 50) {
        poll(NULL, 0, pause);
        bury(family->leader);
    }
}

/* How many processes outlive a task that has been reaped. Where /proc cannot be read, they count as one. */
int count_left(const struct family *family)
{
    int in_cgroup = count_cgroup(family);
    bool has_children = bury(0), is_led = kill(-family->leader, 0) == 0 || errno == EPERM;
    if (!has_children && !is_led && in_cgroup == 0)
        return 0;
    int members = each_member(family, NULL);
    if (members < 0)
        members = 1;
    return members > in_cgroup ? members : in_cgroup;
}
