/* A staged take: its node.txt, its frames, the newest one beside it, and a wish to analyse it again.
   All of it is text of `key value` lines that the engine writes; nothing in it is ever used as a pattern,
   a command, or a path that leads out of its folder. */
#include "photodouble.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef _WIN32
#include <wchar.h>
#include <windows.h>
#endif

#define MOST_LINES 2000

/* A key that is looked for, and where its value goes. */
typedef struct { const char *key; char *value; size_t size; } Line;

#ifdef _WIN32
/* Hosts hand paths over as UTF-8. */
static int wide(const char *text, wchar_t *out, int size) {
    return MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, out, size);
}

static FILE *open_path(const char *path, const char *mode) {
    wchar_t name[PD_PATH], how[8];
    return wide(path, name, PD_PATH) && wide(mode, how, 8) ? _wfopen(name, how) : NULL;
}

/* Give a file its name, or with none remove it. */
static int move_path(const char *from, const char *to) {
    wchar_t old[PD_PATH], new[PD_PATH];
    if (!wide(from, old, PD_PATH) || !wide(to, new, PD_PATH)) return 0;
    return *to ? !_wrename(old, new) : !_wremove(old);
}
#else
static FILE *open_path(const char *path, const char *mode) { return fopen(path, mode); }
static int move_path(const char *from, const char *to) { return *to ? !rename(from, to) : !remove(from); }
#endif

/* Keep text that fits whole, for half a path would be another path; signs that no label can show go. */
static void keep(char *out, size_t size, const char *text) {
    size_t length = strlen(text);
    if (length >= size) length = 0;
    for (size_t i = 0; i < length; i++)
        out[i] = (unsigned char)text[i] < 32 || text[i] == 127 ? '?' : text[i];
    out[length] = 0;
}

/* Read the values of the lines that are wanted; the last one of a key counts. 0 if there is no such file. */
static int read_lines(const char *path, const Line *wanted, size_t many) {
    char line[PD_PATH + 64];
    FILE *file = open_path(path, "rb");
    if (!file) return 0;
    for (size_t i = 0; i < many; i++) wanted[i].value[0] = 0;
    for (int lines = 0; lines < MOST_LINES && fgets(line, sizeof line, file); lines++) {
        line[strcspn(line, "\r\n")] = 0;
        char *value = strchr(line, ' ');
        if (!value) continue;
        *value++ = 0;
        for (size_t i = 0; i < many; i++)
            if (!strcmp(line, wanted[i].key)) keep(wanted[i].value, wanted[i].size, value);
    }
    fclose(file);
    return 1;
}

/* Read `many` whole numbers, and nothing else. */
static int read_numbers(const char *text, int *out, int many) {
    for (char *end; many; many--, text = end) {
        long value = strtol(text, &end, 10);
        if (end == text || value < -PD_FAR || value > PD_FAR) return 0;
        *out++ = (int)value;
    }
    return *text == 0;
}

/* A name that stays in its folder. */
static int is_plain(const char *name) { return *name && *name != '.' && !strpbrk(name, "/\\:"); }

static int is_pattern(const char *name) {
    size_t before = strcspn(name, "#"), run = strspn(name + before, "#");
    return is_plain(name) && run > 0 && run < 10 && !strchr(name + before + run, '#');
}

/* Find where the last part of a path begins. */
static char *last_part(char *path) {
    char *found = path;
    for (; *path; path++)
        if (strchr("/\\", *path)) found = path + 1;
    return found;
}

/* Take the last part off a path; 0 if nothing would be left. */
static int go_up(char *path) {
    char *part = last_part(path);
    if (part - path < 2) return 0;
    part[-1] = 0;
    return 1;
}

/* Keep the folder: an artist may have chosen node.txt in it, and hosts add strokes and spaces. */
static void keep_folder(Take *take, const char *path) {
    keep(take->folder, PD_FOLDER, path + strspn(path, " "));
    size_t end = strlen(take->folder);
    while (end && strchr(" /\\", take->folder[end - 1])) take->folder[--end] = 0;
    if (!strcmp(last_part(take->folder), "node.txt")) go_up(take->folder);
}

/* Read the take at a path; where there is none, `why` says why, in the words of the label. */
int take_open(Take *take, const char *path) {
    char file[PD_PATH], version[16], first[16], last[16], source[16], display[64];
    const Line lines[] = {
        {"photodouble_stage", version, 16}, {"take", take->id, PD_TEXT}, {"label", take->label, PD_TEXT},
        {"kind", take->kind, PD_TEXT}, {"pattern", take->pattern, PD_TEXT}, {"space", take->space, PD_TEXT},
        {"encoding", take->encoding, PD_TEXT}, {"planes", take->planes, PD_TEXT},
        {"state", take->state, PD_TEXT}, {"note", take->note, PD_TEXT},
        {"inbox", take->inbox, PD_FOLDER}, {"status", take->status, PD_FOLDER},
        {"first", first, 16}, {"last", last, 16}, {"source_first", source, 16}, {"display", display, 64},
    };
    Box *box = &take->display;
    int sides[4];
    memset(take, 0, sizeof *take);
    keep_folder(take, path);
    take->why = "No staged take is chosen";
    if (!take->folder[0]) return 0;
    snprintf(file, sizeof file, "%s/node.txt", take->folder);
    take->why = "There is no staged take in this folder";
    if (!read_lines(file, lines, sizeof lines / sizeof *lines)) return 0;
    take->why = "This folder was staged by another version of Photo Double";
    if (strcmp(version, "1")) return 0;
    take->why = "The node.txt of this folder is damaged: stage the take again";
    take->is_in_order = read_numbers(source, &take->source_first, 1);
    if (!is_pattern(take->pattern) || !read_numbers(first, &take->first, 1)) return 0;
    if (!read_numbers(last, &take->last, 1) || !read_numbers(display, sides, 4)) return 0;
    *box = (Box){sides[0], sides[1], sides[2], sides[3]};
    int width = box->x2 - box->x1, height = box->y2 - box->y1;
    return width > 0 && height > 0 && width <= 65536 && height <= 65536;
}

/* Open the file of exactly this frame; NULL if it is not staged. Never that of a neighbour. */
FILE *take_frame(const Take *take, int number) {
    char path[PD_PATH];
    int before = (int)strcspn(take->pattern, "#"), run = (int)strspn(take->pattern + before, "#");
    if (number < take->first || number > take->last) return NULL;
    snprintf(path, sizeof path, "%s/%.*s%s%0*d%s", take->folder, before, take->pattern,
             number < 0 ? "-" : "", run, number < 0 ? -number : number, take->pattern + before + run);
    return open_path(path, "rb");
}

/* Find the newest take that was staged for the same: newest.txt names `vNNN/NAME` for each kind. */
int take_newest(const Take *take, char *path) {
    char file[PD_PATH], found[PD_TEXT], kind[PD_TEXT];
    const Line line = {kind, found, sizeof found};
    memcpy(path, take->folder, PD_FOLDER);
    keep(kind, sizeof kind, take->kind[0] ? take->kind : last_part(path));
    if (!kind[0] || !go_up(path) || !go_up(path)) return 0;
    snprintf(file, sizeof file, "%s/newest.txt", path);
    if (!read_lines(file, &line, 1)) return 0;
    char *name = last_part(found);
    if (!is_plain(name) || !go_up(found) || !is_plain(found)) return 0;
    size_t length = strlen(path);
    return snprintf(path + length, PD_PATH - length, "/%s/%s", found, name) > 0;
}

/* A name that no other request has: what the system has for such ends, and what changes from call to call. */
static void random_name(char *out) {
    uint64_t value = (uint64_t)time(NULL) ^ ((uint64_t)clock() << 32) ^ (uint64_t)(uintptr_t)out, more = 0;
    FILE *noise = open_path("/dev/urandom", "rb");
    if (noise && fread(&more, sizeof more, 1, noise) == 1) value ^= more;
    if (noise) fclose(noise);
    for (int i = 0; i < 16; i++) {
        value = value * 6364136223846793005u + 1442695040888963407u;
        out[i] = "abcdefghijklmnopqrstuvwxyz234567"[value >> 59];
    }
    out[16] = 0;
}

/* Put a request into the engine's inbox, whole or not at all; returns what to tell the artist. */
const char *take_analyse(const Take *take, int number, const char *host) {
    char name[17], part[PD_PATH], request[PD_PATH], plain[PD_TEXT];
    if (!take->inbox[0]) return "This take was staged without an inbox: stage it again";
    random_name(name);
    keep(plain, sizeof plain, host);
    snprintf(part, sizeof part, "%s/%s.part", take->inbox, name);
    snprintf(request, sizeof request, "%s/%s.request", take->inbox, name);
    FILE *file = open_path(part, "wbx");
    if (!file) return "The engine's inbox cannot be written: was this staged on another machine?";
    fprintf(file, "photodouble_request 1\ntake %s\nstaged %s\nframe %d\n", take->id, take->folder, number);
    int is_whole = fprintf(file, "host %s\nwanted analyse\n", plain) > 0 && !ferror(file);
    is_whole = !fclose(file) && is_whole;
    if (is_whole && move_path(part, request)) return "The engine is asked to analyse this take again";
    move_path(part, "");
    return "The request could not be written: is the disk full?";
}

/* What the engine says about a request, as words for the label; 0 if it says nothing. */
int take_status(const Take *take, char *text, size_t size) {
    char state[PD_TEXT], note[PD_TEXT];
    const Line lines[] = {{"state", state, PD_TEXT}, {"note", note, PD_TEXT}};
    if (!take->status[0] || !read_lines(take->status, lines, 2) || !state[0]) return 0;
    return snprintf(text, size, "%s%s%s", state, note[0] ? ": " : "", note) > 0;
}
