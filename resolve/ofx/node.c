/* The node "Photo Double Take": what a host asks, and what it is told.
   Nothing is kept between two questions: hosts make several nodes of one clip, throw them away at every edit
   and render from many threads; the controls hold all there is. A string of a host lives until the next
   call, so that each is copied at once. */
#include "abi.h"
#include "photodouble.h"
#include "words.h"

#include <string.h>

#define MATTE_CLIP "Matte"
#define SOURCE_FRAME "OfxImageEffectPropSrcFrame" /* Resolve 20: the index of the frame in the clip's media */

typedef OfxPropertySetHandle Set;
typedef OfxImageEffectHandle Effect;

static OfxHost *host;
static const OfxPropertySuiteV1 *properties;
static const OfxImageEffectSuiteV1 *effects;
static const OfxParameterSuiteV1 *params;
static const OfxMessageSuiteV1 *messages; /* may be missing */

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

static Box get_box(Set set, const char *name) {
    int sides[4];
    for (int i = 0; i < 4; i++) sides[i] = get_int(set, name, i, 0);
    return (Box){sides[0], sides[1], sides[2], sides[3]};
}

static double get_double(Set set, const char *name, int index, double fallback) {
    double value = fallback;
    return properties->propGetDouble(set, name, index, &value) == kOfxStatOK ? value : fallback;
}

static void keep_text(char *out, size_t size, const char *text) {
    size_t length = text ? strlen(text) : 0;
    out[0] = 0;
    if (length && length < size) memcpy(out, text, length + 1);
}

static void get_text(Set set, const char *name, char *out, size_t size) {
    char *found = NULL;
    keep_text(out, size, properties->propGetString(set, name, 0, &found) == kOfxStatOK ? found : NULL);
}

static int is_text(Set set, const char *name, const char *text) {
    char found[128];
    get_text(set, name, found, sizeof found);
    return !strcmp(found, text);
}

/* Only the general context has a matte input. */
static int is_general(Set set) {
    return is_text(set, OFX(ImageEffectPropContext), OFX(ImageEffectContextGeneral));
}

static OfxParamHandle control(Effect effect, const char *name) {
    OfxParamSetHandle set = NULL;
    OfxParamHandle param = NULL;
    if (effects->getParamSet(effect, &set) != kOfxStatOK || !set) return NULL;
    return params->paramGetHandle(set, name, &param, NULL) == kOfxStatOK ? param : NULL;
}

static int control_int(Effect effect, const char *name, OfxTime time) {
    OfxParamHandle param = control(effect, name);
    int value = 0;
    return param && params->paramGetValueAtTime(param, time, &value) == kOfxStatOK ? value : 0;
}

static Controls read_controls(Effect effect, OfxTime time) {
    Controls found = {"", control_int(effect, "view", time), control_int(effect, "offset", time),
                      control_int(effect, "use_matte", time), 1};
    OfxParamHandle mix = control(effect, "mix"), take = control(effect, "take");
    char *path = NULL;
    if (mix && params->paramGetValueAtTime(mix, time, &found.mix) != kOfxStatOK) found.mix = 1;
    if (take && params->paramGetValueAtTime(take, time, &path) == kOfxStatOK)
        keep_text(found.path, sizeof found.path, path);
    return found;
}

/* Find the number of the staged frame. Only what the host calls the frame of the source stays right under
   trims and speed changes; older hosts give the time alone. 0 if this host may know better as it renders. */
static int find_number(const Take *take, const Controls *controls, Set in, OfxTime time, int *number) {
    int source = 0;
    char name[PD_TEXT];
    int is_told = take->is_in_order && properties->propGetInt(in, SOURCE_FRAME, 0, &source) == kOfxStatOK;
    double shown = controls->offset + (is_told ? (double)source + take->source_first : time + 0.001);
    if (shown > PD_FAR || shown < -PD_FAR) shown = -PD_FAR;
    *number = (int)shown - (shown < (int)shown);
    get_text(host->host, OFX(PropName), name, sizeof name);
    return is_told || !take->is_in_order || !strstr(name, "Resolve");
}

static Set source_properties(Effect effect, OfxImageClipHandle *clip) {
    Set set = NULL;
    *clip = NULL;
    effects->clipGetHandle(effect, SOURCE_CLIP, clip, &set);
    return set;
}

/* Say whether the host tells of a space (OpenFX 1.5) whose values are of another kind than those staged. */
static int is_other_space(const Take *take, Effect effect, char *space) {
    static const char *const kinds[][2] = {
        {"lin_", "linear"}, {"scene_linear", "linear"}, {"ACEScg", "linear"}, {"ACES2065", "linear"},
        {"scene_log", "log"}, {"ACEScc", "log"}, {"log", "log"}, {"intermediate", "log"}, {"film", "log"},
        {"display", "video"}, {"texture", "video"}, {"rec709", "video"},
    };
    OfxImageClipHandle clip;
    Set set = source_properties(effect, &clip);
    if (!set || !take->encoding[0]) return 0;
    get_text(set, OFX(ImageClipPropColourspace), space, PD_TEXT);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strstr(space, kinds[i][0]))
            return strcmp(kinds[i][1], take->encoding) && strcmp(space, take->space);
    return 0;
}

/* Find where the staged frame lies. `seen` is what there is of the clip, in pixels. */
static int find_place(const Take *take, Effect effect, Set in, Box seen, Look *look) {
    OfxImageClipHandle clip;
    Set set = NULL, source = source_properties(effect, &clip);
    double aspect = source ? get_double(source, OFX(ImagePropPixelAspectRatio), 0, 1) : 1;
    double width = 0, height = 0;
    if (effects->getPropertySet(effect, &set) == kOfxStatOK && set) {
        width = get_double(set, OFX(ImageEffectPropProjectSize), 0, 0) / (aspect > 0 ? aspect : 1);
        height = get_double(set, OFX(ImageEffectPropProjectSize), 1, 0);
    }
    look->scale_x = get_double(in, OFX(ImageEffectPropRenderScale), 0, 1);
    look->scale_y = get_double(in, OFX(ImageEffectPropRenderScale), 1, look->scale_x);
    if (get_int(in, OFX(ImageEffectPropThumbnailRender), 0, 0)) look->scale_x = 0; /* may claim any scale */
    return pixels_place(take, seen, width, height, look);
}

/* Fetch a picture of a clip; without one, or with one that is not float, `data` is NULL. */
static Set fetch(Effect effect, const char *name, OfxTime time, Picture *picture) {
    OfxImageClipHandle clip = NULL;
    Set image = NULL, set = NULL;
    void *data = NULL;
    memset(picture, 0, sizeof *picture);
    if (effects->clipGetHandle(effect, name, &clip, &set) != kOfxStatOK || !clip) return NULL;
    if (effects->clipGetImage(clip, time, NULL, &image) != kOfxStatOK || !image) return NULL;
    picture->bounds = get_box(image, OFX(ImagePropBounds));
    picture->row_bytes = get_int(image, OFX(ImagePropRowBytes), 0, 0);
    if (is_text(image, OFX(ImageEffectPropComponents), OFX(ImageComponentAlpha))) picture->channels = 1;
    if (is_text(image, OFX(ImageEffectPropComponents), OFX(ImageComponentRGBA))) picture->channels = 4;
    int is_known = picture->channels && is_text(image, OFX(ImageEffectPropPixelDepth), OFX(BitDepthFloat));
    if (is_known && properties->propGetPointer(image, OFX(ImagePropData), 0, &data) == kOfxStatOK)
        picture->data = data;
    return image;
}

static void release(Set image) {
    if (image) effects->clipReleaseImage(image);
}

static int is_stopped(void *effect) { return effects->abort(effect); }

/* Show the frame that is staged, or else what came in: no file may ever make a render fail. `all` is what is
   defined of the source: a host may hand out a part. */
static void show(Effect effect, Set in, OfxTime time, const Controls *controls, const Picture *out,
                 const Picture *source, const Picture *matte, Box all) {
    Take take;
    char space[PD_TEXT];
    int is_done = 0;
    Look look = {controls->view, 0, controls->mix, 1, 1, is_stopped, effect};
    Box window = get_box(in, OFX(ImageEffectPropRenderWindow));
    Box seen = source->data ? source->bounds : out->bounds;
    int is_fit = controls->view != PD_VIEW_SOURCE && take_open(&take, controls->path)
        && !is_other_space(&take, effect, space)
        && (find_place(&take, effect, in, seen, &look) || find_place(&take, effect, in, all, &look));
    FILE *file = NULL;
    if (is_fit) {
        find_number(&take, controls, in, time, &look.number);
        file = take_frame(&take, look.number);
    }
    if (file) is_done = pixels_frame(&take, file, out, source, matte, window, &look);
    else pixels_copy(out, source, window);
    int is_numbered = is_fit && controls->view == PD_VIEW_FRAME && is_done >= 0;
    if (is_numbered) pixels_number(&take, out, window, &look, is_done);
}

static OfxStatus render(Effect effect, Set in) {
    Picture out, source, matte = {NULL, {0, 0, 0, 0}, 0, 0};
    Set set = NULL;
    OfxTime time = get_double(in, OFX(PropTime), 0, 0);
    Controls controls = read_controls(effect, time);
    int has_set = effects->getPropertySet(effect, &set) == kOfxStatOK && set;
    Set out_image = fetch(effect, OUTPUT_CLIP, time, &out);
    Set image = fetch(effect, SOURCE_CLIP, time, &source);
    int is_narrowed = controls.use_matte && has_set && is_general(set);
    Set matte_image = is_narrowed ? fetch(effect, MATTE_CLIP, time, &matte) : NULL;
    if (source.channels != 4) source.data = NULL;
    Box all = source.data ? get_box(image, OFX(ImagePropRegionOfDefinition)) : out.bounds;
    int is_picture = out.data && out.channels == 4;
    if (is_picture) show(effect, in, time, &controls, &out, &source, &matte, all);
    release(matte_image);
    release(image);
    release(out_image);
    return is_picture ? kOfxStatOK : kOfxStatFailed;
}

/* Say that the source can go straight through, where that is sure before any picture is fetched. */
static OfxStatus is_identity(Effect effect, Set in, Set out) {
    Take take;
    int number;
    OfxTime time = get_double(in, OFX(PropTime), 0, 0);
    Controls controls = read_controls(effect, time);
    int is_same = controls.view == PD_VIEW_SOURCE || (controls.view == PD_VIEW_RESULT && !(controls.mix > 0));
    is_same = is_same || !take_open(&take, controls.path);
    if (!is_same && controls.view != PD_VIEW_FRAME && find_number(&take, &controls, in, time, &number)) {
        FILE *file = take_frame(&take, number);
        is_same = !file;
        if (file) fclose(file);
    }
    if (!is_same) return kOfxStatReplyDefault;
    set_text(out, OFX(PropName), 0, SOURCE_CLIP);
    properties->propSetDouble(out, OFX(PropTime), 0, time);
    return kOfxStatOK;
}

/* Write why the source is shown, if it is; "" where nothing speaks against the take. */
static void find_why(const Take *take, Effect effect, Set in, OfxTime time, const Controls *controls,
                     char *why, size_t size) {
    OfxImageClipHandle clip;
    OfxRectD all = {0, 0, 0, 0};
    Look look;
    char space[PD_TEXT];
    int number, is_sure = find_number(take, controls, in, time, &number);
    FILE *file = is_sure ? take_frame(take, number) : NULL;
    Set set = source_properties(effect, &clip);
    why[0] = 0;
    if (file) fclose(file);
    else if (is_sure) snprintf(why, size, "Nothing is staged for frame %d. ", number);
    if (controls->view == PD_VIEW_ORIGIN && take->planes[0] && !strchr(take->planes, 'K'))
        snprintf(why, size, "Staged without origin: stage the take again without --no-origin. ");
    if (is_other_space(take, effect, space))
        snprintf(why, size, "This clip is in %s: stage the take again with --space. ", space);
    if (!clip || effects->clipGetRegionOfDefinition(clip, time, &all) != kOfxStatOK) return;
    if (!(all.x1 > -1e5 && all.y1 > -1e5 && all.x2 < 1e5 && all.y2 < 1e5)) return; /* endless */
    double aspect = set ? get_double(set, OFX(ImagePropPixelAspectRatio), 0, 1) : 1;
    double x = get_double(in, OFX(ImageEffectPropRenderScale), 0, 1) / (aspect > 0 ? aspect : 1);
    double y = get_double(in, OFX(ImageEffectPropRenderScale), 1, 1);
    Box seen = {(int)(all.x1 * x), (int)(all.y1 * y), (int)(all.x2 * x + 0.5), (int)(all.y2 * y + 0.5)};
    if (!find_place(take, effect, in, seen, &look))
        snprintf(why, size, "Staged for %dx%d, this is %dx%d: stage the take again with --format. ",
                 take->display.x2 - take->display.x1, take->display.y2 - take->display.y1,
                 seen.x2 - seen.x1, seen.y2 - seen.y1);
}

/* Write what is shown, or why it is the source, in one line. `said` is the answer to a button. */
static void tell(Effect effect, Set in, OfxTime time, const char *said) {
    Take take;
    char text[2 * PD_PATH], why[PD_PATH / 4], status[2 * PD_TEXT], *old = NULL;
    Controls controls = read_controls(effect, time);
    OfxParamHandle label = control(effect, "label");
    if (!take_open(&take, controls.path))
        snprintf(text, sizeof text, "%s%s%s", said, said[0] ? ". " : "", take.why);
    else {
        find_why(&take, effect, in, time, &controls, why, sizeof why);
        if (!said[0] && take_status(&take, status, sizeof status)) said = status;
        snprintf(text, sizeof text, "%s%s%s%s, frames %d-%d, %s %dx%d, %s%s%s", said, said[0] ? ". " : "",
                 why, take.label, take.first, take.last, take.space, take.display.x2 - take.display.x1,
                 take.display.y2 - take.display.y1, take.state, take.note[0] ? ": " : "", take.note);
    }
    if (!label) return;
    int is_told = params->paramGetValueAtTime(label, time, &old) == kOfxStatOK && old && !strcmp(old, text);
    if (!is_told) params->paramSetValue(label, text); /* what is set asks to be saved */
}

/* Do what a button asks; returns what to say about it. */
static const char *press(Effect effect, Set in, OfxTime time, const char *button) {
    Take take;
    char text[PD_PATH];
    int number;
    Controls controls = read_controls(effect, time);
    OfxParamHandle revision = control(effect, "revision"), chosen = control(effect, "take");
    int is_open = take_open(&take, controls.path);
    if (!strcmp(button, "refresh") && revision)
        params->paramSetValue(revision, (control_int(effect, "revision", time) + 1) % 1000000);
    if (!strcmp(button, "newest")) {
        if (!take_newest(&take, text)) return "No newer take is staged beside this one";
        if (!strcmp(text, take.folder)) return "This is the newest take";
        if (chosen) params->paramSetValue(chosen, text);
    }
    if (strcmp(button, "analyse") || !is_open) return "";
    find_number(&take, &controls, in, time, &number);
    get_text(host->host, OFX(PropName), text, PD_TEXT);
    return take_analyse(&take, number, text);
}

static OfxStatus changed(Effect effect, Set in) {
    char name[PD_TEXT];
    OfxTime time = get_double(in, OFX(PropTime), 0, 0);
    get_text(in, OFX(PropName), name, sizeof name);
    if (!strcmp(name, "label") || !strcmp(name, "revision")) return kOfxStatReplyDefault;
    const char *said = press(effect, in, time, name);
    tell(effect, in, time, said);
    if (said[0] && messages && messages->message)
        messages->message(effect, OFX(MessageMessage), "photodouble", "%s", said);
    return kOfxStatOK;
}

static void define_number(const Control *control, Set set) {
    static const char *const names[] = {OFX(ParamPropMin), OFX(ParamPropMax), OFX(ParamPropDisplayMin),
                                        OFX(ParamPropDisplayMax), OFX(ParamPropDefault)};
    const double values[] = {control->least, control->most, control->low, control->high, control->normal};
    for (int i = 0; i < 5; i++) /* in this order: a range that is set anew resets the one that is shown */
        if (control->kind == PD_KIND_FLOAT) properties->propSetDouble(set, names[i], 0, values[i]);
        else properties->propSetInt(set, names[i], 0, (int)values[i]);
}

static void define(OfxParamSetHandle all, const Control *control) {
    static const char *const types[] = {
        [PD_KIND_FOLDER] = OFX(ParamTypeString), [PD_KIND_LABEL] = OFX(ParamTypeString),
        [PD_KIND_BUTTON] = OFX(ParamTypePushButton), [PD_KIND_CHOICE] = OFX(ParamTypeChoice),
        [PD_KIND_FLOAT] = OFX(ParamTypeDouble), [PD_KIND_INT] = OFX(ParamTypeInteger),
        [PD_KIND_BOOL] = OFX(ParamTypeBoolean), [PD_KIND_HIDDEN] = OFX(ParamTypeInteger),
    };
    Set set = NULL;
    int kind = control->kind, is_label = kind == PD_KIND_LABEL;
    if (params->paramDefine(all, types[kind], control->name, &set) != kOfxStatOK || !set) return;
    set_text(set, OFX(PropLabel), 0, control->label);
    set_text(set, OFX(ParamPropHint), 0, control->help);
    set_text(set, OFX(ParamPropScriptName), 0, control->name);
    if (kind != PD_KIND_BUTTON) set_int(set, OFX(ParamPropAnimates), control->animates);
    if (kind == PD_KIND_FOLDER) set_text(set, OFX(ParamPropStringMode), 0, OFX(ParamStringIsDirectoryPath));
    if (is_label) set_text(set, OFX(ParamPropStringMode), 0, OFX(ParamStringIsLabel));
    if (is_label) set_int(set, OFX(ParamPropEvaluateOnChange), 0);
    if (is_label || kind == PD_KIND_HIDDEN) set_int(set, OFX(ParamPropCanUndo), 0);
    if (kind == PD_KIND_HIDDEN) set_int(set, OFX(ParamPropSecret), 1);
    for (int i = 0; kind == PD_KIND_CHOICE && i < PD_VIEW_COUNT; i++)
        set_text(set, OFX(ParamPropChoiceOption), i, PD_VIEWS[i]);
    int is_chosen = kind == PD_KIND_CHOICE || kind == PD_KIND_BOOL;
    if (is_chosen) set_int(set, OFX(ParamPropDefault), (int)control->normal);
    if (kind == PD_KIND_INT || kind == PD_KIND_FLOAT || kind == PD_KIND_HIDDEN) define_number(control, set);
}

static void define_clip(Effect effect, const char *name, int is_matte) {
    Set set = NULL;
    if (effects->clipDefine(effect, name, &set) != kOfxStatOK || !set) return;
    if (is_matte) set_text(set, OFX(ImageEffectPropSupportedComponents), 0, OFX(ImageComponentAlpha));
    set_text(set, OFX(ImageEffectPropSupportedComponents), is_matte, OFX(ImageComponentRGBA));
    if (!is_matte) return;
    set_int(set, OFX(ImageClipPropOptional), 1);
    set_int(set, OFX(ImageClipPropIsMask), 1);
}

static OfxStatus describe_context(Effect effect, Set in) {
    OfxParamSetHandle all = NULL;
    define_clip(effect, SOURCE_CLIP, 0);
    define_clip(effect, OUTPUT_CLIP, 0);
    if (is_general(in)) define_clip(effect, MATTE_CLIP, 1);
    if (effects->getParamSet(effect, &all) != kOfxStatOK || !all) return kOfxStatFailed;
    for (int i = 0; i < PD_CONTROL_COUNT; i++) define(all, &PD_CONTROLS[i]);
    return kOfxStatOK;
}

static OfxStatus describe(Effect effect) {
    /* The last two only make a host of OpenFX 1.5 tell its space; nothing is ever converted here. */
    static const char *const texts[][2] = {
        {OFX(PropLabel), "Photo Double Take"}, {OFX(PropPluginDescription), PD_DESCRIPTION},
        {OFX(PropVersionLabel), PD_VERSION}, {OFX(ImageEffectPluginPropGrouping), "Photo Double"},
        {OFX(ImageEffectPropSupportedContexts), OFX(ImageEffectContextFilter)},
        {OFX(ImageEffectPropSupportedPixelDepths), OFX(BitDepthFloat)},
        {OFX(ImageEffectPluginRenderThreadSafety), OFX(ImageEffectRenderFullySafe)},
        {OFX(ImageEffectPropColourManagementStyle), OFX(ImageEffectColourManagementFull)},
        {OFX(ImageEffectPropColourManagementAvailableConfigs), "ofx-native-v1.5_aces-v1.3_ocio-v2.3"},
    };
    Set set = NULL;
    if (effects->getPropertySet(effect, &set) != kOfxStatOK || !set) return kOfxStatFailed;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) set_text(set, texts[i][0], 0, texts[i][1]);
    set_text(set, OFX(ImageEffectPropSupportedContexts), 1, OFX(ImageEffectContextGeneral));
    set_int(set, OFX(ImageEffectPluginPropHostFrameThreading), 0);
    set_int(set, OFX(ImageEffectPropSupportsTiles), 0);
    set_int(set, OFX(ImageEffectPropSupportsMultiResolution), 1);
    return kOfxStatOK;
}

static OfxStatus load(void) {
    if (!host || !host->fetchSuite) return kOfxStatErrMissingHostFeature;
    properties = host->fetchSuite(host->host, OFX(PropertySuite), 1);
    effects = host->fetchSuite(host->host, OFX(ImageEffectSuite), 1);
    params = host->fetchSuite(host->host, OFX(ParameterSuite), 1);
    messages = host->fetchSuite(host->host, OFX(MessageSuite), 1);
    return properties && effects && params ? kOfxStatOK : kOfxStatErrMissingHostFeature;
}

static OfxStatus answer(const char *action, const void *handle, Set in, Set out) {
    Effect effect = (Effect)(uintptr_t)handle;
    if (!strcmp(action, OFX(ActionLoad))) return load();
    if (!properties || !effects || !params) return kOfxStatErrMissingHostFeature;
    if (!strcmp(action, OFX(ImageEffectActionRender))) return render(effect, in);
    if (!strcmp(action, OFX(ImageEffectActionIsIdentity))) return is_identity(effect, in, out);
    if (!strcmp(action, OFX(ActionDescribe))) return describe(effect);
    if (!strcmp(action, OFX(ImageEffectActionDescribeInContext))) return describe_context(effect, in);
    if (!strcmp(action, OFX(ActionInstanceChanged))) return changed(effect, in);
    int is_preferred = !strcmp(action, OFX(ImageEffectActionGetClipPreferences));
    if (is_preferred) set_int(out, OFX(ImageEffectFrameVarying), 1);
    /* Resolve shows no controls and never renders a node that leaves the others to it. */
    int is_life = !strcmp(action, OFX(ActionCreateInstance)) || !strcmp(action, OFX(ActionDestroyInstance));
    return is_preferred || is_life || !strcmp(action, OFX(ActionUnload)) ? kOfxStatOK : kOfxStatReplyDefault;
}

static void set_host(OfxHost *given) { host = given; }

PD_EXPORT int OfxGetNumberOfPlugins(void);
PD_EXPORT OfxPlugin *OfxGetPlugin(int number);

int OfxGetNumberOfPlugins(void) { return 1; }

OfxPlugin *OfxGetPlugin(int number) {
    static OfxPlugin plugin = {IMAGE_EFFECT_API, 1, "org.photodouble.Take", 1, 0, set_host, answer};
    return number == 0 ? &plugin : NULL;
}
