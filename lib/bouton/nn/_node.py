"""A node: wired, initialised, called."""

import os
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from ..core._searchable import LoadedState
from ..dynamics import share
from ..errors import ValueRefused
from . import _drawing as drawing
from . import _given as checking
from . import _initialise as initialisation
from . import _monitors as watching
from . import _step as stepping
from ._flags import FLAGS, with_flags
from ._graph import Graph, behind
from ._registry import made_as
from ._vertex import Vertex
from ._wiring import Wiring


@made_as("node")
class Node(Wiring, Vertex):
    """A vertex of a graph: any number of inputs, any number of feedback inputs, at most one state, and one output.

    Building is in two phases: construction takes what does not depend on shapes; :meth:`initialize` lets shapes flow through
    the graph, and makes weights and states. A call is one step. A subclass writes

    - ``init_ff(self)``: make weights from ``self.feedforward_shapes``, and call :meth:`set_output_shape`;
    - ``forward(self, ff)``: the step; it returns the output, and may set ``self.state.value``;
    - ``init_state(self, num_batch=1)``, if it has a state: return what it begins with, ``(num_batch, ...)``;
    - ``init_fb(self)`` and ``forward(self, ff, fb=None)``, if it takes feedback: make weights from ``self.feedback_shapes``;
    - ``feedback(self, ff_output)``, if its listeners get something else than its output.

    ``forward`` and ``feedback`` may take keywords, which everybody who calls a network can give: ``net(x, train=False)``.

    Parameters
    ----------
    name : str, optional
        Unique among live objects.
    input_shape : int or tuple of int, optional
        Shape of the input without the axis of the batch, for a node that is not fed by another.
    trainable : bool
        Whether its weights are TrainVars; it can be assigned later, see :attr:`trainable`.

    Raises
    ------
    KindError, ValueRefused
        For arguments that are none of these.

    Notes
    -----
    Floating arrays of JAX that ``init_ff`` and ``init_fb`` leave in attributes become parameters of the model: they are listed,
    can be assigned, and are no constants of compiled code, as other attributes are.
    """

    def __init__(self, name: str | None = None, input_shape: int | tuple[int, ...] | None = None, trainable: bool = False):
        super().__init__(name, input_shape, trainable)

    def initialize(self, num_batch: int = 1) -> Self:
        """Make weights, if there are none yet, and states and feedback buffers anew.

        Parameters
        ----------
        num_batch : int
            Trials in a batch.

        Returns
        -------
        Node
            The node itself.

        Raises
        ------
        KindError, ValueRefused, ShapeError
            For a number of trials that is none; for a node without a known input; for feedback to a node that does not come
            before its sender; for a hook that raises, which is the cause.
        RunningError
            In compiled code, when something has to be made.
        """
        initialisation.initialise(self._graph, num_batch)
        self._plan.num_batch = num_batch
        return self

    def reset_state(self, batch_size: int | None = None) -> Self:
        """States and feedback buffers anew; weights stay. A node that is not initialised yet is.

        Parameters
        ----------
        batch_size : int, optional
            Default: as many trials as before.
        """
        batch = self._num_batch() if batch_size is None else batch_size
        batch = initialisation.number_of_trials(batch, "reset_state(batch_size=...)")
        if self.is_initialized:
            initialisation.begin_anew(self._graph, batch)
            self._plan.num_batch = batch
            return self
        return self.initialize(batch)

    def _outputs_below(self) -> dict[str, str]:
        """By path below this object the name under which ``monitors`` gives the output of a node; a node alone has none below."""
        members = {id(node): str(node.name) for node in self._graph.nodes}
        paths = {path: members[id(child)] for path, child in self.nodes("relative", level=-1).items() if id(child) in members}
        return {f"{path}.output": f"{name}.output" for path, name in paths.items() if path}

    def __call__(
        self,
        ff: Any,
        fb: Any = None,
        forced_states: Mapping[str, Any] | None = None,
        forced_feedbacks: Mapping[str, Any] | None = None,
        monitors: list[str] | None = None,
        **shared: Any,
    ) -> Any:
        """One step.

        Parameters
        ----------
        ff : (batch, ...) array, or dict of them
            Inputs; of a network with several entries by the names of these.
        fb : None
            Feedback comes from the nodes that are wired for it; see ``forced_feedbacks``.
        forced_states : dict, optional
            By name of the node what its state becomes after its turn.
        forced_feedbacks : dict, optional
            By name of the sender what its listeners get in this step.
        monitors : list of str, optional
            ``'name.state'``, ``'name.output'``, ``'name.inputs'``, ``'name.feedbacks'``, or ``'name.'`` and another attribute.
        **shared
            For ``forward`` and ``feedback`` of every node that takes such a keyword, and for :data:`bouton.share`. ``train`` and
            ``fit`` are two names of one flag. What nobody takes is refused where it is nearly a known one, ``trian``.

        Returns
        -------
        array, or dict of them
            The output; of a network with several exits by their names. With ``monitors`` a pair: the output, and a dict of what
            was watched.

        Raises
        ------
        ValueRefused
            Before initialisation; for names of nodes that there are not, and misspelt keywords.
        ShapeError
            For inputs that do not fit, or of another number of trials than there are states for.
        UnsupportedError
            For a monitor of an attribute that there is not.
        """
        if isinstance(ff, Mapping) and fb is not None and not any(node.name in ff for node in self._graph.entries):
            # As systems of one step are called: what is shared stands in front.
            share.take(ff)
            # A flag that is off is not shared, which would go without saying; here it says something.
            shared = {**{flag: ff[flag] for flag in FLAGS if flag in ff}, **shared}
            ff, fb = fb, None
        where = f"{type(self).__name__}({self.name})"
        graph = self._graph
        if not self.is_initialized:
            raise ValueRefused(
                where=where,
                expected="an initialised node",
                got="one that is not",
                fix="Call initialize() before: shapes are known then.",
            )
        if fb is not None:
            raise ValueRefused(
                where=f"{where}(fb=...)",
                expected="no feedback from outside",
                got=type(fb).__name__,
                fix="Wire a sender, node << sender; forced_feedbacks={name: x} replaces what it sends.",
            )
        if shared:
            checking.refuse_misspelt(graph, shared, where)
        inputs = checking.entry_inputs(graph, ff, where)
        states = checking.forced_states(graph, forced_states)
        feedbacks = checking.forced_feedbacks(graph, forced_feedbacks)
        found = watching.watched(graph, monitors)
        done = stepping.advance(graph, inputs, shared, states, feedbacks)
        exits = graph.exits
        out = done.outputs[exits[0]] if len(exits) == 1 else {str(node.name): done.outputs[node] for node in exits}
        return out if monitors is None else (out, watching.seen(found, done))

    def load_state_dict(self, state: Mapping[str, Any]) -> LoadedState:
        """As of every object; of a node that is initialised, since there are no weights before."""
        self._refuse_before("load_state_dict")
        return super().load_state_dict(state)

    def load_states(self, file: str | os.PathLike[str]) -> LoadedState:
        """As of every object; of a node that is initialised, since there are no weights before."""
        self._refuse_before("load_states")
        return super().load_states(file)

    def save_states(self, file: str | os.PathLike[str]) -> None:
        """As of every object; of a node that is initialised, since there are no weights before."""
        self._refuse_before("save_states")
        super().save_states(file)

    def _refuse_before(self, method: str) -> None:
        if not self.is_initialized:
            raise ValueRefused(
                where=f"{type(self).__name__}({self.name}).{method}",
                expected="an initialised node",
                got="one that is not, and has no weights yet",
                fix="Call initialize() before.",
            )

    def update(self, *args: Any, **kwargs: Any) -> Any:
        """The same as a call."""
        return self(*args, **kwargs)

    # For trainers of readouts: the method that a step calls with the inputs of the node.
    _fit_step: ClassVar[str] = "forward"

    def _send_back(self, output: Any) -> None:
        """Let listeners get in the next step what they would if ``output`` was that of this step."""
        if self.fb_output is not None:
            stepping.send(self, output, with_flags(self._graph, {}))

    def _sends_back_behind(self, fitted: list[Any]) -> bool:
        """Whether a node behind one of ``fitted``, or one that such a layer is in, sends feedback; not they themselves."""
        graph, parts = self._graph, {id(part) for part in fitted}
        holding = [
            node
            for node in graph.nodes
            if any(id(part) in parts for part in node.nodes("relative", -1, include_self=True).values())
        ]
        reached = behind(graph, holding)
        return any(sender in reached and id(sender) not in parts for sender in graph.fb_sending)

    def plot_node_graph(
        self,
        fig_size: tuple[float, float] = (10, 10),
        node_size: float = 2000,
        arrow_size: float = 20,
        layout: str = "layered",
    ) -> Any:
        """Draw the nodes and what goes between them; trainable, recurrent and fed-back parts look different.

        Parameters
        ----------
        fig_size : (width, height), inches
            Room for the drawing. It takes no more than it needs, and more height where 50 nodes would not be legible otherwise.
        node_size : float, square points
            Of a node.
        arrow_size : float, points
            Of the head of an arrow.
        layout : str
            ``'layered'``: each node behind those that it gets its input from. Others are those of networkx: ``'shell_layout'``,
            ``'circular_layout'``, ``'spring_layout'``, ``'spectral_layout'``, ``'kamada_kawai_layout'``,
            ``'multipartite_layout'``.

        Returns
        -------
        bouton_widgets.NodeGraph
            A figure drawn by Bokeh, which shows itself in a notebook; pointing at a node tells its shapes. Without the packages
            of ``bouton[widgets]`` the graph as text.

        Raises
        ------
        UnsupportedError
            For another layout.
        KindError, ValueRefused
            For sizes that are none.
        """
        return drawing.plot(drawing.NodeGraph.of(self), fig_size, node_size, arrow_size, layout)

    def _num_batch(self) -> int:
        """How many trials there are states for."""
        return next((number for _, number in stepping.trials(self._graph)), self._plan.num_batch)

    @property
    def _graph(self) -> Graph:
        """The graph that it is by itself."""
        return Graph((self,))

    def _as_graph(self) -> Graph:
        """The graph, for those who wire it with others."""
        return self._graph
