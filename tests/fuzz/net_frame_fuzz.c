/* net_frame_fuzz.c - any bytes as a frame: judged, refused, read as DNS. */
#include "net/slirp/dns.h"
#include "net/slirp/frame.h"
#include "net/slirp/judge.h"
#include "net/slirp/timewait.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct wire_config c = { .dns.s_addr = 0x0302000a };
	struct policy p = { .closed = true };
	struct dns_address a[DNS_ADDRESSES];
	struct dns_question q;
	uint8_t reply[FRAME_REPLY_MAX];
	struct frame f;
	struct judgement j;
	static struct timewait t;

	timewait_to_guest(&t, data, n);
	dns_addresses(data, n, a);
	dns_answers(data, n, data, n);
	j = judge_frame(&c, &p, frame_parse(data, n, &f), &f, 0);
	if (j.verdict == VERDICT_PASS)
		timewait_from_guest(&t, &f);
	if (j.verdict == VERDICT_REFUSE)
		judge_refusal(reply, &f);
	if (j.verdict == VERDICT_DNS && dns_parse_query(f.payload, f.len, &q))
		dns_addresses(f.payload, f.len, a);
	return 0;
}
