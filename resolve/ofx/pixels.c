/* Pixels: the fill is keyed over what the host hands in, once, in the host's own space. Where the matte is
   0 the host's bits stay, and so does its alpha everywhere. OpenFX counts rows from the bottom, EXR from
   the top. */
#include "photodouble.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_BETWEEN 16 /* rows between two questions whether to go on */
#define FAR 1e9

/* One frame at work: the staged planes of a row of the picture, of one of the file, and sums of both. */
typedef struct {
    Exr exr;
    const Take *take;
    const Look *look;
    Box box; /* what of the picture the file can touch */
    float *plane[PD_PLANES], *line[PD_PLANES], *memory;
    int from, to; /* columns of the file that `line` holds */
    int needs[PD_PLANES];
} Work;

static int down(double value) {
    if (value > FAR || value < -FAR) return value > 0 ? (int)FAR : -(int)FAR;
    return (int)value - (value < (int)value);
}

static int up(double value) { return -down(-value); }
static int smaller(int a, int b) { return a < b ? a : b; }
static int larger(int a, int b) { return a > b ? a : b; }
static int is_near(double a, double b) { return a - b <= 1 && b - a <= 1; }

static Box common(Box a, Box b) {
    return (Box){larger(a.x1, b.x1), larger(a.y1, b.y1), smaller(a.x2, b.x2), smaller(a.y2, b.y2)};
}

static float *pixel(const Picture *picture, int x, int y) {
    char *row = picture->data + (ptrdiff_t)(y - picture->bounds.y1) * picture->row_bytes;
    return (float *)(void *)row + (ptrdiff_t)(x - picture->bounds.x1) * picture->channels;
}

static int is_whole(Box seen, double width, double height) {
    return is_near(seen.x1, 0) && is_near(seen.y1, 0) && is_near(seen.x2, width) && is_near(seen.y2, height);
}

/* More than the format on every side: overscan, if it is as wide on both sides or the project says so. */
static int is_overscan(Box seen, double width, double height, int is_project) {
    if (seen.x1 > 0 || seen.y1 > 0 || seen.x2 < width - 1 || seen.y2 < height - 1) return 0;
    int is_centred = is_near(seen.x1 + seen.x2, width) && is_near(seen.y1 + seen.y2, height);
    int is_little = -seen.x1 * 5 <= width && -seen.y1 * 5 <= height && (seen.x2 - width) * 5 <= width
        && (seen.y2 - height) * 5 <= height;
    return is_centred || (is_project && is_little);
}

/* Find where the staged frame lies in what a host shows; 0 if this is not the format it was staged for.
   The scale that a host names is tried, then none; without any (a thumbnail) the whole frame has to fit. */
int pixels_place(const Take *take, Box seen, double scale_x, double scale_y, double project_width,
                 double project_height, Place *place) {
    double width = take->display.x2 - take->display.x1, height = take->display.y2 - take->display.y1;
    int is_project = is_near(project_width / take->pixel_aspect, width) && is_near(project_height, height);
    int is_named = scale_x > 1e-4 && scale_y > 1e-4 && scale_x < 1e4 && scale_y < 1e4;
    if (!is_named) {
        scale_x = seen.x2 / width;
        scale_y = seen.y2 / height;
        *place = (Place){scale_x, scale_y};
        return is_whole(seen, seen.x2, seen.y2) && scale_x > 1e-4 && is_near(scale_x * height, seen.y2);
    }
    *place = (Place){scale_x, scale_y};
    if (is_whole(seen, width * scale_x, height * scale_y)) return 1;
    if (is_overscan(seen, width * scale_x, height * scale_y, is_project)) return 1;
    int is_inside = seen.x1 >= 0 && seen.y1 >= 0 && seen.x2 <= width * scale_x + 1 && seen.y2 <= height * scale_y + 1;
    if (is_inside && is_project && (seen.x1 > 1 || seen.y1 > 1)) return 1;
    *place = (Place){1, 1};
    return is_whole(seen, width, height);
}

/* Copy a row of what came in, and black without alpha where nothing came in. */
static void copy_row(const Picture *out, const Picture *source, int y, int x1, int x2) {
    float *to = pixel(out, x1, y);
    int from = x2, end = x2;
    if (source->data && y >= source->bounds.y1 && y < source->bounds.y2) {
        from = smaller(x2, larger(x1, source->bounds.x1));
        end = larger(from, smaller(x2, source->bounds.x2));
    }
    memset(to, 0, (size_t)(from - x1) * 16);
    if (end > from) memcpy(to + 4 * (ptrdiff_t)(from - x1), pixel(source, from, y), (size_t)(end - from) * 16);
    memset(to + 4 * (ptrdiff_t)(end - x1), 0, (size_t)(x2 - end) * 16);
}

/* Give the picture that came in, bit for bit. */
void pixels_copy(const Picture *out, const Picture *source, Box window) {
    window = common(window, out->bounds);
    for (int y = window.y1; y < window.y2 && window.x1 < window.x2; y++)
        copy_row(out, source, y, window.x1, window.x2);
}

/* Give the part of the picture that the file's data window can touch. */
static Box touched(const Work *work, Box window) {
    Place at = work->look->place;
    Box data = work->exr.data, shown = work->take->display;
    return common(window, (Box){down((data.x1 - shown.x1) * at.scale_x), down((shown.y2 - data.y2) * at.scale_y),
                                up((data.x2 - shown.x1) * at.scale_x), up((shown.y2 - data.y1) * at.scale_y)});
}

/* Prepare to read columns of the file for the columns of the picture. */
static int prepare(Work *work) {
    Place at = work->look->place;
    if (work->box.x2 <= work->box.x1) work->box.x2 = work->box.x1;
    size_t width = (size_t)(work->box.x2 - work->box.x1);
    work->from = work->take->display.x1 + down(work->box.x1 / at.scale_x);
    work->to = work->take->display.x1 + up(work->box.x2 / at.scale_x);
    work->from = larger(work->from, work->exr.data.x1);
    work->to = smaller(work->to, work->exr.data.x2);
    if (work->to <= work->from) work->to = work->from + 1;
    size_t wide = (size_t)(work->to - work->from);
    work->memory = malloc((width + wide) * PD_PLANES * sizeof(float));
    if (!work->memory) return 0;
    for (int i = 0; i < PD_PLANES; i++) {
        work->plane[i] = work->memory + (size_t)i * width;
        work->line[i] = work->memory + PD_PLANES * width + (size_t)i * wide;
    }
    return 1;
}

/* Read planes of a line of the file; without a matte in it the whole data window counts. */
static int read_line(Work *work, int y, int from, int to, float **out) {
    for (int i = 0; i < PD_PLANES; i++) {
        if (!work->needs[i]) continue;
        if (!exr_read(&work->exr, i, y, from, to, out[i])) return 0;
        if (i == PD_MATTE && !exr_has(&work->exr, i) && y >= work->exr.data.y1 && y < work->exr.data.y2)
            for (int x = larger(from, work->exr.data.x1); x < smaller(to, work->exr.data.x2); x++)
                out[i][x - from] = 1;
    }
    return 1;
}

/* The stretch of the file that lies under a pixel; it ends where the format ends. */
static void under(int at, double scale, double size, double *from, double *to) {
    *from = at / scale;
    *to = (at + 1) / scale;
    if (*from < size && *to > size) *to = size;
}

static double shared(double from, double to, int at) {
    return (to < at + 1 ? to : at + 1) - (from > at ? from : at);
}

/* Add one line of the file to the sums of a row: the fill by its matte, so that black around it counts not. */
static void add_line(Work *work, double part) {
    double scale = work->look->place.scale_x, size = work->take->display.x2 - work->take->display.x1, from, to;
    for (int x = work->box.x1, i = 0; x < work->box.x2; x++, i++) {
        under(x, scale, size, &from, &to);
        int first = work->take->display.x1 + down(from), end = work->take->display.x1 + up(to);
        for (int at = larger(first, work->from); at < smaller(end, work->to); at++) {
            double share = part * shared(from, to, at - work->take->display.x1) / (to - from);
            float matte = work->line[PD_MATTE][at - work->from] * (float)share;
            if (!(matte > 0)) continue;
            work->plane[PD_MATTE][i] += matte;
            for (int c = 0; c < 3; c++) work->plane[c][i] += matte * work->line[c][at - work->from];
        }
    }
}

/* Read the kinds of origin in the middle of each pixel: kinds are names, there is nothing between two. */
static int read_origin(Work *work, int y) {
    Place at = work->look->place;
    int line = work->take->display.y2 - 1 - down((y + 0.5) / at.scale_y);
    if (!exr_read(&work->exr, PD_ORIGIN, line, work->from, work->to, work->line[PD_ORIGIN])) return 0;
    for (int x = work->box.x1, i = 0; x < work->box.x2; x++, i++) {
        int column = work->take->display.x1 + down((x + 0.5) / at.scale_x) - work->from;
        work->plane[PD_ORIGIN][i] = column >= 0 && column < work->to - work->from ? work->line[PD_ORIGIN][column] : 0;
    }
    return 1;
}

/* Put the staged planes of one row of the picture together; a smaller picture takes the mean of a box. */
static int read_row(Work *work, int y) {
    Place at = work->look->place;
    Box shown = work->take->display;
    double from, to, height = shown.y2 - shown.y1;
    if (at.scale_x == 1 && at.scale_y == 1)
        return read_line(work, shown.y2 - 1 - y, shown.x1 + work->box.x1, shown.x1 + work->box.x2, work->plane);
    if (work->needs[PD_ORIGIN]) return read_origin(work, y);
    memset(work->memory, 0, (size_t)(work->box.x2 - work->box.x1) * PD_PLANES * sizeof(float));
    under(y, at.scale_y, height, &from, &to);
    for (int up_from = up(to) - 1; up_from >= down(from); up_from--) {
        if (!read_line(work, shown.y2 - 1 - up_from, work->from, work->to, work->line)) return 0;
        add_line(work, shared(from, to, up_from) / (to - from));
    }
    for (int i = 0; i < work->box.x2 - work->box.x1; i++)
        for (int c = 0; c < 3 && work->plane[PD_MATTE][i] > 0; c++) work->plane[c][i] /= work->plane[PD_MATTE][i];
    return 1;
}

/* Narrow the matte of a row by the host's own. */
static void narrow(Work *work, const Picture *matte, int y) {
    if (!matte->data) return;
    int is_row = y >= matte->bounds.y1 && y < matte->bounds.y2;
    for (int x = work->box.x1, i = 0; x < work->box.x2; x++, i++) {
        int is_there = is_row && x >= matte->bounds.x1 && x < matte->bounds.x2;
        float wanted = is_there ? pixel(matte, x, y)[matte->channels == 4 ? 3 : 0] : 0;
        work->plane[PD_MATTE][i] *= wanted > 0 ? (wanted < 1 ? wanted : 1) : 0;
    }
}

/* Lay the fill over a row in which what came in already lies. A fill that is no number is none. */
static void key_row(const Work *work, float *to) {
    const float *red = work->plane[PD_RED], *green = work->plane[PD_GREEN], *blue = work->plane[PD_BLUE];
    const float *matte = work->plane[PD_MATTE], mix = (float)work->look->mix;
    for (int i = 0, width = work->box.x2 - work->box.x1; i < width; i++, to += 4) {
        float much = matte[i] * mix, sum = red[i] + green[i] + blue[i];
        if (!(much > 0) || sum - sum != 0) continue;
        if (much >= 1) {
            to[0] = red[i]; to[1] = green[i]; to[2] = blue[i];
        } else {
            to[0] += much * (red[i] - to[0]);
            to[1] += much * (green[i] - to[1]);
            to[2] += much * (blue[i] - to[2]);
        }
    }
}

/* Show a plane of a row instead of the picture; the alpha that came in stays. */
static void show_row(const Work *work, float *to) {
    for (int i = 0; i < work->box.x2 - work->box.x1; i++, to += 4) {
        float kind = work->plane[PD_ORIGIN][i], matte = work->plane[PD_MATTE][i];
        const float *colour = PD_KINDS[kind >= 1 ? (kind < PD_KIND_COUNT ? (int)kind : PD_KIND_COUNT - 1) : 0];
        for (int c = 0; c < 3; c++) {
            float shown = work->look->view == PD_VIEW_ORIGIN ? colour[c] : matte;
            if (work->look->view == PD_VIEW_FILL) shown = matte > 0 ? work->plane[c][i] : 0;
            to[c] = shown;
        }
    }
}

static void blacken(const Picture *out, int y, int x1, int x2) {
    float *to = pixel(out, x1, y);
    for (; x1 < x2; x1++, to += 4) to[0] = to[1] = to[2] = 0;
}

/* Work through the rows from the top, as they lie in the file. 1: done, 0: the file is broken, -1: stopped. */
static int work_rows(Work *work, const Picture *out, const Picture *source, const Picture *matte, Box window) {
    int is_keyed = work->look->view == PD_VIEW_RESULT || work->look->view == PD_VIEW_FRAME;
    for (int y = window.y2 - 1; y >= window.y1; y--) {
        if ((window.y2 - y) % ROWS_BETWEEN == 0 && work->look->is_stopped(work->look->host)) return -1;
        copy_row(out, source, y, window.x1, window.x2);
        if (!is_keyed) blacken(out, y, window.x1, window.x2);
        if (y < work->box.y1 || y >= work->box.y2 || work->box.x1 >= work->box.x2) continue;
        if (!read_row(work, y)) return 0;
        narrow(work, matte, y);
        if (is_keyed) key_row(work, pixel(out, work->box.x1, y));
        else show_row(work, pixel(out, work->box.x1, y));
    }
    return 1;
}

/* Show a staged frame, whose open file then is closed. A broken one gives the picture that came in, whole. */
int pixels_frame(const Take *take, FILE *file, const Picture *out, const Picture *source,
                 const Picture *matte, Box window, const Look *look) {
    Work work;
    int is_done = 0, is_origin = look->view == PD_VIEW_ORIGIN;
    memset(&work, 0, sizeof work);
    work.take = take;
    work.look = look;
    window = common(window, out->bounds);
    if (exr_open(&work.exr, file) && exr_has(&work.exr, is_origin ? PD_ORIGIN : PD_RED)) {
        for (int i = 0; i < PD_PLANES; i++) work.needs[i] = (i == PD_ORIGIN) == is_origin;
        work.box = touched(&work, window);
        is_done = prepare(&work) ? work_rows(&work, out, source, matte, window) : 0;
    }
    exr_close(&work.exr);
    free(work.memory);
    if (!is_done) pixels_copy(out, source, window);
    return is_done;
}

static void fill_block(const Picture *out, Box block, const float *colour) {
    block = common(block, out->bounds);
    for (int y = block.y1; y < block.y2; y++)
        for (int x = block.x1; x < block.x2; x++) memcpy(pixel(out, x, y), colour, 16);
}

/* Burn the number of the frame into the upper left corner: white where it is staged, red where it is not. */
void pixels_number(const Take *take, const Picture *out, Box window, const Look *look, int is_staged) {
    static const uint16_t digits[11] = {0x7b6f, 0x2c97, 0x73e7, 0x73cf, 0x5bc9, 0x79cf, 0x79ef, 0x7292, 0x7bef,
                                        0x7bcf, 0x01c0}; /* three by five, the last is a minus */
    static const float black[4] = {0, 0, 0, 1}, white[4] = {1, 1, 1, 1}, red[4] = {1, 0, 0, 1};
    char text[16];
    int top = (int)((take->display.y2 - take->display.y1) * look->place.scale_y), side = larger(1, top / 120);
    Picture shown = *out;
    shown.bounds = common(window, out->bounds);
    shown.data = (char *)pixel(out, shown.bounds.x1, shown.bounds.y1);
    int many = snprintf(text, sizeof text, "%d", look->number), left = 4 * side;
    top -= 4 * side;
    fill_block(&shown, (Box){left - side, top - 6 * side, left + 4 * many * side, top + side}, black);
    for (int i = 0; i < many; i++, left += 4 * side)
        for (int bit = 0; bit < 15; bit++) {
            int x = left + bit % 3 * side, y = top - bit / 3 * side;
            if (digits[text[i] == '-' ? 10 : text[i] - '0'] >> (14 - bit) & 1)
                fill_block(&shown, (Box){x, y - side, x + side, y}, is_staged ? white : red);
        }
}
