/* What a host and this node say to each other: the part of OpenFX 1.5 that the node uses.
   Written from the OpenFX reference manual (Core API, Image Effect API, Parameters, Properties by Object).
   Suites are tables of functions: an entry that the node never calls still takes its place in the table. */
#ifndef PHOTODOUBLE_ABI_H
#define PHOTODOUBLE_ABI_H

#include <stddef.h>

/* Everything else in the file is hidden; a host finds the node by two names. */
#ifdef _WIN32
#define PD_EXPORT __declspec(dllexport)
#else
#define PD_EXPORT __attribute__((visibility("default")))
#endif

/* A name of the manual: kOfxPropLabel is "OfxPropLabel", and so nearly all of them; the others follow. */
#define OFX(name) "Ofx" #name
#define IMAGE_EFFECT_API "OfxImageEffectPluginAPI"
#define OUTPUT_CLIP "Output"
#define SOURCE_CLIP "Source"
#define MATTE_CLIP "Matte"

typedef int OfxStatus;
typedef double OfxTime;
typedef struct OfxPropertySetStruct *OfxPropertySetHandle;
typedef struct OfxImageEffectStruct *OfxImageEffectHandle;
typedef struct OfxImageClipStruct *OfxImageClipHandle;
typedef struct OfxParamStruct *OfxParamHandle;
typedef struct OfxParamSetStruct *OfxParamSetHandle;
typedef struct { double x1, y1, x2, y2; } OfxRectD;
typedef void (*OfxNeverCalled)(void);

typedef struct {
    OfxPropertySetHandle host;
    const void *(*fetchSuite)(OfxPropertySetHandle host, const char *name, int version);
} OfxHost;

typedef struct {
    const char *pluginApi;
    int apiVersion;
    const char *pluginIdentifier;
    unsigned int pluginVersionMajor, pluginVersionMinor;
    void (*setHost)(OfxHost *host);
    OfxStatus (*mainEntry)(const char *action, const void *, OfxPropertySetHandle, OfxPropertySetHandle);
} OfxPlugin;

typedef struct {
    OfxNeverCalled propSetPointer;
    OfxStatus (*propSetString)(OfxPropertySetHandle set, const char *name, int index, const char *value);
    OfxStatus (*propSetDouble)(OfxPropertySetHandle set, const char *name, int index, double value);
    OfxStatus (*propSetInt)(OfxPropertySetHandle set, const char *name, int index, int value);
    OfxNeverCalled propSetN[4];
    OfxStatus (*propGetPointer)(OfxPropertySetHandle set, const char *name, int index, void **value);
    OfxStatus (*propGetString)(OfxPropertySetHandle set, const char *name, int index, char **value);
    OfxStatus (*propGetDouble)(OfxPropertySetHandle set, const char *name, int index, double *value);
    OfxStatus (*propGetInt)(OfxPropertySetHandle set, const char *name, int index, int *value);
    OfxNeverCalled propGetN[4], propReset, propGetDimension;
} OfxPropertySuiteV1;

typedef struct {
    OfxStatus (*getPropertySet)(OfxImageEffectHandle effect, OfxPropertySetHandle *set);
    OfxStatus (*getParamSet)(OfxImageEffectHandle effect, OfxParamSetHandle *set);
    OfxStatus (*clipDefine)(OfxImageEffectHandle effect, const char *name, OfxPropertySetHandle *set);
    OfxStatus (*clipGetHandle)(OfxImageEffectHandle, const char *, OfxImageClipHandle *,
                               OfxPropertySetHandle *);
    OfxNeverCalled clipGetPropertySet;
    OfxStatus (*clipGetImage)(OfxImageClipHandle, OfxTime, const OfxRectD *, OfxPropertySetHandle *image);
    OfxStatus (*clipReleaseImage)(OfxPropertySetHandle image);
    OfxStatus (*clipGetRegionOfDefinition)(OfxImageClipHandle clip, OfxTime time, OfxRectD *bounds);
    int (*abort)(OfxImageEffectHandle effect);
    OfxNeverCalled imageMemory[4];
} OfxImageEffectSuiteV1;

typedef struct {
    OfxStatus (*paramDefine)(OfxParamSetHandle, const char *type, const char *name, OfxPropertySetHandle *);
    OfxStatus (*paramGetHandle)(OfxParamSetHandle, const char *, OfxParamHandle *, OfxPropertySetHandle *);
    OfxNeverCalled paramSetGetPropertySet, paramGetPropertySet;
    OfxStatus (*paramGetValue)(OfxParamHandle param, ...);
    OfxStatus (*paramGetValueAtTime)(OfxParamHandle param, OfxTime time, ...);
    OfxNeverCalled paramGetDerivative, paramGetIntegral;
    OfxStatus (*paramSetValue)(OfxParamHandle param, ...);
    OfxNeverCalled keys[6], paramCopy, paramEditBegin, paramEditEnd;
} OfxParameterSuiteV1;

typedef struct {
    OfxStatus (*message)(void *effect, const char *type, const char *id, const char *format, ...);
} OfxMessageSuiteV1;

#define kOfxStatOK 0
#define kOfxStatFailed 1
#define kOfxStatErrMissingHostFeature 4
#define kOfxStatReplyDefault 14

#endif
