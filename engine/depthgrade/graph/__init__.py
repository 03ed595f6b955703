"""Wiring as plain data: nodes by id, RGB and key wires between them, and the order to run them in."""
