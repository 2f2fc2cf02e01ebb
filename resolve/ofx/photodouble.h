/* What the parts of the node share. exr.c, take.c and pixels.c know nothing of hosts: a file goes in, a
   picture comes out. Nothing here keeps anything between two calls, so any number of frames may be at work. */
#ifndef PHOTODOUBLE_H
#define PHOTODOUBLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PD_PATH 4096
#define PD_FOLDER 2048 /* what is put behind it always fits into a path */
#define PD_TEXT 600
#define PD_FAR 100000000 /* no frame and no pixel is farther away */

/* The planes of a staged frame. */
enum { PD_RED, PD_GREEN, PD_BLUE, PD_MATTE, PD_ORIGIN, PD_PLANES };

typedef struct { int x1, y1, x2, y2; } Box; /* x2 and y2 lie outside, as everywhere in OpenFX */

/* One open EXR. `row` is the bytes of a line; `raw` holds the unpacked lines of chunk `loaded`. */
typedef struct {
    FILE *file;
    Box data;
    unsigned char packing;
    int lines, loaded;
    size_t row;
    struct { int kind; size_t at; } plane[PD_PLANES];
    uint64_t at, *offset;
    unsigned char *raw, *packed, *mixed;
} Exr;

int exr_open(Exr *exr, FILE *file);
int exr_has(const Exr *exr, int plane);
int exr_read(Exr *exr, int plane, int y, int x1, int x2, float *out);
void exr_close(Exr *exr);

/* A staged take as its node.txt tells it; `why` says in plain words why there is none. */
typedef struct {
    char folder[PD_FOLDER], inbox[PD_FOLDER], status[PD_FOLDER];
    char id[PD_TEXT], label[PD_TEXT], kind[PD_TEXT], pattern[PD_TEXT], space[PD_TEXT], encoding[PD_TEXT];
    char planes[PD_TEXT], state[PD_TEXT], note[PD_TEXT];
    int first, last, source_first, is_in_order; /* in the order of the media, from source_first on */
    Box display;
    const char *why;
} Take;

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
