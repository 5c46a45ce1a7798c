/* Loaded into FRR's daemons and vtysh (LD_PRELOAD) by frr_daemons.py: a program that has just started
 * stays where it is, and a copy of it goes on whenever somebody asks.
 *
 * Most of what a start costs is the tables of commands and YANG modules, which are the same each
 * time. A daemon with -d forks when they are made, before it has a thread, a session or a line of a
 * text: the copies are made there, by the same fork. vtysh is copied before it connects.
 *
 * COPIES_OF names two pipes: a byte into NAME.ask asks for a copy, a byte from NAME.there says that
 * a daemon listens, or that vtysh is done. COPIES_SAY is the file that vtysh's copies write.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define SECONDS 20

static int going_on;
/* A daemon's parent waits at the first until the daemon closes the second: it listens then. */
static int waiting[2] = {-1, -1};

static int named(const char *end)
{
	char path[256];
	snprintf(path, sizeof(path), "%s.%s", getenv("COPIES_OF"), end);
	int file = open(path, O_RDWR | O_CLOEXEC);
	if (file < 0) {
		perror(path);
		_exit(1);
	}
	return file;
}

static void renew(void)
{
	int fresh[2];
	if (REAL(socketpair)(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fresh))
		_exit(1);
	/* above all that the program has, so that neither is closed by the other's taking its place */
	int first = fcntl(fresh[0], F_DUPFD_CLOEXEC, 512), second = fcntl(fresh[1], F_DUPFD_CLOEXEC, 512);
	close(fresh[0]);
	close(fresh[1]);
	dup2(first, waiting[0]);
	dup2(second, waiting[1]);
	close(first);
	close(second);
}

static void say_into(const char *path)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	dup2(file, 1);
	dup2(file, 2);
	close(file);
	alarm(SECONDS);
}

/* Returns in copies alone. */
static void stay(int daemon)
{
	int ask = named("ask"), there = named("there");
	char byte;

	while (read(ask, &byte, 1) == 1) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (daemon)
			renew();
		pid_t pid = REAL(fork)();
		if (!pid) {
			close(ask);
			close(there);
			if (!daemon)
				say_into(getenv("COPIES_SAY"));
			return;
		}
		if (daemon) {
			close(waiting[1]);
			while (read(waiting[0], &byte, 1) > 0)
				;
			close(waiting[0]);
		} else {
			waitpid(pid, NULL, 0);
		}
		if (write(there, ".", 1) != 1)
			break;
	}
	_exit(1);
}

int socketpair(int domain, int type, int protocol, int ends[2])
{
	int failed = REAL(socketpair)(domain, type, protocol, ends);
	if (!failed && !going_on)
		memcpy(waiting, ends, sizeof(waiting));
	return failed;
}

pid_t fork(void)
{
	if (going_on || waiting[0] < 0)
		return REAL(fork)();
	going_on = 1;
	stay(1);
	return 0;
}

int socket(int domain, int type, int protocol)
{
	/* before the first is there: copies of one would share a connection */
	if (!going_on && domain == AF_UNIX && getenv("COPIES_SAY")) {
		going_on = 1;
		stay(0);
	}
	return REAL(socket)(domain, type, protocol);
}
