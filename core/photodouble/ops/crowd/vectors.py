"""Compiled steps that work on a whole texel at once, and on the bits of a row of pixels.

Additions keep their order and nothing is fused, so that every processor gives the same bits.
"""
# ruff: noqa: ARG001 (numba reads the names of the parameters)

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import extending

intrinsic: Any = extending.intrinsic
_FLOAT = ir.FloatType()
_FOUR = ir.VectorType(_FLOAT, 4)
_TUPLE = types.UniTuple(types.float32, 4)
_STRIDE = 5


@intrinsic
def lowest_bit(_context, word):  # type: ignore[no-untyped-def]
    """Give the place of the lowest bit that is set; the word must not be 0."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), build


@intrinsic
def four_texels(_context, texels, upper, lower, along, down):  # type: ignore[no-untyped-def]
    """Interpolate the first four channels between two by two texels.

    `texels` is (T, 5) float32; `upper` and `lower` are the left ones, `along` and `down` from 0 to 1.
    """

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        picture = context.make_array(signature.args[0])(context, builder, value=arguments[0])
        along_all, down_all = (_spread(builder, argument) for argument in arguments[3:])
        texels = [_texel(builder, picture.data, row, after) for row in arguments[1:3] for after in (0, 1)]
        upper = _between(builder, texels[0], texels[1], along_all)
        lower = _between(builder, texels[2], texels[3], along_all)
        return _as_tuple(context, builder, _between(builder, upper, lower, down_all))

    return _TUPLE(texels, types.int64, types.int64, types.float32, types.float32), build


@intrinsic
def blend_four(_context, one, other, amount):  # type: ignore[no-untyped-def]
    """Go from one four to the other by `amount`."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start, end = (_as_vector(builder, argument) for argument in arguments[:2])
        return _as_tuple(context, builder, _between(builder, start, end, _spread(builder, arguments[2])))

    return _TUPLE(_TUPLE, _TUPLE, types.float32), build


@intrinsic
def put_four(_context, rows, place, values):  # type: ignore[no-untyped-def]
    """Write four values into row `place` of (P, 4) float32."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _row(context, builder, signature.args[0], arguments[0], arguments[1], 4)
        builder.store(_as_vector(builder, arguments[2]), pointer, align=4)
        return context.get_dummy_value()

    return types.void(rows, types.int64, _TUPLE), build


@intrinsic
def add_four(_context, pixels, place, values, at, factors):  # type: ignore[no-untyped-def]
    """Add row `at` of (P, 4) values, times four factors, to the start of row `place` of (P, 8) pixels."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _row(context, builder, signature.args[0], arguments[0], arguments[1], 8)
        row = _row(context, builder, signature.args[2], arguments[2], arguments[3], 4)
        added = builder.fmul(builder.load(row, align=4), _as_vector(builder, arguments[4]))
        builder.store(builder.fadd(builder.load(pointer, align=4), added), pointer, align=4)
        return context.get_dummy_value()

    return types.void(pixels, types.int64, values, types.int64, _TUPLE), build


def _texel(builder: Any, data: Any, row: Any, next_one: int) -> Any:
    at = builder.add(
        builder.mul(row, ir.Constant(row.type, _STRIDE)), ir.Constant(row.type, _STRIDE * next_one)
    )
    return builder.load(builder.bitcast(builder.gep(data, [at]), _FOUR.as_pointer()), align=4)


def _row(context: Any, builder: Any, kind: Any, array: Any, place: Any, stride: int) -> Any:
    data = context.make_array(kind)(context, builder, value=array).data
    at = builder.mul(place, ir.Constant(place.type, stride))
    return builder.bitcast(builder.gep(data, [at]), _FOUR.as_pointer())


def _between(builder: Any, start: Any, end: Any, amount: Any) -> Any:
    return builder.fadd(start, builder.fmul(builder.fsub(end, start), amount))


def _spread(builder: Any, value: Any) -> Any:
    one = builder.insert_element(ir.Constant(_FOUR, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), 4), [0, 0, 0, 0])
    return builder.shuffle_vector(one, ir.Constant(_FOUR, ir.Undefined), zeros)


def _as_vector(builder: Any, values: Any) -> Any:
    vector = ir.Constant(_FOUR, ir.Undefined)
    for place in range(4):
        value = builder.extract_value(values, place)
        vector = builder.insert_element(vector, value, ir.Constant(ir.IntType(32), place))
    return vector


def _as_tuple(context: Any, builder: Any, vector: Any) -> Any:
    values = [builder.extract_element(vector, ir.Constant(ir.IntType(32), place)) for place in range(4)]
    return context.make_tuple(builder, _TUPLE, values)
