/* A reader for the EXR files that the engine stages, and for no others: one part, scan lines, uncompressed
   or zip. It trusts nothing: every length is checked against what is there before it is used, and a file
   that lies is a file that cannot be read. (OpenEXR "File Layout", RFC 1950 and 1951.) */
#include "photodouble.h"

#include <stdlib.h>
#include <string.h>

#define LARGEST 65536 /* pixels along a side */
#define MEMORY 67108864 /* bytes of a chunk of lines */
#define HEADER 1048576 /* bytes of a header */
#define QUICK 10 /* codes up to so many bits are found in one look */

enum { NONE = 0, ZIPS = 2, ZIP = 3 };
enum { UINT = 0, HALF = 1, FLOAT = 2, MISSING = -1 };

typedef struct { const unsigned char *at, *end; uint64_t hold; int held; } Bits;
typedef struct { uint16_t quick[1 << QUICK], count[16], symbol[288]; } Codes;

/* Every machine that the node is built for keeps the lowest byte first, as the files do. */
static uint32_t number(const void *at) { uint32_t value; memcpy(&value, at, 4); return value; }

static int drop(Bits *bits, int many, int value) {
    bits->hold >>= many;
    bits->held -= many;
    return value;
}

static void refill(Bits *bits) {
    for (; bits->held <= 56 && bits->at < bits->end; bits->held += 8)
        bits->hold |= (uint64_t)*bits->at++ << bits->held;
}

/* The next bits, lowest first; far below 0 where the stream ends, so that sums with it stay below 0. */
static int next_bits(Bits *bits, int many) {
    refill(bits);
    return bits->held < many ? -100000 : drop(bits, many, (int)(bits->hold & ((1u << many) - 1)));
}

/* Make the tables of a Huffman code out of the lengths of its words; 0 if no such code can be. */
static int make_codes(Codes *codes, const unsigned char *lengths, int symbols) {
    uint16_t at[16] = {0};
    unsigned word[16] = {0};
    int left = 1;
    memset(codes, 0, sizeof *codes);
    for (int i = 0; i < symbols; i++) codes->count[lengths[i]]++;
    codes->count[0] = 0;
    for (int length = 1; length < 16; length++) {
        left = 2 * left - codes->count[length];
        if (left < 0) return 0;
        word[length] = (word[length - 1] + codes->count[length - 1]) << 1;
        at[length] = (uint16_t)(at[length - 1] + codes->count[length - 1]);
    }
    for (int i = 0; i < symbols; i++) {
        int length = lengths[i];
        unsigned turned = 0, next = word[length]++;
        if (!length) continue;
        for (int bit = 0; bit < length; bit++) turned |= (next >> bit & 1) << (length - 1 - bit);
        for (; length <= QUICK && turned < 1 << QUICK; turned += 1u << length)
            codes->quick[turned] = (uint16_t)(i << 4 | length);
        codes->symbol[at[length]++] = (uint16_t)i;
    }
    return 1;
}

/* The next symbol; -1 where the stream ends or holds no word of this code. */
static int next_symbol(Bits *bits, const Codes *codes) {
    refill(bits);
    int found = codes->quick[bits->hold & ((1 << QUICK) - 1)], code = 0, first = 0, index = 0;
    if ((found & 15) && (found & 15) <= bits->held) return drop(bits, found & 15, found >> 4);
    for (int length = 1; length < 16; length++) {
        int count = codes->count[length];
        code = 2 * code + next_bits(bits, 1);
        if (code < 0) return -1;
        if (code - 2 * first < count) return codes->symbol[index + code - 2 * first];
        index += count;
        first = 2 * first + count;
    }
    return -1;
}

/* Read the two codes of a block, or give those that every block may use. */
static int read_codes(Bits *bits, int is_own, Codes *words, Codes *distances) {
    static const unsigned char order[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    unsigned char lengths[320] = {0};
    int literals = 288, far = 30, many;
    if (!is_own) {
        for (int i = 0; i < 318; i++) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : i < 288 ? 8 : 5;
        return make_codes(words, lengths, literals) && make_codes(distances, lengths + literals, far);
    }
    literals = next_bits(bits, 5) + 257, far = next_bits(bits, 5) + 1, many = next_bits(bits, 4) + 4;
    if (literals < 257 || literals > 286 || far < 1 || far > 30 || many < 4) return 0;
    for (int i = 0; i < many; i++) lengths[order[i]] = (unsigned char)(next_bits(bits, 3) & 7);
    if (!make_codes(words, lengths, 19)) return 0;
    memset(lengths, 0, sizeof lengths);
    for (int i = 0; i < literals + far;) {
        int symbol = next_symbol(bits, words), times = 1;
        if (symbol < 0 || (symbol == 16 && !i)) return 0;
        if (symbol == 18) times = next_bits(bits, 7) + 11;
        else if (symbol > 15) times = next_bits(bits, symbol - 14) + 3;
        if (times < 1 || i + times > literals + far) return 0;
        memset(lengths + i, symbol == 16 ? lengths[i - 1] : symbol > 16 ? 0 : symbol, (size_t)times);
        i += times;
    }
    return make_codes(words, lengths, literals) && make_codes(distances, lengths + literals, far);
}

/* Unpack one block of words into out[at..size); the new place, or -1. */
static ptrdiff_t unpack(Bits *bits, const Codes *words, const Codes *distances, unsigned char *out,
                        ptrdiff_t at, ptrdiff_t size) {
    for (int symbol; (symbol = next_symbol(bits, words)) != 256;) {
        if (symbol < 0 || symbol > 285 || at == size) return -1;
        if (symbol < 256) {
            out[at++] = (unsigned char)symbol;
            continue;
        }
        int step = symbol - 257, more = step < 8 || step == 28 ? 0 : step / 4 - 1; /* RFC 1951, 3.2.5 */
        int length = step < 8 ? step + 3 : ((4 + step % 4) << more) + 3 + next_bits(bits, more);
        if (step == 28) length = 258;
        int far = next_symbol(bits, distances), further = far < 4 ? 0 : far / 2 - 1;
        if (far < 0 || far > 29) return -1;
        int distance = far < 4 ? far + 1 : ((2 + far % 2) << further) + 1 + next_bits(bits, further);
        if (length < 3 || distance < 1 || distance > at || length > size - at) return -1;
        if (distance >= length) memcpy(out + at, out + at - distance, (size_t)length);
        else for (int i = 0; i < length; i++) out[at + i] = out[at + i - distance];
        at += length;
    }
    return at;
}

/* A block that is not compressed. */
static ptrdiff_t copy_block(Bits *bits, unsigned char *out, ptrdiff_t at, ptrdiff_t size) {
    next_bits(bits, bits->held & 7);
    int length = next_bits(bits, 16), check = next_bits(bits, 16);
    if (length < 0 || check < 0 || (length ^ check) != 0xffff || length > size - at) return -1;
    for (int byte; length; length--) {
        if ((byte = next_bits(bits, 8)) < 0) return -1;
        out[at++] = (unsigned char)byte;
    }
    return at;
}

static uint32_t adler(const unsigned char *bytes, size_t size) {
    uint32_t low = 1, high = 0;
    for (size_t some; size; size -= some, low %= 65521, high %= 65521) {
        some = size < 5552 ? size : 5552; /* so many sums fit into 32 bits */
        for (size_t i = 0; i < some; i++) high += low += *bytes++;
    }
    return high << 16 | low;
}

/* Unpack a zlib stream that must give exactly `size` bytes, and those that were packed. */
static int inflate(const unsigned char *packed, size_t many, unsigned char *out, size_t size) {
    Bits bits = {packed + 2, packed + many, 0, 0};
    Codes words, distances;
    ptrdiff_t at = 0;
    if (many < 6 || (packed[0] & 15) != 8 || (packed[1] & 32) || (packed[0] << 8 | packed[1]) % 31) return 0;
    for (int is_last = 0; !is_last;) {
        is_last = next_bits(&bits, 1);
        int kind = next_bits(&bits, 2);
        if (is_last < 0 || kind < 0 || kind > 2) return 0;
        if (kind && !read_codes(&bits, kind == 2, &words, &distances)) return 0;
        at = kind ? unpack(&bits, &words, &distances, out, at, (ptrdiff_t)size)
                  : copy_block(&bits, out, at, (ptrdiff_t)size);
        if (at < 0) return 0;
    }
    if ((size_t)at != size) return 0;
    next_bits(&bits, bits.held & 7);
    uint32_t sum = adler(out, size);
    for (int shift = 24; shift >= 0; shift -= 8)
        if (next_bits(&bits, 8) != (int)(sum >> shift & 255)) return 0;
    return 1;
}

/* Bytes of a header, counted against what a header may have. */
static int bytes(Exr *exr, void *out, size_t size) {
    if (size > HEADER - exr->at || fread(out, 1, size, exr->file) != size) return 0;
    exr->at += size;
    return 1;
}

/* A word that ends with 0; its length, or -1 if it is longer than names may be. */
static int word(Exr *exr, char *out) {
    for (int i = 0; i < 256 && bytes(exr, out + i, 1); i++)
        if (!out[i]) return i;
    return -1;
}

/* Read which planes there are, and where in a line they lie, in units of a pixel for now. */
static int read_channels(Exr *exr, uint32_t size) {
    char name[256];
    unsigned char told[16];
    int length;
    for (uint64_t end = exr->at + size; (length = word(exr, name)) != 0 || exr->at != end || !exr->row;) {
        if (length <= 0 || !bytes(exr, told, 16) || exr->row > 1024) return 0;
        uint32_t kind = number(told);
        if (kind > FLOAT || number(told + 8) != 1 || number(told + 12) != 1) return 0;
        for (int i = 0; i < PD_PLANES && !name[1]; i++)
            if (name[0] == "RGBAK"[i]) exr->plane[i].kind = (int)kind, exr->plane[i].at = exr->row;
        exr->row += kind == HALF ? 2 : 4;
    }
    return 1;
}

static int read_box(Exr *exr, Box *box) {
    int32_t side[4];
    if (!bytes(exr, side, sizeof side)) return 0;
    for (int i = 0; i < 4; i++)
        if (side[i] < -LARGEST || side[i] > LARGEST) return 0;
    *box = (Box){side[0], side[1], side[2] + 1, side[3] + 1};
    int width = box->x2 - box->x1, height = box->y2 - box->y1;
    return width > 0 && height > 0 && width <= LARGEST && height <= LARGEST;
}

/* Read the header up to the table of chunks; the attributes that are not named here do not matter. */
static int read_header(Exr *exr) {
    unsigned char told[256];
    char name[256];
    int length, has_channels = 0, has_box = 0, has_compression = 0;
    if (!bytes(exr, told, 8) || number(told) != 20000630 || (number(told + 4) & ~0x400u) != 2) return 0;
    while ((length = word(exr, name)) != 0) {
        if (length < 0 || word(exr, (char *)told) <= 0 || !bytes(exr, told, 4)) return 0;
        uint32_t size = number(told);
        int is_wanted = 1;
        if (!strcmp(name, "channels") && !has_channels) has_channels = read_channels(exr, size);
        else if (!strcmp(name, "dataWindow") && size == 16) has_box = read_box(exr, &exr->data);
        else if (!strcmp(name, "compression") && size == 1) has_compression = bytes(exr, &exr->packing, 1);
        else is_wanted = 0;
        if (is_wanted) size = 0;
        for (uint32_t some; size; size -= some)
            if (!bytes(exr, told, some = size < sizeof told ? size : sizeof told)) return 0;
    }
    return has_channels && has_box && has_compression;
}

/* Read the header of an open file, which then belongs to `exr`; 0 if it is not a picture this reads. */
int exr_open(Exr *exr, FILE *file) {
    memset(exr, 0, sizeof *exr);
    exr->file = file;
    exr->loaded = -1;
    for (int i = 0; i < PD_PLANES; i++) exr->plane[i].kind = MISSING;
    if (!file || !read_header(exr)) return 0;
    if (exr->packing != NONE && exr->packing != ZIPS && exr->packing != ZIP) return 0;
    exr->lines = exr->packing == ZIP ? 16 : 1;
    size_t width = (size_t)(exr->data.x2 - exr->data.x1), lines = (size_t)exr->lines;
    size_t chunks = ((size_t)(exr->data.y2 - exr->data.y1) + lines - 1) / lines;
    exr->row *= width;
    for (int i = 0; i < PD_PLANES; i++) exr->plane[i].at *= width;
    if (exr->row * lines > MEMORY) return 0;
    exr->offset = malloc(chunks * 8);
    exr->raw = malloc(exr->row * lines);
    exr->packed = malloc(exr->row * lines);
    exr->mixed = malloc(exr->row * lines);
    if (!exr->offset || !exr->raw || !exr->packed || !exr->mixed) return 0;
    exr->at += chunks * 8;
    return fread(exr->offset, 8, chunks, file) == chunks;
}

int exr_has(const Exr *exr, int plane) { return exr->plane[plane].kind != MISSING; }

/* Undo what makes a half-float picture small: differences, and the low and high bytes apart. */
static void unmix(unsigned char *mixed, unsigned char *out, size_t size) {
    for (size_t i = 1; i < size; i++) mixed[i] = (unsigned char)(mixed[i - 1] + mixed[i] - 128);
    for (size_t i = 0; i < size; i++) out[i] = mixed[i / 2 + (i & 1 ? (size + 1) / 2 : 0)];
}

/* Read and unpack one chunk of lines into `raw`; a file in order is read without a single seek. */
static int load(Exr *exr, int chunk) {
    int top = exr->data.y1 + chunk * exr->lines, height = exr->data.y2 - top;
    size_t size = exr->row * (size_t)(height < exr->lines ? height : exr->lines);
    unsigned char told[8];
    uint64_t offset = exr->offset[chunk];
    exr->loaded = -1;
    if (offset > 0x7fffff00u || (offset != exr->at && fseek(exr->file, (long)offset, SEEK_SET))) return 0;
    exr->at = 0;
    if (fread(told, 1, 8, exr->file) != 8 || number(told) != (uint32_t)top) return 0;
    size_t many = number(told + 4);
    if (many > size || (exr->packing == NONE && many != size)) return 0;
    if (fread(many == size ? exr->raw : exr->packed, 1, many, exr->file) != many) return 0;
    if (many < size) {
        if (!inflate(exr->packed, many, exr->mixed, size)) return 0;
        unmix(exr->mixed, exr->raw, size);
    }
    exr->at = offset + 8 + many;
    exr->loaded = chunk;
    return 1;
}

static float from_half(const unsigned char *at) {
    uint16_t half;
    memcpy(&half, at, 2);
    uint32_t bits = (uint32_t)(half & 0x7fff) << 13;
    float value;
    memcpy(&value, &bits, 4);
    value *= 0x1p112f; /* the bias of a float's exponent over that of a half; right for the smallest too */
    memcpy(&bits, &value, 4);
    bits |= (uint32_t)(half & 0x8000) << 16 | ((half & 0x7c00) == 0x7c00 ? 0x7f800000u : 0);
    memcpy(&value, &bits, 4);
    return value;
}

/* Read x1..x2 of one line of a plane; what lies outside the data window is 0. 0 if the file is broken. */
int exr_read(Exr *exr, int plane, int y, int x1, int x2, float *out) {
    int from = x1 > exr->data.x1 ? x1 : exr->data.x1, to = x2 < exr->data.x2 ? x2 : exr->data.x2;
    int kind = exr->plane[plane].kind, line = y - exr->data.y1, is_there = line >= 0 && y < exr->data.y2;
    if (!is_there || from >= to || from != x1 || to != x2 || kind == MISSING)
        memset(out, 0, (size_t)(x2 - x1) * sizeof *out);
    if (!is_there || from >= to || kind == MISSING) return 1;
    if (line / exr->lines != exr->loaded && !load(exr, line / exr->lines)) return 0;
    size_t many = (size_t)(to - from), step = kind == HALF ? 2 : 4;
    const unsigned char *in = exr->raw + (size_t)(line % exr->lines) * exr->row + exr->plane[plane].at
        + (size_t)(from - exr->data.x1) * step;
    out += from - x1;
    if (kind == FLOAT) memcpy(out, in, many * 4);
    else if (kind == HALF) for (size_t i = 0; i < many; i++) out[i] = from_half(in + 2 * i);
    else for (size_t i = 0; i < many; i++) out[i] = (float)number(in + 4 * i);
    return 1;
}

void exr_close(Exr *exr) {
    if (exr->file) fclose(exr->file);
    free(exr->offset);
    free(exr->raw);
    free(exr->packed);
    free(exr->mixed);
}
