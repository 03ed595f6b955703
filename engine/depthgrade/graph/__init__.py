"""Wiring as plain data: nodes by id, RGB and key wires between them, the order to run them."""
