/* The node "Photo Double Take": what a host asks, and what it is told.
   Nothing is kept between two questions. Hosts make several nodes of one clip, throw them away at every edit
   and render from many threads; the controls hold all there is. A string of a host lives until the next
   call, so that each is copied at once. */
#include "abi.h"
#include "photodouble.h"
#include "words.h"

#include <string.h>

#define IDENTIFIER "org.photodouble.Take"
#define NODE_LABEL "Photo Double Take"
#define MATTE_CLIP "Matte"
#define ORDER "OfxImageEffectPropSrcFrame" /* Resolve 20: the index of the frame in the clip's own media */
#define LABEL_SIZE 1024

static OfxHost *host;
static const OfxPropertySuiteV1 *properties;
static const OfxImageEffectSuiteV1 *effects;
static const OfxParameterSuiteV1 *params;
static const OfxMessageSuiteV1 *messages; /* may be missing */

typedef OfxPropertySetHandle Set;

/* What the controls say at one moment. */
typedef struct {
    char path[PD_PATH];
    int view, offset, use_matte;
    double mix;
} Controls;

static void set_text(Set set, const char *name, int index, const char *text) {
    properties->propSetString(set, name, index, text);
}

static void set_int(Set set, const char *name, int value) { properties->propSetInt(set, name, 0, value); }

static int get_int(Set set, const char *name, int index, int fallback) {
    int value = fallback;
    return properties->propGetInt(set, name, index, &value) == kOfxStatOK ? value : fallback;
}

static double get_double(Set set, const char *name, int index, double fallback) {
    double value = fallback;
    return set && properties->propGetDouble(set, name, index, &value) == kOfxStatOK ? value : fallback;
}

static void get_text(Set set, const char *name, char *out, size_t size) {
    char *found = NULL;
    out[0] = 0;
    if (properties->propGetString(set, name, 0, &found) == kOfxStatOK && found && strlen(found) < size)
        memcpy(out, found, strlen(found) + 1);
}

static int is_text(Set set, const char *name, const char *text) {
    char *found = NULL;
    return properties->propGetString(set, name, 0, &found) == kOfxStatOK && found && !strcmp(found, text);
}

static OfxParamHandle control(OfxImageEffectHandle effect, const char *name) {
    OfxParamSetHandle set = NULL;
    OfxParamHandle param = NULL;
    if (effects->getParamSet(effect, &set) != kOfxStatOK || !set) return NULL;
    return params->paramGetHandle(set, name, &param, NULL) == kOfxStatOK ? param : NULL;
}

static int control_int(OfxImageEffectHandle effect, const char *name, OfxTime time, int fallback) {
    OfxParamHandle param = control(effect, name);
    int value = fallback;
    return param && params->paramGetValueAtTime(param, time, &value) == kOfxStatOK ? value : fallback;
}

static Controls read_controls(OfxImageEffectHandle effect, OfxTime time) {
    Controls found;
    char *path = NULL;
    OfxParamHandle param = control(effect, "take");
    found.path[0] = 0;
    if (param && params->paramGetValueAtTime(param, time, &path) == kOfxStatOK && path && strlen(path) < PD_PATH)
        memcpy(found.path, path, strlen(path) + 1);
    found.view = control_int(effect, "view", time, PD_VIEW_RESULT);
    found.offset = control_int(effect, "offset", time, 0);
    found.use_matte = control_int(effect, "use_matte", time, 0);
    found.mix = 1;
    param = control(effect, "mix");
    if (param && params->paramGetValueAtTime(param, time, &found.mix) != kOfxStatOK) found.mix = 1;
    return found;
}

/* Find the number of the staged frame. Only what the host calls the frame of the source stays right under
   trims and speed changes; older hosts give the time alone. 0 if this host may tell it later. */
static int frame_number(const Take *take, const Controls *controls, Set in, OfxTime time, int *number) {
    int source = 0;
    char name[PD_TEXT];
    int is_told = take->is_in_order && properties->propGetInt(in, ORDER, 0, &source) == kOfxStatOK;
    double shown = (is_told ? (double)source + take->source_first : time + 0.001) + controls->offset;
    *number = shown > 1e8 || shown < -1e8 ? -100000000 : (int)shown - (shown < (int)shown);
    if (is_told || !take->is_in_order) return 1;
    get_text(host->host, kOfxPropName, name, sizeof name);
    return !strstr(name, "Resolve");
}

/* What kind of values a colour space of OpenFX 1.5 holds, in the words of node.txt; "" where it is not known. */
static const char *encoding_of(const char *space) {
    static const char *const kinds[][2] = {
        {"scene_linear", "linear"}, {"lin_", "linear"}, {"ACEScg", "linear"}, {"ACES2065", "linear"},
        {"ofx_scene_log", "log"}, {"ACEScc", "log"}, {"logc", "log"}, {"slog", "log"}, {"vlog", "log"},
        {"log3g10", "log"}, {"canonlog", "log"}, {"davinci_intermediate", "log"}, {"bmdfilm", "log"},
        {"display", "video"}, {"rec1886", "video"}, {"srgb_", "video"}, {"_texture", "video"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strstr(space, kinds[i][0])) return kinds[i][1];
    return "";
}

/* Say whether the host tells of a clip whose values are of another kind than those staged. */
static int is_other_space(const Take *take, OfxImageEffectHandle effect, char *space, size_t size) {
    OfxImageClipHandle clip = NULL;
    Set set = NULL;
    space[0] = 0;
    if (effects->clipGetHandle(effect, kOfxImageEffectSimpleSourceClipName, &clip, &set) != kOfxStatOK || !set) return 0;
    get_text(set, kOfxImageClipPropColourspace, space, size);
    const char *kind = encoding_of(space);
    return strcmp(space, take->space) && kind[0] && take->encoding[0] && strcmp(kind, take->encoding);
}

static void release(Set image) {
    if (image) effects->clipReleaseImage(image);
}

/* Fetch a picture of a clip; without one, or with one that is not float, `data` is NULL. */
static Set fetch(OfxImageEffectHandle effect, const char *clip_name, OfxTime time, Picture *picture) {
    OfxImageClipHandle clip = NULL;
    Set image = NULL, told = NULL;
    void *data = NULL;
    memset(picture, 0, sizeof *picture);
    if (effects->clipGetHandle(effect, clip_name, &clip, &told) != kOfxStatOK || !clip) return NULL;
    if (effects->clipGetImage(clip, time, NULL, &image) != kOfxStatOK || !image) return NULL;
    int *bounds[4] = {&picture->bounds.x1, &picture->bounds.y1, &picture->bounds.x2, &picture->bounds.y2};
    for (int i = 0; i < 4; i++) *bounds[i] = get_int(image, kOfxImagePropBounds, i, 0);
    picture->row_bytes = get_int(image, kOfxImagePropRowBytes, 0, 0);
    picture->channels = is_text(image, kOfxImageEffectPropComponents, kOfxImageComponentAlpha) ? 1 : 4;
    int is_known = picture->channels == 1 || is_text(image, kOfxImageEffectPropComponents, kOfxImageComponentRGBA);
    is_known = is_known && is_text(image, kOfxImageEffectPropPixelDepth, kOfxBitDepthFloat) && picture->row_bytes;
    if (is_known && picture->bounds.x2 > picture->bounds.x1 && picture->bounds.y2 > picture->bounds.y1
        && properties->propGetPointer(image, kOfxImagePropData, 0, &data) == kOfxStatOK)
        picture->data = data;
    return image;
}

/* Find where the staged frame lies. `seen` is what there is of the clip, in pixels. */
static int find_place(const Take *take, OfxImageEffectHandle effect, Set in, Box seen, Place *place) {
    Set set = NULL;
    double scale_x = get_double(in, kOfxImageEffectPropRenderScale, 0, 1), width = 0, height = 0;
    double scale_y = get_double(in, kOfxImageEffectPropRenderScale, 1, scale_x);
    if (effects->getPropertySet(effect, &set) == kOfxStatOK && set) {
        width = get_double(set, kOfxImageEffectPropProjectSize, 0, 0);
        height = get_double(set, kOfxImageEffectPropProjectSize, 1, 0);
    }
    if (get_int(in, kOfxImageEffectPropThumbnailRender, 0, 0)) scale_x = scale_y = 0; /* any scale may be claimed */
    return pixels_place(take, seen, scale_x, scale_y, width, height, place);
}

static int is_stopped(void *effect) { return effects->abort((OfxImageEffectHandle)effect); }

/* The region of definition says more than the bounds where a host hands out a part. */
static Box whole_of(Set image, Box bounds) {
    Box all = {get_int(image, kOfxImagePropRegionOfDefinition, 0, 0), get_int(image, kOfxImagePropRegionOfDefinition, 1, 0),
               get_int(image, kOfxImagePropRegionOfDefinition, 2, 0), get_int(image, kOfxImagePropRegionOfDefinition, 3, 0)};
    int is_larger = all.x1 <= bounds.x1 && all.y1 <= bounds.y1 && all.x2 >= bounds.x2 && all.y2 >= bounds.y2;
    return is_larger ? all : bounds;
}

/* Show the frame that is staged, or else what came in: no file may ever make a render fail. */
static void show(OfxImageEffectHandle effect, Set in, OfxTime time, const Picture *out, const Picture *source,
                 Set image, const Picture *matte, const Controls *controls, Box window) {
    Take take;
    char space[PD_TEXT];
    Look look = {controls->view, 0, controls->mix, {1, 1}, is_stopped, effect};
    Box seen = source->data ? whole_of(image, source->bounds) : out->bounds;
    int is_shown = controls->view != PD_VIEW_SOURCE && take_open(&take, controls->path), is_done = 0;
    if (is_shown && !is_other_space(&take, effect, space, sizeof space) && find_place(&take, effect, in, seen, &look.place)) {
        frame_number(&take, controls, in, time, &look.number);
        FILE *file = take_frame(&take, look.number);
        if (file) is_done = pixels_frame(&take, file, out, source, matte, window, &look);
        if (!file) pixels_copy(out, source, window);
        if (controls->view == PD_VIEW_FRAME && is_done >= 0) pixels_number(&take, out, window, &look, is_done);
    } else
        pixels_copy(out, source, window);
}

static OfxStatus render(OfxImageEffectHandle effect, Set in) {
    Picture out, source, matte;
    OfxTime time = get_double(in, kOfxPropTime, 0, 0);
    Controls controls = read_controls(effect, time);
    Box window = {get_int(in, kOfxImageEffectPropRenderWindow, 0, 0), get_int(in, kOfxImageEffectPropRenderWindow, 1, 0),
                  get_int(in, kOfxImageEffectPropRenderWindow, 2, 0), get_int(in, kOfxImageEffectPropRenderWindow, 3, 0)};
    Set out_image = fetch(effect, kOfxImageEffectOutputClipName, time, &out);
    Set image = fetch(effect, kOfxImageEffectSimpleSourceClipName, time, &source);
    Set matte_image = controls.use_matte ? fetch(effect, MATTE_CLIP, time, &matte) : NULL;
    if (!controls.use_matte) memset(&matte, 0, sizeof matte);
    int is_picture = out.data && out.channels == 4;
    if (source.channels != 4) source.data = NULL;
    if (is_picture) show(effect, in, time, &out, &source, image, &matte, &controls, window);
    release(matte_image);
    release(image);
    release(out_image);
    return is_picture ? kOfxStatOK : out_image ? kOfxStatErrImageFormat : kOfxStatFailed;
}

/* Say that the source can go straight through, where that is sure before any picture is fetched. */
static OfxStatus is_identity(OfxImageEffectHandle effect, Set in, Set out) {
    Take take;
    int number;
    OfxTime time = get_double(in, kOfxPropTime, 0, 0);
    Controls controls = read_controls(effect, time);
    int is_keyed = controls.view == PD_VIEW_RESULT, is_same = controls.view == PD_VIEW_SOURCE;
    is_same = is_same || (is_keyed && !(controls.mix > 0)) || !take_open(&take, controls.path);
    if (!is_same && controls.view != PD_VIEW_FRAME && frame_number(&take, &controls, in, time, &number)) {
        FILE *file = take_frame(&take, number);
        is_same = !file;
        if (file) fclose(file);
    }
    if (!is_same) return kOfxStatReplyDefault;
    set_text(out, kOfxPropName, 0, kOfxImageEffectSimpleSourceClipName);
    properties->propSetDouble(out, kOfxPropTime, 0, time);
    return kOfxStatOK;
}

/* What the clip shows at this time, in pixels; 0 if the host cannot tell. */
static int clip_box(OfxImageEffectHandle effect, Set in, OfxTime time, double aspect, Box *box) {
    OfxImageClipHandle clip = NULL;
    Set set = NULL;
    OfxRectD all = {0, 0, 0, 0};
    double x = get_double(in, kOfxImageEffectPropRenderScale, 0, 1), y = get_double(in, kOfxImageEffectPropRenderScale, 1, x);
    if (effects->clipGetHandle(effect, kOfxImageEffectSimpleSourceClipName, &clip, &set) != kOfxStatOK || !clip) return 0;
    if (effects->clipGetRegionOfDefinition(clip, time, &all) != kOfxStatOK || all.x2 <= all.x1 || all.x2 > 1e6) return 0;
    if (all.x1 < -1e6 || all.y1 < -1e6 || all.y2 > 1e6 || all.y2 <= all.y1) return 0;
    x /= get_double(set, kOfxImagePropPixelAspectRatio, 0, aspect);
    *box = (Box){(int)(all.x1 * x), (int)(all.y1 * y), (int)(all.x2 * x + 0.5), (int)(all.y2 * y + 0.5)};
    return 1;
}

/* Write what is shown, or why it is the source, in one line. `said` is the answer to a button. */
static void tell(OfxImageEffectHandle effect, Set in, OfxTime time, const char *said) {
    Take take;
    Box seen;
    Place place;
    int number;
    char text[LABEL_SIZE], why[PD_TEXT + 128] = "", space[PD_TEXT], status[PD_TEXT + 64] = "";
    Controls controls = read_controls(effect, time);
    OfxParamHandle label = control(effect, "label");
    if (!label) return;
    if (!take_open(&take, controls.path)) {
        snprintf(text, sizeof text, "%s%s%s", said, said[0] ? ". " : "", take.why);
        params->paramSetValue(label, text);
        return;
    }
    int width = take.display.x2 - take.display.x1, height = take.display.y2 - take.display.y1;
    int is_sure = frame_number(&take, &controls, in, time, &number);
    FILE *file = is_sure ? take_frame(&take, number) : NULL;
    if (file) fclose(file);
    else if (is_sure) snprintf(why, sizeof why, "Nothing is staged for frame %d. ", number);
    if (is_other_space(&take, effect, space, sizeof space))
        snprintf(why, sizeof why, "This clip is in %s: stage the take again with --space. ", space);
    else if (clip_box(effect, in, time, take.pixel_aspect, &seen) && !find_place(&take, effect, in, seen, &place))
        snprintf(why, sizeof why, "Staged for %dx%d, this is %dx%d: stage the take again with --format. ",
                 width, height, seen.x2 - seen.x1, seen.y2 - seen.y1);
    if (!said[0] && take_status(&take, status, sizeof status)) said = status;
    snprintf(text, sizeof text, "%s%s%s%s, frames %d-%d, %s %dx%d%s%s%s%s", said, said[0] ? ". " : "", why,
             take.label, take.first, take.last, take.space, width, height, take.state[0] ? ", " : "", take.state,
             take.note[0] ? ": " : "", take.note);
    params->paramSetValue(label, text);
}

/* What a button does; returns what to say about it. */
static const char *press(OfxImageEffectHandle effect, Set in, OfxTime time, const char *button) {
    Take take;
    char name[PD_TEXT], path[PD_PATH];
    int number;
    Controls controls = read_controls(effect, time);
    OfxParamHandle revision = control(effect, "revision"), chosen = control(effect, "take");
    if (!strcmp(button, "refresh")) {
        if (revision) params->paramSetValue(revision, (control_int(effect, "revision", time, 0) + 1) % 1000000);
        return "";
    }
    int is_open = take_open(&take, controls.path);
    if (!strcmp(button, "newest")) {
        if (!take.folder[0] || !take_newest(&take, path)) return "No newer take is staged beside this one";
        if (chosen && strcmp(path, take.folder)) params->paramSetValue(chosen, path);
        return strcmp(path, take.folder) ? "" : "This is the newest take";
    }
    if (!is_open) return "";
    frame_number(&take, &controls, in, time, &number);
    get_text(host->host, kOfxPropName, name, sizeof name);
    return take_analyse(&take, number, name);
}

static OfxStatus changed(OfxImageEffectHandle effect, Set in) {
    char name[64];
    OfxTime time = get_double(in, kOfxPropTime, 0, 0);
    get_text(in, kOfxPropName, name, sizeof name);
    if (!strcmp(name, "label") || !strcmp(name, "revision")) return kOfxStatReplyDefault;
    int is_button = !strcmp(name, "newest") || !strcmp(name, "refresh") || !strcmp(name, "analyse");
    const char *said = is_button ? press(effect, in, time, name) : "";
    tell(effect, in, time, said);
    if (said[0] && messages && messages->message)
        messages->message(effect, kOfxMessageMessage, "photodouble", "%s", said);
    return kOfxStatOK;
}

static void define_number(const Control *control, Set set) {
    static const char *const names[] = {kOfxParamPropMin, kOfxParamPropMax, kOfxParamPropDisplayMin, kOfxParamPropDisplayMax,
                                        kOfxParamPropDefault};
    const double values[] = {control->least, control->most, control->low, control->high, control->normal};
    for (int i = 0; i < 5; i++) /* in this order: a range that is set anew resets the one that is shown */
        if (control->kind == PD_KIND_FLOAT) properties->propSetDouble(set, names[i], 0, values[i]);
        else properties->propSetInt(set, names[i], 0, (int)values[i]);
}

static void define(OfxParamSetHandle all, const Control *control) {
    static const char *const types[] = {
        [PD_KIND_FOLDER] = kOfxParamTypeString, [PD_KIND_LABEL] = kOfxParamTypeString,
        [PD_KIND_BUTTON] = kOfxParamTypePushButton, [PD_KIND_CHOICE] = kOfxParamTypeChoice,
        [PD_KIND_FLOAT] = kOfxParamTypeDouble, [PD_KIND_INT] = kOfxParamTypeInteger,
        [PD_KIND_BOOL] = kOfxParamTypeBoolean, [PD_KIND_HIDDEN] = kOfxParamTypeInteger,
    };
    Set set = NULL;
    if (params->paramDefine(all, types[control->kind], control->name, &set) != kOfxStatOK || !set) return;
    int is_text = control->kind == PD_KIND_FOLDER || control->kind == PD_KIND_LABEL;
    set_text(set, kOfxPropLabel, 0, control->label);
    set_text(set, kOfxParamPropHint, 0, control->help);
    set_text(set, kOfxParamPropScriptName, 0, control->name);
    if (control->kind == PD_KIND_BUTTON) return;
    set_int(set, kOfxParamPropAnimates, control->animates);
    if (is_text) {
        set_text(set, kOfxParamPropStringMode, 0, control->kind == PD_KIND_FOLDER ? kOfxParamStringIsDirectoryPath : kOfxParamStringIsLabel);
        set_text(set, kOfxParamPropDefault, 0, "");
    } else if (control->kind == PD_KIND_CHOICE) {
        for (int i = 0; i < PD_VIEW_COUNT; i++) set_text(set, kOfxParamPropChoiceOption, i, PD_VIEWS[i]);
        set_int(set, kOfxParamPropDefault, (int)control->normal);
    } else if (control->kind == PD_KIND_BOOL)
        set_int(set, kOfxParamPropDefault, (int)control->normal);
    else
        define_number(control, set);
    if (control->kind == PD_KIND_LABEL) set_int(set, kOfxParamPropEvaluateOnChange, 0);
    if (control->kind == PD_KIND_LABEL || control->kind == PD_KIND_HIDDEN) set_int(set, kOfxParamPropCanUndo, 0);
    if (control->kind == PD_KIND_HIDDEN) set_int(set, kOfxParamPropSecret, 1);
}

static void define_clip(OfxImageEffectHandle effect, const char *name, int is_matte) {
    Set set = NULL;
    if (effects->clipDefine(effect, name, &set) != kOfxStatOK || !set) return;
    set_text(set, kOfxImageEffectPropSupportedComponents, 0, is_matte ? kOfxImageComponentAlpha : kOfxImageComponentRGBA);
    if (!is_matte) return;
    set_text(set, kOfxImageEffectPropSupportedComponents, 1, kOfxImageComponentRGBA);
    set_int(set, kOfxImageClipPropOptional, 1);
    set_int(set, kOfxImageClipPropIsMask, 1);
}

static OfxStatus describe_context(OfxImageEffectHandle effect, Set in) {
    OfxParamSetHandle all = NULL;
    define_clip(effect, kOfxImageEffectSimpleSourceClipName, 0);
    define_clip(effect, kOfxImageEffectOutputClipName, 0);
    if (is_text(in, kOfxImageEffectPropContext, kOfxImageEffectContextGeneral)) define_clip(effect, MATTE_CLIP, 1);
    if (effects->getParamSet(effect, &all) != kOfxStatOK || !all) return kOfxStatFailed;
    for (int i = 0; i < PD_CONTROL_COUNT; i++) define(all, &PD_CONTROLS[i]);
    return kOfxStatOK;
}

static OfxStatus describe(OfxImageEffectHandle effect) {
    Set set = NULL;
    if (effects->getPropertySet(effect, &set) != kOfxStatOK || !set) return kOfxStatFailed;
    set_text(set, kOfxPropLabel, 0, NODE_LABEL);
    set_text(set, kOfxPropVersionLabel, 0, PD_VERSION);
    set_text(set, kOfxPropPluginDescription, 0, PD_DESCRIPTION);
    set_text(set, kOfxImageEffectPluginPropGrouping, 0, "Photo Double");
    set_text(set, kOfxImageEffectPropSupportedContexts, 0, kOfxImageEffectContextFilter);
    set_text(set, kOfxImageEffectPropSupportedContexts, 1, kOfxImageEffectContextGeneral);
    set_text(set, kOfxImageEffectPropSupportedPixelDepths, 0, kOfxBitDepthFloat);
    set_text(set, kOfxImageEffectPluginRenderThreadSafety, 0, kOfxImageEffectRenderFullySafe);
    set_int(set, kOfxImageEffectPluginPropSingleInstance, 0);
    set_int(set, kOfxImageEffectPluginPropHostFrameThreading, 0);
    set_int(set, kOfxImageEffectPluginPropFieldRenderTwiceAlways, 0);
    set_int(set, kOfxImageEffectPropSupportsTiles, 0);
    set_int(set, kOfxImageEffectPropSupportsMultiResolution, 1);
    set_int(set, kOfxImageEffectPropTemporalClipAccess, 0);
    /* asked for so that a host of OpenFX 1.5 tells its space; nothing is ever converted here */
    set_text(set, kOfxImageEffectPropColourManagementStyle, 0, kOfxImageEffectColourManagementFull);
    set_text(set, kOfxImageEffectPropColourManagementAvailableConfigs, 0, "ofx-native-v1.5_aces-v1.3_ocio-v2.3");
    return kOfxStatOK;
}

static OfxStatus load(void) {
    if (!host || !host->fetchSuite) return kOfxStatErrMissingHostFeature;
    properties = host->fetchSuite(host->host, kOfxPropertySuite, 1);
    effects = host->fetchSuite(host->host, kOfxImageEffectSuite, 1);
    params = host->fetchSuite(host->host, kOfxParameterSuite, 1);
    messages = host->fetchSuite(host->host, kOfxMessageSuite, 1);
    return properties && effects && params ? kOfxStatOK : kOfxStatErrMissingHostFeature;
}

static OfxStatus answer(const char *action, const void *handle, Set in, Set out) {
    OfxImageEffectHandle effect = (OfxImageEffectHandle)(uintptr_t)handle;
    if (!strcmp(action, kOfxActionLoad)) return load();
    if (!properties || !effects || !params) return kOfxStatErrMissingHostFeature;
    if (!strcmp(action, kOfxImageEffectActionRender)) return render(effect, in);
    if (!strcmp(action, kOfxImageEffectActionIsIdentity)) return is_identity(effect, in, out);
    if (!strcmp(action, kOfxActionDescribe)) return describe(effect);
    if (!strcmp(action, kOfxImageEffectActionDescribeInContext)) return describe_context(effect, in);
    if (!strcmp(action, kOfxActionInstanceChanged)) return changed(effect, in);
    if (!strcmp(action, kOfxImageEffectActionGetClipPreferences)) {
        set_int(out, kOfxImageEffectFrameVarying, 1);
        return kOfxStatOK;
    }
    /* Resolve shows no controls and never renders a node that leaves these to it */
    int is_life = !strcmp(action, kOfxActionCreateInstance) || !strcmp(action, kOfxActionDestroyInstance)
        || !strcmp(action, kOfxActionUnload);
    return is_life ? kOfxStatOK : kOfxStatReplyDefault;
}

static void set_host(OfxHost *given) { host = given; }

PD_EXPORT int OfxGetNumberOfPlugins(void);
PD_EXPORT OfxPlugin *OfxGetPlugin(int number);

PD_EXPORT int OfxGetNumberOfPlugins(void) { return 1; }

PD_EXPORT OfxPlugin *OfxGetPlugin(int number) {
    static OfxPlugin plugin = {kOfxImageEffectPluginApi, 1, IDENTIFIER, 1, 0, set_host, answer};
    return number == 0 ? &plugin : NULL;
}
