"""The GLSL functions a shader may call, and the texts of just those it does call.

Shader files are split into functions, so that a generated shader holds what it needs and nothing
else, each function once and after those it calls; no include statements, no order to keep by hand.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from depthgrade.color import GlslFunction
from depthgrade.resources import shader, shader_names

_HEAD = re.compile(r"^(?:void|float|int|bool|[iub]?vec[234]|mat[234])\s+(\w+)\s*\(", re.MULTILINE)
_WORD = re.compile(r"\b[a-z_]\w*(?=\s*\()", re.IGNORECASE)
_COUNTED = re.compile(r"(\w+_)(\d+)")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class _Entry:
    origin: str  # "node/primary", for the comment before its functions and for error messages
    text: str


class Library:
    """GLSL functions by name, from the packaged shader folders and from colour conversions."""

    def __init__(self, functions: Iterable[GlslFunction] = ()) -> None:
        """Holds shaders/{node,sample,depth}/*.glsl and the given conversions."""
        self._entries: dict[str, _Entry] = {}
        for folder in ("sample", "depth", "node"):
            for name in shader_names(folder):
                for function, text in split_functions(shader(name)).items():
                    self._entries[function] = _Entry(name, text)
        self.add(functions)

    def add(self, functions: Iterable[GlslFunction]) -> None:
        """Makes colour conversions callable; one text may hold several functions."""
        for function in functions:
            self._entries[function.name] = _Entry("color", function.text.strip())

    def texts(self, body: str) -> str:
        """The functions a shader body calls, directly or not, each after those it calls itself."""
        done: dict[str, str] = {}

        def need(text: str) -> None:
            for name in dict.fromkeys(_WORD.findall(_COMMENT.sub("", text))):
                entry = self._entry(name)
                if entry and name not in done:
                    done[name] = ""
                    need(entry.text)
                    del done[name]  # now after what it calls
                    done[name] = entry.text

        need(body)
        return "\n\n".join(done.values())

    def _entry(self, name: str) -> _Entry | None:
        """The function of a name; of `f_7` that of `f_COUNT`, for arrays of 7 elements."""
        counted = _COUNTED.fullmatch(name)
        if name in self._entries or counted is None:
            return self._entries.get(name)
        entry = self._entries.get(f"{counted[1]}COUNT")
        return _Entry(entry.origin, entry.text.replace("COUNT", counted[2])) if entry else None


@cache
def split_functions(text: str) -> dict[str, str]:
    """The functions of a GLSL file by name, each with the comment lines right above it."""
    functions: dict[str, str] = {}
    for head in _HEAD.finditer(text):
        end = text.index("\n}", head.start()) + 2
        above = text[: head.start()].splitlines()
        comment: list[str] = []
        while above and above[-1].startswith("//"):
            comment.insert(0, above.pop())
        functions[head[1]] = "\n".join([*comment, text[head.start() : end]])
    return functions


def without_comments(text: str) -> str:
    """A shader's text as the driver sees it: what tells two programs apart."""
    lines = (line.rstrip() for line in _COMMENT.sub("", text).splitlines())
    return "\n".join(line for line in lines if line)
