#ifndef KERNEL_PEERS_H
#define KERNEL_PEERS_H

#include <stdint.h>

/* What the benchmark holds the selection loop against: the same choice in C, over a list as a kernel has it and
   over an array of records. Tasks are in visiting order; -1000 is no candidate. */

typedef struct peer_list peer_list;
typedef struct peer_array peer_array;

typedef struct {
  int64_t anon, file, shmem, swapents, pgtables; /* pages */
  int16_t oom_score_adj;
} peer_task;

/* A list whose nodes and counters lie in memory in an order of their own, given by a seed, as after a long uptime. */
peer_list *peer_list_make(const peer_task *tasks, int64_t count, uint64_t seed);
void peer_list_free(peer_list *list);
/* The position of the chosen task, -1 for nobody. */
int64_t peer_list_select(const peer_list *list, int64_t totalpages);

peer_array *peer_array_make(const peer_task *tasks, int64_t count);
void peer_array_free(peer_array *array);
int64_t peer_array_select(const peer_array *array, int64_t totalpages);

/* Calls of malloc, calloc, realloc and the aligned forms since the process began. */
int64_t allocation_count(void);

#endif
