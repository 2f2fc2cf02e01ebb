/* Made by 'python -m photodouble.generate' from photodouble_client/view_controls.py: change words there. */
#ifndef PHOTODOUBLE_WORDS_H
#define PHOTODOUBLE_WORDS_H

#define PD_VIEW_COUNT 6
enum { PD_VIEW_RESULT, PD_VIEW_FILL, PD_VIEW_MATTE, PD_VIEW_ORIGIN, PD_VIEW_SOURCE, PD_VIEW_FRAME };

/* The colours of the kinds of origin; the signs from - to 9, three by five. */
#define PD_KIND_COUNT 6
static const float PD_KINDS[PD_KIND_COUNT][3] = {
    {0.0f, 0.0f, 0.0f},
    {0.05f, 0.5f, 0.1f},
    {0.5f, 0.5f, 0.05f},
    {0.8f, 0.2f, 0.02f},
    {0.05f, 0.2f, 0.8f},
    {0.5f, 0.05f, 0.5f},
};
static const unsigned short PD_SIGNS[] = {0x01c0, 0x0000, 0x0000, 0x7b6f, 0x2c97, 0x73e7, 0x73cf, 0x5bc9, 0x79cf, 0x79ef, 0x7292, 0x7bef, 0x7bcf};

/* What a host is told. text: of a control its type; number: of a text its place. */
#ifdef OFX
enum { PD_END, PD_STRING, PD_INT, PD_DOUBLE, PD_CLIP, PD_CONTROL };
typedef struct { int kind; const char *name, *text; double number; } Told;

static const Told PD_NODE[] = {
    {PD_STRING, OFX(PropLabel), "Photo Double Take", 0},
    {PD_STRING, OFX(PropPluginDescription), "Shows a staged take of Photo Double (Inpaint, Replace a sign, Fill with a crowd, Tile plates, De-age, Degrain) over the picture that comes in.", 0},
    {PD_STRING, OFX(PropVersionLabel), "0.1.0", 0},
    {PD_STRING, OFX(ImageEffectPluginPropGrouping), "Photo Double", 0},
    {PD_STRING, OFX(ImageEffectPropSupportedContexts), OFX(ImageEffectContextFilter), 0},
    {PD_STRING, OFX(ImageEffectPropSupportedContexts), OFX(ImageEffectContextGeneral), 1},
    {PD_STRING, OFX(ImageEffectPropSupportedPixelDepths), OFX(BitDepthFloat), 0},
    {PD_STRING, OFX(ImageEffectPluginRenderThreadSafety), OFX(ImageEffectRenderFullySafe), 0},
    {PD_STRING, OFX(ImageEffectPropColourManagementStyle), OFX(ImageEffectColourManagementFull), 0},
    {PD_STRING, OFX(ImageEffectPropColourManagementAvailableConfigs), "ofx-native-v1.5_aces-v1.3_ocio-v2.3", 0},
    {PD_INT, OFX(ImageEffectPluginPropHostFrameThreading), 0, 0},
    {PD_INT, OFX(ImageEffectPropSupportsTiles), 0, 0},
    {PD_INT, OFX(ImageEffectPropSupportsMultiResolution), 0, 1},
    {PD_END, 0, 0, 0},
};
static const Told PD_CONTEXT[] = {
    {PD_CLIP, SOURCE_CLIP, 0, 0},
    {PD_STRING, OFX(ImageEffectPropSupportedComponents), OFX(ImageComponentRGBA), 0},
    {PD_CLIP, OUTPUT_CLIP, 0, 0},
    {PD_STRING, OFX(ImageEffectPropSupportedComponents), OFX(ImageComponentRGBA), 0},
    {PD_CONTROL, "take", OFX(ParamTypeString), 0},
    {PD_STRING, OFX(PropLabel), "Staged take", 0},
    {PD_STRING, OFX(ParamPropHint), "The folder that 'photodouble stage' wrote: it holds node.txt. Nothing is shown without it.", 0},
    {PD_STRING, OFX(ParamPropScriptName), "take", 0},
    {PD_INT, OFX(ParamPropAnimates), 0, 0},
    {PD_STRING, OFX(ParamPropStringMode), OFX(ParamStringIsDirectoryPath), 0},
    {PD_CONTROL, "newest", OFX(ParamTypePushButton), 0},
    {PD_STRING, OFX(PropLabel), "Use newest", 0},
    {PD_STRING, OFX(ParamPropHint), "Show the newest version that was staged for the same colour space and format.", 0},
    {PD_STRING, OFX(ParamPropScriptName), "newest", 0},
    {PD_CONTROL, "refresh", OFX(ParamTypePushButton), 0},
    {PD_STRING, OFX(PropLabel), "Refresh", 0},
    {PD_STRING, OFX(ParamPropHint), "Render again, and say anew what is shown and how an analysis goes.", 0},
    {PD_STRING, OFX(ParamPropScriptName), "refresh", 0},
    {PD_CONTROL, "label", OFX(ParamTypeString), 0},
    {PD_STRING, OFX(PropLabel), "Shown", 0},
    {PD_STRING, OFX(ParamPropHint), "What is shown, and if it is the source, why.", 0},
    {PD_STRING, OFX(ParamPropScriptName), "label", 0},
    {PD_INT, OFX(ParamPropAnimates), 0, 0},
    {PD_STRING, OFX(ParamPropStringMode), OFX(ParamStringIsLabel), 0},
    {PD_INT, OFX(ParamPropEvaluateOnChange), 0, 0},
    {PD_INT, OFX(ParamPropCanUndo), 0, 0},
    {PD_CONTROL, "view", OFX(ParamTypeChoice), 0},
    {PD_STRING, OFX(PropLabel), "View", 0},
    {PD_STRING, OFX(ParamPropHint), "What comes out of the node.", 0},
    {PD_STRING, OFX(ParamPropScriptName), "view", 0},
    {PD_INT, OFX(ParamPropAnimates), 0, 0},
    {PD_STRING, OFX(ParamPropChoiceOption), "Result", 0},
    {PD_STRING, OFX(ParamPropChoiceOption), "Fill", 1},
    {PD_STRING, OFX(ParamPropChoiceOption), "Matte", 2},
    {PD_STRING, OFX(ParamPropChoiceOption), "Origin", 3},
    {PD_STRING, OFX(ParamPropChoiceOption), "Source", 4},
    {PD_STRING, OFX(ParamPropChoiceOption), "Frame number", 5},
    {PD_INT, OFX(ParamPropDefault), 0, 0},
    {PD_CONTROL, "mix", OFX(ParamTypeDouble), 0},
    {PD_STRING, OFX(PropLabel), "Mix", 0},
    {PD_STRING, OFX(ParamPropHint), "How much of the fill is laid over the plate.", 0},
    {PD_STRING, OFX(ParamPropScriptName), "mix", 0},
    {PD_INT, OFX(ParamPropAnimates), 0, 1},
    {PD_DOUBLE, OFX(ParamPropMin), 0, 0},
    {PD_DOUBLE, OFX(ParamPropMax), 0, 1},
    {PD_DOUBLE, OFX(ParamPropDisplayMin), 0, 0},
    {PD_DOUBLE, OFX(ParamPropDisplayMax), 0, 1},
    {PD_DOUBLE, OFX(ParamPropDefault), 0, 1},
    {PD_CONTROL, "offset", OFX(ParamTypeInteger), 0},
    {PD_STRING, OFX(PropLabel), "Frame offset", 0},
    {PD_STRING, OFX(ParamPropHint), "Added to the number of the frame. The view 'frame' burns the number that is used into the picture.", 0},
    {PD_STRING, OFX(ParamPropScriptName), "offset", 0},
    {PD_INT, OFX(ParamPropAnimates), 0, 0},
    {PD_INT, OFX(ParamPropMin), 0, -1e+06},
    {PD_INT, OFX(ParamPropMax), 0, 1e+06},
    {PD_INT, OFX(ParamPropDisplayMin), 0, -100},
    {PD_INT, OFX(ParamPropDisplayMax), 0, 100},
    {PD_INT, OFX(ParamPropDefault), 0, 0},
    {PD_CONTROL, "use_matte", OFX(ParamTypeBoolean), 0},
    {PD_STRING, OFX(PropLabel), "Use matte input", 0},
    {PD_STRING, OFX(ParamPropHint), "Show the fill only where the matte that is wired in is white as well.", 0},
    {PD_STRING, OFX(ParamPropScriptName), "use_matte", 0},
    {PD_INT, OFX(ParamPropAnimates), 0, 0},
    {PD_INT, OFX(ParamPropDefault), 0, 0},
    {PD_CONTROL, "analyse", OFX(ParamTypePushButton), 0},
    {PD_STRING, OFX(PropLabel), "Analyse again", 0},
    {PD_STRING, OFX(ParamPropHint), "Ask the engine to make this take again, as a new version, by the same rules as any other.", 0},
    {PD_STRING, OFX(ParamPropScriptName), "analyse", 0},
    {PD_CONTROL, "revision", OFX(ParamTypeInteger), 0},
    {PD_STRING, OFX(PropLabel), "Revision", 0},
    {PD_STRING, OFX(ParamPropHint), "Counts refreshes.", 0},
    {PD_STRING, OFX(ParamPropScriptName), "revision", 0},
    {PD_INT, OFX(ParamPropAnimates), 0, 0},
    {PD_INT, OFX(ParamPropCanUndo), 0, 0},
    {PD_INT, OFX(ParamPropSecret), 0, 1},
    {PD_INT, OFX(ParamPropMin), 0, 0},
    {PD_INT, OFX(ParamPropMax), 0, 1e+06},
    {PD_INT, OFX(ParamPropDisplayMin), 0, 0},
    {PD_INT, OFX(ParamPropDisplayMax), 0, 1e+06},
    {PD_INT, OFX(ParamPropDefault), 0, 0},
    {PD_END, 0, 0, 0},
};
static const Told PD_MATTE_INPUT[] = {
    {PD_CLIP, MATTE_CLIP, 0, 0},
    {PD_STRING, OFX(ImageEffectPropSupportedComponents), OFX(ImageComponentAlpha), 0},
    {PD_STRING, OFX(ImageEffectPropSupportedComponents), OFX(ImageComponentRGBA), 1},
    {PD_INT, OFX(ImageClipPropOptional), 0, 1},
    {PD_INT, OFX(ImageClipPropIsMask), 0, 1},
    {PD_END, 0, 0, 0},
};
#endif

#endif
