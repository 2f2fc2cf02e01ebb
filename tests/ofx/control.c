/* A small effect that behaves, and one misdeed at a time on demand (the environment's DEED): the control of our
   own host, which must find each. It multiplies nothing and reads no file: it copies its source. */
#include "../../resolve/ofx/abi.h"

#include <stdlib.h>
#include <string.h>

static OfxHost *host;
static const OfxPropertySuiteV1 *prop;
static const OfxImageEffectSuiteV1 *fx;
static const OfxParameterSuiteV1 *par;
static const OfxMessageSuiteV1 *msg;

static int deed(const char *name) {
    const char *wanted = getenv("DEED");
    return wanted && !strcmp(wanted, name);
}

static OfxPropertySetHandle number(OfxParamSetHandle set, const char *type, const char *name) {
    OfxPropertySetHandle p;
    par->paramDefine(set, type, name, &p);
    if (!deed("no label")) prop->propSetString(p, OFX(PropLabel), 0, name);
    return p;
}

static OfxStatus describe(OfxImageEffectHandle effect) {
    OfxPropertySetHandle p;
    fx->getPropertySet(effect, &p);
    prop->propSetString(p, OFX(PropLabel), 0, "Control");
    prop->propSetString(p, OFX(ImageEffectPropSupportedContexts), 0, OFX(ImageEffectContextFilter));
    prop->propSetString(p, OFX(ImageEffectPropSupportedContexts), 1, OFX(ImageEffectContextGeneral));
    if (!deed("no depth")) prop->propSetString(p, OFX(ImageEffectPropSupportedPixelDepths), 0, OFX(BitDepthFloat));
    prop->propSetInt(p, deed("unknown property") ? "OfxPropColor" : OFX(ImageEffectPropSupportsTiles), 0, 0);
    if (deed("wrong kind")) prop->propSetDouble(p, OFX(ImageEffectPropSupportsTiles), 0, 1.0);
    if (deed("wrong place")) prop->propSetInt(p, OFX(ImageEffectPropSupportsTiles), 1, 1);
    if (deed("not its own")) prop->propSetString(host->host, OFX(PropLabel), 0, "mine");
    if (deed("wrong thing")) prop->propSetInt(p, OFX(ImagePropBounds), 0, 1);
    return kOfxStatOK;
}

static OfxStatus describe_in(OfxImageEffectHandle effect) {
    const char *clips[] = {SOURCE_CLIP, OUTPUT_CLIP};
    OfxPropertySetHandle p;
    OfxParamSetHandle set;
    for (int i = 0; i < (deed("no output") ? 1 : 2); i++) {
        fx->clipDefine(effect, clips[i], &p);
        if (!deed("no components"))
            prop->propSetString(p, OFX(ImageEffectPropSupportedComponents), 0, OFX(ImageComponentRGBA));
    }
    fx->getParamSet(effect, &set);
    p = number(set, OFX(ParamTypeDouble), "gain");
    prop->propSetDouble(p, OFX(ParamPropDefault), 0, 1.0);
    if (deed("late range")) prop->propSetDouble(p, OFX(ParamPropDisplayMin), 0, 0.0);
    prop->propSetDouble(p, OFX(ParamPropMin), 0, deed("default outside") ? 2.0 : 0.0);
    prop->propSetDouble(p, OFX(ParamPropMax), 0, 4.0);
    if (!deed("no display range") && !deed("late range"))
        prop->propSetDouble(p, OFX(ParamPropDisplayMin), 0, deed("default outside") ? 2.0 : 0.0);
    if (!deed("no display range")) prop->propSetDouble(p, OFX(ParamPropDisplayMax), 0, 4.0);
    p = number(set, OFX(ParamTypeInteger), "count");
    if (!deed("no range")) {
        prop->propSetInt(p, OFX(ParamPropMin), 0, -9);
        prop->propSetInt(p, OFX(ParamPropMax), 0, 9);
        prop->propSetInt(p, OFX(ParamPropDisplayMin), 0, -9);
        prop->propSetInt(p, OFX(ParamPropDisplayMax), 0, 9);
    }
    p = number(set, OFX(ParamTypeString), "note");
    prop->propSetString(p, OFX(ParamPropStringMode), 0, deed("no mode") ? "label" : OFX(ParamStringIsLabel));
    prop->propSetString(p, OFX(ParamPropDefault), 0, "as it was");
    p = number(set, OFX(ParamTypeChoice), "way");
    if (!deed("no options")) prop->propSetString(p, OFX(ParamPropChoiceOption), 0, "one");
    number(set, OFX(ParamTypePushButton), "go");
    if (deed("twice")) number(set, OFX(ParamTypePushButton), "go");
    return kOfxStatOK;
}

static OfxParamHandle control(OfxImageEffectHandle effect, const char *name) {
    OfxParamSetHandle set;
    OfxParamHandle handle = NULL;
    fx->getParamSet(effect, &set);
    par->paramGetHandle(set, name, &handle, NULL);
    return handle;
}

static OfxStatus changed(OfxImageEffectHandle effect, OfxPropertySetHandle in) {
    char *name, *old, kept[64];
    double value;
    prop->propGetString(in, OFX(PropName), 0, &name);
    if (strcmp(name, "go")) {
        if (deed("circle")) par->paramSetValue(control(effect, "count"), 1);
        return kOfxStatReplyDefault;
    }
    OfxParamHandle note = control(effect, "note"), gain = control(effect, "gain");
    par->paramGetValue(note, &old);
    if (!deed("old string")) strcpy(kept, old);
    par->paramGetValue(gain, &value);
    if (deed("old string")) strcpy(kept, old);
    par->paramSetValue(note, strcat(kept, "!"));
    par->paramSetValue(gain, deed("value outside") ? 99.0 : value + 0.5);
    msg->message((void *)effect, OFX(MessageMessage), "", deed("pattern") ? "%s of %d" : "%s", "went");
    return kOfxStatOK;
}

typedef struct { char *data; int b[4], rows; } Seen;

static int look(OfxPropertySetHandle image, Seen *seen) {
    void *data = NULL;
    prop->propGetPointer(image, OFX(ImagePropData), 0, &data);
    prop->propGetInt(image, OFX(ImagePropRowBytes), 0, &seen->rows);
    for (int i = 0; i < 4; i++) prop->propGetInt(image, OFX(ImagePropBounds), i, &seen->b[i]);
    seen->data = data;
    return data != NULL;
}

static OfxStatus render(OfxImageEffectHandle effect, OfxPropertySetHandle in) {
    OfxImageClipHandle from, to;
    OfxPropertySetHandle source, out;
    double time;
    int w[4];
    Seen s, o;
    prop->propGetDouble(in, OFX(PropTime), 0, &time);
    for (int i = 0; i < 4; i++) prop->propGetInt(in, OFX(ImageEffectPropRenderWindow), i, &w[i]);
    if (deed("set in render")) par->paramSetValue(control(effect, "note"), "here");
    if (deed("unknown clip")) fx->clipGetHandle(effect, "Mask", &from, NULL);
    fx->clipGetHandle(effect, SOURCE_CLIP, &from, NULL);
    fx->clipGetHandle(effect, OUTPUT_CLIP, &to, NULL);
    if (fx->clipGetImage(to, time, NULL, &out)) return kOfxStatFailed;
    if (fx->clipGetImage(from, deed("other frame") ? time + 1 : time, NULL, &source)) return kOfxStatFailed;
    look(source, &s);
    look(out, &o);
    if (deed("beyond")) w[0] -= 1;
    if (deed("above")) w[3] += 1;
    for (int y = w[1]; y < w[3] - deed("a row short"); y++) {
        if (fx->abort(effect)) break;
        char *row = o.data + (ptrdiff_t)(y - o.b[1]) * (deed("packed rows") ? (o.b[2] - o.b[0]) * 16 : o.rows);
        memcpy(row + (w[0] - o.b[0]) * 16, s.data + (ptrdiff_t)(y - s.b[1]) * s.rows + (w[0] - s.b[0]) * 16,
               (size_t)(w[2] - w[0]) * 16);
    }
    if (deed("touch source")) *(float *)s.data += 1;
    if (!deed("no release")) fx->clipReleaseImage(source);
    fx->clipReleaseImage(out);
    if (deed("twice released")) fx->clipReleaseImage(out);
    if (deed("after release")) look(out, &o);
    return deed("fails") ? kOfxStatFailed : kOfxStatOK;
}

static OfxStatus entry(const char *action, const void *handle, OfxPropertySetHandle in, OfxPropertySetHandle out) {
    OfxImageEffectHandle effect = (OfxImageEffectHandle)handle;
    if (!strcmp(action, OFX(ActionLoad))) {
        prop = host->fetchSuite(host->host, OFX(PropertySuite), 1);
        fx = host->fetchSuite(host->host, OFX(ImageEffectSuite), 1);
        par = host->fetchSuite(host->host, OFX(ParameterSuite), 1);
        msg = host->fetchSuite(host->host, OFX(MessageSuite), 1);
        return prop && fx && par && msg ? kOfxStatOK : kOfxStatErrMissingHostFeature;
    }
    if (!strcmp(action, OFX(ActionDescribe))) return describe(effect);
    if (!strcmp(action, OFX(ImageEffectActionDescribeInContext))) return describe_in(effect);
    if (!strcmp(action, OFX(ActionInstanceChanged))) return changed(effect, in);
    if (!strcmp(action, OFX(ImageEffectActionRender))) return render(effect, in);
    if (!strcmp(action, OFX(ImageEffectActionIsIdentity)) && deed("identity of nothing")) {
        prop->propSetString(out, OFX(PropName), 0, "Plate");
        return kOfxStatOK;
    }
    if (!strcmp(action, OFX(ActionCreateInstance)) || !strcmp(action, OFX(ActionDestroyInstance))
        || !strcmp(action, OFX(ActionUnload))) return deed("no answer") ? kOfxStatReplyDefault : kOfxStatOK;
    return kOfxStatReplyDefault;
}

static void set_host(OfxHost *given) { host = given; }

static OfxPlugin plugin = {IMAGE_EFFECT_API, 1, "org.photodouble.Control", 1, 0, set_host, entry};

PD_EXPORT int OfxGetNumberOfPlugins(void) { return 1; }
PD_EXPORT OfxPlugin *OfxGetPlugin(int index) { return index == 0 || deed("endless") ? &plugin : NULL; }
