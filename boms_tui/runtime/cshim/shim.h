/* The shim in C: what its files share. Each file mirrors the one of the same name in ../shim, where the protocol is
   explained; files, exit statuses, hints and failpoints are the same to the byte. Durations are nanoseconds. */
#ifndef BOMS_SHIM_H
#define BOMS_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define VERSION "1"
#define RECORD_SIZE 512
#define PIECE (64 * 1024)
#define TEXT 201 /* what a record says in words, with its NUL */
#define SECRETS 3 /* the descriptor on which secrets come and go */
#define SECOND INT64_C(1000000000)
#define FOREVER (INT64_C(1) << 62)

enum { UNPREPARED = 94, LATE, DECIDED, LOCKED, UNRECORDED };

/* failpoint.c */
void failpoint(const char *name);

/* files.c: functions that can fail return false, NULL or -1 and leave errno */
#define HELD (-2)

struct pairs {
    size_t length;
    char data[RECORD_SIZE - 8];
};

struct process {
    char state;
    pid_t parent, group;
    unsigned long long started; /* in clock ticks since boot */
};

void add(struct pairs *pairs, const char *key, const char *value);
void add_number(struct pairs *pairs, const char *key, int64_t value);
void seal(uint8_t record[RECORD_SIZE], const struct pairs *pairs);
char *read_whole(const char *name, size_t *size);
ssize_t read_start(const char *name, char *buffer, size_t size);
bool write_durably(const char *name, const void *data, size_t size, const char *torn);
bool set_aside(const char *name, size_t size);
bool sync_folder(void);
int take_lock(void);
bool boot_id(char id[64]);
bool stat_of(pid_t pid, struct process *process);

/* report.c */
int64_t since_boot(void);
int64_t wall_clock(void);
void tell(const char *line);
void explain(char text[TEXT], const char *what, int number);
bool refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool refuse_for(int number);
void result(struct pairs *pairs, const char *how, int64_t ended, const char *text);
void failed_start(struct pairs *pairs, const char *what, int number);

/* spec.c */
struct spec {
    char *data, *end; /* the file, to which all of this points; gone once the task has been forked */
    const char **argv, **environment;
    const char *directory, *boot;
    const char *cgroup; /* a folder, or NULL */
    int64_t timeout, grace, output_cap, start_by;
    mode_t umask;
    bool secrets;
};

bool read_spec(struct spec *spec, mode_t umask);
void forget(struct spec *spec);

/* output.c */
struct output {
    int fd, pause; /* pause: after how many milliseconds to look again */
    int64_t head, tail, hole_end, moved, last;
};

bool open_output(struct output *output, int64_t cap);
void trim(struct output *output);
void finish(struct output *output, int64_t *printed, int64_t *dropped);

/* family.c */
struct family {
    pid_t leader;
    const char *cgroup; /* a folder, or NULL */
};

void adopt_orphans(void);
bool bury(pid_t spared);
void ask(const struct family *family);
bool kill_all(const struct family *family);
void end_family(const struct family *family);
int count_left(const struct family *family);

/* become.c */
struct why_not {
    int number;
    char text[TEXT];
};

_Noreturn void become(const struct spec *spec, int held, int failure);

/* task.c */
struct child {
    struct family family;
    int word, failure, ended;
    int64_t began, went; /* since boot, and by the wall clock */
    bool asked, never_ran;
    struct why_not why_not;
};

const char *who_kills(void);
bool fork_child(struct child *child, struct spec *spec, int lock);
void go(struct child *child);
void dismiss(struct child *child);
void see_to_its_end(struct child *child, const struct spec *spec, struct output *output, int control,
                    struct pairs *pairs);

#endif
