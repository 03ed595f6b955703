"""Undo and redo: a list of immutable projects and where in it we are."""

from dataclasses import dataclass

from depthgrade.project import Project

_KEPT = 500


@dataclass(frozen=True)
class Edit:
    """A project and what made it, for the menu: "Undo gain"."""

    project: Project
    what: str
    group: str = ""


class History:
    """Projects by time. A drag is one edit: what comes with the same group takes its place."""

    def __init__(self, project: Project) -> None:
        self._edits = [Edit(project, "open")]
        self._at = 0
        self._saved: Project | None = project

    @property
    def project(self) -> Project:
        """The project as it is now."""
        return self._edits[self._at].project

    def push(self, project: Project, what: str, group: str = "") -> None:
        """Makes a project the newest; what had been undone is gone."""
        if project == self.project:
            return
        del self._edits[self._at + 1 :]
        if group and self._edits[-1].group == group:
            self._edits[-1] = Edit(project, what, group)
        else:
            self._edits.append(Edit(project, what, group))
        del self._edits[1 : max(1, len(self._edits) - _KEPT)]
        self._at = len(self._edits) - 1

    def end_group(self) -> None:
        """The drag is over: the next one is an edit of its own."""
        last = self._edits[self._at]
        if last.group:
            self._edits[self._at] = Edit(last.project, last.what)

    @property
    def undoable(self) -> str | None:
        """What undo would take back."""
        return self._edits[self._at].what if self._at else None

    @property
    def redoable(self) -> str | None:
        """What redo would bring back."""
        return self._edits[self._at + 1].what if self._at + 1 < len(self._edits) else None

    def undo(self) -> None:
        """One edit back."""
        self._at = max(0, self._at - 1)

    def redo(self) -> None:
        """One edit forth."""
        self._at = min(len(self._edits) - 1, self._at + 1)

    def mark_saved(self) -> None:
        """The project as it is now is the one on disk."""
        self._saved = self.project

    @property
    def unsaved(self) -> bool:
        """Whether there is something that the file does not have."""
        return self.project != self._saved
