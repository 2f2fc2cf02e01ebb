"""The operators that a TorchScript model may call: those that calculate, and nothing that reaches outside.

Not among them, on purpose: `from_file` and whatever else maps or writes files, `classes` and other libraries
of operators, operators that share or reinterpret memory (`set_`, `as_strided`, `_unsafe...`), that change how
the process works (threads, seeds, profilers), and calls that start other work (`fork`, `rpc`).
"""

from __future__ import annotations

_ARITHMETIC = """
abs acos add add_ addcdiv addcmul addmm all amax amin aminmax any arange argmax argmin argsort asin
atan atan2 baddbmm bitwise_and bitwise_not bitwise_or bitwise_xor bmm bucketize ceil clamp clamp_
clamp_max clamp_min cos cosh count_nonzero cross cummax cummin cumprod cumsum deg2rad diff digamma
dist div div_ dot einsum eq equal erf erfc erfinv exp exp2 exp_ expm1 fmod floor floor_divide
floordiv frac ge gt hypot isclose isfinite isinf isnan kthvalue le lerp log log10 log1p log2 log_
logaddexp logical_and logical_not logical_or logical_xor logsumexp lt matmul max maximum mean median
min minimum mm mode mul mul_ multiply mv nan_to_num ne neg neg_ norm pow pow_ prod quantile rad2deg
reciprocal remainder round rsqrt rsub sigmoid sigmoid_ sign sin sinh sort sqrt square std std_mean
sub sub_ subtract sum tan tanh tanh_ topk tril triu true_divide trunc unique var var_mean
linalg_norm linalg_vector_norm linalg_inv outer trace __and__ __or__ __xor__ __not__ __is__
__isnot__ __contains__ __getitem__ __derive_index __range_length __lshift__ __rshift__ __iand__
__ior__ mathremainder
"""
_SHAPES = """
alias cat chunk concat constant_pad_nd contiguous copy copy_ detach dim dstack empty empty_like
expand expand_as eye fill_ flatten flip full full_like gather hsplit hstack index index_add
index_copy index_fill index_put index_put_ index_select is_contiguous item len linspace masked_fill
masked_fill_ masked_select meshgrid moveaxis movedim narrow ndim new_empty new_full new_ones
new_zeros nonzero numel one_hot ones ones_like pad permute pixel_shuffle pixel_unshuffle ravel
reflection_pad1d reflection_pad2d reflection_pad3d repeat repeat_interleave replication_pad1d
replication_pad2d replication_pad3d reshape roll rot90 scatter scatter_ scatter_add select size
slice split split_with_sizes squeeze squeeze_ stack stride swapaxes swapdims t tensor_split tile to
transpose type_as unbind unflatten unfold unsqueeze unsqueeze_ view view_as vsplit vstack where
zero_ zeros zeros_like zeros_ ScalarImplicit FloatImplicit IntImplicit Bool Float Int
_shape_as_tensor scalar_tensor tensor as_tensor clone
"""
_LAYERS = """
_convolution adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool2d
affine_grid affine_grid_generator alpha_dropout avg_pool1d avg_pool2d avg_pool3d batch_norm celu
celu_ channel_shuffle conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d
convolution deform_conv2d dropout dropout_ elu elu_ embedding feature_dropout gelu glu grid_sampler
grid_sampler_2d grid_sampler_3d group_norm hardsigmoid hardsigmoid_ hardswish hardswish_ hardtanh
hardtanh_ im2col col2im instance_norm layer_norm leaky_relu leaky_relu_ linear log_sigmoid
log_softmax max_pool1d max_pool2d max_pool3d mish native_batch_norm native_group_norm
native_layer_norm normalize prelu relu relu6 relu_ rms_norm rrelu scaled_dot_product_attention selu
selu_ silu silu_ softmax softmin softplus softshrink softsign tanhshrink threshold threshold_
upsample_bicubic2d upsample_bilinear2d upsample_linear1d upsample_nearest1d upsample_nearest2d
upsample_nearest3d upsample_trilinear3d _upsample_bicubic2d_aa _upsample_bilinear2d_aa
_upsample_nearest_exact1d _upsample_nearest_exact2d _upsample_nearest_exact3d _upsample_lanczos2d_aa
upsample_lanczos2d_aa fft_fft fft_fft2 fft_fftn fft_fftshift fft_ifft fft_ifft2 fft_ifftn
fft_ifftshift fft_irfft fft_irfft2 fft_irfftn fft_rfft fft_rfft2 fft_rfftn fft_fftfreq fft_rfftfreq
complex real imag view_as_real view_as_complex angle conj polar stft istft hann_window
hamming_window blackman_window
"""
_LISTS = """
append extend insert pop clear reverse count index keys values items get setdefault update format
join lower upper split strip startswith endswith replace find str ord chr copy list dict remove add_
warn dtype device layout requires_grad is_floating_point is_complex is_cuda is_cpu get_device
numpy_T mT mH T data
"""
_PRIMITIVES = """
NumToTensor RaiseException unchecked_unwrap_optional unchecked_cast min max abs TupleIndex
TupleUnpack TupleConstruct ListConstruct ListUnpack DictConstruct dtype device layout is_cuda shape
requires_grad data grad itemsize ImplicitTensorToNum AutogradZero rangelist tolist name
Uninitialized
"""
_CONSTANTS = """
float16 float32 float64 half float double int8 int16 int32 int64 uint8 short int long bool bfloat16
strided contiguous_format preserve_format channels_last
"""

CALCULATING = frozenset(" ".join((_ARITHMETIC, _SHAPES, _LAYERS, _LISTS, _PRIMITIVES, _CONSTANTS)).split())
"""Every operator that a program may name."""
_FUNCTIONS = """
abs annotate bool chr complex dict enumerate float getattr hasattr int isinstance len list max min ord range
round sorted str tuple unchecked_cast uninitialized zip
"""
PLAIN = frozenset(_FUNCTIONS.split())
"""Functions without a path: of numbers and lists."""
