"""What usually puts an error right, for its page in the reference."""

from __future__ import annotations

from typing import Dict

ADVICE: Dict[str, str] = {
    "usage.arguments": "Run the command with --help and compare. Put patterns with # or spaces in quotes.",
    "usage.frames": "Write frames as 1001-1048, as 1001-1048x2 for every second one, or as a list such as "
    "1001,1005,1010-1020. Join a list that starts with a minus sign to its flag: --frames=-5--1.",
    "usage.unknown_parameter": "Compare the name with the operation's page in this reference. A request made "
    "by a newer version may use controls that this version lacks.",
    "usage.bad_value": "Compare the value with the limits and choices on the operation's page in this "
    "reference.",
    "input.missing_sequence": "Check the folder and the spelling of the pattern. #### stands for four "
    "digits, %04d does the same.",
    "input.missing_frames": "Render or copy the missing frames, or give a frame range without them.",
    "input.size_mismatch": "Render the matte or clean plate again at the size of the plate. A matte must "
    "match the plate's display window.",
    "input.range_mismatch": "Give a frame range that both inputs cover, or render the missing frames of the "
    "shorter one. A matte of a single frame is held for the whole shot.",
    "input.empty_range": "Give at least one frame that is on disk.",
    "input.matte_covers_all": "Shrink the matte, invert it if black and white are swapped, or give a clean "
    "plate.",
    "input.corrupt_file": "Render or copy the named frame again. A file that is still being copied looks the "
    "same.",
    "input.deep_exr": "Flatten the picture in the program that rendered it and write an ordinary EXR.",
    "input.mipmapped_exr": "Write an ordinary scanline or tiled EXR with one level.",
    "input.unknown_colourspace": "Use a name from the colour configuration that is in use. The message names "
    "the closest ones. A show's own configuration is found through the OCIO environment variable.",
    "input.unknown_channel": "Use one of the channel names that the message lists.",
    "input.unsupported_format": "Convert the file to EXR, DPX, TIFF or PNG.",
    "input.movie_timebase": "Write the movie as a frame sequence at the rate of the edit.",
    "input.movie_support": "Install the movie extra, or write the movie as a frame sequence.",
    "input.output_is_input": "Choose another output folder or another file name.",
    "input.output_exists": "Choose another name, or allow overwriting.",
    "input.unwritable_output": "Choose another folder, or have the rights of this one changed.",
    "input.host_render": "Put right what the host names, or leave the frame out of the range.",
    "input.host_closed": "Use another road that the message names, such as files or a macro.",
    "input.host_refused": "Do what the message names by hand, or close the open windows of the host.",
    "input.host_open": "Save your work in the host, close it, and ask again.",
    "input.no_clip": "Put the playhead on a clip with a picture, or select one, and ask again.",
    "input.bad_request": "Compare the file with the JSON schema of a request in this reference. A newer "
    "version may have written it.",
    "input.bad_document": "The message names the field. 'photodouble track' writes such files, and "
    "'photodouble shapes' checks drawn ones.",
    "input.missing_edit": "Check the path and the spelling of the file's name.",
    "input.bad_edit": "Export the cut again from the editing program, as OTIO if it can write that.",
    "input.edit_rate": "Give a rate such as 24, 25, 23.976 or 24000/1001 (--rate).",
    "input.edit_columns": "The message names the columns that there are. Export the list again with its "
    "heading.",
    "input.edit_shot": "'photodouble edit shots' lists the names. A clip can also be named by a frame of the "
    "cut at which it is seen (--at).",
    "input.edit_media": "Bring the media back, name a folder to search (--search), map its path (--path-map) "
    "or transcode camera raw as the message says.",
    "input.edit_plate": "Say by how much the plate's numbers differ from those of the cut's media "
    "(--offset).",
    "input.edit_no_clip": "'photodouble edit shots' lists the clips and their media; name the clip that is "
    "meant (--shot), and for a plate with other numbers what is added to them (--offset).",
    "input.edit_profile": "Write each timeline of the file by itself, or choose another profile (--profile).",
    "input.bad_paint": "Paint on the file that was sent out and save it in the same size, format and name.",
    "input.bad_key": "Paint on the plate's own frame: same size, same colour space, one picture a frame.",
    "input.no_face": "Place points yourself, or import a track; hands and necks need that anyhow.",
    "input.which_face": "Choose one of the faces that the message lists, by its number.",
    "input.face_view": "Leave these frames out, place points yourself, or import a track of the head.",
    "input.few_points": "Place at least six points on a frame, spread over what shall be held still.",
    "input.face_support": "Install the face extra: 'pip install photodouble[face]', then 'pip install "
    "--no-deps mediapipe==0.10.14', whose models are used and nothing else. Or place points yourself, or "
    "import a track.",
    "model.unknown": "Add the file with 'photodouble models add' and fill in its card.",
    "model.refused": "Choose another model, have its attestation renewed, or ask whoever keeps the show's "
    "policy. In ideation the same model may be allowed, and what it makes is marked.",
    "model.unsafe": "Ask the vendor for the same weights as safetensors or ONNX.",
    "model.support": "Install the models extra, or choose another model.",
    "consent.missing": "File the performer's consent with 'photodouble consent add', then submit again.",
    "consent.not_valid": "Compare the consent's shots, use and dates with the request; the message names "
    "what does not fit. A new use needs a new consent.",
    "policy.approval": "Have the take approved by a person whom the show's policy names, then export again.",
    "policy.forbidden": "Change the intended use of the request, or ask whoever keeps the show's policy.",
    "policy.no_person": "Make your own key with 'photodouble person add', and have its public half put into "
    "the show's settings.",
    "policy.permit": "Submit the farm job again: its permit has expired, was revoked or belongs to another "
    "request.",
    "input.tampered": "Go back to the file as it was delivered, or make the take again. The message names "
    "the first place that differs.",
    "engine.ledger": "Look at it with 'photodouble ledger verify'. A damaged one is never mended silently.",
    "engine.disk_full": "Make room on the disk and resume the job, on the command line with --resume. "
    "Finished frames are kept.",
    "engine.stopped": "Resume the job, on the command line with --resume: it makes only what is missing. "
    "Finished frames are kept.",
    "engine.take_sealed": "Start a new take. The old one stays as it is.",
    "engine.take_mismatch": "Start a new take, or go back to the request that the take was made from.",
    "engine.no_take": "Check the path, or list the takes of the shot.",
    "engine.no_source": "Allow more source frames, shrink the matte, or give a clean plate.",
    "engine.memory": "Close other programs, lower the analysis size, or work on fewer frames at once.",
    "engine.not_installed": "Install the engine, or name its Python: run 'photodouble engine use' in its "
    "environment, or set PHOTODOUBLE_ENGINE to the path of its interpreter.",
    "engine.start_failed": "Read the log that the message names. Run 'photodouble engine start' in a "
    "terminal to see the same failure there.",
    "engine.unreachable": "Wait a moment and try again. 'photodouble engine stop --force' ends an engine "
    "that hangs; its jobs go on when the next one starts.",
    "engine.version_mismatch": "Install the plugin and the engine of the same release, then restart the "
    "engine.",
    "engine.refused": "Send less at once. Only programs of the same user on the same machine may talk to the "
    "engine.",
    "engine.no_job": "List the jobs again: it may have been cleared away, or belong to another engine.",
    "engine.worker_crashed": "Leave out the named frame to see whether the others work, or lower the memory "
    "that the job needs, then resume it. Finished frames are kept.",
    "engine.frames_missing": "Run the chunks of the named frames again, then the last step.",
    "engine.farm_support": "Install the farm extra, or use 'photodouble farm commands', which needs nothing.",
    "engine.panel_support": "Install the qt extra, and start the panel on a desktop with a screen.",
    "engine.runtime_folder": "Remove the named folder if it is not yours, or name another one in "
    "PHOTODOUBLE_RUNTIME.",
    "engine.ofx_build": "Install a C compiler, or name yours in CC. "
    "For other machines install the extra ofx.",
    "engine.ofx_faulty": "Build the node from an unchanged source, or with another compiler.",
    "engine.ofx_check": "Build and install the node again. If that does not help, send what the check "
    "says to the makers.",
    "engine.unexpected": "Resume the job, on the command line with --resume. If it fails again, send the log "
    "of the take to the makers.",
}
