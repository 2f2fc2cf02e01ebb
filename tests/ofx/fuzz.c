/* Reads damaged EXR and node.txt files through the node's own reader, and looks at every picture that comes of
   them: whole, the source where the file is refused, the source outside the matte's box where it is not.
   Built with the address and undefined-behaviour sanitizers; tests/fakes/ofx_fuzz.py builds and starts it.
   fuzz SEEDS FOLDER COUNT FIRST: SEEDS holds sound files 0.exr 1.exr ... and 0.txt 1.txt ...; FOLDER is written
   into; each number of a run damages the same file in the same way, so one number repeats one file. */
#define _GNU_SOURCE
#include "photodouble.h"
#include "words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDE = 61, TALL = 37, PAD = 3, MOST = 1 << 18, SEEDS = 64 };

typedef struct { unsigned char bytes[MOST]; size_t size; } File;

static File seed[2][SEEDS];
static int seeds[2];
static uint64_t state;
static long number;

void __sanitizer_set_death_callback(void (*callback)(void));
static void say_number(void) { fprintf(stderr, "at number %ld\n", number); }

static uint64_t next(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static size_t below(size_t end) { return end ? (size_t)(next() >> 11) % end : 0; }

static void begin(long at) {
    number = at;
    state = 0x9e3779b97f4a7c15u * (uint64_t)(at + 1);
    for (int i = 0; i < 4; i++) next();
}

static void fail(const char *what) {
    fprintf(stderr, "%s\n", what);
    say_number();
    exit(3);
}

/* Fill in a number that is likely to be at the edge of something. */
static void put_number(File *file, size_t at) {
    static const uint32_t edges[] = {0, 1, 2, 0x7f, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000u,
                                     0xffffffffu, 0xfffffffeu, 0x00010001, 0x40000000};
    uint32_t value = edges[below(sizeof edges / sizeof *edges)];
    size_t many = (size_t)1 << below(3);
    for (size_t i = 0; i < many && at + i < file->size; i++) file->bytes[at + i] = (unsigned char)(value >> 8 * i);
}

static void move_block(File *file, size_t from, size_t to, size_t many) {
    if (from + many > file->size) many = file->size - from;
    if (to + many > file->size) many = file->size - to;
    memmove(file->bytes + to, file->bytes + from, many);
}

static void cut_out(File *file, size_t at, size_t many) {
    if (at + many > file->size) many = file->size - at;
    memmove(file->bytes + at, file->bytes + at + many, file->size - at - many);
    file->size -= many;
}

static void put_in(File *file, size_t at, size_t many) {
    if (file->size + many > MOST - 1) return;
    memmove(file->bytes + at + many, file->bytes + at, file->size - at);
    for (size_t i = 0; i < many; i++) file->bytes[at + i] = (unsigned char)next();
    file->size += many;
}

static void copy(File *to, const File *from) {
    memcpy(to->bytes, from->bytes, from->size);
    to->size = from->size;
}

static void damage(File *file, int kind) {
    static const unsigned char signs[] = " #%/\\.-0123456789\n\r\t:";
    int times = 1 + (int)below(3);
    for (int i = 0; i < times && file->size; i++) {
        size_t head = file->size < 512 ? file->size : 512, at = below(below(3) ? file->size : head);
        const File *other = &seed[kind][below((size_t)seeds[kind])];
        switch (below(9)) {
        case 0: file->bytes[at] ^= (unsigned char)(1u << below(8)); break;
        case 1: file->bytes[at] = (unsigned char)next(); break;
        case 2: put_number(file, at); break;
        case 3: file->size = at; break;
        case 4: cut_out(file, at, 1 + below(16)); break;
        case 5: put_in(file, at, 1 + below(16)); break;
        case 6: move_block(file, below(file->size), at, 1 + below(64)); break;
        case 7: if (at < other->size) memcpy(file->bytes + at, other->bytes + at, 1 + below(other->size - at) % 64 % (file->size - at)); break;
        default: file->bytes[at] = signs[below(sizeof signs - 1)];
        }
    }
}

static void read_seeds(const char *folder) {
    static const char *const ends[] = {"exr", "txt"};
    char path[PD_PATH];
    for (int kind = 0; kind < 2; kind++)
        for (; seeds[kind] < SEEDS; seeds[kind]++) {
            snprintf(path, sizeof path, "%s/%d.%s", folder, seeds[kind], ends[kind]);
            FILE *file = fopen(path, "rb");
            if (!file) break;
            File *into = &seed[kind][seeds[kind]];
            into->size = fread(into->bytes, 1, MOST - 1, file);
            fclose(file);
        }
    if (!seeds[0] || !seeds[1]) fail("there are no seeds");
}

static void write_note(const char *folder, const File *note) {
    char path[PD_PATH];
    snprintf(path, sizeof path, "%s/node.txt", folder);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(note->bytes, 1, note->size, file) != note->size || fclose(file)) fail("cannot write node.txt");
}

static int go_on(void *host) { (void)host; return 0; }

static int is_same(const float *a, const float *b) { return !memcmp(a, b, 16); }

static float source_memory[(TALL + 8) * (WIDE + 8) * 4], out_memory[(TALL + 8) * (WIDE + 8) * 4];

/* A picture with a rim on every side that nobody may touch; upside down half of the time. */
static Picture framed(float *memory, int is_down, Box bounds) {
    int wide = WIDE + 8;
    float *first = memory + (4 * wide + 4) * 4;
    Picture picture = {(char *)first, bounds, (ptrdiff_t)wide * 16, 4};
    if (is_down) {
        picture.data = (char *)(first + (size_t)(bounds.y2 - bounds.y1 - 1) * (size_t)wide * 4);
        picture.row_bytes = -picture.row_bytes;
    }
    return picture;
}

static float *pixel(const Picture *picture, int x, int y) {
    return (float *)(void *)(picture->data + (y - picture->bounds.y1) * picture->row_bytes) + 4 * (x - picture->bounds.x1);
}

static const uint32_t UNTOUCHED = 0x7fc0dead;

static void spoil(float *memory, size_t many) {
    for (size_t i = 0; i < many; i++) memcpy(memory + i, &UNTOUCHED, 4);
}

static int is_untouched(const float *value) { return !memcmp(value, &UNTOUCHED, 4); }

static void check(const Picture *out, const Picture *source, Box window, int is_done, const Look *look) {
    size_t many = sizeof out_memory / sizeof *out_memory, written = 0;
    int keeps = look->view == PD_VIEW_RESULT || look->view == PD_VIEW_FRAME;
    for (size_t i = 0; i < many; i++) written += !is_untouched(out_memory + i);
    size_t wanted = (size_t)(window.x2 - window.x1) * (size_t)(window.y2 - window.y1) * 4;
    if (written != wanted) fail("not exactly the window was written");
    for (int y = window.y1; y < window.y2; y++)
        for (int x = window.x1; x < window.x2; x++) {
            const float *to = pixel(out, x, y), *from = pixel(source, x, y);
            if (!is_done && !is_same(to, from)) fail("a file that was refused left something in the picture");
            if (memcmp(to + 3, from + 3, 4)) fail("the alpha was changed");
            for (int c = 0; c < 3; c++)
                if (is_done && keeps && isnan(to[c])) fail("a pixel is no number");
        }
}

/* Show one file through one take, at some scale, window and view. */
static int show(const Take *take, File *frame) {
    static const double scales[] = {1, 1, 0.5, 1.0 / 3, 2, 0.03};
    Box bounds = {-(int)below(5), -(int)below(5), 0, 0};
    bounds.x2 = bounds.x1 + WIDE;
    bounds.y2 = bounds.y1 + TALL;
    Box window = {bounds.x1 + (int)below(9), bounds.y1 + (int)below(9), bounds.x2 - (int)below(9), bounds.y2 - (int)below(9)};
    double scale = scales[below(6)];
    Look look = {(int)below(PD_VIEW_COUNT), take->first, below(2) ? 1.0 : 0.5, scale, scale, go_on, NULL};
    Picture source = framed(source_memory, (int)below(2), bounds), out = framed(out_memory, (int)below(2), bounds);
    Picture none = {NULL, {0, 0, 0, 0}, 0, 0};
    spoil(out_memory, sizeof out_memory / sizeof *out_memory);
    if (look.view == PD_VIEW_SOURCE) look.view = PD_VIEW_RESULT;
    FILE *file = frame->size ? fmemopen(frame->bytes, frame->size, "rb") : NULL;
    int is_done = pixels_frame(take, file, &out, &source, &none, window, &look);
    check(&out, &source, window, is_done, &look);
    if (look.view == PD_VIEW_FRAME) pixels_number(take, &out, window, &look, is_done);
    return is_done;
}

int main(int many, char **words) {
    static Take take;
    static File note, frame;
    char newest[PD_PATH], told[PD_TEXT];
    if (many != 5) fail("fuzz SEEDS FOLDER COUNT FIRST");
    const char *folder = words[2];
    long count = atol(words[3]), first = atol(words[4]), opened = 0, shown = 0;
    __sanitizer_set_death_callback(say_number);
    read_seeds(words[1]);
    for (size_t i = 0; i < sizeof source_memory / sizeof *source_memory; i++) source_memory[i] = (float)(i % 251) / 97;
    for (long at = first; at < first + count; at++) {
        begin(at);
        int what = (int)below(4); /* two in four: the picture; one: the text; one: both */
        copy(&note, &seed[1][below((size_t)seeds[1])]);
        copy(&frame, &seed[0][below((size_t)seeds[0])]);
        if (what >= 2) damage(&note, 1);
        if (what != 2) damage(&frame, 0);
        write_note(folder, &note);
        if (!take_open(&take, folder)) {
            if (!take.why || !*take.why) fail("a take was refused without a reason");
            continue;
        }
        opened++;
        shown += show(&take, &frame);
        take_newest(&take, newest);
        Look look = {PD_VIEW_RESULT, take.first, 1, 1, 1, go_on, NULL};
        pixels_place(&take, (Box){0, 0, WIDE, TALL}, WIDE, TALL, &look);
        FILE *file = take_frame(&take, take.first);
        if (file) fclose(file);
        snprintf(take.said[TAKE_STATUS], PD_TEXT, "%s/node.txt", folder);
        take_status(&take, told, sizeof told);
        take.said[TAKE_INBOX][0] = 0;
        if (!*take_analyse(&take, take.first, "fuzz")) fail("nothing was said");
    }
    printf("{\"files\": %ld, \"takes_opened\": %ld, \"frames_shown\": %ld}\n", count, opened, shown);
    return 0;
}
