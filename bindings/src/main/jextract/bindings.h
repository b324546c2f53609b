/*
 * What jextract reads: linux.h, with the structs of <linux/io_uring.h> replaced by those below.
 *
 * The kernel adds names to these structs (in unions, in place of reserved members) with nearly every version, and even
 * the patch levels of one distribution's headers differ. Taken from there, the output would depend on the machine. So
 * here are the members that Linux 6.1 has and later versions keep. What 6.1 holds in reserve is called `reserved` here,
 * whatever its name there. AbiTest compares the rest with the <linux/io_uring.h> that is installed, like everything.
 */
#define io_sqring_offsets kernel_io_sqring_offsets
#define io_cqring_offsets kernel_io_cqring_offsets
#define io_uring_params kernel_io_uring_params
#define io_uring_sqe kernel_io_uring_sqe
#define io_uring_cqe kernel_io_uring_cqe
/* Enums that 6.1 leaves without a name and later versions name: jextract would tell, in comments. */
#define io_uring_register_op
#define io_uring_register_restriction_op
#define io_uring_msg_ring_flags
#define io_uring_sqe_flags_bit
#include "linux.h"
#undef io_sqring_offsets
#undef io_cqring_offsets
#undef io_uring_params
#undef io_uring_sqe
#undef io_uring_cqe
#undef io_uring_register_op
#undef io_uring_register_restriction_op
#undef io_uring_msg_ring_flags
#undef io_uring_sqe_flags_bit

struct io_sqring_offsets {
    __u32 head;
    __u32 tail;
    __u32 ring_mask;
    __u32 ring_entries;
    __u32 flags;
    __u32 dropped;
    __u32 array;
    __u32 reserved1;
    __u64 reserved2;
};

struct io_cqring_offsets {
    __u32 head;
    __u32 tail;
    __u32 ring_mask;
    __u32 ring_entries;
    __u32 overflow;
    __u32 cqes;
    __u32 flags;
    __u32 reserved1;
    __u64 reserved2;
};

struct io_uring_params {
    __u32 sq_entries;
    __u32 cq_entries;
    __u32 flags;
    __u32 sq_thread_cpu;
    __u32 sq_thread_idle;
    __u32 features;
    __u32 wq_fd;
    __u32 reserved[3];
    struct io_sqring_offsets sq_off;
    struct io_cqring_offsets cq_off;
};

struct io_uring_sqe {
    __u8 opcode;
    __u8 flags;
    __u16 ioprio;
    __s32 fd;
    union {
        __u64 off;
        __u64 addr2;
    };
    union {
        __u64 addr;
        __u64 splice_off_in;
    };
    __u32 len;
    union {
        __u32 rw_flags;
        __u32 fsync_flags;
        __u32 poll32_events;
        __u32 sync_range_flags;
        __u32 msg_flags;
        __u32 timeout_flags;
        __u32 accept_flags;
        __u32 cancel_flags;
        __u32 open_flags;
        __u32 splice_flags;
        __u32 msg_ring_flags;
    };
    __u64 user_data;
    union {
        __u16 buf_index;
        __u16 buf_group;
    } __attribute__((packed));
    __u16 personality;
    union {
        __s32 splice_fd_in;
        __u32 file_index;
    };
    __u64 addr3;
    __u64 reserved;
};

struct io_uring_cqe {
    __u64 user_data;
    __s32 res;
    __u32 flags;
};
