#include "client/shm_ring.h"

bool shm_settle(struct shm_writer* writer, uint64_t* frames, uint64_t* bytes) {
    const uint64_t consumed =
        atomic_load_explicit(&writer->control->consumed, memory_order_acquire);
    if (consumed - writer->settled > writer->published - writer->settled) return false;
    while (writer->settled != consumed) {
        const uint32_t length = writer->lengths[writer->first % SHM_WRITER_FRAMES];
        const uint64_t size = shm_record(length);
        if (size > consumed - writer->settled) return false; /* in the middle of a frame */
        writer->settled += size;
        ++writer->first;
        ++*frames;
        *bytes += length;
    }
    return true;
}

unsigned char* shm_reserve(struct shm_writer* writer, uint32_t length) {
    if (shm_waiting(writer) == SHM_WRITER_FRAMES ||
        shm_record(length) > writer->size - (writer->at - writer->settled))
        return NULL;
    return writer->bytes + (writer->at & (writer->size - 1)) + SHM_RECORD_HEAD;
}

void shm_commit(struct shm_writer* writer, uint32_t length) {
    uint32_t* const head = (uint32_t*)(void*)(writer->bytes + (writer->at & (writer->size - 1)));
    __atomic_store_n(head, length, __ATOMIC_RELAXED);
    writer->lengths[writer->last++ % SHM_WRITER_FRAMES] = length;
    writer->at += shm_record(length);
}

/* Both sides first say what they have done or want, and then look at what the other one has said;
 * all four are sequentially consistent, so at least one of them sees the other's. */
bool shm_publish(struct shm_writer* writer) {
    if (writer->published == writer->at) return false;
    writer->published = writer->at;
    atomic_store(&writer->control->produced, writer->at);
    if (atomic_load(&writer->control->reader_waits) == 0) return false;
    atomic_store_explicit(&writer->control->reader_waits, 0, memory_order_relaxed);
    return true;
}

void shm_await_room(struct shm_writer* writer) { atomic_store(&writer->control->writer_waits, 1); }

bool shm_look(struct shm_reader* reader) {
    const uint64_t produced = atomic_load(&reader->control->produced);
    if (produced - reader->given > reader->size || produced % SHM_ALIGNMENT != 0 ||
        produced - reader->end > reader->size)
        return false;
    reader->end = produced;
    return true;
}

enum shm_found shm_next(const struct shm_reader* reader,
                        uint64_t* at,
                        const unsigned char** bytes,
                        uint32_t* length) {
    if (*at == reader->end) return SHM_NONE;
    const unsigned char* const head = reader->bytes + (*at & (reader->size - 1));
    *length = __atomic_load_n((const uint32_t*)(const void*)head, __ATOMIC_RELAXED);
    if (shm_record(*length) > reader->end - *at) return SHM_NONSENSE;
    *bytes = head + SHM_RECORD_HEAD;
    *at += shm_record(*length);
    return SHM_FRAME;
}

bool shm_give_back(struct shm_reader* reader, uint64_t at) {
    if (reader->given == at) return false;
    reader->given = at;
    atomic_store(&reader->control->consumed, at);
    if (atomic_load(&reader->control->writer_waits) == 0) return false;
    atomic_store_explicit(&reader->control->writer_waits, 0, memory_order_relaxed);
    return true;
}

void shm_arm(struct shm_reader* reader) { atomic_store(&reader->control->reader_waits, 1); }

void shm_disarm(struct shm_reader* reader) {
    atomic_store_explicit(&reader->control->reader_waits, 0, memory_order_relaxed);
}
