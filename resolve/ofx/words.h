/* Made by 'python -m photodouble.generate' from photodouble_client/view_controls.py: change words there. */
#ifndef PHOTODOUBLE_WORDS_H
#define PHOTODOUBLE_WORDS_H

#define PD_VERSION "0.1.0"
#define PD_DESCRIPTION "Shows a staged take of Photo Double (Inpaint, Replace a sign, Fill with a crowd, Tile plates, De-age, Degrain) over the picture that comes in."
#define PD_KIND_COUNT 6
#define PD_CONTROL_COUNT 10
#define PD_VIEW_COUNT 6

enum { PD_KIND_FOLDER, PD_KIND_BUTTON, PD_KIND_LABEL, PD_KIND_CHOICE, PD_KIND_FLOAT, PD_KIND_INT, PD_KIND_BOOL, PD_KIND_HIDDEN };
enum { PD_VIEW_RESULT, PD_VIEW_FILL, PD_VIEW_MATTE, PD_VIEW_ORIGIN, PD_VIEW_SOURCE, PD_VIEW_FRAME };

typedef struct { int kind; const char *name, *label, *help; double normal, least, most, low, high; int animates; } Control;

static const Control PD_CONTROLS[PD_CONTROL_COUNT] = {
    {PD_KIND_FOLDER, "take", "Staged take", "The folder that 'photodouble stage' wrote: it holds node.txt. Nothing is shown without it.",
     0, 0, 1, 0, 1, 0},
    {PD_KIND_BUTTON, "newest", "Use newest", "Show the newest version that was staged for the same colour space and format.",
     0, 0, 1, 0, 1, 0},
    {PD_KIND_BUTTON, "refresh", "Refresh", "Render again, and say anew what is shown and how an analysis goes.",
     0, 0, 1, 0, 1, 0},
    {PD_KIND_LABEL, "label", "Shown", "What is shown, and if it is the source, why.",
     0, 0, 1, 0, 1, 0},
    {PD_KIND_CHOICE, "view", "View", "What comes out of the node.",
     0, 0, 1, 0, 1, 0},
    {PD_KIND_FLOAT, "mix", "Mix", "How much of the fill is laid over the plate.",
     1, 0, 1, 0, 1, 1},
    {PD_KIND_INT, "offset", "Frame offset", "Added to the number of the frame. The view 'frame' burns the number that is used into the picture.",
     0, -1e+06, 1e+06, -100, 100, 0},
    {PD_KIND_BOOL, "use_matte", "Use matte input", "Show the fill only where the matte that is wired in is white as well.",
     0, 0, 1, 0, 1, 0},
    {PD_KIND_BUTTON, "analyse", "Analyse again", "Ask the engine to make this take again, as a new version, by the same rules as any other.",
     0, 0, 1, 0, 1, 0},
    {PD_KIND_HIDDEN, "revision", "Revision", "Counts refreshes.",
     0, 0, 1e+06, 0, 1e+06, 0},
};
static const char *const PD_VIEWS[PD_VIEW_COUNT] = {"Result", "Fill", "Matte", "Origin", "Source", "Frame number"};
static const float PD_KINDS[PD_KIND_COUNT][3] = {
    {0.0f, 0.0f, 0.0f},
    {0.05f, 0.5f, 0.1f},
    {0.5f, 0.5f, 0.05f},
    {0.8f, 0.2f, 0.02f},
    {0.05f, 0.2f, 0.8f},
    {0.5f, 0.05f, 0.5f},
};

#endif
