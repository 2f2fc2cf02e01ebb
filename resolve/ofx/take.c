/* A staged take: its node.txt, its frames, the newest one beside it, and a wish to analyse it again.
   All of it is text of `key value` lines that the engine writes; nothing in it is ever used as a pattern,
   a command, or a path that leads out of its folder. */
#include "photodouble.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST_LINES 2000

#ifdef _WIN32
#include <wchar.h>
#include <windows.h>

/* Hosts hand paths over as UTF-8; what is none becomes a name that no file can have. */
static const wchar_t *wide(const char *text, wchar_t *out) {
    return MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, out, PD_PATH) ? out : L"?";
}

static FILE *open_path(const char *path, const char *mode) {
    wchar_t name[PD_PATH], how[PD_PATH];
    return _wfopen(wide(path, name), wide(mode, how));
}

/* Give a file its name, or with none remove it. */
static int move_path(const char *from, const char *to) {
    wchar_t old[PD_PATH], new[PD_PATH];
    return *to ? !_wrename(wide(from, old), wide(to, new)) : !_wremove(wide(from, old));
}
#else
static FILE *open_path(const char *path, const char *mode) { return fopen(path, mode); }
static int move_path(const char *from, const char *to) { return *to ? !rename(from, to) : !remove(from); }
#endif

/* Keep text that fits whole, for half a path would be another path; signs that no label can show go. */
void keep_text(char *out, size_t size, const char *text) {
    size_t length = strlen(text);
    if (length >= size) length = 0;
    for (size_t i = 0; i < length; i++)
        out[i] = (unsigned char)text[i] < 32 || text[i] == 127 ? '?' : text[i];
    out[length] = 0;
}

/* Read the values of some keys; the last one of a key counts. 0 if there is no such file. */
static int read_values(const char *path, const char *const *keys, int many, char (*values)[PD_TEXT]) {
    char line[PD_PATH];
    FILE *file = open_path(path, "rb");
    if (!file) return 0;
    for (int i = 0; i < many; i++) values[i][0] = 0;
    for (int lines = 0; lines < MOST_LINES && fgets(line, sizeof line, file); lines++) {
        line[strcspn(line, "\r\n")] = 0;
        char *value = strchr(line, ' ');
        if (!value) continue;
        *value++ = 0;
        for (int i = 0; i < many; i++)
            if (!strcmp(line, keys[i])) keep_text(values[i], PD_TEXT, value);
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

/* Read the take at a path; where there is none, `why` says why, in the words of the label. */
int take_open(Take *take, const char *path) {
    static const char *const keys[TAKE_KEYS] = {
        "photodouble_stage", "take", "label", "kind", "pattern", "space", "encoding", "planes",
        "state", "note", "inbox", "status", "first", "last", "source_first", "display"};
    char file[PD_PATH];
    int side[4];
    memset(take, 0, sizeof *take);
    keep_text(take->folder, PD_TEXT, path + strspn(path, " \"'"));
    /* An artist may have chosen node.txt in the folder; strokes, spaces and quotes come with a paste. */
    for (size_t end = strlen(take->folder); end && strchr(" \"'/\\", take->folder[end - 1]); end--)
        take->folder[end - 1] = 0;
    if (!strcmp(last_part(take->folder), "node.txt")) go_up(take->folder);
    take->why = "No staged take is chosen";
    if (!take->folder[0]) return 0;
    snprintf(file, sizeof file, "%s/node.txt", take->folder);
    take->why = "There is no staged take in this folder";
    if (!read_values(file, keys, TAKE_KEYS, take->said)) return 0;
    take->why = "This folder was staged by another version of Photo Double";
    if (strcmp(take->said[TAKE_STAGE], "1")) return 0;
    take->why = "The node.txt of this folder is damaged: stage the take again";
    take->is_in_order = read_numbers(take->said[TAKE_SOURCE], &take->source_first, 1);
    const char *pattern = take->said[TAKE_PATTERN], *after = pattern + strcspn(pattern, "#");
    size_t run = strspn(after, "#");
    if (!is_plain(pattern) || !run || run > 9 || strchr(after + run, '#')) return 0;
    if (!read_numbers(take->said[TAKE_FIRST], &take->first, 1)) return 0;
    if (!read_numbers(take->said[TAKE_LAST], &take->last, 1)) return 0;
    if (!read_numbers(take->said[TAKE_DISPLAY], side, 4)) return 0;
    take->display = (Box){side[0], side[1], side[2], side[3]};
    int width = side[2] - side[0], height = side[3] - side[1];
    return width > 0 && height > 0 && width <= 65536 && height <= 65536;
}

/* Open the file of exactly this frame; NULL if it is not staged. Never that of a neighbour. */
FILE *take_frame(const Take *take, int number) {
    char path[PD_PATH];
    const char *pattern = take->said[TAKE_PATTERN];
    int before = (int)strcspn(pattern, "#"), run = (int)strspn(pattern + before, "#");
    if (number < take->first || number > take->last) return NULL;
    snprintf(path, sizeof path, "%s/%.*s%s%0*d%s", take->folder, before, pattern, number < 0 ? "-" : "",
             run, number < 0 ? -number : number, pattern + before + run);
    return open_path(path, "rb");
}

/* Find the newest take that was staged for the same: newest.txt names `vNNN/NAME` for each kind. */
int take_newest(const Take *take, char *path) {
    char base[PD_TEXT], file[PD_PATH], found[1][PD_TEXT];
    memcpy(base, take->folder, sizeof base);
    const char *kind = take->said[TAKE_KIND][0] ? take->said[TAKE_KIND] : last_part(base);
    if (!go_up(base) || !go_up(base)) return 0;
    snprintf(file, sizeof file, "%s/newest.txt", base);
    if (!read_values(file, &kind, 1, found)) return 0;
    char *name = last_part(found[0]);
    if (!is_plain(name) || !go_up(found[0]) || !is_plain(found[0])) return 0;
    return snprintf(path, PD_PATH, "%s/%s/%s", base, found[0], name) < PD_PATH;
}

/* Put a request into the engine's inbox, whole or not at all; returns what to tell the artist. */
const char *take_analyse(const Take *take, int number, const char *host) {
    char part[PD_PATH], request[PD_PATH];
    const char *inbox = take->said[TAKE_INBOX];
    if (!inbox[0]) return "This take was staged without an inbox: stage it again";
    /* The moment, the work of this host so far and a place in its memory are those of no other request. */
    int length = snprintf(part, sizeof part, "%s/%lx%lx%lx.part", inbox, (unsigned long)time(NULL),
                          (unsigned long)clock(), (unsigned long)(uintptr_t)part);
    snprintf(request, sizeof request, "%.*s.request", length - 5, part);
    FILE *file = open_path(part, "wbx");
    if (!file) return "The engine's inbox cannot be written: was this staged on another machine?";
    fprintf(file, "photodouble_request 1\ntake %s\nstaged %s\n", take->said[TAKE_ID], take->folder);
    int is_whole = fprintf(file, "frame %d\nhost %s\nwanted analyse\n", number, host) > 0 && !ferror(file);
    is_whole = !fclose(file) && is_whole;
    if (is_whole && move_path(part, request)) return "The engine is asked to analyse this take again";
    move_path(part, "");
    return "The request could not be written: is the disk full?";
}

/* What the engine says about a request, as words for the label; 0 if it says nothing. */
int take_status(const Take *take, char *text, size_t size) {
    static const char *const keys[] = {"state", "note"};
    char said[2][PD_TEXT];
    if (!take->said[TAKE_STATUS][0] || !read_values(take->said[TAKE_STATUS], keys, 2, said)) return 0;
    snprintf(text, size, "%s%s%s", said[0], said[1][0] ? ": " : "", said[1]);
    return said[0][0] != 0;
}
