"""What the text of a plan follows from, so that a plan is made anew only where it would differ."""

from dataclasses import dataclass

from depthgrade.project import Look, Project


@dataclass(frozen=True)
class Drawn:
    """What a plan's text follows from."""

    look: Look
    project: Project
    live: frozenset[str]
    proxy: int

    def same(self, other: "Drawn") -> bool:
        """Whether the text would be the same; values of live parameters do not matter."""
        return (
            (self.look is other.look or _differ_in(self.look, other.look) <= self.live)
            and (self.live, self.proxy) == (other.live, other.proxy)
            and self.project.output == other.project.output
            and self.project.rendering == other.project.rendering
        )


def _differ_in(one: Look, other: Look) -> frozenset[str]:
    """The addresses at which two looks differ; "" stands for anything but a value."""
    if (
        one.wires != other.wires
        or one.keyframes != other.keyframes
        or list(one.nodes) != list(other.nodes)
    ):
        return frozenset({""})
    found: set[str] = set()
    for name, node in one.nodes.items():
        there = other.nodes[name]
        if type(node) is not type(there):
            return frozenset({""})
        if node is not there:
            values = dict(there)
            found |= {f"{name}.{each}" for each, value in node if value != values[each]}
    return frozenset(found)
