/*
 * inflate.c - the least that taking in a layer costs a CPU: one thread that
 * inflates a gzip file with ISA-L and hashes what comes out.
 */
#include <isa-l/igzip_lib.h>
#include <openssl/evp.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	static uint8_t in[1 << 18], out[1 << 20];
	unsigned char digest[EVP_MAX_MD_SIZE];
	FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;
	EVP_MD_CTX *sha = EVP_MD_CTX_new();
	struct inflate_state s;
	unsigned int n;

	if (!f || !sha || !EVP_DigestInit_ex(sha, EVP_sha256(), NULL))
		return 2;
	isal_inflate_init(&s);
	s.crc_flag = ISAL_GZIP;
	do {
		if (s.avail_in == 0) {
			s.avail_in = fread(in, 1, sizeof(in), f);
			s.next_in = in;
			if (s.avail_in == 0)
				return 1;
		}
		s.next_out = out;
		s.avail_out = sizeof(out);
		if (isal_inflate(&s) != ISAL_DECOMP_OK)
			return 1;
		EVP_DigestUpdate(sha, out, sizeof(out) - s.avail_out);
	} while (s.block_state != ISAL_BLOCK_FINISH);
	EVP_DigestFinal_ex(sha, digest, &n);
	for (unsigned int i = 0; i < n; i++)
		printf("%02x", digest[i]);
	putchar('\n');
	return 0;
}
