// The critical path and nothing else: what the passes of planning.engine are measured against.
//
// Tasks lie in memory in topological order. A link says start[successor] >= start[predecessor] + gap; into_* are the links by successor,
// out_* by predecessor; *_first has one entry more than there are tasks. One calendar, no constraints, no progress, no milestones.
#include <limits.h>
#include <stdint.h>

void forward(int32_t count, const int32_t *into_first, const int32_t *before, const int32_t *into_gap, const int32_t *floor_,
             int32_t *early, int32_t *driver) {
    for (int32_t task = 0; task < count; task++) {
        int32_t best = floor_[task], by = -1;
        for (int32_t link = into_first[task]; link < into_first[task + 1]; link++) {
            int32_t bound = early[before[link]] + into_gap[link];
            if (bound > best) {
                best = bound;
                by = link;
            }
        }
        early[task] = best;
        driver[task] = by;
    }
}

int32_t finish(int32_t count, const int32_t *duration, const int32_t *early) {
    int32_t last = 0;
    for (int32_t task = 0; task < count; task++) {
        int32_t end = early[task] + duration[task];
        if (end > last) last = end;
    }
    return last;
}

void backward(int32_t count, const int32_t *out_first, const int32_t *after, const int32_t *out_gap, const int32_t *duration,
              int32_t finish_, const int32_t *early, int32_t *late, int32_t *free_float) {
    for (int32_t task = count - 1; task >= 0; task--) {
        int32_t last = finish_ - duration[task], room = last;
        for (int32_t link = out_first[task]; link < out_first[task + 1]; link++) {
            int32_t bound = late[after[link]] - out_gap[link], soonest = early[after[link]] - out_gap[link];
            if (bound < last) last = bound;
            if (soonest < room) room = soonest;
        }
        late[task] = last;
        free_float[task] = room - early[task];
    }
}
