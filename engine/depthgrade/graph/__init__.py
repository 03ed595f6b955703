"""Wiring as plain data: nodes by id, RGB and key wires between them, the order to run them."""

from depthgrade.graph.wiring import NODE_ID, OUTPUT, SOURCE, Graph, Port, Ports, Wire, parse_wires

__all__ = ["NODE_ID", "OUTPUT", "SOURCE", "Graph", "Port", "Ports", "Wire", "parse_wires"]
