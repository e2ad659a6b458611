// GNU calls that Swift's Glibc module does not show, declared as their manual pages give them.
#ifndef DRYDOCK_CSPAWN_SHIM_H
#define DRYDOCK_CSPAWN_SHIM_H

#include <spawn.h>
#include <sys/syscall.h>
#include <unistd.h>

// posix_spawn_file_actions_addclosefrom_np(3), glibc 2.34.
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
// posix_spawn_file_actions_addchdir_np(3), glibc 2.29.
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
// posix_spawn_file_actions_addtcsetpgrp_np(3), glibc 2.35.
int posix_spawn_file_actions_addtcsetpgrp_np(posix_spawn_file_actions_t *actions, int terminal);
// memfd_create(2).
int memfd_create(const char *name, unsigned int flags);
// pipe2(2).
int pipe2(int ends[2], int flags);
// ioprio_set(2) of one thread, for which glibc has no function; 1 is IOPRIO_WHO_PROCESS.
static inline long drydock_ioprio_set(int thread, int priority) {
  return syscall(SYS_ioprio_set, 1, thread, priority);
}

#endif
