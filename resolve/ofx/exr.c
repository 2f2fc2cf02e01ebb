/* A reader for the EXR files that the engine stages, and for no others: one part, scan lines, uncompressed
   or zip. It trusts nothing: every length is checked against what is there before it is used, and a file
   that lies is a file that cannot be read. (OpenEXR "File Layout", RFC 1950 and 1951.) */
#include "photodouble.h"

#include <stdlib.h>
#include <string.h>

#define LARGEST 65536 /* pixels along a side */
#define HEADER 1048576 /* bytes of a header */
#define MEMORY 67108864 /* bytes of a chunk */
#define FAST 10 /* codes up to so many bits are found in one look */

enum { NONE = 0, ZIPS = 2, ZIP = 3 };
enum { UINT = 0, HALF = 1, FLOAT = 2, MISSING = -1 };

typedef struct { const unsigned char *at, *end; uint64_t hold; int held; } Bits;
typedef struct { uint16_t quick[1 << FAST], count[16], symbol[288]; } Codes;

/* Every machine that the node is built for keeps the lowest byte first, as the files do. */
static uint32_t number32(const unsigned char *at) { uint32_t value; memcpy(&value, at, 4); return value; }

static void refill(Bits *bits) {
    for (; bits->held <= 56 && bits->at < bits->end; bits->held += 8)
        bits->hold |= (uint64_t)*bits->at++ << bits->held;
}

/* The next bits, lowest first; -1 where the stream ends. */
static int take_bits(Bits *bits, int wanted) {
    refill(bits);
    if (bits->held < wanted) return -1;
    int value = (int)(bits->hold & ((1u << wanted) - 1));
    bits->hold >>= wanted;
    bits->held -= wanted;
    return value;
}

/* Make the tables of a Huffman code out of the lengths of its words; 0 if no such code can be. */
static int make_codes(Codes *codes, const unsigned char *lengths, int symbols) {
    uint16_t at[16], next = 0;
    unsigned word[16], code = 0;
    int left = 1;
    memset(codes, 0, sizeof *codes);
    for (int i = 0; i < symbols; i++) codes->count[lengths[i]]++;
    codes->count[0] = 0;
    for (int length = 1; length < 16; length++) {
        left = 2 * left - codes->count[length];
        if (left < 0) return 0;
        code = (code + codes->count[length - 1]) << 1;
        word[length] = code;
        at[length] = next;
        next = (uint16_t)(next + codes->count[length]);
    }
    for (int i = 0; i < symbols; i++) {
        int length = lengths[i];
        if (!length) continue;
        codes->symbol[at[length]++] = (uint16_t)i;
        unsigned turned = 0;
        for (int bit = 0; bit < length; bit++) turned |= (word[length] >> bit & 1) << (length - 1 - bit);
        word[length]++;
        for (; length <= FAST && turned < 1 << FAST; turned += 1u << length)
            codes->quick[turned] = (uint16_t)(i << 4 | length);
    }
    return 1;
}

/* The next symbol; -1 where the stream ends or holds no word of this code. */
static int next_symbol(Bits *bits, const Codes *codes) {
    refill(bits);
    int found = codes->quick[bits->hold & ((1 << FAST) - 1)], length = found & 15;
    if (length && length <= bits->held) {
        bits->hold >>= length;
        bits->held -= length;
        return found >> 4;
    }
    int code = 0, first = 0, index = 0;
    for (length = 1; length < 16; length++) {
        int bit = take_bits(bits, 1), count = codes->count[length];
        if (bit < 0) return -1;
        code |= bit;
        if (code - first < count) return codes->symbol[index + code - first];
        index += count;
        first = (first + count) << 1;
        code <<= 1;
    }
    return -1;
}

/* Read the two codes of a block that brings its own. */
static int read_codes(Bits *bits, Codes *words, Codes *distances) {
    static const unsigned char order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    unsigned char lengths[320] = {0};
    int literals = take_bits(bits, 5) + 257, far = take_bits(bits, 5) + 1, many = take_bits(bits, 4) + 4;
    if (literals < 257 || literals > 286 || far < 1 || far > 30 || many < 4) return 0;
    for (int i = 0; i < many; i++) lengths[order[i]] = (unsigned char)(take_bits(bits, 3) & 7);
    if (!make_codes(words, lengths, 19)) return 0;
    memset(lengths, 0, sizeof lengths);
    for (int i = 0; i < literals + far;) {
        int symbol = next_symbol(bits, words), last = i ? lengths[i - 1] : 0, times;
        if (symbol < 0 || (symbol == 16 && !i)) return 0;
        if (symbol < 16) { lengths[i++] = (unsigned char)symbol; continue; }
        times = symbol == 16 ? take_bits(bits, 2) + 3 : symbol == 17 ? take_bits(bits, 3) + 3 : take_bits(bits, 7) + 11;
        if (i + times > literals + far) return 0;
        memset(lengths + i, symbol == 16 ? last : 0, (size_t)times);
        i += times;
    }
    return make_codes(words, lengths, literals) && make_codes(distances, lengths + literals, far);
}

static int fixed_codes(Codes *words, Codes *distances) {
    unsigned char lengths[288];
    for (int i = 0; i < 288; i++) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    if (!make_codes(words, lengths, 288)) return 0;
    memset(lengths, 5, 30);
    return make_codes(distances, lengths, 30);
}

/* Unpack one block of words into out[at..size); the new place, or -1. */
static ptrdiff_t unpack_block(Bits *bits, const Codes *words, const Codes *distances, unsigned char *out, ptrdiff_t at, ptrdiff_t size) {
    static const uint16_t length_from[29] = {3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
    static const uint16_t distance_from[30] = {1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
    for (;;) {
        int symbol = next_symbol(bits, words);
        if (symbol == 256) return at;
        if (symbol >= 0 && symbol < 256) {
            if (at == size) return -1;
            out[at++] = (unsigned char)symbol;
            continue;
        }
        if (symbol < 0 || symbol > 285) return -1;
        symbol -= 257;
        int more = symbol < 8 || symbol == 28 ? 0 : take_bits(bits, symbol / 4 - 1);
        int from = next_symbol(bits, distances);
        if (more < 0 || from < 0 || from > 29) return -1;
        int further = from < 4 ? 0 : take_bits(bits, from / 2 - 1);
        ptrdiff_t length = length_from[symbol] + more, distance = distance_from[from] + further;
        if (further < 0 || distance > at || length > size - at) return -1;
        if (distance >= length) memcpy(out + at, out + at - distance, (size_t)length);
        else for (ptrdiff_t i = 0; i < length; i++) out[at + i] = out[at + i - distance];
        at += length;
    }
}

/* A block that is not compressed. */
static ptrdiff_t copy_block(Bits *bits, unsigned char *out, ptrdiff_t at, ptrdiff_t size) {
    take_bits(bits, bits->held & 7);
    int length = take_bits(bits, 16), check = take_bits(bits, 16);
    if (length < 0 || check < 0 || (length ^ check) != 0xffff || length > size - at) return -1;
    for (; length; length--) {
        int byte = take_bits(bits, 8);
        if (byte < 0) return -1;
        out[at++] = (unsigned char)byte;
    }
    return at;
}

static uint32_t adler(const unsigned char *bytes, size_t size) {
    uint32_t low = 1, high = 0;
    while (size) {
        size_t some = size < 5552 ? size : 5552; /* so many sums fit into 32 bits */
        size -= some;
        while (some--) { low += *bytes++; high += low; }
        low %= 65521;
        high %= 65521;
    }
    return high << 16 | low;
}

/* Unpack a zlib stream that must give exactly `size` bytes. */
static int inflate(const unsigned char *packed, size_t many, unsigned char *out, size_t size) {
    Bits bits = {packed + 2, packed + many, 0, 0};
    Codes words, distances;
    ptrdiff_t at = 0;
    int is_last = 0;
    if (many < 6 || (packed[0] & 15) != 8 || (packed[1] & 32) || (packed[0] << 8 | packed[1]) % 31) return 0;
    while (!is_last) {
        is_last = take_bits(&bits, 1);
        int kind = take_bits(&bits, 2);
        if (is_last < 0 || kind < 0 || kind > 2) return 0;
        if (kind && !(kind == 1 ? fixed_codes(&words, &distances) : read_codes(&bits, &words, &distances))) return 0;
        at = kind ? unpack_block(&bits, &words, &distances, out, at, (ptrdiff_t)size) : copy_block(&bits, out, at, (ptrdiff_t)size);
        if (at < 0) return 0;
    }
    take_bits(&bits, bits.held & 7);
    uint32_t sum = 0;
    for (int i = 0; i < 4; i++) {
        int byte = take_bits(&bits, 8);
        if (byte < 0) return 0;
        sum = sum << 8 | (uint32_t)byte;
    }
    return (size_t)at == size && sum == adler(out, size);
}

/* Bytes of a header, counted against what a header may have. */
static int bytes(Exr *exr, void *out, size_t size) {
    if (size > HEADER - exr->at || fread(out, 1, size, exr->file) != size) return 0;
    exr->at += size;
    return 1;
}

/* A word that ends with 0; its length, or -1 if it is longer than names may be. */
static int word(Exr *exr, char *out) {
    for (int i = 0; i < 256; i++) {
        if (!bytes(exr, out + i, 1)) return -1;
        if (!out[i]) return i;
    }
    return -1;
}

static int plane_of(const char *name) {
    for (int i = 0; i < PD_PLANES; i++)
        if (name[0] == "RGBAK"[i] && !name[1]) return i;
    return -1;
}

/* Read which planes there are, and where in a line they lie, in units of a pixel for now. */
static int read_channels(Exr *exr, uint32_t size) {
    char name[256];
    unsigned char told[16];
    for (uint64_t end = exr->at + size;;) {
        int length = word(exr, name);
        if (length <= 0) return length == 0 && exr->row > 0 && exr->at == end;
        if (!bytes(exr, told, 16)) return 0;
        uint32_t kind = number32(told);
        if (kind > FLOAT || number32(told + 8) != 1 || number32(told + 12) != 1 || exr->row > 1024) return 0;
        int plane = plane_of(name);
        if (plane >= 0) { exr->plane[plane].kind = (int)kind; exr->plane[plane].at = exr->row; }
        exr->row += kind == HALF ? 2 : 4;
    }
}

static int read_box(Exr *exr, Box *box) {
    unsigned char told[16];
    if (!bytes(exr, told, 16)) return 0;
    int32_t side[4];
    memcpy(side, told, 16);
    for (int i = 0; i < 4; i++)
        if (side[i] < -LARGEST || side[i] > LARGEST) return 0;
    box->x1 = side[0]; box->y1 = side[1]; box->x2 = side[2] + 1; box->y2 = side[3] + 1;
    return box->x1 < box->x2 && box->y1 < box->y2 && box->x2 - box->x1 <= LARGEST && box->y2 - box->y1 <= LARGEST;
}

/* Read the header up to the table of chunks; the attributes that are not named here do not matter. */
static int read_header(Exr *exr) {
    unsigned char told[8], skipped[256];
    char name[256], type[256];
    int seen = 0;
    if (!bytes(exr, told, 8) || number32(told) != 20000630 || (number32(told + 4) & ~0x400u) != 2) return 0;
    for (;;) {
        int length = word(exr, name);
        if (length == 0) return seen == 7;
        if (length < 0 || word(exr, type) <= 0 || !bytes(exr, told, 4)) return 0;
        uint32_t size = number32(told);
        if (size > HEADER) return 0;
        if (!strcmp(name, "channels")) {
            if ((seen & 1) || !read_channels(exr, size)) return 0;
            seen |= 1;
        } else if (!strcmp(name, "dataWindow") && size == 16) {
            if ((seen & 2) || !read_box(exr, &exr->data)) return 0;
            seen |= 2;
        } else if (!strcmp(name, "compression") && size == 1) {
            if (!bytes(exr, told, 1)) return 0;
            exr->compression = told[0];
            seen |= 4;
        } else {
            for (; size; size -= size < 256 ? size : 256)
                if (!bytes(exr, skipped, size < 256 ? size : 256)) return 0;
        }
    }
}

/* Read the header of an open file, which then belongs to `exr`; 0 if it is not a picture this reads. */
int exr_open(Exr *exr, FILE *file) {
    memset(exr, 0, sizeof *exr);
    exr->file = file;
    exr->loaded = -1;
    for (int i = 0; i < PD_PLANES; i++) exr->plane[i].kind = MISSING;
    if (!file || !read_header(exr)) return 0;
    if (exr->compression != NONE && exr->compression != ZIPS && exr->compression != ZIP) return 0;
    exr->lines = exr->compression == ZIP ? 16 : 1;
    size_t width = (size_t)(exr->data.x2 - exr->data.x1), height = (size_t)(exr->data.y2 - exr->data.y1);
    size_t chunks = (height + (size_t)exr->lines - 1) / (size_t)exr->lines;
    exr->row *= width;
    for (int i = 0; i < PD_PLANES; i++) exr->plane[i].at *= width;
    size_t most = exr->row * (size_t)exr->lines;
    if (most > MEMORY) return 0;
    exr->offset = malloc(chunks * sizeof *exr->offset);
    exr->raw = malloc(most);
    exr->packed = exr->compression == NONE ? NULL : malloc(most);
    exr->mixed = exr->compression == NONE ? NULL : malloc(most);
    if (!exr->offset || !exr->raw || (exr->compression != NONE && !(exr->packed && exr->mixed))) return 0;
    exr->at += chunks * 8;
    return fread(exr->offset, 8, chunks, file) == chunks;
}

int exr_has(const Exr *exr, int plane) { return exr->plane[plane].kind != MISSING; }

/* Undo what makes a half-float picture small: differences, and the low and high bytes apart. */
static void unmix(unsigned char *mixed, unsigned char *out, size_t size) {
    const unsigned char *low = mixed, *high = mixed + (size + 1) / 2;
    for (size_t i = 1; i < size; i++) mixed[i] = (unsigned char)(mixed[i - 1] + mixed[i] - 128);
    for (size_t i = 0; i + 1 < size; i += 2) { out[i] = *low++; out[i + 1] = *high++; }
    if (size & 1) out[size - 1] = *low;
}

/* Read and unpack one chunk of lines into `raw`; a file in order is read without a single seek. */
static int load(Exr *exr, int chunk) {
    int top = exr->data.y1 + chunk * exr->lines, height = exr->data.y2 - top;
    size_t size = exr->row * (size_t)(height < exr->lines ? height : exr->lines);
    unsigned char told[8];
    uint64_t offset = exr->offset[chunk];
    exr->loaded = -1;
    if (offset > 0x7fffff00u) return 0;
    if (offset != exr->at && fseek(exr->file, (long)offset, SEEK_SET)) return 0;
    exr->at = 0;
    if (fread(told, 1, 8, exr->file) != 8 || (int32_t)number32(told) != top) return 0;
    size_t many = number32(told + 4);
    if (many > size || (exr->compression == NONE && many != size)) return 0;
    if (fread(many == size ? exr->raw : exr->packed, 1, many, exr->file) != many) return 0;
    if (many < size) {
        if (!inflate(exr->packed, many, exr->mixed, size)) return 0;
        unmix(exr->mixed, exr->raw, size);
    }
    exr->at = offset + 8 + many;
    exr->loaded = chunk;
    return 1;
}

static float from_half(uint16_t half) {
    uint32_t bits = (uint32_t)(half & 0x7fff) << 13, sign = (uint32_t)(half & 0x8000) << 16;
    float value;
    memcpy(&value, &bits, 4);
    value *= 0x1p112f; /* the bias of a float's exponent over that of a half; right for the smallest too */
    memcpy(&bits, &value, 4);
    bits |= sign | ((half & 0x7c00) == 0x7c00 ? 0x7f800000u : 0);
    memcpy(&value, &bits, 4);
    return value;
}

/* Read x1..x2 of one line of a plane; what lies outside the data window is 0. 0 if the file is broken. */
int exr_read(Exr *exr, int plane, int y, int x1, int x2, float *out) {
    int from = x1 > exr->data.x1 ? x1 : exr->data.x1, to = x2 < exr->data.x2 ? x2 : exr->data.x2;
    int kind = exr->plane[plane].kind;
    if (y < exr->data.y1 || y >= exr->data.y2 || from >= to || kind == MISSING) {
        memset(out, 0, (size_t)(x2 - x1) * sizeof *out);
        return 1;
    }
    int chunk = (y - exr->data.y1) / exr->lines, line = (y - exr->data.y1) % exr->lines;
    if (chunk != exr->loaded && !load(exr, chunk)) return 0;
    const unsigned char *in = exr->raw + (size_t)line * exr->row + exr->plane[plane].at
        + (size_t)(from - exr->data.x1) * (kind == HALF ? 2 : 4);
    memset(out, 0, (size_t)(from - x1) * sizeof *out);
    float *to_out = out + (from - x1);
    size_t many = (size_t)(to - from);
    memset(to_out + many, 0, (size_t)(x2 - to) * sizeof *out);
    if (kind == FLOAT) memcpy(to_out, in, many * 4);
    else if (kind == HALF)
        for (size_t i = 0; i < many; i++) { uint16_t half; memcpy(&half, in + 2 * i, 2); to_out[i] = from_half(half); }
    else
        for (size_t i = 0; i < many; i++) to_out[i] = (float)number32(in + 4 * i);
    return 1;
}

void exr_close(Exr *exr) {
    if (exr->file) fclose(exr->file);
    free(exr->offset);
    free(exr->raw);
    free(exr->packed);
    free(exr->mixed);
}
