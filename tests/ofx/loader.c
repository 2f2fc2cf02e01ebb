/* The smallest host for Windows: it loads the node, describes it, and lets it show one frame. Run under wine.
   loader FILE STAGED WIDTH HEIGHT TIME SOURCE OUT: pictures are raw RGBA floats, lowest row first. */
#include "abi.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum { HOST, EFFECT, ASKED, ANSWER, CLIP, SOURCE, SHOWN, OTHER, SETS };
static char sets[SETS];
static int width, height, defined;
static double now;
static char *staged;
static float *pictures[2];

static int set_of(const void *set) { return (int)((const char *)set - sets); }
static OfxPropertySetHandle handle(int set) { return (OfxPropertySetHandle)(void *)(sets + set); }

static OfxStatus set_string(OfxPropertySetHandle s, const char *n, int i, const char *v) {
    (void)s; (void)n; (void)i; return v ? kOfxStatOK : 4;
}
static OfxStatus set_double(OfxPropertySetHandle s, const char *n, int i, double v) { (void)s; (void)n; (void)i; (void)v; return kOfxStatOK; }
static OfxStatus set_int(OfxPropertySetHandle s, const char *n, int i, int v) { (void)s; (void)n; (void)i; (void)v; return kOfxStatOK; }

static OfxStatus get_pointer(OfxPropertySetHandle s, const char *name, int i, void **value) {
    int set = set_of(s);
    (void)i;
    if (strcmp(name, "OfxImagePropData") || (set != SOURCE && set != SHOWN)) return 3;
    *value = pictures[set == SHOWN];
    return kOfxStatOK;
}

static OfxStatus get_string(OfxPropertySetHandle s, const char *name, int i, char **value) {
    int set = set_of(s);
    (void)i;
    *value = NULL;
    if (set == HOST && !strcmp(name, "OfxPropName")) *value = "photodouble.loader";
    if (!strcmp(name, "OfxImageEffectPropContext")) *value = "OfxImageEffectContextFilter";
    if (set >= SOURCE && !strcmp(name, "OfxImageEffectPropComponents")) *value = "OfxImageComponentRGBA";
    if (set >= SOURCE && !strcmp(name, "OfxImageEffectPropPixelDepth")) *value = "OfxBitDepthFloat";
    return *value ? kOfxStatOK : 3;
}

static OfxStatus get_double(OfxPropertySetHandle s, const char *name, int i, double *value) {
    (void)s;
    if (!strcmp(name, "OfxPropTime")) *value = now;
    else if (!strcmp(name, "OfxImageEffectPropRenderScale") || !strcmp(name, "OfxImagePropPixelAspectRatio")) *value = 1;
    else if (!strcmp(name, "OfxImageEffectPropProjectSize")) *value = i ? height : width;
    else return 3;
    return kOfxStatOK;
}

static OfxStatus get_int(OfxPropertySetHandle s, const char *name, int i, int *value) {
    int sides[4] = {0, 0, width, height};
    (void)s;
    if (!strcmp(name, "OfxImagePropRowBytes")) *value = width * 16;
    else if (!strcmp(name, "OfxImagePropBounds") || !strcmp(name, "OfxImagePropRegionOfDefinition")
             || !strcmp(name, "OfxImageEffectPropRenderWindow")) *value = sides[i & 3];
    else return 3;
    return kOfxStatOK;
}

static OfxStatus property_set(OfxImageEffectHandle e, OfxPropertySetHandle *s) { (void)e; *s = handle(EFFECT); return kOfxStatOK; }
static OfxStatus param_set(OfxImageEffectHandle e, OfxParamSetHandle *s) { *s = (OfxParamSetHandle)(void *)e; return kOfxStatOK; }
static OfxStatus clip_define(OfxImageEffectHandle e, const char *n, OfxPropertySetHandle *s) { (void)e; (void)n; *s = handle(OTHER); return kOfxStatOK; }
static OfxStatus clip_handle(OfxImageEffectHandle e, const char *n, OfxImageClipHandle *c, OfxPropertySetHandle *s) {
    (void)e;
    *c = (OfxImageClipHandle)(void *)(sets + (strcmp(n, "Output") ? SOURCE : SHOWN));
    if (s) *s = handle(CLIP);
    return kOfxStatOK;
}
static OfxStatus clip_image(OfxImageClipHandle c, OfxTime t, const OfxRectD *r, OfxPropertySetHandle *i) {
    (void)t; (void)r; *i = (OfxPropertySetHandle)(void *)c; return kOfxStatOK;
}
static OfxStatus clip_release(OfxPropertySetHandle i) { (void)i; return kOfxStatOK; }
static OfxStatus clip_region(OfxImageClipHandle c, OfxTime t, OfxRectD *b) {
    (void)c; (void)t; *b = (OfxRectD){0, 0, width, height}; return kOfxStatOK;
}
static int stopped(OfxImageEffectHandle e) { (void)e; return 0; }

static OfxStatus param_define(OfxParamSetHandle p, const char *t, const char *n, OfxPropertySetHandle *s) {
    (void)p; (void)t; (void)n; defined++; *s = handle(OTHER); return kOfxStatOK;
}
static OfxStatus param_handle(OfxParamSetHandle p, const char *name, OfxParamHandle *param, OfxPropertySetHandle *s) {
    (void)p; (void)s; *param = (OfxParamHandle)(uintptr_t)name; return kOfxStatOK;
}
static OfxStatus value_at(OfxParamHandle param, OfxTime time, ...) {
    const char *name = (const char *)(void *)param;
    va_list words;
    va_start(words, time);
    void *to = va_arg(words, void *);
    va_end(words);
    if (!strcmp(name, "take")) *(char **)to = staged;
    else if (!strcmp(name, "label")) *(char **)to = "";
    else if (!strcmp(name, "mix")) *(double *)to = 1;
    else *(int *)to = 0;
    return kOfxStatOK;
}
static OfxStatus value_set(OfxParamHandle param, ...) { (void)param; return kOfxStatOK; }

static const OfxPropertySuiteV1 properties = {.propSetString = set_string, .propSetDouble = set_double, .propSetInt = set_int,
    .propGetPointer = get_pointer, .propGetString = get_string, .propGetDouble = get_double, .propGetInt = get_int};
static const OfxImageEffectSuiteV1 effects = {.getPropertySet = property_set, .getParamSet = param_set, .clipDefine = clip_define,
    .clipGetHandle = clip_handle, .clipGetImage = clip_image, .clipReleaseImage = clip_release,
    .clipGetRegionOfDefinition = clip_region, .abort = stopped};
static const OfxParameterSuiteV1 params = {.paramDefine = param_define, .paramGetHandle = param_handle,
    .paramGetValueAtTime = value_at, .paramSetValue = value_set};

static const void *fetch(OfxPropertySetHandle host, const char *name, int version) {
    if (set_of(host) != HOST || version != 1) return NULL;
    if (!strcmp(name, "OfxPropertySuite")) return &properties;
    if (!strcmp(name, "OfxImageEffectSuite")) return &effects;
    return strcmp(name, "OfxParameterSuite") ? NULL : &params;
}

static int fail(const char *what) { fprintf(stderr, "%s\n", what); return 1; }

int main(int many, char **words) {
    static OfxHost host;
    if (many != 8) return fail("loader FILE STAGED WIDTH HEIGHT TIME SOURCE OUT");
    staged = words[2]; width = atoi(words[3]); height = atoi(words[4]); now = atof(words[5]);
    size_t size = (size_t)width * (size_t)height * 16;
    HMODULE file = LoadLibraryA(words[1]);
    if (!file) return fail("it cannot be loaded");
    OfxPlugin *(*get)(int) = (OfxPlugin *(*)(int))(void *)GetProcAddress(file, "OfxGetPlugin");
    OfxPlugin *plugin = get ? get(0) : NULL;
    if (!plugin) return fail("there is no plug-in in it");
    for (int i = 0; i < 2; i++) pictures[i] = calloc(1, size);
    FILE *source = fopen(words[6], "rb");
    if (!source || fread(pictures[0], 1, size, source) != size) return fail("there is no source");
    fclose(source);
    host = (OfxHost){handle(HOST), fetch};
    plugin->setHost(&host);
    static const char *const actions[] = {"OfxActionLoad", "OfxActionDescribe", "OfxImageEffectActionDescribeInContext",
        "OfxActionCreateInstance", "OfxImageEffectActionRender", "OfxActionDestroyInstance", "OfxActionUnload"};
    for (int i = 0; i < 7; i++) {
        int status = plugin->mainEntry(actions[i], i && i < 6 ? sets + EFFECT : NULL, handle(ASKED), handle(ANSWER));
        if (status != kOfxStatOK) return fail(actions[i]);
    }
    FILE *out = fopen(words[7], "wb");
    if (!out || fwrite(pictures[1], 1, size, out) != size || fclose(out)) return fail("nothing can be written");
    printf("%s %d\n", plugin->pluginIdentifier, defined);
    return 0;
}
