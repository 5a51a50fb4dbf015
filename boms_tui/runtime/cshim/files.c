/* The files of an attempt's folder: byte formats and durability. */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void add(struct pairs *pairs, const char *key, const char *value)
{
    size_t of_key = strlen(key) + 1, of_value = strlen(value) + 1;
    if (of_key + of_value > sizeof pairs->data - pairs->length)
        return;
    memcpy(pairs->data + pairs->length, key, of_key);
    memcpy(pairs->data + pairs->length + of_key, value, of_value);
    pairs->length += of_key + of_value;
}

void add_number(struct pairs *pairs, const char *key, int64_t value)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRId64, value);
    add(pairs, key, digits);
}

static uint32_t crc32(const char *data, size_t size)
{
    uint32_t crc = ~UINT32_C(0);
    for (size_t at = 0; at < size; at++) {
        crc ^= (uint8_t)data[at];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xEDB88320) : 0);
    }
    return ~crc;
}

static void little_endian(uint8_t *to, uint32_t number)
{
    for (int byte = 0; byte < 4; byte++)
        to[byte] = (uint8_t)(number >> 8 * byte);
}

/* Length and CRC-32, payload, zeros up to 512 bytes. */
void seal(uint8_t record[RECORD_SIZE], const struct pairs *pairs)
{
    memset(record, 0, RECORD_SIZE);
    little_endian(record, (uint32_t)pairs->length);
    little_endian(record + 4, crc32(pairs->data, pairs->length));
    memcpy(record + 8, pairs->data, pairs->length);
}

/* Close, and let errno tell what happened before. */
static void quietly_close(int fd)
{
    int number = errno;
    close(fd);
    errno = number;
}

static char *read_all(int fd, size_t *size)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return NULL;
    char *data = malloc((size_t)status.st_size + 1);
    *size = 0;
    while (data) {
        ssize_t got = read(fd, data + *size, (size_t)status.st_size - *size);
        if (got == 0)
            return data;
        if (got < 0) {
            free(data);
            return NULL;
        }
        *size += (size_t)got;
    }
    return NULL;
}

/* A whole file, to be freed. */
char *read_whole(const char *name, size_t *size)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    char *data = read_all(fd, size);
    quietly_close(fd);
    return data;
}

/* How many bytes of a file's start fit before the buffer's last one, which becomes a NUL behind them. */
ssize_t read_start(const char *name, char *buffer, size_t size)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t got = read(fd, buffer, size - 1);
    buffer[got > 0 ? got : 0] = '\0';
    quietly_close(fd);
    return got;
}

/* In two parts, so that a test can tear it: the `torn` point lies between them. */
static bool write_all(int fd, const char *data, size_t size, const char *torn)
{
    size_t first = size < 8 ? size : 8;
    ssize_t head = pwrite(fd, data, first, 0);
    if (head < 0)
        return false;
    if (torn)
        failpoint(torn);
    ssize_t rest = pwrite(fd, data + first, size - first, 8);
    if (rest < 0)
        return false;
    errno = ENOSPC;
    return (size_t)(head + rest) == size && fdatasync(fd) == 0;
}

/* Write a file in place and wait for the disk. */
bool write_durably(const char *name, const void *data, size_t size, const char *torn)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool written = write_all(fd, data, size, torn);
    quietly_close(fd);
    return written;
}

/* Take the room that a file will need, so that no full disk can keep it from being written. */
bool set_aside(const char *name, size_t size)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    int refused = posix_fallocate(fd, 0, (off_t)size);
    close(fd);
    errno = refused;
    return !refused;
}

/* Wait until what was created, renamed or linked in this folder is on disk. */
bool sync_folder(void)
{
    int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool synced = fsync(fd) == 0;
    quietly_close(fd);
    return synced;
}

/* The lock that says this attempt has a living shim; HELD where another has it. */
int take_lock(void)
{
    int fd = open("lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    struct flock whole = {.l_type = F_WRLCK};
    if (fcntl(fd, F_OFD_SETLK, &whole) == 0)
        return fd;
    return errno == EAGAIN || errno == EACCES ? HELD : -1;
}

bool boot_id(char id[64])
{
    if (read_start("/proc/sys/kernel/random/boot_id", id, 64) < 0)
        return false;
    id[strcspn(id, "\n")] = '\0';
    return true;
}

static const char *field(const char *at, int number)
{
    while (number-- > 0 && *at)
        at += strcspn(at + 1, " ") + 1;
    return *at ? at + 1 : at;
}

/* What /proc/PID/stat says behind the name, which may hold anything. */
bool stat_of(pid_t pid, struct process *process)
{
    char name[32], line[1024];
    snprintf(name, sizeof name, "/proc/%d/stat", pid);
    if (read_start(name, line, sizeof line) <= 0)
        return false;
    const char *behind = strrchr(line, ')');
    if (!behind)
        return false;
    process->state = *field(behind + 1, 0);
    process->parent = atoi(field(behind + 1, 1));
    process->group = atoi(field(behind + 1, 2));
    process->started = strtoull(field(behind + 1, 19), NULL, 10);
    return true;
}
