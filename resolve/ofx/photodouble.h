/* What the parts of the node share. exr.c, take.c and pixels.c know nothing of hosts: a file goes in, a
   picture comes out. Nothing here keeps anything between two calls, so any number of frames may be at work. */
#ifndef PHOTODOUBLE_H
#define PHOTODOUBLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PD_PATH 4096
#define PD_TEXT 256

/* The planes of a staged frame. */
enum { PD_RED, PD_GREEN, PD_BLUE, PD_MATTE, PD_ORIGIN, PD_PLANES };

typedef struct { int x1, y1, x2, y2; } Box; /* x2 and y2 lie outside, as everywhere in OpenFX */

/* One open EXR. `row` is the bytes of a line, `raw` the lines of chunk `loaded` as they are unpacked. */
typedef struct {
    FILE *file;
    Box data;
    int compression, lines, loaded;
    size_t row;
    struct { int kind; size_t at; } plane[PD_PLANES];
    uint64_t *offset;
    unsigned char *raw, *packed, *mixed;
    uint64_t at;
} Exr;

int exr_open(Exr *exr, FILE *file);
int exr_has(const Exr *exr, int plane);
int exr_read(Exr *exr, int plane, int y, int x1, int x2, float *out);
void exr_close(Exr *exr);

/* A staged take as its node.txt tells it; `why` says in plain words why there is none. */
typedef struct {
    char folder[PD_PATH], inbox[PD_PATH], status[PD_PATH];
    char id[PD_TEXT], label[PD_TEXT], kind[PD_TEXT], pattern[PD_TEXT], space[PD_TEXT], note[PD_TEXT];
    char encoding[32], state[32];
    int first, last, source_first;
    int is_in_order; /* the files lie in the order of the media, from source_first on */
    Box display;
    double pixel_aspect;
    const char *why;
} Take;

FILE *path_open(const char *path, const char *mode);
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

/* Where the staged frame lies in a picture: at 0, 0, so much smaller than it was staged. */
typedef struct { double scale_x, scale_y; } Place;

typedef struct {
    int view, number;
    double mix;
    Place place;
    int (*is_stopped)(void *host);
    void *host;
} Look;

int pixels_place(const Take *take, Box seen, double scale_x, double scale_y, double project_width,
                 double project_height, Place *place);
void pixels_copy(const Picture *out, const Picture *source, Box window);
int pixels_frame(const Take *take, FILE *file, const Picture *out, const Picture *source,
                 const Picture *matte, Box window, const Look *look);
void pixels_number(const Take *take, const Picture *out, Box window, const Look *look, int is_staged);

#endif
