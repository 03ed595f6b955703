"""Wiring as plain data: nodes by id, RGB and key wires between them, the order to run them."""

from depthgrade.graph.wiring import (
    MOST_NODES,
    MOST_WIRES,
    NODE_ID,
    OUTPUT,
    SOURCE,
    Graph,
    Port,
    Ports,
    Wire,
    check_size,
    parse_wires,
)

__all__ = [
    "MOST_NODES",
    "MOST_WIRES",
    "NODE_ID",
    "OUTPUT",
    "SOURCE",
    "Graph",
    "Port",
    "Ports",
    "Wire",
    "check_size",
    "parse_wires",
]
