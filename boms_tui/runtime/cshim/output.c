/* What the task prints: `out.log`, to which it writes directly, held down to its cap from beside. */
#include "shim.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t larger(int64_t one, int64_t other)
{
    return one > other ? one : other;
}

static int64_t smaller(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

static int64_t size_of(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 ? status.st_size : 0;
}

bool open_output(struct output *output, int64_t cap)
{
    int fd = open("out.log", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    *output = (struct output){.fd = fd, .pause = 200, .head = cap / 2, .tail = cap - cap / 2, .hole_end = cap / 2};
    return fd >= 0;
}

static bool punch(struct output *output, int64_t end)
{
    int how = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    if (fallocate(output->fd, how, output->hole_end, end - output->hole_end) != 0)
        return false;
    output->hole_end = end;
    return true;
}

/* Where the file system cannot punch holes: what comes in this moment is lost uncounted. */
static void move_down(struct output *output, int64_t start)
{
    static char piece[PIECE];
    int64_t at = start;
    for (ssize_t size; (size = pread(output->fd, piece, sizeof piece, at)) != 0; at += size)
        if (size < 0 || (size = pwrite(output->fd, piece, (size_t)size, at - start + output->head)) < 0)
            return;
    if (ftruncate(output->fd, at - start + output->head) != 0)
        return;
    output->hole_end = output->head;
    output->moved += start - output->head;
}

/* Cut what lies between the head and `end`; output that cannot be cut stays, and the result comes first. */
static void cut_to(struct output *output, int64_t end)
{
    if (!punch(output, end))
        move_down(output, end);
}

/* Cut the middle where the file is a quarter of the cap too long. */
void trim(struct output *output)
{
    int64_t cap = output->head + output->tail, size = size_of(output->fd), grown = size - output->last;
    output->last = size;
    output->pause = (int)(grown > cap / 8 ? larger(20, output->pause / 2) : smaller(2000, output->pause * 2));
    if (size - output->tail - output->hole_end > larger(cap / 4, PIECE))
        cut_to(output, size - output->tail);
}

/* Cut to the cap; the bytes ever printed, and how many of them are gone. */
void finish(struct output *output, int64_t *printed, int64_t *dropped)
{
    int64_t size = size_of(output->fd);
    *printed = size + output->moved;
    if (size - output->tail > output->hole_end)
        cut_to(output, size - output->tail);
    *dropped = output->hole_end - output->head + output->moved;
}
