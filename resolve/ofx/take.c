/* A staged take: its node.txt, its frames, the newest one beside it, and a wish to analyse it again.
   All of it is text of `key value` lines that the engine writes; nothing in it is ever used as a pattern,
   a command, or a path that leads out of its folder. */
#include "photodouble.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef _WIN32
#include <windows.h>
#endif

#define MOST_LINES 2000
#define LONGEST_LINE (PD_PATH + 64)

/* A key that is looked for, and where its value goes. */
typedef struct { const char *key; char *value; size_t size; } Line;

#ifdef _WIN32
static wchar_t *wide(const char *path, wchar_t *out) {
    return MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, out, PD_PATH) ? out : NULL;
}

/* Open a file whose path is UTF-8, as hosts hand paths over. */
FILE *path_open(const char *path, const char *mode) {
    wchar_t name[PD_PATH], how[8];
    return wide(path, name) && wide(mode, how) ? _wfopen(name, how) : NULL;
}

static int path_rename(const char *from, const char *to) {
    wchar_t old[PD_PATH], new[PD_PATH];
    return wide(from, old) && wide(to, new) ? _wrename(old, new) : -1;
}

static void path_remove(const char *path) {
    wchar_t name[PD_PATH];
    if (wide(path, name)) _wremove(name);
}
#else
FILE *path_open(const char *path, const char *mode) { return fopen(path, mode); }
static int path_rename(const char *from, const char *to) { return rename(from, to); }
static void path_remove(const char *path) { remove(path); }
#endif

/* Keep what fits; signs that no label can show become a question mark. */
static void keep(char *out, size_t size, const char *text) {
    size_t length = strlen(text);
    if (length >= size) length = 0; /* half a path would be another path */
    for (size_t i = 0; i < length; i++) out[i] = (unsigned char)text[i] < 32 || text[i] == 127 ? '?' : text[i];
    out[length] = 0;
}

/* Read the values of the lines that are wanted; the last one of a key counts. 0 if there is no such file. */
static int read_lines(const char *path, const Line *wanted, int many) {
    char line[LONGEST_LINE];
    FILE *file = path_open(path, "rb");
    if (!file) return 0;
    for (int i = 0; i < many; i++) wanted[i].value[0] = 0;
    for (int lines = 0; lines < MOST_LINES && fgets(line, sizeof line, file); lines++) {
        line[strcspn(line, "\r\n")] = 0;
        char *value = strchr(line, ' ');
        if (!value) continue;
        *value++ = 0;
        for (int i = 0; i < many; i++)
            if (!strcmp(line, wanted[i].key)) keep(wanted[i].value, wanted[i].size, value);
    }
    fclose(file);
    return 1;
}

/* Read `many` whole numbers, and nothing else. */
static int read_numbers(const char *text, int *out, int many) {
    for (int i = 0; i < many; i++) {
        char *end;
        long value = strtol(text, &end, 10);
        if (end == text || value < -100000000 || value > 100000000) return 0;
        out[i] = (int)value;
        text = end;
    }
    return *text == 0;
}

/* A name that stays in its folder. */
static int is_plain(const char *name) {
    return *name && *name != '.' && !strpbrk(name, "/\\:");
}

static int is_pattern(const char *name) {
    const char *run = strchr(name, '#');
    return is_plain(name) && run && strspn(run, "#") <= 9 && !strchr(run + strspn(run, "#"), '#');
}

/* Keep the folder: an artist may have chosen node.txt in it, and hosts add strokes and spaces. */
static int keep_folder(Take *take, const char *path) {
    while (*path == ' ') path++;
    keep(take->folder, sizeof take->folder - 16, path);
    size_t length = strlen(take->folder);
    while (length && strchr(" /\\\n", take->folder[length - 1])) take->folder[--length] = 0;
    if (length > 9 && strchr("/\\", take->folder[length - 9]) && !strcmp(take->folder + length - 8, "node.txt"))
        take->folder[length -= 9] = 0;
    return length > 0;
}

/* Read the take at a path; where there is none, `why` says why, in the words of the label. */
int take_open(Take *take, const char *path) {
    char file[PD_PATH + 16], version[16], first[16], last[16], source[16], display[64], aspect[32];
    const Line lines[] = {
        {"photodouble_stage", version, sizeof version}, {"take", take->id, PD_TEXT},
        {"label", take->label, PD_TEXT}, {"kind", take->kind, PD_TEXT}, {"pattern", take->pattern, PD_TEXT},
        {"space", take->space, PD_TEXT}, {"encoding", take->encoding, sizeof take->encoding},
        {"note", take->note, PD_TEXT}, {"state", take->state, sizeof take->state},
        {"inbox", take->inbox, PD_PATH}, {"status", take->status, PD_PATH},
        {"first", first, sizeof first}, {"last", last, sizeof last}, {"source_first", source, sizeof source},
        {"display", display, sizeof display}, {"pixel_aspect", aspect, sizeof aspect},
    };
    int box[4];
    take->why = "No staged take is chosen";
    if (!keep_folder(take, path)) return 0;
    snprintf(file, sizeof file, "%s/node.txt", take->folder);
    take->why = "There is no staged take in this folder";
    if (!read_lines(file, lines, (int)(sizeof lines / sizeof *lines))) return 0;
    take->why = "This folder was staged by another version of Photo Double";
    if (strcmp(version, "1")) return 0;
    take->why = "The node.txt of this folder is damaged: stage the take again";
    if (!is_pattern(take->pattern) || !read_numbers(first, &take->first, 1) || !read_numbers(last, &take->last, 1)
        || !read_numbers(display, box, 4)) return 0;
    take->is_in_order = read_numbers(source, &take->source_first, 1);
    take->display = (Box){box[0], box[1], box[2], box[3]};
    take->pixel_aspect = strtod(aspect, NULL);
    if (!(take->pixel_aspect > 0.01 && take->pixel_aspect < 100)) take->pixel_aspect = 1;
    if (box[2] <= box[0] || box[3] <= box[1] || box[2] - box[0] > 65536 || box[3] - box[1] > 65536) return 0;
    take->why = "";
    return 1;
}

/* Open the file of exactly this frame; NULL if it is not staged. Never that of a neighbour. */
FILE *take_frame(const Take *take, int number) {
    char path[PD_PATH + PD_TEXT + 32];
    if (number < take->first || number > take->last) return NULL;
    int before = (int)strcspn(take->pattern, "#"), run = (int)strspn(take->pattern + before, "#");
    snprintf(path, sizeof path, "%s/%.*s%s%0*ld%s", take->folder, before, take->pattern, number < 0 ? "-" : "",
             run, labs((long)number), take->pattern + before + run);
    return path_open(path, "rb");
}

/* Take the last component off a path; 0 if there is none. */
static int go_up(char *path) {
    size_t length = strlen(path);
    while (length && !strchr("/\\", path[length - 1])) length--;
    if (length < 2) return 0;
    path[length - 1] = 0;
    return 1;
}

/* Find the newest take that was staged for the same: FOLDER/newest.txt names `vNNN/NAME` for each kind. */
int take_newest(const Take *take, char *path) {
    char folder[PD_PATH], file[PD_PATH + 16], found[PD_TEXT], kind[PD_TEXT];
    const Line line = {kind, found, sizeof found};
    memcpy(folder, take->folder, sizeof folder);
    size_t name = strlen(folder);
    while (name && !strchr("/\\", folder[name - 1])) name--;
    keep(kind, sizeof kind, take->kind[0] ? take->kind : folder + name);
    if (!kind[0] || !go_up(folder) || !go_up(folder)) return 0;
    snprintf(file, sizeof file, "%s/newest.txt", folder);
    if (!read_lines(file, &line, 1)) return 0;
    char *stroke = strchr(found, '/');
    if (!stroke) return 0;
    *stroke = 0;
    if (!is_plain(found) || !is_plain(stroke + 1)) return 0;
    *stroke = '/';
    return snprintf(path, PD_PATH, "%s/%s", folder, found) < PD_PATH;
}

/* Eight letters that no other request of this moment has. */
static void random_name(char *out, const void *here) {
    uint64_t value = (uint64_t)time(NULL) ^ ((uint64_t)clock() << 32) ^ (uint64_t)(uintptr_t)here;
    FILE *noise = fopen("/dev/urandom", "rb");
    uint64_t more = 0;
    if (noise) {
        if (fread(&more, sizeof more, 1, noise) == 1) value ^= more;
        fclose(noise);
    }
    for (int i = 0; i < 16; i++) {
        value = value * 6364136223846793005u + 1442695040888963407u;
        out[i] = "abcdefghijklmnopqrstuvwxyz234567"[value >> 59];
    }
    out[16] = 0;
}

/* Put a request into the engine's inbox, whole or not at all; returns what to tell the artist. */
const char *take_analyse(const Take *take, int number, const char *host) {
    char name[20], part[PD_PATH + 32], request[PD_PATH + 32], plain[PD_TEXT];
    if (!take->inbox[0]) return "This take was staged without an inbox: stage it again with the engine";
    random_name(name, &name);
    snprintf(part, sizeof part, "%s/%s.part", take->inbox, name);
    snprintf(request, sizeof request, "%s/%s.request", take->inbox, name);
    keep(plain, sizeof plain, host);
    FILE *file = path_open(part, "wbx");
    if (!file) return "The engine's inbox cannot be written: is this the machine it was staged on?";
    int is_whole = fprintf(file, "photodouble_request 1\ntake %s\nstaged %s\nframe %d\nhost %s\nwanted analyse\n",
                           take->id, take->folder, number, plain) > 0;
    is_whole = !fclose(file) && is_whole;
    if (is_whole && !path_rename(part, request)) return "The engine is asked to analyse this take again";
    path_remove(part);
    return "The request could not be written: is the disk full?";
}

/* What the engine says about a request, as words for the label; 0 if it says nothing. */
int take_status(const Take *take, char *text, size_t size) {
    char state[32], note[PD_TEXT];
    const Line lines[] = {{"state", state, sizeof state}, {"note", note, sizeof note}};
    if (!take->status[0] || !read_lines(take->status, lines, 2) || !state[0]) return 0;
    snprintf(text, size, "%s%s%s", state, note[0] ? ": " : "", note);
    return 1;
}
