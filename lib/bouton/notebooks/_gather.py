"""A notebook's outputs as its kernel's messages make them: shown, updated, cleared, or taken by an ``Output`` widget."""

from collections.abc import Mapping
from typing import Any

_SHOWN = {"display_data", "execute_result", "error", "stream"}


class Sheet:
    """Where outputs go: below a cell, or into an ``Output`` widget."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, Any]] = []
        self._clear_at_next = False

    def add(self, output: dict[str, Any]) -> dict[str, Any]:
        """Put an output below the others; a stream goes on where the last one ended. Returns where it stands."""
        if self._clear_at_next:
            self.outputs.clear()
            self._clear_at_next = False
        last = self.outputs[-1] if self.outputs else {}
        if output["output_type"] == "stream" and last.get("output_type") == "stream" and last["name"] == output["name"]:
            last["text"] += output["text"]
            return last
        self.outputs.append(output)
        return output

    def clear(self, wait: bool) -> None:
        """Empty it, now or when the next output comes."""
        self._clear_at_next = wait
        if not wait:
            self.outputs.clear()


class Gathered:
    """The outputs and widgets of a notebook, from the messages of its kernel.

    Attributes
    ----------
    widgets : dict
        By id the ``model_name``, ``model_module``, ``model_module_version`` and ``state`` of each widget.
    """

    def __init__(self) -> None:
        self.widgets: dict[str, dict[str, Any]] = {}
        self._cells: dict[str, Sheet] = {}
        self._displays: dict[str, list[dict[str, Any]]] = {}
        # By the message that prints, the Output widgets that take what it prints; the innermost last.
        self._takers: dict[str, list[str]] = {}
        self._taken: dict[str, Sheet] = {}

    def begin(self, msg_id: str) -> Sheet:
        """A new cell, executed by this message."""
        self._cells[msg_id] = Sheet()
        return self._cells[msg_id]

    def is_updatable(self, sheet: Sheet) -> bool:
        """Whether a later cell may still change what this one shows."""
        updatable = {id(output) for outputs in self._displays.values() for output in outputs}
        return any(id(output) in updatable for output in sheet.outputs)

    def take(self, message: Mapping[str, Any]) -> None:
        """One message of the kernel's; what concerns no output is passed over."""
        kind, content = message["msg_type"], message["content"]
        parent = message.get("parent_header", {}).get("msg_id", "")
        if kind == "update_display_data":
            for output in self._displays.get(content.get("transient", {}).get("display_id"), []):
                output["data"], output["metadata"] = content["data"], content["metadata"]
        elif kind == "comm_open" and content.get("target_name") == "jupyter.widget":
            self._open(content)
        elif kind == "comm_msg" and content["comm_id"] in self.widgets:
            self._change(content["comm_id"], content.get("data", {}))
        elif kind in _SHOWN or kind == "clear_output":
            sheet = self._sheet(parent)
            if sheet is not None and kind == "clear_output":
                sheet.clear(content.get("wait", False))
            elif sheet is not None:
                self._show(sheet, kind, content)

    def _sheet(self, parent: str) -> Sheet | None:
        takers = self._takers.get(parent)
        return self._taken[takers[-1]] if takers else self._cells.get(parent)

    def _show(self, sheet: Sheet, kind: str, content: Mapping[str, Any]) -> None:
        fields = {name: value for name, value in content.items() if name != "transient"}
        output = sheet.add({"output_type": kind, **fields})
        display = content.get("transient", {}).get("display_id")
        if display is not None:
            self._displays.setdefault(display, []).append(output)

    def _open(self, content: Mapping[str, Any]) -> None:
        state = content["data"]["state"]
        self.widgets[content["comm_id"]] = {
            "model_name": state.get("_model_name", "?"),
            "model_module": state.get("_model_module", ""),
            "model_module_version": state.get("_model_module_version", ""),
            "state": {},
        }
        self._change(content["comm_id"], {"method": "update", "state": state})

    def _change(self, model_id: str, data: Mapping[str, Any]) -> None:
        if data.get("method") != "update":
            return
        widget = self.widgets[model_id]
        widget["state"].update(data["state"])
        if widget["model_name"] == "OutputModel" and "msg_id" in data["state"]:
            for takers in self._takers.values():
                if model_id in takers:
                    takers.remove(model_id)
            if data["state"]["msg_id"]:
                sheet = self._taken.setdefault(model_id, Sheet())
                self._takers.setdefault(data["state"]["msg_id"], []).append(model_id)
                widget["state"]["outputs"] = sheet.outputs
