"""A strict OpenFX host: it loads a node as a real host does, and writes down whatever the node does wrong.

For the test of a node on the machine that it is to run on, and for our own tests. Linux only: a variadic
function takes its values there like any other, and elsewhere (macOS on arm64) it does not.

    with Host(Path("PhotoDouble.ofx"), RESOLVE) as host, host.instance("filter", {"take": folder}) as node:
        picture = node.render(source, time=12.0)
    assert host.complaints == ()

Order of calls: manual, "Loading Sequence" and "Actions Passed to An Image Effect". Suites beyond pictures,
properties, controls, memory and messages are not imitated: asking for one gives NULL, as a host without it
does.
"""

from __future__ import annotations

import _ctypes
import ctypes
import shutil
import sys
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from photodouble.ofx.abi import FETCH_SUITE, HostStruct, PluginStruct, Status, Suite
from photodouble.ofx.conduct import Handles, Witness
from photodouble.ofx.effects import DESCRIBE_IN_CONTEXT, OUTPUT, SOURCE, Effect, EffectSuite
from photodouble.ofx.instance import Instance, Project
from photodouble.ofx.messages import MemorySuite, Message, MessageSuite
from photodouble.ofx.parameter_calls import ParameterSuite
from photodouble.ofx.parameters import Parameter, check_described, new_parameter_set
from photodouble.ofx.profiles import CONTEXTS, HostProfile
from photodouble.ofx.properties import PropertySet, PropertySuite, Value
from photodouble.ofx.vocabulary import ARGUMENTS, EFFECT, EFFECT_READ_ONLY, HOST

ANSWERED = frozenset({Status.OK, Status.DEFAULT})


class HostRefused(Exception):  # noqa: N818 (a host says no; nothing went wrong here)
    """The node could not be loaded or made: the action and what it answered."""

    def __init__(self, action: str, status: int) -> None:
        word = Status(status).name if status in Status.__members__.values() else str(status)
        super().__init__(f"{action} answered {word}")
        self.action = action
        self.status = status


@dataclass(frozen=True)
class Description:
    """What a node says of itself."""

    identifier: str
    version: tuple[int, int]
    label: str
    group: str
    contexts: tuple[str, ...]
    clips: Mapping[str, tuple[str, ...]]
    parameters: Mapping[str, Parameter]
    thread_safety: str
    plugin_count: int


class Host:
    """One host with one node loaded; `without_suites` and `without` take away what real hosts may lack."""

    def __init__(
        self,
        binary: Path,
        profile: HostProfile,
        *,
        without_suites: Collection[str] = (),
        without: Collection[str] = (),
    ) -> None:
        if not sys.platform.startswith("linux"):
            raise HostRefused("a host for tests (Linux only)", Status.UNSUPPORTED)
        self.binary, self.profile = binary, profile
        self.witness, self.handles = Witness(), Handles()
        self._without = frozenset(without_suites)
        told = {name: value for name, value in profile.properties.items() if name not in without}
        self.properties = PropertySet("the host", HOST, told)
        self.properties.handle = self.handles.give(self.properties)
        self.effects = EffectSuite(self.handles, self.witness)
        self.memory = MemorySuite(self.witness)
        version = max(number for name, number in profile.suites if name == "OfxMessageSuite")
        self._messages = MessageSuite(
            self.witness, version=version, entries_empty=profile.message_entries_empty
        )
        self._suites = self._all_suites(version)
        self._fetch = FETCH_SUITE(self._fetch_suite)
        self._struct = HostStruct(self.properties.handle, self._fetch)
        self._described: dict[str, Effect] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def _all_suites(self, message_version: int) -> dict[tuple[str, int], Suite]:
        suites = {
            ("OfxPropertySuite", 1): PropertySuite(self.handles, self.witness).suite,
            ("OfxImageEffectSuite", 1): self.effects.suite,
            ("OfxParameterSuite", 1): ParameterSuite(self.handles, self.witness).suite,
            ("OfxMemorySuite", 1): self.memory.suite,
        }
        for version in range(1, message_version + 1):
            suites["OfxMessageSuite", version] = self._messages.suite
        return suites

    @property
    def complaints(self) -> tuple[str, ...]:
        """Return every rule that the node broke, once each."""
        return self.witness.complaints

    @property
    def messages(self) -> tuple[Message, ...]:
        """Return every message that the node sent."""
        return tuple(self._messages.messages)

    def standing_message(self, effect: int) -> str:
        """Return the persistent message of an instance, or nothing."""
        message = self._messages.standing.get(effect)
        return message.text if message else ""

    def __enter__(self) -> Host:
        try:
            self._open()
        except BaseException:
            self._forget_binary()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.expect(
            self.act("OfxActionUnload"), "OfxActionUnload", is_answer_needed=self.profile.is_answer_needed
        )
        if self.effects.kept_memory or self.memory.kept:
            self.witness.complain("memory of the host was never given back")
        self._forget_binary()

    def _open(self) -> None:
        # A private copy: two hosts at once have the node's globals each for itself, as two programs would.
        self._folder = tempfile.TemporaryDirectory(prefix="photodouble-ofx-")
        copy = Path(self._folder.name) / self.binary.name
        shutil.copy(self.binary, copy)
        self._library = ctypes.CDLL(str(copy), mode=ctypes.RTLD_LOCAL)
        self._library.OfxGetPlugin.restype = ctypes.POINTER(PluginStruct)
        count = int(self._library.OfxGetNumberOfPlugins())
        self._plugin = self._library.OfxGetPlugin(0).contents
        if self._plugin.api != b"OfxImageEffectPluginAPI" or self._plugin.api_version != 1:
            raise HostRefused("the plug-in's API", Status.MISSING_HOST_FEATURE)
        if self._library.OfxGetPlugin(count):
            self.witness.complain("there is a plug-in beyond the last one")
        self._plugin.set_host(ctypes.byref(self._struct))
        self.expect(
            self.act("OfxActionLoad"), "OfxActionLoad", is_answer_needed=self.profile.is_answer_needed
        )
        try:
            self.description = self._describe(count)
        except BaseException:
            self.act("OfxActionUnload")
            raise

    def _forget_binary(self) -> None:
        library = getattr(self, "_library", None)
        if library is not None:
            _ctypes.dlclose(library._handle)
            del self._library
        if self._folder is not None:
            self._folder.cleanup()

    def _fetch_suite(self, host: int | None, name: bytes, version: int) -> int:
        if host != self.properties.handle:
            self.witness.complain("a suite is asked of another host")
        if not self.witness.action:
            self.witness.complain("a suite is asked for outside any action")
        key = (name.decode(), version)
        suite = self._suites.get(key) if key in self.profile.suites or version == 1 else None
        return suite.address if suite and key[0] not in self._without else 0

    def act(
        self,
        action: str,
        handle: int = 0,
        given: PropertySet | None = None,
        answer: PropertySet | None = None,
    ) -> int:
        """Send one action to the node's entry and return its status."""
        for properties in (given, answer):
            if properties is not None:
                properties.handle = self.handles.give(properties)
        with self.witness.acting(action):
            status = int(
                self._plugin.main_entry(
                    action.encode(), handle or None, given and given.handle, answer and answer.handle
                )
            )
        for properties in (given, answer):
            if properties is not None:
                self.handles.end(properties.handle)
        return status

    def expect(self, status: int, action: str, *, is_answer_needed: bool = False) -> None:
        """Go on after OK (or an unanswered action, where the host forgives it), refuse otherwise."""
        if status == Status.DEFAULT and is_answer_needed:
            self.witness.complain(f"{action} was not answered; this host needs an answer")
        if status not in ANSWERED:
            raise HostRefused(action, status)

    def _describe(self, count: int) -> Description:
        effect = self._new_effect("the effect")
        self.expect(self.act("OfxActionDescribe", effect.handle), "OfxActionDescribe", is_answer_needed=True)
        properties = effect.properties
        for needed in (
            "OfxImageEffectPropSupportedContexts",
            "OfxImageEffectPropSupportedPixelDepths",
            "OfxPropLabel",
        ):
            if needed not in properties.written:
                self.witness.complain(f"the effect does not say its {needed}")
        contexts = properties.texts("OfxImageEffectPropSupportedContexts")
        for context in contexts:
            if context in self.profile.contexts:
                self._described[context] = self._describe_in(context, effect)
        if not self._described:
            raise HostRefused("the contexts of the node", Status.MISSING_HOST_FEATURE)
        return Description(
            self._plugin.identifier.decode("ascii"),
            (self._plugin.major, self._plugin.minor),
            properties.text("OfxPropLabel"),
            properties.text("OfxImageEffectPluginPropGrouping"),
            contexts,
            {name: tuple(described.clips) for name, described in self._described.items()},
            {
                name: one
                for described in self._described.values()
                for name, one in described.parameters.parameters.items()
            },
            properties.text("OfxImageEffectPluginRenderThreadSafety"),
            count,
        )

    def _new_effect(self, thing: str, values: Mapping[str, tuple[Value, ...]] | None = None) -> Effect:
        start: dict[str, tuple[Value, ...]] = {"OfxPropType": ("OfxTypeImageEffect",)}
        start["OfxPluginPropFilePath"] = (str(self.binary.parent),)
        properties = PropertySet(thing, EFFECT, start | dict(values or {}))
        properties.writable = lambda name: name not in EFFECT_READ_ONLY
        properties.handle = self.handles.give(properties)
        effect = Effect(properties, new_parameter_set(thing, self.handles, is_describing=True))
        effect.handle = self.handles.give(effect)
        return effect

    def _describe_in(self, context: str, described: Effect) -> Effect:
        effect = self._new_effect(f"the effect in {context}", described.properties.values)
        given = PropertySet("the arguments", ARGUMENTS, {"OfxImageEffectPropContext": (context,)})
        status = self.act(DESCRIBE_IN_CONTEXT, effect.handle, given)
        self.expect(status, DESCRIBE_IN_CONTEXT, is_answer_needed=True)
        for name in (SOURCE, OUTPUT):
            if name not in effect.clips:
                self.witness.complain(f"{context} has no clip {name}")
        for name, clip in effect.clips.items():
            if "OfxImageEffectPropSupportedComponents" not in clip.properties.written:
                self.witness.complain(f"clip {name} does not say its components")
            if name not in (SOURCE, OUTPUT) and not clip.properties.number("OfxImageClipPropOptional"):
                self.witness.complain(f"clip {name} is not optional in {context}")
        check_described(effect.parameters.parameters, self.witness.complain)
        return effect

    def instance(
        self,
        context: str = "filter",
        values: Mapping[str, Value] | None = None,
        *,
        size: tuple[int, int] = (0, 0),
        pixel_aspect: float = 1.0,
    ) -> Instance:
        """Return a node in a context ("filter" or "general"), at the values of a loaded project.

        `size` is the project's in pixels; without it that of the first picture rendered.
        """
        described = self._described.get(CONTEXTS[context])
        if described is None:
            raise HostRefused(f"context {context}", Status.UNSUPPORTED)
        return Instance(self, described, CONTEXTS[context], values or {}, Project(size, pixel_aspect))
