"""The public names of every namespace; to widen one is a decision, made here."""

import ast
import importlib
import pydoc
import re
from pathlib import Path

import pytest

import bouton as bp

PUBLIC = {
    "bouton": """
        Container DynamicalSystem DynamicalSystemNS Network Sequential check not_pass_shared share
        Base BrainPyObject Entry Object errors losses math modes modules naming optim optimizers parameters run
    """,
    "bouton.errors": """
        BoutonError EnvironmentProblem KindError LeakedTracerError MathError NoImplementationError PositionError
        RunningError ShapeError SharedNameWarning UninitialisedError UniqueNameError UnknownPathError UnregisteredWarning
        UnsupportedError ValueRefused
    """,
    "bouton.check": """
        is_subclass
    """,
    "bouton.dynamics": """
        Container DynamicalSystem DynamicalSystemNS Network Sequential Share not_pass_shared share
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
        ArrayCollector BatchingMode Collector Mode NodeDict NodeList NonBatchingMode Parameter TrainVar TrainingMode VarDict
        VarList Variable VariableView batching_environment batching_mode bool_ checkpoint clear_name_cache cls_jit complex_
        disable_x64 enable_x64 environment float_ for_loop get_bool get_complex get_dt get_float get_int get_mode
        get_platform grad hessian int_ jacfwd jacobian jacrev jit nonbatching_mode purify random remat set set_bool
        set_complex set_dt set_environment set_float set_int set_mode set_platform to_object training_environment
        training_mode vector_grad
    """,
    "bouton.math.random": """
        seed split_key
    """,
    "bouton.modes": """
        BatchingMode Mode NonBatchingMode NormalMode TrainingMode batching normal training
    """,
    "bouton.modules": """
        ExpSyn ExpSynJax Functional LIF LIFJax Linear LinearJax Module Rate RateJax Sequential SequentialJax TSContinuous TSEvent
        TimedModule kaiming unit_eigs xavier
    """,
    "bouton.parameters": """
        Constant Parameter SimulationParameter State
    """,
    "bouton.run": """
        Frame LiveSimulation Signal Snapshot Trace
    """,
    "bouton.transform": """
        BOOL COMPLEX DT FLOAT INT Setting default_bool default_complex default_float default_int
        DEFAULT Jitted KeyVariable Parameter Purified RandomKey TrainVar Variable VariableView checkpoint cls_jit for_loop grad
        hessian jacfwd jacobian jacrev jit purify remat result_shapes vector_grad
    """,
    "bouton.core": """
        ArrayCollector Collector Constant Entry NodeDict NodeList Object Parameter SimulationParameter State VarDict VarList
        clear_name_cache naming to_object
    """,
}


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
    for name in PUBLIC[namespace].split():
        assert getattr(module, name).__doc__, f"{namespace}.{name}"


@pytest.mark.parametrize(
    "namespace", ["bouton.math", "bouton.modes", "bouton.modules", "bouton.parameters", "bouton.run", "bouton_widgets"]
)
def test_help_shows_every_name(namespace):
    module = importlib.import_module(namespace)
    assert set(module.__all__) == offered(module)
    text = pydoc.plain(pydoc.render_doc(module))
    assert all(re.search(rf"\b{name}\b", text) for name in module.__all__)
