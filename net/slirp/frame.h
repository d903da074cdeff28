#ifndef RL_SLIRP_FRAME_H
#define RL_SLIRP_FRAME_H
/*
 * frame.h - Ethernet frames taken apart and put together: IPv4, IPv6, TCP
 * and UDP headers, every length checked against the bytes that are there.
 *
 * An IPv4 address is held as its mapped IPv6 address (::ffff:a.b.c.d), so
 * that both families are one type.  Ports are in host byte order.
 */
#include "core/base/base.h"

#include <netinet/in.h>

#define FRAME_ETH 14
/* Ethernet, IPv4 and UDP headers of a frame that frame_udp() makes. */
#define FRAME_UDP_HEAD (FRAME_ETH + 20 + 8)
/* The largest frame that frame_reset() and frame_unreachable() make. */
#define FRAME_REPLY_MAX 128

enum frame_kind {
	FRAME_OTHER, /* not IP: ARP, or noise that libslirp drops */
	FRAME_IP,
	FRAME_BAD,   /* claims to be IP and is not */
};

struct frame {
	const uint8_t *eth;     /* the whole frame */
	size_t n;
	int family;             /* AF_INET, AF_INET6 */
	struct in6_addr src, dst;
	uint8_t protocol;       /* IPPROTO_*; of IPv6, the first header */
	bool fragment;          /* ports are not to be trusted */
	uint16_t sport, dport;  /* TCP and UDP */
	uint8_t flags;          /* TCP: FRAME_SYN ... */
	uint32_t seq, ack;      /* TCP */
	const uint8_t *payload; /* UDP: behind the header */
	size_t len;
};

enum { FRAME_FIN = 1, FRAME_SYN = 2, FRAME_RST = 4, FRAME_ACK = 16 };

/* Take `n` bytes apart; the struct points into them. */
enum frame_kind frame_parse(const uint8_t *data, size_t n, struct frame *ret);
/* The mapped form of an IPv4 address. */
struct in6_addr frame_mapped(struct in_addr a);

/* Where a datagram to the guest comes from and goes to. */
struct frame_path {
	uint8_t dst_mac[6], src_mac[6];
	struct in_addr src, dst;
	uint16_t sport, dport;
};

/*
 * Put headers in front of the `len` bytes at buf + FRAME_UDP_HEAD.  The whole
 * length, or 0 when the datagram is too long for IPv4.
 */
size_t frame_udp(uint8_t *buf, const struct frame_path *p, size_t len);
/* The RST that answers a TCP segment.  Its length. */
size_t frame_reset(uint8_t buf[FRAME_REPLY_MAX], const struct frame *f);
/* The ICMP "administratively prohibited" that answers a packet. */
size_t frame_prohibited(uint8_t buf[FRAME_REPLY_MAX], const struct frame *f);

#endif
