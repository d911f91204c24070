#include "kernel_peers.h"

#include <stdlib.h>

/* Sizes of the structures matter for a walk that waits for memory. A task_struct has several thousand bytes, of
   which a selection reads the flags, the pointer to the signals' oom_score_adj, the one to the mm and the links;
   these are put together here, so that the list is faster than a kernel's, never slower. */

typedef struct {
  int64_t rss_stat[4];
  int64_t pgtables;
} mm;

typedef struct task {
  struct task *next;
  mm *mm;
  int64_t position;
  int32_t flags;
  int16_t oom_score_adj;
  char rest[96];
} task;

struct peer_list {
  task *first;
  task *tasks;
  mm *mms;
};

enum { PF_KTHREAD = 0x00200000 };

static uint64_t next_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static int64_t *shuffled(int64_t count, uint64_t *seed) {
  int64_t *order = malloc(sizeof(int64_t) * (size_t)(count ? count : 1));
  for (int64_t i = 0; i < count; i++) order[i] = i;
  for (int64_t i = count - 1; i > 0; i--) {
    int64_t other = (int64_t)(next_random(seed) % (uint64_t)(i + 1));
    int64_t held = order[i];
    order[i] = order[other];
    order[other] = held;
  }
  return order;
}

peer_list *peer_list_make(const peer_task *from, int64_t count, uint64_t seed) {
  peer_list *list = malloc(sizeof *list);
  list->tasks = calloc((size_t)(count ? count : 1), sizeof(task));
  list->mms = calloc((size_t)(count ? count : 1), sizeof(mm));
  int64_t *places = shuffled(count, &seed);
  int64_t *counters = shuffled(count, &seed);
  task **link = &list->first;
  for (int64_t i = 0; i < count; i++) {
    task *t = &list->tasks[places[i]];
    t->mm = &list->mms[counters[i]];
    t->mm->rss_stat[0] = from[i].file;
    t->mm->rss_stat[1] = from[i].anon;
    t->mm->rss_stat[2] = from[i].swapents;
    t->mm->rss_stat[3] = from[i].shmem;
    t->mm->pgtables = from[i].pgtables;
    t->oom_score_adj = from[i].oom_score_adj;
    t->position = i;
    *link = t;
    link = &t->next;
  }
  *link = NULL;
  free(places);
  free(counters);
  return list;
}

void peer_list_free(peer_list *list) {
  free(list->tasks);
  free(list->mms);
  free(list);
}

int64_t peer_list_select(const peer_list *list, int64_t totalpages) {
  int64_t chosen = -1;
  int64_t most = INT64_MIN;
  for (const task *t = list->first; t; t = t->next) {
    if (t->flags & PF_KTHREAD) continue;
    if (t->oom_score_adj == -1000) continue;
    const mm *m = t->mm;
    int64_t points = m->rss_stat[0] + m->rss_stat[1] + m->rss_stat[3] + m->rss_stat[2] + m->pgtables;
    points += (int64_t)t->oom_score_adj * (totalpages / 1000);
    if (points < most) continue;
    most = points;
    chosen = t->position;
  }
  return chosen;
}

typedef struct {
  int64_t anon, file, shmem, swapents, pgtables;
  int16_t oom_score_adj;
} record;

struct peer_array {
  record *records;
  int64_t count;
};

peer_array *peer_array_make(const peer_task *from, int64_t count) {
  peer_array *array = malloc(sizeof *array);
  array->records = malloc(sizeof(record) * (size_t)(count ? count : 1));
  array->count = count;
  for (int64_t i = 0; i < count; i++) {
    array->records[i] = (record){from[i].anon,     from[i].file,     from[i].shmem,
                                 from[i].swapents, from[i].pgtables, from[i].oom_score_adj};
  }
  return array;
}

void peer_array_free(peer_array *array) {
  free(array->records);
  free(array);
}

int64_t peer_array_select(const peer_array *array, int64_t totalpages) {
  int64_t chosen = -1;
  int64_t most = INT64_MIN;
  int64_t unit = totalpages / 1000;
  for (int64_t i = 0; i < array->count; i++) {
    const record *r = &array->records[i];
    if (r->oom_score_adj == -1000) continue;
    int64_t points = r->anon + r->file + r->shmem + r->swapents + r->pgtables;
    points += (int64_t)r->oom_score_adj * unit;
    if (points < most) continue;
    most = points;
    chosen = i;
  }
  return chosen;
}
