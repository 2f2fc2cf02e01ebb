"""The same file on several systems: roots are translated, and nothing else is."""

from __future__ import annotations

from photodouble_client.frames import FrameRange
from photodouble_client.pathmap import PathMap, localise
from photodouble_client.request import JobRequest, PortInput

SITE = (
    {"linux": "/mnt/show", "windows": "P:\\show", "macos": "/Volumes/show"},
    {"linux": "/mnt/show/vault", "windows": "\\\\vault\\deep", "macos": "/Volumes/vault"},
    {"linux": "/plates", "windows": "R:/"},
)
TO_LINUX = PathMap(SITE, "linux")
TO_WINDOWS = PathMap(SITE, "windows")
TO_MACOS = PathMap(SITE, "macos")

BOTH_WAYS = (
    ("/mnt/show/sh010/plate.####.exr", "P:\\show\\sh010\\plate.####.exr"),
    ("/mnt/show/sh010/plate.%04d.exr", "P:\\show\\sh010\\plate.%04d.exr"),
    ("/mnt/show", "P:\\show"),
    ("/mnt/show/vault/a.1001.exr", "\\\\vault\\deep\\a.1001.exr"),
    ("/mnt/show/a b/ä [x].exr", "P:\\show\\a b\\ä [x].exr"),
    ("/plates/x.exr", "R:/x.exr"),
)


def test_a_path_is_translated_both_ways():
    for here, there in BOTH_WAYS:
        assert TO_WINDOWS.localise_path(here) == there
        assert TO_LINUX.localise_path(there) == here


def test_a_path_that_is_written_for_this_system_stays_as_it_is():
    for path in ("/mnt/show//sh010/./plate.exr", "/elsewhere/x.exr", "relative/x.exr", "", "####.exr"):
        assert TO_LINUX.localise_path(path) == path
    for path in ("p:/Show/x.exr", "P:\\show\\x.exr", "C:\\x.exr", "x\\y.exr"):
        assert TO_WINDOWS.localise_path(path) == path


def test_windows_roots_are_found_in_any_case_and_with_either_sign():
    for path in ("p:\\SHOW\\x.exr", "P:/show/x.exr", "P:/show\\\\x.exr", "\\\\?\\P:\\show\\x.exr"):
        assert TO_LINUX.localise_path(path) == "/mnt/show/x.exr"
    for path in ("\\\\VAULT\\deep\\x.exr", "//vault/Deep/x.exr", "\\\\?\\UNC\\vault\\deep\\x.exr"):
        assert TO_LINUX.localise_path(path) == "/mnt/show/vault/x.exr"


def test_the_rest_of_a_path_keeps_its_case():
    assert TO_LINUX.localise_path("p:\\show\\SH010\\Plate.EXR") == "/mnt/show/SH010/Plate.EXR"


def test_roots_of_linux_and_macos_keep_their_case():
    assert TO_MACOS.localise_path("/MNT/show/x.exr") == "/MNT/show/x.exr"
    assert TO_MACOS.localise_path("/mnt/show/x.exr") == "/Volumes/show/x.exr"


def test_a_root_holds_whole_names_only():
    assert TO_WINDOWS.localise_path("/mnt/show2/x.exr") == "/mnt/show2/x.exr"
    assert TO_LINUX.localise_path("P:\\showreel\\x.exr") == "P:\\showreel\\x.exr"
    assert TO_LINUX.localise_path("\\\\vault\\deeper\\x.exr") == "\\\\vault\\deeper\\x.exr"


def test_the_longest_root_wins_in_any_order():
    for site in (SITE, SITE[::-1]):
        assert PathMap(site, "macos").localise_path("/mnt/show/vault/x.exr") == "/Volumes/vault/x.exr"
        assert PathMap(site, "macos").localise_path("/mnt/show/vaults/x.exr") == "/Volumes/show/vaults/x.exr"


def test_a_place_that_this_system_does_not_reach_is_left_alone():
    assert TO_MACOS.localise_path("/plates/x.exr") == "/plates/x.exr"
    assert TO_MACOS.localise_path("R:\\x.exr") == "R:\\x.exr"


def test_a_path_that_climbs_out_of_its_root_is_not_below_it():
    assert TO_LINUX.localise_path("P:\\show\\..\\other\\x.exr") == "P:\\show\\..\\other\\x.exr"
    assert TO_LINUX.localise_path("P:\\show\\a\\..\\x.exr") == "/mnt/show/a/../x.exr"


def test_translating_twice_is_translating_once():
    for here, there in BOTH_WAYS:
        assert TO_WINDOWS.localise_path(TO_WINDOWS.localise_path(here)) == there


def test_a_root_that_is_the_whole_drive_or_system_keeps_its_sign():
    whole = PathMap(({"linux": "/", "windows": "Z:\\"},), "windows")
    assert whole.localise_path("/") == "Z:\\"
    assert whole.localise_path("/a/b") == "Z:\\a\\b"
    assert PathMap(({"linux": "/", "windows": "Z:\\"},), "linux").localise_path("z:\\a\\b") == "/a/b"


def test_pairs_go_before_the_roots_of_the_site():
    pairs = (("/mnt/show", "/sessions/7/show"), ("P:\\show\\plates", "/sessions/7/plates"))
    given = PathMap(SITE, "linux", pairs)
    assert given.localise_path("/mnt/show/x.exr") == "/sessions/7/show/x.exr"
    assert given.localise_path("p:/show/plates/x.exr") == "/sessions/7/plates/x.exr"
    assert given.localise_path("P:\\show\\x.exr") == "/mnt/show/x.exr"
    assert PathMap((), "windows", (("/a", "D:\\b"),)).localise_path("/a/c.exr") == "D:\\b\\c.exr"


def _request():
    return JobRequest(
        "inpaint",
        inputs={"plate": PortInput("P:\\show\\p.####.exr", FrameRange((1, 2)), "", "ACEScg")},
        overrides={1001: "P:\\show\\fix.1001.exr"},
        locks={1002: "\\\\vault\\deep\\old.1002.exr"},
        output_root="P:\\show\\takes",
        script="P:\\show\\sh010.nk",
        shot="P:\\show",
    )


def test_every_path_of_a_request_is_translated_and_nothing_else():
    local = TO_LINUX.localise(_request())
    assert local.inputs["plate"] == PortInput("/mnt/show/p.####.exr", FrameRange((1, 2)), "", "ACEScg")
    assert local.overrides == {1001: "/mnt/show/fix.1001.exr"}
    assert local.locks == {1002: "/mnt/show/vault/old.1002.exr"}
    assert (local.output_root, local.script) == ("/mnt/show/takes", "/mnt/show/sh010.nk")
    assert local.shot == "P:\\show"


def test_without_roots_a_request_stays_the_very_same():
    request = _request()
    assert localise(request) is request
    assert localise(request, pairs=(("P:\\show", "/x"),)).output_root == "/x/takes"


def test_documents_in_controls_of_kind_path_are_translated_animated_or_not():
    from photodouble_client import pathmap
    from photodouble_client.opspec import OpSpec
    from photodouble_client.param import Param

    params = (Param("look", "path", "", "Look", "A look."), Param("note", "text", "", "Note", "A note."))
    before = pathmap.SPECS
    pathmap.SPECS = {"grade": OpSpec("grade", "Grade", 1, "Grade.", (), params)}
    try:
        values = {"look": {"frames": {"1": "P:\\show\\a.json"}}, "note": "P:\\show\\a"}
        local = TO_LINUX.localise(JobRequest("grade", values=values))
        assert local.values == {"look": {"frames": {"1": "/mnt/show/a.json"}}, "note": "P:\\show\\a"}
        plain = TO_LINUX.localise(JobRequest("grade", values={"look": "P:\\show\\a.json"}))
        assert plain.values == {"look": "/mnt/show/a.json"}
    finally:
        pathmap.SPECS = before
