/* What the parts of the node share. exr.c, take.c and pixels.c know nothing of hosts: a file goes in, a
   picture comes out. Nothing is kept between two calls, so any number of frames may be at work. */
#ifndef PHOTODOUBLE_H
#define PHOTODOUBLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PD_PATH 4096
#define PD_TEXT 2048 /* what is put behind it always fits into a path */
#define PD_FAR 100000000 /* no frame and no pixel is farther away */

/* The planes of a staged frame. */
enum { PD_RED, PD_GREEN, PD_BLUE, PD_MATTE, PD_ORIGIN, PD_PLANES };

typedef struct { int x1, y1, x2, y2; } Box; /* x2 and y2 lie outside, as everywhere in OpenFX */

static inline int smaller(int a, int b) { return a < b ? a : b; }
static inline int larger(int a, int b) { return a > b ? a : b; }

/* One open EXR. `row` is the bytes of a line; `raw` holds the unpacked lines of chunk `loaded`. */
typedef struct {
    FILE *file;
    Box data;
    unsigned char packing;
    int lines, loaded;
    size_t row;
    struct { int bytes; size_t at; } plane[PD_PLANES]; /* no bytes: it is not there */
    uint64_t *offset;
    unsigned char *raw, *packed, *mixed;
    void *stream;
} Exr;

int exr_open(Exr *exr, FILE *file);
int exr_read(Exr *exr, int plane, int y, float *out);
void exr_close(Exr *exr);

/* A staged take as its node.txt tells it; `why` says in plain words why there is none. */
enum { TAKE_STAGE, TAKE_ID, TAKE_LABEL, TAKE_KIND, TAKE_PATTERN, TAKE_SPACE, TAKE_ENCODING, TAKE_PLANES,
       TAKE_STATE, TAKE_NOTE, TAKE_INBOX, TAKE_STATUS, TAKE_FIRST, TAKE_LAST, TAKE_SOURCE, TAKE_DISPLAY,
       TAKE_KEYS };

typedef struct {
    char folder[PD_TEXT], said[TAKE_KEYS][PD_TEXT];
    int first, last, source_first, is_in_order; /* in the order of the media, from source_first on */
    Box display;
    const char *why;
} Take;

void keep_text(char *out, size_t size, const char *text);
int take_open(Take *take, const char *path);
FILE *take_frame(const Take *take, int number);
int take_newest(const Take *take, char *path);
const char *take_analyse(const Take *take, int number, const char *host);
int take_status(const Take *take, char *text, size_t size);

/* A picture of a host: `row_bytes` may be negative, `data` is the pixel at x1, y1, the lowest row. */
typedef struct {
    char *data;
    Box bounds;
    ptrdiff_t row_bytes;
    int channels;
} Picture;

/* How a frame is shown. The staged display window lies at 0, 0 of the picture, at this scale. */
typedef struct {
    int view, number;
    double mix, scale_x, scale_y;
    int (*is_stopped)(void *host);
    void *host;
} Look;

int pixels_place(const Take *take, Box seen, double project_width, double project_height, Look *look);
void pixels_copy(const Picture *out, const Picture *source, Box window);
int pixels_frame(const Take *take, FILE *file, const Picture *out, const Picture *source,
                 const Picture *matte, Box window, const Look *look);
void pixels_number(const Take *take, const Picture *out, Box window, const Look *look, int is_staged);

#endif
