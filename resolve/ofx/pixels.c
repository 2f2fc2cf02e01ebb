/* Pixels: the fill is keyed over what the host hands in, once, in the host's own space. Where the matte is
   0 the host's bits stay, and so does its alpha everywhere. OpenFX counts rows from the bottom, EXR from
   the top. */
#include "photodouble.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_BETWEEN 16 /* rows between two questions whether to go on */

/* One frame at work: the planes of a line of the file, and of the row of the picture that comes of it. */
typedef struct {
    Exr exr;
    const Take *take;
    const Look *look;
    Box box; /* what of the picture the file can touch */
    int width, is_proxy;
    float *line[PD_PLANES], *row[PD_PLANES], *memory;
} Work;

static int down(double value) {
    if (value > PD_FAR || value < -PD_FAR) return value > 0 ? PD_FAR : -PD_FAR;
    return (int)value - (value < (int)value);
}

static int is_near(double a, double b) { return a - b <= 1 && b - a <= 1; }

/* What lies in both; without height or width where nothing does. */
static Box common(Box a, Box b) {
    Box both = {larger(a.x1, b.x1), larger(a.y1, b.y1), smaller(a.x2, b.x2), smaller(a.y2, b.y2)};
    both.x2 = larger(both.x1, both.x2);
    both.y2 = both.x1 < both.x2 ? larger(both.y1, both.y2) : both.y1;
    return both;
}

static float *pixel(const Picture *picture, int x, int y) {
    char *row = picture->data + (ptrdiff_t)(y - picture->bounds.y1) * picture->row_bytes;
    return (float *)(void *)row + (ptrdiff_t)(x - picture->bounds.x1) * picture->channels;
}

static int is_format(Box seen, double width, double height) {
    return is_near(seen.x1, 0) && is_near(seen.y1, 0) && is_near(seen.x2, width) && is_near(seen.y2, height);
}

/* Say whether what a host shows is the format the take was staged for, and find the scale at which it is:
   that of the look, else none. A picture that begins elsewhere is overscan, or cut out, if it is as wide on
   both sides or if the project has the staged format. */
int pixels_place(const Take *take, Box seen, double project_width, double project_height, Look *look) {
    double width = take->display.x2 - take->display.x1, height = take->display.y2 - take->display.y1;
    double wide = width * look->scale_x, high = height * look->scale_y;
    if (!(wide > 1 && high > 1 && wide < PD_FAR && high < PD_FAR)) return 0; /* no scale at all */
    int is_project = is_near(project_width, width) && is_near(project_height, height);
    int is_around = seen.x1 <= 0 && seen.y1 <= 0 && seen.x2 >= wide - 1 && seen.y2 >= high - 1;
    int is_centred = is_near(seen.x1 + seen.x2, wide) && is_near(seen.y1 + seen.y2, high);
    int is_little = seen.x2 - seen.x1 < 1.4 * wide && seen.y2 - seen.y1 < 1.4 * high;
    int is_cut = seen.x1 >= 0 && seen.y1 >= 0 && (seen.x1 > 1 || seen.y1 > 1)
        && seen.x2 < wide + 1 && seen.y2 < high + 1;
    if (is_format(seen, wide, high) || (is_around && is_centred)) return 1;
    if (is_project && ((is_around && is_little) || is_cut)) return 1;
    look->scale_x = look->scale_y = 1;
    return is_format(seen, width, height);
}

/* Copy a row of what came in, and black without alpha where nothing came in. */
static void copy_row(const Picture *out, const Picture *source, int y, int x1, int x2) {
    int from = smaller(x2, larger(x1, source->bounds.x1)), end = larger(from, smaller(x2, source->bounds.x2));
    if (!source->data || y < source->bounds.y1 || y >= source->bounds.y2) end = from;
    memset(pixel(out, x1, y), 0, (size_t)(from - x1) * 16);
    if (end > from) memcpy(pixel(out, from, y), pixel(source, from, y), (size_t)(end - from) * 16);
    memset(pixel(out, end, y), 0, (size_t)(x2 - end) * 16);
}

/* Give the picture that came in, bit for bit. */
void pixels_copy(const Picture *out, const Picture *source, Box window) {
    window = common(window, out->bounds);
    for (int y = window.y1; y < window.y2; y++) copy_row(out, source, y, window.x1, window.x2);
}

/* Give the lines or columns of the staged format under a pixel, at least one, up to the end of the format. */
static void find_under(int at, double scale, int size, int *from, int *to) {
    *from = down(at / scale + 0.5);
    *to = larger(down((at + 1) / scale + 0.5), *from + 1);
    if (*from < size && *to > size) *to = size;
}

/* Find what of the picture the file can touch, and get the memory for a line and a row; 0 without memory. */
static int prepare(Work *work, Box window) {
    double scale_x = work->look->scale_x, scale_y = work->look->scale_y;
    Box data = work->exr.data, shown = work->take->display;
    int rim = scale_x == 1 && scale_y == 1 ? 0 : 2; /* pixels of a proxy lie over parts of pixels */
    Box touched = {down((data.x1 - shown.x1) * scale_x) - rim, down((shown.y2 - data.y2) * scale_y) - rim,
                   down((data.x2 - shown.x1) * scale_x) + rim, down((shown.y2 - data.y1) * scale_y) + rim};
    work->box = common(window, touched);
    work->width = work->box.x2 - work->box.x1;
    work->is_proxy = rim > 0;
    size_t width = (size_t)work->width, wide = (size_t)(data.x2 - data.x1);
    work->memory = calloc((width + wide) * PD_PLANES, sizeof(float));
    for (size_t i = 0; i < PD_PLANES && work->memory && width; i++) {
        work->line[i] = work->memory + PD_PLANES * width + i * wide;
        work->row[i] = rim ? work->memory + i * width : work->line[i] + (work->box.x1 + shown.x1 - data.x1);
    }
    return work->memory != NULL;
}

/* Read the planes that a view needs of a line of the file: the kind of origin, or all the others. */
static int read_line(Work *work, int y) {
    int is_origin = work->look->view == PD_VIEW_ORIGIN, end = is_origin ? PD_PLANES : PD_ORIGIN;
    for (int i = is_origin ? PD_ORIGIN : PD_RED; i < end; i++)
        if (!exr_read(&work->exr, i, y, work->line[i])) return 0;
    return 1;
}

/* Add the line of the file to a row: the fill by its matte, so that the black around it counts not. Kinds of
   origin are names, there is nothing between two: the last one stays. */
static void add_line(Work *work, int lines) {
    Box data = work->exr.data, shown = work->take->display;
    int from, to, left = shown.x1 - data.x1;
    for (int i = 0; i < work->width; i++) {
        find_under(work->box.x1 + i, work->look->scale_x, shown.x2 - shown.x1, &from, &to);
        float share = 1 / ((float)(to - from) * (float)lines);
        for (int at = larger(left + from, 0); at < smaller(left + to, data.x2 - data.x1); at++) {
            float matte = work->line[PD_MATTE][at] * share;
            work->row[PD_ORIGIN][i] = work->line[PD_ORIGIN][at];
            if (!(matte > 0)) continue;
            work->row[PD_MATTE][i] += matte;
            for (int c = 0; c < 3; c++) work->row[c][i] += matte * work->line[c][at];
        }
    }
}

/* Put the staged planes of one row of the picture together; a smaller picture takes the mean of a box. */
static int read_row(Work *work, int y) {
    Box data = work->exr.data, shown = work->take->display;
    int from, to;
    if (!work->is_proxy) return read_line(work, shown.y2 - 1 - y);
    memset(work->memory, 0, (size_t)work->width * PD_PLANES * sizeof(float));
    find_under(y, work->look->scale_y, shown.y2 - shown.y1, &from, &to);
    for (int line = larger(shown.y2 - to, data.y1); line < smaller(shown.y2 - from, data.y2); line++) {
        if (!read_line(work, line)) return 0;
        add_line(work, to - from);
    }
    const float *matte = work->row[PD_MATTE];
    for (int i = 0; i < work->width; i++)
        for (int c = 0; c < 3 && matte[i] > 0; c++) work->row[c][i] /= matte[i];
    return 1;
}

/* Narrow the matte of a row by the host's own. */
static void narrow(Work *work, const Picture *matte, int y) {
    int is_row = y >= matte->bounds.y1 && y < matte->bounds.y2;
    for (int i = 0, x = work->box.x1; i < work->width && matte->data; i++, x++) {
        int is_there = is_row && x >= matte->bounds.x1 && x < matte->bounds.x2;
        float wanted = is_there ? pixel(matte, x, y)[matte->channels == 4 ? 3 : 0] : 0;
        work->row[PD_MATTE][i] *= wanted > 0 ? (wanted < 1 ? wanted : 1) : 0;
    }
}

/* Show the planes of a row by the view; alpha stays. In the result the fill lies over what came in and is
   there already; a fill that is no number is none. */
static void show_row(const Work *work, float *to) {
    const float *matte = work->row[PD_MATTE], mix = (float)work->look->mix;
    for (int i = 0; i < work->width; i++, to += 4) {
        float fill[3] = {work->row[PD_RED][i], work->row[PD_GREEN][i], work->row[PD_BLUE][i]};
        float much = matte[i] * mix, sum = fill[0] + fill[1] + fill[2], kind = work->row[PD_ORIGIN][i];
        int origin = kind >= 1 ? (kind < PD_KIND_COUNT ? (int)kind : PD_KIND_COUNT - 1) : 0;
        for (int c = 0; c < 3; c++) switch (work->look->view) {
            case PD_VIEW_MATTE: to[c] = matte[i]; break;
            case PD_VIEW_FILL: to[c] = matte[i] > 0 ? fill[c] : 0; break;
            case PD_VIEW_ORIGIN: to[c] = PD_KINDS[origin][c]; break;
            default: /* softly over what is endless, as a lamp may be, there is nothing to mix */
                if (much > 0 && sum - sum == 0 && (much >= 1 || to[c] - to[c] == 0))
                    to[c] = much < 1 ? to[c] + much * (fill[c] - to[c]) : fill[c];
            }
    }
}

/* Work through the rows from the top, as they lie in the file. 1: done, 0: it is broken, -1: stopped. */
static int work_rows(Work *work, const Picture *out, const Picture *source, const Picture *matte,
                     Box window) {
    int is_keyed = work->look->view == PD_VIEW_RESULT || work->look->view == PD_VIEW_FRAME;
    for (int y = window.y2 - 1; y >= window.y1; y--) {
        if ((window.y2 - y) % ROWS_BETWEEN == 0 && work->look->is_stopped(work->look->host)) return -1;
        copy_row(out, source, y, window.x1, window.x2);
        for (int x = window.x1; x < window.x2 && !is_keyed; x++) memset(pixel(out, x, y), 0, 12);
        if (y < work->box.y1 || y >= work->box.y2) continue;
        if (!read_row(work, y)) return 0;
        narrow(work, matte, y);
        show_row(work, pixel(out, work->box.x1, y));
    }
    return 1;
}

/* Show a staged frame, whose open file then is closed. A broken one gives the picture that came in, whole. */
int pixels_frame(const Take *take, FILE *file, const Picture *out, const Picture *source,
                 const Picture *matte, Box window, const Look *look) {
    Work work;
    int is_done = 0, needed = look->view == PD_VIEW_ORIGIN ? PD_ORIGIN : PD_MATTE;
    memset(&work, 0, sizeof work);
    work.take = take;
    work.look = look;
    window = common(window, out->bounds);
    int is_read = exr_open(&work.exr, file) && work.exr.plane[needed].bytes && work.exr.plane[PD_RED].bytes;
    if (is_read && prepare(&work, window)) is_done = work_rows(&work, out, source, matte, window);
    exr_close(&work.exr);
    free(work.memory);
    if (!is_done) pixels_copy(out, source, window);
    return is_done;
}

/* Burn the number of the frame into the upper left corner: white where it is staged, red where it is not. */
void pixels_number(const Take *take, const Picture *out, Box window, const Look *look, int is_staged) {
    static const float colours[3][4] = {{1, 0, 0, 1}, {1, 1, 1, 1}, {0, 0, 0, 1}};
    char text[16];
    int height = down((take->display.y2 - take->display.y1) * look->scale_y), side = larger(1, height / 120);
    int many = snprintf(text, sizeof text, "%d", look->number), left = 4 * side, top = height - 4 * side;
    Box behind = {left - side, top - 6 * side, left + 4 * many * side, top + side};
    window = common(common(window, out->bounds), behind);
    for (int y = window.y1; y < window.y2; y++)
        for (int x = window.x1; x < window.x2; x++) {
            int row = (top - 1 - y) / side, column = (x - left) / side, sign = text[column / 4] - '-';
            int is_gap = y >= top || row > 4 || x < left || column % 4 == 3;
            int is_lit = !is_gap && PD_SIGNS[sign] >> (14 - 3 * row - column % 4) & 1;
            memcpy(pixel(out, x, y), colours[is_lit ? is_staged : 2], 16);
        }
}
