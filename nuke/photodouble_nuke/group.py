"""Make a Photo Double node: a plain Group with knobs from the declaration and plain nodes inside."""

from __future__ import annotations

import uuid
from typing import Any, Dict, List, Mapping, Optional, Sequence

import nuke

from photodouble_client.opspec import OpSpec
from photodouble_client.specs import SPECS
from photodouble_client.take_nodes import Expression, Plain, input_nodes, picture_knobs, take_nodes
from photodouble_client.take_passes import with_passes

from . import knobs, layout

BELOW = 80
"""How far under the chosen node a new one stands."""


def node_name(operation: str) -> str:
    """Name the nodes of an operation: PD_Inpaint, PD_DeAge."""
    return "PD_" + SPECS[operation].name


def make(operation: str) -> Any:
    """Make a node behind the one that is selected; one step of undo."""
    spec = SPECS[operation]
    chosen = nuke.selectedNodes()
    with nuke.Undo(f"Create {node_name(operation)}"):
        node = nuke.nodes.Group()
        node.setName(node_name(operation) + "1")
        fill(node, spec)
        if len(chosen) == 1:
            node.setInput(0, chosen[0])
            node.setXYpos(chosen[0].xpos(), chosen[0].ypos() + BELOW)
    return node


def fill(node: Any, spec: OpSpec) -> None:
    """Give a group its knobs and what is inside; what it has already is left alone."""
    add_knobs(node, spec)
    layout.listen(node)
    node["pd_spec_version"].setValue(spec.version)
    node["pd_node_version"].setValue(layout.NODE_VERSION)
    node["pd_controls"].setValue(" ".join(knobs.knob_name(param.key) for param in spec.params))
    node["pd_operation"].setValue(spec.key)
    if not node["pd_node"].value():
        node["pd_node"].setValue(uuid.uuid4().hex)
    build(node, inside_of(spec))
    knobs.show_what_counts(node, spec)


def add_knobs(node: Any, spec: OpSpec) -> None:
    """Add the knobs that a node lacks, in the order of the panel."""
    held = node.knobs()
    for knob in layout.all_knobs(spec):
        if knob.name() not in held:
            node.addKnob(knob)


def inside_of(spec: OpSpec, pictures: Optional[Mapping[str, Mapping[str, Any]]] = None) -> List[Plain]:
    """List the nodes inside a node of an operation."""
    inputs = input_nodes([port.key for port in knobs.picture_ports(spec)])
    nodes = inputs + take_nodes(picture_knobs(None) if pictures is None else pictures)
    return with_passes(nodes) if has_passes(spec) else nodes


def has_passes(spec: OpSpec) -> bool:
    """Whether the takes of an operation have depth, motion and ID mattes."""
    return {"depth", "motion", "ids"} <= {port.key for port in spec.outputs}


def build(group: Any, wanted: Sequence[Plain]) -> None:
    """Make the nodes inside a group, or bring those that are there up to the recipe.

    Inputs that are there are kept, so that nothing comes off; what the recipe no longer has goes.
    """
    names = {plain.name for plain in wanted}
    for node in group.nodes():
        if node.name() not in names:
            nuke.delete(node)
    made: Dict[str, Any] = {}
    with group:
        for plain in wanted:
            made[plain.name] = _made(group, plain)
        for plain in wanted:
            for number, source in enumerate(plain.inputs):
                made[plain.name].setInput(number, made[source])


def show(group: Any, pictures: Mapping[str, Mapping[str, Any]]) -> None:
    """Let the nodes inside show other pictures."""
    for name, values in pictures.items():
        node = group.node(name)
        for key, value in values.items() if node is not None else ():
            set_knob(node, key, value)


def set_knob(node: Any, key: str, value: Any) -> None:
    """Set a knob of a recipe; what it holds already is not set again."""
    knob = node[key]
    if isinstance(value, Expression):
        knob.setExpression(value.text)
    elif isinstance(value, tuple):
        for channel, one in enumerate(value):
            if isinstance(one, Expression):
                knob.setExpression(one.text, channel)
            else:
                knob.setValue(one, channel)
    elif knob.value() != value:
        knob.setValue(value)


def _made(group: Any, plain: Plain) -> Any:
    node = group.node(plain.name)
    if node is not None and node.Class() != plain.kind:
        nuke.delete(node)
        node = None
    if node is None:
        node = getattr(nuke.nodes, plain.kind)()
        node.setName(plain.name)
        node.setXYpos(*plain.place)
    for key, value in plain.knobs.items():
        set_knob(node, key, value)
    return node
