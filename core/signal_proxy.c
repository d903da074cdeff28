/* signal_proxy.c - our signals, passed on to a container's program. */
#include "core/signal_proxy.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

/* Three of ^C or TERM in a row end a container that ignores them. */
#define IMPATIENT 3

int signal_proxy_open(struct signal_proxy *p, struct err *e)
{
	sigset_t set;

	sigfillset(&set);
	sigdelset(&set, SIGTTIN);
	sigdelset(&set, SIGTTOU);
	if (p->deaf) {
		sigemptyset(&set);
		sigaddset(&set, SIGWINCH);
	}
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_sys(e, "block signals");
	p->fd = signalfd(-1, &set, SFD_CLOEXEC);
	return p->fd < 0 ? err_sys(e, "signalfd") : 0;
}

void signal_proxy_forward(const struct signal_proxy *p, int sig)
{
	syscall(SYS_pidfd_send_signal, p->pidfd, sig, NULL, 0);
}

void signal_proxy_kill(struct signal_proxy *p)
{
	p->killed = true;
	signal_proxy_forward(p, SIGKILL);
}

/* ^Z without a terminal of its own: the program and we stop together. */
static void stop_together(struct signal_proxy *p)
{
	/* our own pid 1 passes the one on, and must stay awake for CONT */
	signal_proxy_forward(p, p->init ? SIGTSTP : SIGSTOP);
	raise(SIGSTOP);
	signal_proxy_forward(p, SIGCONT);
}

static void asked_to_end(struct signal_proxy *p, int sig)
{
	if (!p->running || !p->enabled || ++p->impatience >= IMPATIENT)
		signal_proxy_kill(p);
	else
		signal_proxy_forward(p, sig);
}

static void react(struct signal_proxy *p, int sig)
{
	switch (sig) {
	case SIGCHLD:
	case SIGPIPE:
	case SIGURG:
		return;
	case SIGTSTP:
		stop_together(p);
		return;
	case SIGINT:
	case SIGTERM:
		asked_to_end(p, sig);
		return;
	default:
		if (p->enabled)
			signal_proxy_forward(p, sig);
		else if (sig == SIGHUP || sig == SIGQUIT)
			signal_proxy_kill(p);
	}
}

int signal_proxy_take(struct signal_proxy *p, struct err *e)
{
	struct signalfd_siginfo si;
	int sig;

	if (read(p->fd, &si, sizeof(si)) != sizeof(si))
		return errno == EINTR ? 0 : err_sys(e, "read a signal");
	sig = si.ssi_signo;
	if (sig == SIGWINCH)
		return sig;
	if (p->detached && sig != SIGTERM && sig != SIGINT)
		return 0;
	react(p, sig);
	return 0;
}
