/* A reader for the EXR files that the engine stages, and for no others: one part, scan lines, uncompressed
   or zip, half or float. It trusts nothing: every length is checked against what is there before it is used,
   and a file that lies is a file that cannot be read. (OpenEXR "File Layout", RFC 1950 and 1951.) */
#include "photodouble.h"

#include <stdlib.h>
#include <string.h>

#define LARGEST 65536 /* pixels along a side */
#define MEMORY 67108864 /* bytes of a chunk of lines */
#define HEADER 1048576 /* bytes of what a header says */

enum { NONE = 0, ZIPS = 2, ZIP = 3 };
enum { HALF = 1, FLOAT = 2 };

/* A Huffman code: what the next bits begin with, symbol and length, for all that as many bits can be. */
typedef struct { int bits; uint16_t found[1 << 15]; } Code;

/* A zlib stream at work, and the codes of its block. */
typedef struct {
    const unsigned char *in, *in_end;
    unsigned char *begin, *out, *end;
    uint64_t hold;
    int held;
    Code words, distances;
} Stream;

/* Every machine that the node is built for keeps the lowest byte first, as the files do. */
static uint32_t number(const void *at) { uint32_t value; memcpy(&value, at, 4); return value; }

/* The next bits, lowest first; far below 0 where the stream ends, so that sums with it stay below 0. */
static int next_bits(Stream *from, int many) {
    for (; from->held <= 56 && from->in < from->in_end; from->held += 8)
        from->hold |= (uint64_t)*from->in++ << from->held;
    if (from->held < many) return -100000;
    int value = (int)(from->hold & ((1u << many) - 1));
    from->hold >>= many;
    from->held -= many;
    return value;
}

/* The next symbol; -1 where the stream ends or holds no word of this code. */
static int next_symbol(Stream *from, const Code *code) {
    next_bits(from, 0);
    int found = code->found[from->hold & ((1u << code->bits) - 1)], length = found & 15;
    return length && next_bits(from, length) >= 0 ? found >> 4 : -1;
}

/* Put each word of a code at all places that begin with it; 0 if no code has words of these lengths. */
static int make_code(Code *code, const unsigned char *lengths, int symbols) {
    unsigned word = 0;
    code->bits = 0;
    for (int i = 0; i < symbols; i++) code->bits = larger(code->bits, lengths[i]);
    memset(code->found, 0, sizeof *code->found << code->bits);
    for (int length = 1; length <= code->bits; length++, word <<= 1)
        for (int i = 0; i < symbols; i++) {
            unsigned turned = 0;
            if (lengths[i] != length) continue;
            if (word >> length) return 0;
            for (int bit = 0; bit < length; bit++) turned |= (word >> bit & 1) << (length - 1 - bit);
            for (; turned >> code->bits == 0; turned += 1u << length)
                code->found[turned] = (uint16_t)(i << 4 | length);
            word++;
        }
    return 1;
}

/* Read the two codes of a block, or give those that every block may use. */
static int read_codes(Stream *from, int is_own) {
    static const unsigned char order[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    unsigned char lengths[320] = {0};
    int literals = 288, far = 30;
    for (int i = 0; i < 318; i++) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : i < 288 ? 8 : 5;
    if (is_own) {
        literals = next_bits(from, 5) + 257, far = next_bits(from, 5) + 1;
        int many = next_bits(from, 4) + 4;
        if (literals < 257 || literals > 286 || far < 1 || far > 30 || many < 4) return 0;
        memset(lengths, 0, sizeof lengths);
        for (int i = 0; i < many; i++) lengths[order[i]] = (unsigned char)(next_bits(from, 3) & 7);
        if (!make_code(&from->words, lengths, 19)) return 0;
    }
    for (int i = 0, times; is_own && i < literals + far; i += times) {
        int symbol = next_symbol(from, &from->words);
        times = symbol < 16 ? 1 : symbol < 18 ? next_bits(from, symbol - 14) + 3 : next_bits(from, 7) + 11;
        if (symbol < 0 || (symbol == 16 && !i) || times < 1 || i + times > literals + far) return 0;
        memset(lengths + i, symbol == 16 ? lengths[i - 1] : symbol > 16 ? 0 : symbol, (size_t)times);
    }
    return make_code(&from->words, lengths, literals) && make_code(&from->distances, lengths + literals, far);
}

/* Unpack a block of words (RFC 1951, 3.2.5); where it ends, or NULL. */
static unsigned char *unpack(Stream *from) {
    unsigned char *out = from->out;
    for (int symbol; (symbol = next_symbol(from, &from->words)) != 256;) {
        if (symbol < 0 || symbol > 285 || out == from->end) return NULL;
        if (symbol < 256) {
            *out++ = (unsigned char)symbol;
            continue;
        }
        int step = symbol - 257, more = step < 8 || step == 28 ? 0 : step / 4 - 1;
        int length = step < 8 ? step + 3 : ((4 + step % 4) << more) + 3 + next_bits(from, more);
        if (step == 28) length = 258;
        int far = next_symbol(from, &from->distances), further = far < 4 ? 0 : far / 2 - 1;
        if (far < 0 || far > 29) return NULL;
        int distance = far < 4 ? far + 1 : ((2 + far % 2) << further) + 1 + next_bits(from, further);
        if (length < 3 || length > from->end - out) return NULL;
        if (distance < 1 || distance > out - from->begin) return NULL;
        if (distance >= length) memcpy(out, out - distance, (size_t)length), out += length;
        else for (; length; length--, out++) *out = out[-distance];
    }
    return out;
}

/* Copy a block that is not compressed; where it ends, or NULL. */
static unsigned char *copy_block(Stream *from) {
    unsigned char *out = from->out;
    next_bits(from, from->held & 7);
    int length = next_bits(from, 16), check = next_bits(from, 16), byte = 0;
    if ((length ^ check) != 0xffff || length > from->end - out) return NULL;
    for (; length && (byte = next_bits(from, 8)) >= 0; length--) *out++ = (unsigned char)byte;
    return byte < 0 ? NULL : out;
}

static uint32_t adler(const unsigned char *bytes, size_t size) {
    uint32_t low = 1, high = 0;
    for (size_t i = 0; i < size; i++) {
        high += low += bytes[i];
        if (i % 4096 == 4095) low %= 65521, high %= 65521; /* sums of so many fit into 32 bits */
    }
    return (high % 65521) << 16 | low % 65521;
}

/* Unpack a zlib stream that must give exactly `size` bytes, and those that were packed. */
static int inflate(Stream *from, const unsigned char *packed, size_t many, unsigned char *out, size_t size) {
    if (many < 6 || (packed[0] & 15) != 8 || (packed[1] & 32) || (packed[0] << 8 | packed[1]) % 31) return 0;
    from->in = packed + 2, from->in_end = packed + many;
    from->begin = from->out = out, from->end = out + size;
    from->hold = 0, from->held = 0;
    for (int is_last = 0; !is_last;) {
        is_last = next_bits(from, 1);
        int kind = next_bits(from, 2);
        if (kind < 0 || kind > 2 || (kind && !read_codes(from, kind == 2))) return 0;
        from->out = kind ? unpack(from) : copy_block(from);
        if (!from->out) return 0;
    }
    next_bits(from, from->held & 7);
    uint32_t sum = adler(out, size);
    for (int shift = 24; shift >= 0; shift -= 8)
        if (next_bits(from, 8) != (int)(sum >> shift & 255)) return 0;
    return from->out == from->end;
}

static int bytes(const Exr *exr, void *out, size_t size) { return fread(out, 1, size, exr->file) == size; }

/* A word that ends with 0; its length, or -1 if it is longer than names may be. */
static int word(const Exr *exr, char *out) {
    for (int i = 0; i < 256 && bytes(exr, out + i, 1); i++)
        if (!out[i]) return i;
    return -1;
}

/* Read which planes there are, and where in a line they lie, in units of a pixel for now. */
static int read_channels(Exr *exr) {
    char name[256];
    unsigned char told[16];
    for (int length; (length = word(exr, name)) != 0;) {
        if (length < 0 || !bytes(exr, told, 16) || exr->row > 1024) return 0;
        uint32_t kind = number(told);
        int size = kind == HALF ? 2 : 4;
        if (kind > FLOAT || number(told + 8) != 1 || number(told + 12) != 1) return 0;
        for (int i = 0; i < PD_PLANES && length == 1 && kind; i++)
            if (name[0] == "RGBAK"[i]) exr->plane[i].bytes = size, exr->plane[i].at = exr->row;
        exr->row += (size_t)size;
    }
    return 1;
}

/* Read the header up to the table of chunks; what is not named here does not matter. */
static int read_header(Exr *exr) {
    char name[256];
    unsigned char told[256];
    int32_t side[4] = {0, 0, -1, -1};
    if (!bytes(exr, told, 8) || number(told) != 20000630 || (number(told + 4) & ~0x400u) != 2) return 0;
    for (int length; (length = word(exr, name)) != 0;) {
        if (length < 0 || word(exr, (char *)told) <= 0 || !bytes(exr, told, 4)) return 0;
        uint32_t size = number(told);
        int is_read = 1;
        if (!strcmp(name, "channels")) is_read = read_channels(exr);
        else if (!strcmp(name, "dataWindow") && size == 16) is_read = bytes(exr, side, 16);
        else if (!strcmp(name, "compression") && size == 1) is_read = bytes(exr, &exr->packing, 1);
        else is_read = size < HEADER && !fseek(exr->file, (long)size, SEEK_CUR);
        if (!is_read) return 0;
    }
    for (int i = 0; i < 4; i++)
        if (side[i] < -LARGEST || side[i] >= LARGEST) return 0;
    exr->data = (Box){side[0], side[1], side[2] + 1, side[3] + 1};
    int width = side[2] + 1 - side[0], height = side[3] + 1 - side[1];
    return width > 0 && height > 0 && width <= LARGEST && height <= LARGEST;
}

/* Read the header of an open file, which then belongs to `exr`; 0 if it is not a picture this reads. */
int exr_open(Exr *exr, FILE *file) {
    memset(exr, 0, sizeof *exr);
    exr->file = file;
    exr->loaded = -1;
    if (!file || !read_header(exr) || !exr->row) return 0;
    if (exr->packing != NONE && exr->packing != ZIPS && exr->packing != ZIP) return 0;
    exr->lines = exr->packing == ZIP ? 16 : 1;
    size_t width = (size_t)(exr->data.x2 - exr->data.x1), height = (size_t)(exr->data.y2 - exr->data.y1);
    size_t size = exr->row * width * (size_t)exr->lines, chunks = (height - 1) / (size_t)exr->lines + 1;
    if (size > MEMORY) return 0;
    exr->row *= width;
    for (int i = 0; i < PD_PLANES; i++) exr->plane[i].at *= width;
    exr->offset = malloc(chunks * 8);
    exr->raw = malloc(size);
    exr->packed = malloc(size);
    exr->mixed = malloc(size);
    exr->stream = malloc(sizeof(Stream));
    if (!exr->offset || !exr->raw || !exr->packed || !exr->mixed || !exr->stream) return 0;
    return bytes(exr, exr->offset, chunks * 8);
}

/* Undo what makes a half-float picture small: differences, and the low and high bytes apart. */
static void unmix(unsigned char *mixed, unsigned char *out, size_t size) {
    for (size_t i = 1; i < size; i++) mixed[i] = (unsigned char)(mixed[i - 1] + mixed[i] - 128);
    for (size_t i = 0; i < size; i++) out[i] = mixed[i / 2 + (i & 1 ? (size + 1) / 2 : 0)];
}

/* Read and unpack one chunk of lines into `raw`. */
static int load(Exr *exr, int chunk) {
    int top = exr->data.y1 + chunk * exr->lines;
    size_t size = exr->row * (size_t)smaller(exr->lines, exr->data.y2 - top);
    unsigned char told[8];
    uint64_t offset = exr->offset[chunk];
    exr->loaded = -1;
    if (offset > 0x7fffff00u || fseek(exr->file, (long)offset, SEEK_SET)) return 0;
    if (!bytes(exr, told, 8) || number(told) != (uint32_t)top) return 0;
    size_t many = number(told + 4);
    if (many > size || (exr->packing == NONE && many != size)) return 0;
    if (!bytes(exr, many == size ? exr->raw : exr->packed, many)) return 0;
    if (many < size) {
        if (!inflate(exr->stream, exr->packed, many, exr->mixed, size)) return 0;
        unmix(exr->mixed, exr->raw, size);
    }
    exr->loaded = chunk;
    return 1;
}

static float from_half(const unsigned char *at) {
    uint32_t half = (uint32_t)(at[0] | at[1] << 8);
    union { uint32_t bits; float value; } out = {(half & 0x7fff) << 13};
    out.value *= 0x1p112f; /* a float's exponent has another bias; right for the smallest too */
    out.bits |= (half & 0x8000) << 16 | ((half & 0x7c00) == 0x7c00 ? 0x7f800000u : 0);
    return out.value;
}

/* Read a plane of one line of the data window; 0 if the file is broken. A plane that is not there is left. */
int exr_read(Exr *exr, int plane, int y, float *out) {
    int line = y - exr->data.y1, width = exr->data.x2 - exr->data.x1, size = exr->plane[plane].bytes;
    if (line / exr->lines != exr->loaded && !load(exr, line / exr->lines)) return 0;
    const unsigned char *in = exr->raw + (size_t)(line % exr->lines) * exr->row + exr->plane[plane].at;
    if (size == 4) memcpy(out, in, (size_t)width * 4);
    else for (int i = 0; i < width && size; i++) out[i] = from_half(in + 2 * i);
    return 1;
}

void exr_close(Exr *exr) {
    if (exr->file) fclose(exr->file);
    free(exr->offset);
    free(exr->raw);
    free(exr->packed);
    free(exr->mixed);
    free(exr->stream);
}
