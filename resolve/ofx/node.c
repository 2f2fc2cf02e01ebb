/* The node "Photo Double Take": what a host asks, and what it is told.
   Nothing is kept between two questions: hosts make several nodes of one clip, throw them away at every edit
   and render from many threads; the controls hold all there is. A string of a host lives until the next
   call, so that each is copied at once. */
#include "abi.h"
#include "photodouble.h"
#include "words.h"

#include <string.h>

#define SOURCE_FRAME "OfxImageEffectPropSrcFrame" /* Resolve 20: the index of the frame in the clip's media */

typedef OfxPropertySetHandle Set;
typedef OfxImageEffectHandle Effect;

static OfxHost *host;
static const OfxPropertySuiteV1 *properties;
static const OfxImageEffectSuiteV1 *effects;
static const OfxParameterSuiteV1 *params;
static const OfxMessageSuiteV1 *messages; /* may be missing */

/* What is asked, what the controls say at that moment, and what is staged for it. */
typedef struct {
    Effect effect;
    Set in;
    OfxTime time;
    int offset, use_matte, is_open, is_sure; /* not sure: the host may know the frame better as it renders */
    Look look;
    Take take;
} Question;

static int get_int(Set set, const char *name, int index, int fallback) {
    int value = fallback;
    return properties->propGetInt(set, name, index, &value) == kOfxStatOK ? value : fallback;
}

static Box get_box(Set set, const char *name) {
    int side[4];
    for (int i = 0; i < 4; i++) side[i] = get_int(set, name, i, 0);
    return (Box){side[0], side[1], side[2], side[3]};
}

static double get_double(Set set, const char *name, int index, double fallback) {
    double value = fallback;
    return set && properties->propGetDouble(set, name, index, &value) == kOfxStatOK ? value : fallback;
}

static double get_aspect(Set source) {
    double aspect = get_double(source, OFX(ImagePropPixelAspectRatio), 0, 1);
    return aspect > 0 ? aspect : 1;
}

static void get_text(Set set, const char *name, char *out, size_t size) {
    char *found = NULL;
    int is_told = properties->propGetString(set, name, 0, &found) == kOfxStatOK && found;
    keep_text(out, size, is_told ? found : "");
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

static Set own_set(Effect effect) {
    Set set = NULL;
    return effects->getPropertySet(effect, &set) == kOfxStatOK ? set : NULL;
}

static Set source_set(Effect effect, OfxImageClipHandle *clip) {
    Set set = NULL;
    return effects->clipGetHandle(effect, SOURCE_CLIP, clip, &set) == kOfxStatOK ? set : NULL;
}

static OfxParamHandle control(Effect effect, const char *name) {
    OfxParamSetHandle set = NULL;
    OfxParamHandle param = NULL;
    if (effects->getParamSet(effect, &set) != kOfxStatOK || !set) return NULL;
    return params->paramGetHandle(set, name, &param, NULL) == kOfxStatOK ? param : NULL;
}

/* Get what a control says at the time of a question; what it says as text has to be copied at once. */
static int get_control(const Question *asked, const char *name, void *value) {
    OfxParamHandle param = control(asked->effect, name);
    return param && params->paramGetValueAtTime(param, asked->time, value) == kOfxStatOK;
}

static void set_text(Effect effect, const char *name, const char *text) {
    OfxParamHandle param = control(effect, name);
    if (param) params->paramSetValue(param, text);
}

/* Find the number of the staged frame. Only what the host calls the frame of the source stays right under
   trims and speed changes; older hosts give the time alone. */
static void find_number(Question *asked) {
    int source = 0, is_in_order = asked->take.is_in_order;
    char name[128];
    int is_told = is_in_order && properties->propGetInt(asked->in, SOURCE_FRAME, 0, &source) == kOfxStatOK;
    double shown = is_told ? (double)source + asked->take.source_first : asked->time + 0.001;
    shown += asked->offset;
    if (!(shown < PD_FAR && shown > -PD_FAR)) shown = -PD_FAR;
    asked->look.number = (int)shown - (shown < (int)shown);
    get_text(host->host, OFX(PropName), name, sizeof name);
    asked->is_sure = is_told || !is_in_order || !strstr(name, "Resolve");
}

static int is_stopped(void *effect) { return effects->abort(effect); }

/* Read what the controls say of how a take is shown. */
static void ask(Question *asked, Effect effect, Set in) {
    asked->effect = effect;
    asked->in = in;
    asked->offset = asked->use_matte = asked->is_open = asked->is_sure = 0;
    asked->time = get_double(in, OFX(PropTime), 0, 0);
    asked->look = (Look){0, 0, 1, 1, 1, is_stopped, effect};
    get_control(asked, "view", &asked->look.view);
    get_control(asked, "mix", &asked->look.mix);
    get_control(asked, "offset", &asked->offset);
    get_control(asked, "use_matte", &asked->use_matte);
}

/* Open the take that the controls name. */
static int open_take(Question *asked) {
    char *text = NULL, path[PD_PATH] = "";
    if (get_control(asked, "take", &text) && text) keep_text(path, sizeof path, text);
    asked->is_open = take_open(&asked->take, path);
    if (asked->is_open) find_number(asked);
    return asked->is_open;
}

/* Say whether the host tells of a space (OpenFX 1.5) whose values are of another kind than those staged. */
static int is_other_space(const Take *take, Set source, char *space) {
    static const char *const kinds[][2] = {
        {"lin_", "linear"}, {"scene_linear", "linear"}, {"ACEScg", "linear"}, {"ACES2065", "linear"},
        {"scene_log", "log"}, {"ACEScc", "log"}, {"log", "log"}, {"intermediate", "log"}, {"film", "log"},
        {"display", "video"}, {"texture", "video"}, {"rec709", "video"},
    };
    const char *kind = take->said[TAKE_ENCODING];
    if (!source || !kind[0]) return 0;
    get_text(source, OFX(ImageClipPropColourspace), space, PD_TEXT);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strstr(space, kinds[i][0]))
            return strcmp(kinds[i][1], kind) && strcmp(space, take->said[TAKE_SPACE]);
    return 0;
}

/* Say whether the take fits what is seen of the clip, in pixels, as far as that is known, and find where its
   frames lie; `why` tells what speaks against it. */
static int is_fit(Question *asked, const Box *seen, char *why, size_t size) {
    const Take *take = &asked->take;
    Look *look = &asked->look;
    OfxImageClipHandle clip = NULL;
    char space[PD_TEXT];
    Set own = own_set(asked->effect), source = source_set(asked->effect, &clip);
    double width = get_double(own, OFX(ImageEffectPropProjectSize), 0, 0) / get_aspect(source);
    double height = get_double(own, OFX(ImageEffectPropProjectSize), 1, 0);
    look->scale_x = get_double(asked->in, OFX(ImageEffectPropRenderScale), 0, 1);
    look->scale_y = get_double(asked->in, OFX(ImageEffectPropRenderScale), 1, look->scale_x);
    if (is_other_space(take, source, space)) {
        snprintf(why, size, "This clip is in %s: stage the take again with --space. ", space);
        return 0;
    }
    if (!seen || pixels_place(take, *seen, width, height, look)) return 1;
    snprintf(why, size, "Staged for %dx%d, this is %dx%d: stage the take again with --format. ",
             take->display.x2 - take->display.x1, take->display.y2 - take->display.y1,
             seen->x2 - seen->x1, seen->y2 - seen->y1);
    return 0;
}

/* Fetch a picture of a clip; without one, or with one that is not float, `data` is NULL. */
static Set fetch(const Question *asked, const char *name, Picture *picture) {
    OfxImageClipHandle clip = NULL;
    Set image = NULL;
    void *data = NULL;
    memset(picture, 0, sizeof *picture);
    if (effects->clipGetHandle(asked->effect, name, &clip, NULL) != kOfxStatOK || !clip) return NULL;
    if (effects->clipGetImage(clip, asked->time, NULL, &image) != kOfxStatOK || !image) return NULL;
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

/* Show the frame that is staged, or else what came in: no file may ever make a render fail. `all` is what is
   defined of the source: a host may hand out a part. */
static void show(Question *asked, const Picture *out, const Picture *source, const Picture *matte, Box all) {
    char why[PD_TEXT];
    FILE *file = NULL;
    int is_done = 0;
    Look *look = &asked->look;
    Box window = get_box(asked->in, OFX(ImageEffectPropRenderWindow));
    int is_shown = look->view != PD_VIEW_SOURCE && open_take(asked)
        && (is_fit(asked, source->data ? &source->bounds : &out->bounds, why, sizeof why)
            || is_fit(asked, &all, why, sizeof why));
    if (is_shown) file = take_frame(&asked->take, look->number);
    if (file) is_done = pixels_frame(&asked->take, file, out, source, matte, window, look);
    else pixels_copy(out, source, window);
    int is_numbered = is_shown && look->view == PD_VIEW_FRAME && is_done >= 0;
    if (is_numbered) pixels_number(&asked->take, out, window, look, is_done);
}

static OfxStatus render(Effect effect, Set in) {
    Question asked;
    Picture out, source, matte = {NULL, {0, 0, 0, 0}, 0, 0};
    Set own = own_set(effect);
    ask(&asked, effect, in);
    Set out_image = fetch(&asked, OUTPUT_CLIP, &out), image = fetch(&asked, SOURCE_CLIP, &source);
    int is_narrowed = asked.use_matte && own && is_general(own);
    Set matte_image = is_narrowed ? fetch(&asked, MATTE_CLIP, &matte) : NULL;
    if (source.channels != 4) source.data = NULL;
    int is_picture = out.data && out.channels == 4;
    Box all = source.data ? get_box(image, OFX(ImagePropRegionOfDefinition)) : out.bounds;
    if (is_picture) show(&asked, &out, &source, &matte, all);
    release(matte_image);
    release(image);
    release(out_image);
    return is_picture ? kOfxStatOK : kOfxStatFailed;
}

/* Say that the source can go straight through, where that is sure before any picture is fetched. */
static OfxStatus is_identity(Effect effect, Set in, Set out) {
    Question asked;
    ask(&asked, effect, in);
    int view = asked.look.view, is_hidden = view == PD_VIEW_RESULT && !(asked.look.mix > 0);
    int is_same = view == PD_VIEW_SOURCE || is_hidden || !open_take(&asked);
    if (!is_same && view != PD_VIEW_FRAME && asked.is_sure) {
        FILE *file = take_frame(&asked.take, asked.look.number);
        is_same = !file;
        if (file) fclose(file);
    }
    if (!is_same) return kOfxStatReplyDefault;
    properties->propSetString(out, OFX(PropName), 0, SOURCE_CLIP);
    properties->propSetDouble(out, OFX(PropTime), 0, asked.time);
    return kOfxStatOK;
}

/* Write why the source is shown, if it is; "" where nothing speaks against the take. */
static void find_why(Question *asked, char *why, size_t size) {
    OfxImageClipHandle clip = NULL;
    OfxRectD all = {0, 0, 0, 0};
    FILE *file = take_frame(&asked->take, asked->look.number);
    if (file) fclose(file);
    else if (asked->is_sure) snprintf(why, size, "Nothing is staged for frame %d. ", asked->look.number);
    const char *planes = asked->take.said[TAKE_PLANES];
    if (asked->look.view == PD_VIEW_ORIGIN && planes[0] && !strchr(planes, 'K'))
        snprintf(why, size, "Staged without origin: stage the take again without --no-origin. ");
    Set source = source_set(asked->effect, &clip);
    int is_known = source && effects->clipGetRegionOfDefinition(clip, asked->time, &all) == kOfxStatOK;
    /* Some are endless. */
    is_known = is_known && all.x1 > -1e5 && all.y1 > -1e5 && all.x2 < 1e5 && all.y2 < 1e5;
    double x = get_double(asked->in, OFX(ImageEffectPropRenderScale), 0, 1) / get_aspect(source);
    double y = get_double(asked->in, OFX(ImageEffectPropRenderScale), 1, 1);
    if (!is_known) all = (OfxRectD){0, 0, 0, 0};
    Box seen = {(int)(all.x1 * x), (int)(all.y1 * y), (int)(all.x2 * x + 0.5), (int)(all.y2 * y + 0.5)};
    is_fit(asked, is_known ? &seen : NULL, why, size);
}

/* Write what is shown, or why it is the source, in one line. `said` is the answer to a button. */
static void tell(Question *asked, const char *said) {
    const Take *take = &asked->take;
    int width = take->display.x2 - take->display.x1, height = take->display.y2 - take->display.y1;
    char text[4 * PD_PATH], why[2 * PD_TEXT] = "", status[2 * PD_TEXT], *old = NULL;
    if (asked->is_open) find_why(asked, why, sizeof why);
    if (asked->is_open && !said[0] && take_status(take, status, sizeof status)) said = status;
    const char *stop = said[0] ? ". " : "", *colon = take->said[TAKE_NOTE][0] ? ": " : "";
    if (!asked->is_open) snprintf(text, sizeof text, "%s%s%s", said, stop, take->why);
    else snprintf(text, sizeof text, "%s%s%s%s, frames %d-%d, %s %dx%d, %s%s%s", said, stop, why,
                  take->said[TAKE_LABEL], take->first, take->last, take->said[TAKE_SPACE], width, height,
                  take->said[TAKE_STATE], colon, take->said[TAKE_NOTE]);
    int is_told = get_control(asked, "label", &old) && old && !strcmp(old, text);
    if (!is_told) set_text(asked->effect, "label", text); /* what is set asks to be saved */
}

/* Do what a button asks, and say what came of it. */
static OfxStatus changed(Effect effect, Set in) {
    Question asked;
    char name[128], text[PD_PATH];
    const char *said = "";
    int revision = 0;
    get_text(in, OFX(PropName), name, sizeof name);
    if (!strcmp(name, "label") || !strcmp(name, "revision")) return kOfxStatReplyDefault;
    ask(&asked, effect, in);
    open_take(&asked);
    if (!strcmp(name, "refresh") && get_control(&asked, "revision", &revision))
        params->paramSetValue(control(effect, "revision"), (revision + 1) % 1000000);
    if (!strcmp(name, "newest")) {
        int is_found = take_newest(&asked.take, text);
        if (!is_found) said = "No newer take is staged beside this one";
        else if (!strcmp(text, asked.take.folder)) said = "This is the newest take";
        else set_text(effect, "take", text);
    }
    if (!strcmp(name, "analyse") && asked.is_open) {
        get_text(host->host, OFX(PropName), text, sizeof text);
        said = take_analyse(&asked.take, asked.look.number, text);
    }
    open_take(&asked); /* a button may have changed it */
    tell(&asked, said);
    if (said[0] && messages && messages->message)
        messages->message(effect, OFX(MessageMessage), "photodouble", "%s", said);
    return kOfxStatOK;
}

static OfxStatus define(Effect effect, const Told *told, Set *set) {
    OfxParamSetHandle all = NULL;
    OfxStatus status = effects->getParamSet(effect, &all);
    return status == kOfxStatOK ? params->paramDefine(all, told->text, told->name, set) : status;
}

/* Tell a host what the node is, or of its clips and controls, by a table of words.h. */
static OfxStatus declare(Effect effect, Set set, const Told *told) {
    OfxStatus status = kOfxStatOK;
    for (; told->kind != PD_END && status == kOfxStatOK; told++) {
        if (told->kind == PD_CLIP) status = effects->clipDefine(effect, told->name, &set);
        else if (told->kind == PD_CONTROL) status = define(effect, told, &set);
        else if (told->kind == PD_DOUBLE) properties->propSetDouble(set, told->name, 0, told->number);
        else if (told->kind == PD_INT) properties->propSetInt(set, told->name, 0, (int)told->number);
        else properties->propSetString(set, told->name, (int)told->number, told->text);
    }
    return status == kOfxStatOK ? kOfxStatOK : kOfxStatFailed;
}

static OfxStatus describe_context(Effect effect, Set in) {
    OfxStatus status = declare(effect, NULL, PD_CONTEXT);
    return status == kOfxStatOK && is_general(in) ? declare(effect, NULL, PD_MATTE_INPUT) : status;
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
    if (!strcmp(action, OFX(ActionDescribe))) return declare(effect, own_set(effect), PD_NODE);
    if (!strcmp(action, OFX(ImageEffectActionDescribeInContext))) return describe_context(effect, in);
    if (!strcmp(action, OFX(ActionInstanceChanged))) return changed(effect, in);
    if (!strcmp(action, OFX(ImageEffectActionGetClipPreferences)))
        return properties->propSetInt(out, OFX(ImageEffectFrameVarying), 0, 1);
    /* Resolve shows no controls and never renders a node that leaves the others to it. */
    int is_life = !strcmp(action, OFX(ActionCreateInstance)) || !strcmp(action, OFX(ActionDestroyInstance));
    return is_life || !strcmp(action, OFX(ActionUnload)) ? kOfxStatOK : kOfxStatReplyDefault;
}

static void set_host(OfxHost *given) { host = given; }

PD_EXPORT int OfxGetNumberOfPlugins(void);
PD_EXPORT OfxPlugin *OfxGetPlugin(int number);

int OfxGetNumberOfPlugins(void) { return 1; }

OfxPlugin *OfxGetPlugin(int number) {
    static OfxPlugin plugin = {IMAGE_EFFECT_API, 1, "org.photodouble.Take", 1, 0, set_host, answer};
    return number == 0 ? &plugin : NULL;
}
