"""The public names of every namespace; to widen one is a decision, made here."""

import ast
import importlib
import inspect
import pydoc
import re
from pathlib import Path

import pytest

import bouton as bp

PUBLIC = {
    "bouton": """
        examples exchange from_nir to_nir
        synapses synouts synplast
        layers neurons nn tools
        BPFF BPTT DSRunner ForceTrainer LoopOverTime OfflineTrainer OnlineTrainer RidgeTrainer train
        connect conn StepOf
        Base BrainPyObject Container DynamicalSystem DynamicalSystemNS Entry Network Object Sequential check errors
        functional init initialize losses math modes modules naming not_pass_shared optim optimizers parameters run share tree
    """,
    "bouton.errors": """
        BoutonError EnvironmentProblem FolderError KindError LargeRecordWarning LeakedTracerError MathError MonitorError
        NoImplementationError PositionError ReboundWarning RunningError ShapeError SharedNameWarning UninitialisedError
        UniqueNameError UnknownPathError UnregisteredWarning UnsupportedError ValueRefused
    """,
    "bouton.check": """
        check_shape_consistency is_checking is_subclass turn_off turn_on
    """,
    "bouton.tools": """
        checking
    """,
    "bouton.nn": """
        Activation AvgPool BPFF BPTT BatchNorm1d BatchNorm2d BatchNorm3d Concat Conv1D Conv2D Conv3D Dense DenseMD Dropout
        ForceTrainer FromSystem FrozenNetwork GRU GeneralDense GroupNorm Input InstanceNorm LSTM LayerNorm LinearReadout
        MaxPool MinPool MultipleData NVAR Network Node NodeGraph NodeOfGraph OfflineTrainer OnlineTrainer PASS_NAME_DICT
        PASS_NODE_DICT PASS_ONLY_ONE PASS_SEQUENCE PASS_TYPE_DICT RNNRunner RecurrentNode Reservoir Reshape RidgeTrainer
        Select SingleData Summation VanillaRNN check_shape_consistency concatenate fb_connect ff_connect init_param merge
        register_data_pass_type select
    """,
    "bouton.exchange": """
        from_nir to_nir
    """,
    "bouton.connect": """
        All2All Connector DistanceProb FixedPostNum FixedPreNum FixedProb FixedTotalNum GaussianProb GridEight GridFour
        GridN IJConn MatConn One2One ScaleFreeBA SmallWorld SparseMatConn Synapses as_connector propagate
    """,
    "bouton.layers": """
        Activation AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d
        AdaptiveMaxPool3d AvgPool AvgPool1d AvgPool2d AvgPool3d BatchNorm1D BatchNorm1d BatchNorm2D
        BatchNorm2d BatchNorm3D BatchNorm3d Conv1D Conv1d Conv2D Conv2d Conv3D Conv3d ConvTranspose1D
        ConvTranspose1d ConvTranspose2D ConvTranspose2d ConvTranspose3D ConvTranspose3d Dense Dropout Flatten
        Conv1DLSTMCell Conv1dLSTMCell Conv2DLSTMCell Conv2dLSTMCell Conv3DLSTMCell Conv3dLSTMCell
        FunAsLayer GRUCell GroupNorm Identity InstanceNorm LSTMCell Layer LayerNorm Linear MaxPool MaxPool1d
        MaxPool2d MaxPool3d MinPool NVAR RNNCell Reservoir
    """,
    "bouton.neurons": """
        AdExIF AdQuaIF ALIFBellec2020 ExpIF FHN GIF HH HindmarshRose InputGroup Izhikevich LIF LeakyIntegrator
        MorrisLecar NeuGroup OutputGroup PoissonGroup QuaIF SpikeTimeGroup
    """,
    "bouton.synapses": """
        AMPA Alpha Delta DualExponential Exponential GABAa GapJunction NMDA TwoEndConn
    """,
    "bouton.synouts": """
        COBA CUBA MgBlock Part SynOut
    """,
    "bouton.synplast": """
        STD STP
    """,
    "bouton.examples": """
        COBA CUBA
    """,
    "bouton.dynamics": """
        LoopOverTime
        Container DynamicalSystem DynamicalSystemNS Network Sequential Share not_pass_shared share
    """,
    "bouton.init": """
        Constant Exponential Gamma Identity Initializer KaimingNormal KaimingUniform LecunNormal LecunUniform Normal OneInit
        Orthogonal TruncatedNormal Uniform VarianceScaling XavierNormal XavierUniform ZeroInit init_param parameter variable
        variable_
    """,
    "bouton.losses": """
        binary_logistic_loss cross_entropy_loss ctc_loss huber_loss l1_loss l2_loss log_cosh_loss mean_absolute_error
        mean_squared_error mean_squared_log_error multiclass_logistic_loss sigmoid_binary_cross_entropy
        softmax_cross_entropy
    """,
    "bouton.optim": """
        Adadelta Adagrad Adam AdamW Constant CosineAnnealingLR CosineAnnealingWarmRestarts ExponentialDecay
        ExponentialLR FromOptax InverseTimeDecay LARS Lion Momentum MomentumNesterov MultiStepLR NAdam Optimizer
        PiecewiseConstant PolynomialDecay RMSProp SGD SM3 Scheduler StepLR
    """,
    "bouton.math": """
        Array ArrayCollector BatchingMode Collector LengthDelay Mode NodeDict NodeList NonBatchingMode Parameter TrainVar
        TrainingMode VarDict VarList Variable VariableView abs absolute acos acosh activation add all allclose amax amin
        angle any append apply_along_axis apply_over_axes arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh
        argmax argmin argpartition argsort argwhere around array array_equal array_equiv array_split as_jax as_numpy
        asarray asin asinh astype atan atan2 atanh atleast_1d atleast_2d atleast_3d average bartlett batching_environment
        batching_mode bfloat16 bincount bitwise_and bitwise_count bitwise_invert bitwise_left_shift bitwise_not bitwise_or
        bitwise_right_shift bitwise_xor blackman block bool_ broadcast_arrays broadcast_shapes broadcast_to c_ can_cast
        cbrt ceil celu checkpoint choose clear_name_cache clip cls_jit column_stack complex128 complex64 complex_
        complexfloating compress concat concatenate cond conj conjugate convolve copy copysign corrcoef correlate cos cosh
        count_nonzero cov cross cumprod cumsum debug_rebound deg2rad degrees delete diag diag_indices diag_indices_from
        diagflat diagonal diff digitize disable_x64 divide divmod dot dsplit dstack dtype e ediff1d einsum elu empty
        empty_like enable_x64 environment equal euler_gamma exp exp2 expand_dims expm1 extract eye fabs fft fill_diagonal
        finfo flatnonzero flip fliplr flipud float16 float32 float64 float_ float_power floating floor floor_divide fmax
        fmin fmod for_loop frexp fromfunction full full_like gcd gelu geomspace get_bool get_complex get_dt get_float
        get_int get_mode get_platform glu grad gradient greater greater_equal hamming hanning hard_shrink hard_sigmoid
        hard_silu hard_tanh heaviside hessian histogram histogram2d histogram_bin_edges histogramdd hsplit hstack hypot i0
        identity ifelse iinfo imag index_exp indices inexact inf inner insert int16 int32 int64 int8 int_ integer interp
        intersect1d invert isclose iscomplex iscomplexobj isdtype isfinite isin isinf isnan isneginf isposinf isreal
        isrealobj isscalar issubdtype iterable ix_ jacfwd jacobian jacrev jit kaiser kron lcm ldexp leaky_relu left_shift
        less less_equal lexsort linalg linspace log log10 log1p log2 log_sigmoid log_softmax logaddexp logaddexp2
        logical_and logical_not logical_or logical_xor logspace mask_indices matmul matrix_transpose matvec max maximum
        mean median meshgrid mgrid min minimum mish mod modf moveaxis multiply nan nan_to_num nanargmax nanargmin
        nancumprod nancumsum nanmax nanmean nanmedian nanmin nanpercentile nanprod nanquantile nanstd nansum nanvar
        ndarray ndim negative newaxis nextafter nonbatching_mode nonzero not_equal number ogrid one_hot ones ones_like
        outer packbits pad partition percentile permute_dims pi piecewise place poly polyadd polyder polydiv polyfit
        polyint polymul polysub polyval positive pow power prelu prod promote_types ptp purify put put_along_axis quantile
        r_ rad2deg radians random ravel ravel_multi_index real reciprocal relu relu6 remainder remat repeat reshape resize
        result_type right_shift rint roll rollaxis roots rot90 round s_ searchsorted select selu set set_bool set_complex
        set_dt set_environment set_float set_int set_mode set_platform setdiff1d setxor1d shape sigmoid sign signbit
        signedinteger silu sin sinc sinh size soft_shrink soft_sign softmax softplus sort sort_complex spacing split sqrt
        square squeeze stack std subtract sum surrogate swapaxes swish take take_along_axis tan tanh tanh_shrink tensordot
        tile to_object trace training_environment training_mode transpose trapezoid tri tril tril_indices
        tril_indices_from trim_zeros triu triu_indices triu_indices_from true_divide trunc uint16 uint32 uint64 uint8
        union1d unique unique_all unique_counts unique_inverse unique_values unpackbits unravel_index unsignedinteger
        unstack unwrap vander var vdot vecdot vecmat vector_grad vectorize vmap vsplit vstack where while_loop zeros
        zeros_like
    """,
    "bouton.math.random": """
        DEFAULT RandomState bernoulli beta binomial categorical chisquare choice default_rng dirichlet exponential f
        gamma geometric gumbel laplace logistic lognormal multivariate_normal negative_binomial normal orthogonal
        pareto permutation poisson power rand randint randn random rayleigh seed shuffle split_key split_keys
        standard_cauchy standard_exponential standard_gamma standard_normal standard_t triangular truncated_normal
        uniform wald weibull
    """,
    "bouton.math.surrogate": """
        Arctan ERF GaussianGrad InvSquareGrad LeakyRelu LogTailedRelu MultiGaussianGrad NonzeroSignLog PiecewiseLinear
        PiecewiseQuadratic ReluGrad S2NN Sigmoid SlayerGrad SoftSign Surrogate arctan erf gaussian_grad inv_square_grad
        leaky_relu log_tailed_relu multi_gaussian_grad nonzero_sign_log piecewise_linear piecewise_quadratic relu_grad
        s2nn sigmoid slayer_grad soft_sign
    """,
    "bouton.modes": """
        BatchingMode Mode NonBatchingMode NormalMode TrainingMode batching normal training
    """,
    "bouton.modules": """
        ExpSmooth ExpSmoothJax ExpSyn ExpSynJax FFwdStack FFwdStackJax FromStep Functional Instant InstantJax LIF LIFJax Linear
        LinearJax LogSoftmax LogSoftmaxJax Module ModuleGraph ModuleOfGraph Rate RateJax Residual ResidualJax Sequential
        SequentialJax Softmax SoftmaxJax StepOf TSContinuous TSEvent aLIF aLIFJax TimedModule kaiming unit_eigs xavier
    """,
    "bouton.parameters": """
        Constant Parameter SimulationParameter State
    """,
    "bouton.run": """
        Activity ActivityCourses ActivitySource
        DSRunner DistanceTo Distribution Fit Frame LiveSimulation MeanOf PhaseField PhasePath PhasePlane Preset RateCurves RateOf
        Rates ReadOut Record Recording Sensitivity Signal SignalValues Slopes Snapshot Stimulus
        StimulusTrace Trace WeightMatrix WeightSource Weights look_ahead look_back
    """,
    "bouton.train": """
        BPFF BPTT Curve ElasticNetRegression ForceTrainer LMS LassoRegression LinearRegression LogisticRegression OfflineTrainer
        OnlineTrainer PolynomialRegression RLS RidgeRegression RidgeTrainer
        bounds_cost get_supported_offline_methods get_supported_online_methods l0_norm_approx l2sqr_norm logsoftmax make_bounds
        mse register_offline_method register_online_method softmax sse
    """,
    "bouton.transform": """
        BOOL COMPLEX DEFAULT DT FLOAT INT Jitted KeyVariable Parameter Purified RandomKey Setting TrainVar Variable
        VariableView checkpoint cls_jit cond debug_rebound default_bool default_complex default_float default_int
        for_loop grad hessian ifelse jacfwd jacobian jacrev jit purify remat result_shapes vector_grad vmap while_loop
    """,
    "bouton.core": """
        ArrayCollector Collector Constant Entry NodeDict NodeList Object Parameter SimulationParameter State VarDict VarList
        Pure Tree clear_name_cache functional memory naming number to_object tree
    """,
}

# JAX and NumPy give these none.
WITHOUT_DOCSTRING = {"bouton.math": {"fft", "iinfo", "linalg", "newaxis"}}


def offered(module) -> set[str]:
    """Public names a file defines itself or re-exports as ``X as X``."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    names = set()
    # Under `if TYPE_CHECKING` stands what is loaded at its first use.
    late = [inner for node in tree.body if isinstance(node, ast.If) for inner in node.body]
    for node in (*tree.body, *late):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            # In some namespaces a thing has several names.
            names |= {
                alias.asname
                for alias in node.names
                if alias.asname == alias.name or (alias.asname and module in (bp, bp.math, bp.modes))
            }
    return {name for name in names if not name.startswith("_")}


@pytest.mark.parametrize("namespace", PUBLIC)
def test_a_namespace_offers_these_names_and_no_other(namespace):
    assert offered(importlib.import_module(namespace)) == set(PUBLIC[namespace].split())


def test_every_folder_of_bouton_that_stands_for_a_namespace_is_listed():
    root = Path(bp.__file__).parent
    folders = {f"bouton.{p.parent.name}" for p in root.glob("*/__init__.py")} - {"bouton.cli", "bouton.notebooks"}
    files = {f"bouton.{p.stem}" for p in root.glob("[a-z]*.py")}
    assert folders | files <= set(PUBLIC)


def test_what_a_star_import_brings_is_what_is_listed():
    assert set(bp.__all__) - {"__version__"} == set(PUBLIC["bouton"].split())


@pytest.mark.parametrize("namespace", PUBLIC)
def test_every_public_name_exists_and_is_documented(namespace):
    module = importlib.import_module(namespace)
    assert module.__doc__
    for name in set(PUBLIC[namespace].split()) - WITHOUT_DOCSTRING.get(namespace, set()):
        assert getattr(module, name).__doc__, f"{namespace}.{name}"


@pytest.mark.parametrize(
    "namespace",
    [
        "bouton.init",
        "bouton.math",
        "bouton.math.random",
        "bouton.modes",
        "bouton.modules",
        "bouton.parameters",
        "bouton.run",
        "bouton_widgets",
    ],
)
def test_help_shows_every_name(namespace):
    module = importlib.import_module(namespace)
    assert set(module.__all__) == offered(module)
    shown = set(re.findall(r"\w+", pydoc.plain(pydoc.render_doc(module))))
    assert {name for name in module.__all__ if not inspect.ismodule(getattr(module, name))} <= shown
