/* Pixels: the fill is keyed over what the host hands in, once, in the host's own space. Where the matte is
   0 the host's bits stay, and so does its alpha everywhere. OpenFX counts rows from the bottom, EXR from
   the top. */
#include "photodouble.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_BETWEEN 16 /* rows between two questions whether to go on */

/* One frame at work: planes of a row of the picture, of a line of the file, and where both begin and end. */
typedef struct {
    Exr exr;
    const Take *take;
    const Look *look;
    Box box; /* what of the picture the file can touch */
    int from, to; /* columns of the file that `line` holds */
    float *plane[PD_PLANES], *line[PD_PLANES], *memory;
    int is_needed[PD_PLANES];
} Work;

static int down(double value) {
    if (value > PD_FAR || value < -PD_FAR) return value > 0 ? PD_FAR : -PD_FAR;
    return (int)value - (value < (int)value);
}

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

static int is_format(Box seen, double width, double height) {
    return is_near(seen.x1, 0) && is_near(seen.y1, 0) && is_near(seen.x2, width) && is_near(seen.y2, height);
}

/* Say whether what a host shows is the format the take was staged for, and find the scale at which it is.
   The scale that the look brings is tried, then none; without any (a thumbnail) the whole has to fit. A
   picture that begins elsewhere is overscan, or cut out, if it is as wide on both sides or if the project
   has the staged format. */
int pixels_place(const Take *take, Box seen, double project_width, double project_height, Look *look) {
    double width = take->display.x2 - take->display.x1, height = take->display.y2 - take->display.y1;
    int is_project = is_near(project_width, width) && is_near(project_height, height);
    if (!(look->scale_x > 1e-4 && look->scale_y > 1e-4 && look->scale_x < 100 && look->scale_y < 100)) {
        look->scale_x = seen.x2 / width;
        look->scale_y = seen.y2 / height;
        return is_format(seen, seen.x2, look->scale_x * height) && look->scale_x > 1e-4;
    }
    double wide = width * look->scale_x, high = height * look->scale_y;
    int is_around = seen.x1 <= 0 && seen.y1 <= 0 && seen.x2 >= wide - 1 && seen.y2 >= high - 1;
    int is_centred = is_near(seen.x1 + seen.x2, wide) && is_near(seen.y1 + seen.y2, high);
    int is_little = seen.x2 - seen.x1 < 1.4 * wide && seen.y2 - seen.y1 < 1.4 * high;
    int is_inside = seen.x1 >= 0 && seen.y1 >= 0 && seen.x2 < wide + 1 && seen.y2 < high + 1;
    int is_cut = is_inside && (seen.x1 > 1 || seen.y1 > 1);
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
    for (int y = window.y1; y < window.y2 && window.x1 < window.x2; y++)
        copy_row(out, source, y, window.x1, window.x2);
}

/* Give the lines or columns of the staged format under a pixel, at least one, up to the end of the format. */
static void find_under(int at, double scale, int size, int *from, int *to) {
    *from = down(at / scale + 0.5);
    *to = larger(down((at + 1) / scale + 0.5), *from + 1);
    if (*from < size && *to > size) *to = size;
}

/* Find what of the picture the file can touch, and get the memory for a row of both; 0 without memory. */
static int prepare(Work *work, Box window) {
    double scale_x = work->look->scale_x, scale_y = work->look->scale_y;
    Box data = work->exr.data, shown = work->take->display;
    Box touched = {down((data.x1 - shown.x1) * scale_x) - 1, down((shown.y2 - data.y2) * scale_y) - 1,
                   down((data.x2 - shown.x1) * scale_x) + 2, down((shown.y2 - data.y1) * scale_y) + 2};
    work->box = common(window, touched);
    if (work->box.x2 < work->box.x1) work->box.x2 = work->box.x1;
    work->from = larger(shown.x1 + down(work->box.x1 / scale_x) - 1, data.x1);
    work->to = larger(smaller(shown.x1 + down(work->box.x2 / scale_x) + 2, data.x2), work->from);
    size_t width = (size_t)(work->box.x2 - work->box.x1), wide = (size_t)(work->to - work->from);
    work->memory = calloc((width + wide + 1) * PD_PLANES, sizeof(float));
    for (size_t i = 0; i < PD_PLANES && work->memory; i++) {
        work->plane[i] = work->memory + i * width;
        work->line[i] = work->memory + PD_PLANES * width + i * wide;
    }
    return work->memory != NULL;
}

/* Read planes of a line of the file; without a matte in it the whole data window counts. */
static int read_line(Work *work, int y, int from, int to, float **out) {
    const Exr *exr = &work->exr;
    for (int i = 0; i < PD_PLANES; i++)
        if (work->is_needed[i] && !exr_read(&work->exr, i, y, from, to, out[i])) return 0;
    if (work->is_needed[PD_MATTE] && !exr_has(exr, PD_MATTE) && y >= exr->data.y1 && y < exr->data.y2)
        for (int x = larger(from, exr->data.x1); x < smaller(to, exr->data.x2); x++)
            out[PD_MATTE][x - from] = 1;
    return 1;
}

/* Add a line of the file to a row: the fill by its matte, so that the black around it counts not. Kinds of
   origin are names, there is nothing between two: the last one stays. */
static void add_line(Work *work, int lines) {
    int from, to, left = work->take->display.x1, width = work->take->display.x2 - left;
    for (int x = work->box.x1, i = 0; x < work->box.x2; x++, i++) {
        find_under(x, work->look->scale_x, width, &from, &to);
        float share = 1 / ((float)(to - from) * (float)lines);
        int end = smaller(left + to, work->to) - work->from;
        for (int at = larger(left + from - work->from, 0); at < end; at++) {
            if (work->is_needed[PD_ORIGIN]) work->plane[PD_ORIGIN][i] = work->line[PD_ORIGIN][at];
            float matte = work->is_needed[PD_MATTE] ? work->line[PD_MATTE][at] * share : 0;
            if (!(matte > 0)) continue;
            work->plane[PD_MATTE][i] += matte;
            for (int c = 0; c < 3; c++) work->plane[c][i] += matte * work->line[c][at];
        }
    }
}

/* Put the staged planes of one row of the picture together; a smaller picture takes the mean of a box. */
static int read_row(Work *work, int y) {
    Box shown = work->take->display;
    int from, to, width = work->box.x2 - work->box.x1;
    if (work->look->scale_x == 1 && work->look->scale_y == 1)
        return read_line(work, shown.y2 - 1 - y, shown.x1 + work->box.x1, shown.x1 + work->box.x2,
                         work->plane);
    memset(work->memory, 0, (size_t)width * PD_PLANES * sizeof(float));
    find_under(y, work->look->scale_y, shown.y2 - shown.y1, &from, &to);
    for (int line = to - 1; line >= from; line--) {
        if (!read_line(work, shown.y2 - 1 - line, work->from, work->to, work->line)) return 0;
        add_line(work, to - from);
    }
    const float *matte = work->plane[PD_MATTE];
    for (int i = 0; i < width; i++)
        for (int c = 0; c < 3 && matte[i] > 0; c++) work->plane[c][i] /= matte[i];
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
        int is_all = much >= 1;
        if (!(much > 0) || sum - sum != 0) continue;
        to[0] = is_all ? red[i] : to[0] + much * (red[i] - to[0]);
        to[1] = is_all ? green[i] : to[1] + much * (green[i] - to[1]);
        to[2] = is_all ? blue[i] : to[2] + much * (blue[i] - to[2]);
    }
}

/* Show a plane of a row instead of the picture; the alpha that came in stays. */
static void show_row(const Work *work, float *to) {
    for (int i = 0; i < work->box.x2 - work->box.x1; i++, to += 4)
        for (int c = 0; c < 3; c++) {
            float kind = work->plane[PD_ORIGIN][i], matte = work->plane[PD_MATTE][i];
            if (work->look->view == PD_VIEW_MATTE) to[c] = matte;
            else if (work->look->view == PD_VIEW_FILL) to[c] = matte > 0 ? work->plane[c][i] : 0;
            else to[c] = PD_KINDS[kind >= 1 ? (kind < PD_KIND_COUNT ? (int)kind : PD_KIND_COUNT - 1) : 0][c];
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
        if (y < work->box.y1 || y >= work->box.y2 || work->box.x1 == work->box.x2) continue;
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
    for (int i = 0; i < PD_PLANES; i++) work.is_needed[i] = (i == PD_ORIGIN) == is_origin;
    int is_read = exr_open(&work.exr, file) && exr_has(&work.exr, is_origin ? PD_ORIGIN : PD_RED);
    if (is_read && window.x1 < window.x2 && prepare(&work, window))
        is_done = work_rows(&work, out, source, matte, window);
    exr_close(&work.exr);
    free(work.memory);
    if (!is_done) pixels_copy(out, source, window);
    return is_done;
}

static void fill_block(const Picture *out, Box block, const float *colour) {
    for (int y = block.y1; y < block.y2; y++)
        for (int x = block.x1; x < block.x2; x++) memcpy(pixel(out, x, y), colour, 16);
}

/* Burn the number of the frame into the upper left corner: white where it is staged, red where it is not. */
void pixels_number(const Take *take, const Picture *out, Box window, const Look *look, int is_staged) {
    static const uint16_t digits[] = {0x7b6f, 0x2c97, 0x73e7, 0x73cf, 0x5bc9, 0x79cf,
                                      0x79ef, 0x7292, 0x7bef, 0x7bcf}; /* three by five */
    static const float colours[3][4] = {{1, 0, 0, 1}, {1, 1, 1, 1}, {0, 0, 0, 1}};
    char text[16];
    int top = down((take->display.y2 - take->display.y1) * look->scale_y), side = larger(1, top / 120);
    int many = snprintf(text, sizeof text, "%d", look->number), left = 4 * side;
    top -= 4 * side;
    window = common(window, out->bounds);
    Box behind = {left - side, top - 6 * side, left + 4 * many * side, top + side};
    fill_block(out, common(window, behind), colours[2]);
    for (int i = 0; i < many; i++, left += 4 * side)
        for (int bit = 0; bit < 15; bit++) {
            Box block = {left + bit % 3 * side, top - (bit / 3 + 1) * side, left + (bit % 3 + 1) * side, 0};
            block.y2 = block.y1 + side;
            int sign = text[i] == '-' ? 0x01c0 : digits[text[i] - '0'];
            if (sign >> (14 - bit) & 1) fill_block(out, common(window, block), colours[is_staged]);
        }
}
