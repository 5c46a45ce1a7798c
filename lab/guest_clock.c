/* The clock without the kernel, for the guest's daemons: see guest_clock.py.
 *
 * A time is read from the kernel once, and for 50 ms counted on by the processor's ticks. What more
 * than one thread may write is guarded by a version, which is odd while somebody writes: whoever
 * sees that asks the kernel. */
#define _GNU_SOURCE
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#define BILLION 1000000000UL
#define AGAIN 50000000UL
/* An answer that took longer, as when somebody else ran meanwhile, is not counted on from. */
#define SOON 50000UL

struct base { uint64_t version, ticks, ns; };
/* Nanoseconds of a tick * 2^32; appliance/ticks.py writes it over this number, as it is the only
 * one in the file. Until then the highest bit says that it is not known. */
static volatile const uint64_t rate = 0xfeedc10cfeedc10cUL;
static struct base bases[2];

uint64_t ticks(void)
{
	uint32_t low, high, cpu;
	__asm__ volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(cpu)::"memory");
	return (uint64_t)high << 32 | low;
}

static long call(long number, long one, void *other)
{
	long result;
	__asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(one), "S"(other)
			 : "rcx", "r11", "memory");
	return result;
}

static int asked(long number, long one, void *other)
{
	/* errno is the C library's: no caller of ours asks which error it was */
	return call(number, one, other) < 0 ? -1 : 0;
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
	if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID) {
		time->tv_sec = time->tv_nsec = 0;
		return 0;
	}
	if ((unsigned)clock > CLOCK_MONOTONIC || rate >> 63)
		return asked(SYS_clock_gettime, clock, time);
	struct base *base = &bases[clock];
	uint64_t version = __atomic_load_n(&base->version, __ATOMIC_ACQUIRE);
	uint64_t since = base->ticks, ns = base->ns, now = ticks();
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	int whole = !(version & 1) && version == __atomic_load_n(&base->version, __ATOMIC_RELAXED);
	uint64_t passed = (unsigned __int128)(now - since) * rate >> 32;
	if (whole && version && passed < AGAIN) {
		ns += passed;
		time->tv_sec = ns / BILLION;
		time->tv_nsec = ns % BILLION;
		return 0;
	}
	since = ticks();
	if (asked(SYS_clock_gettime, clock, time))
		return -1;
	uint64_t fresh = time->tv_sec * BILLION + time->tv_nsec;
	now = ticks();
	passed = (unsigned __int128)(now - since) * rate >> 32;
	if (whole && passed < SOON &&
	    __atomic_compare_exchange_n(&base->version, &version, version + 1, 0,
					__ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		base->ticks = now;
		base->ns = fresh;
		__atomic_store_n(&base->version, version + 2, __ATOMIC_RELEASE);
	}
	return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
	struct timespec now;
	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &now))
		return -1;
	time->tv_sec = now.tv_sec;
	time->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *where)
{
	struct timespec now;
	if (clock_gettime(CLOCK_REALTIME, &now))
		return -1;
	if (where)
		*where = now.tv_sec;
	return now.tv_sec;
}

int getrusage(__rusage_who_t who, struct rusage *used)
{
	if (who != RUSAGE_SELF && who != RUSAGE_THREAD)
		return asked(SYS_getrusage, who, used);
	for (unsigned i = 0; i < sizeof *used / 8; i++)
		((volatile uint64_t *)used)[i] = 0;
	return 0;
}
