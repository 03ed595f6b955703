"""The node types: each a frozen declaration of parameters beside its GLSL in shaders/node.

A new type is a module here and a GLSL file of the same name; nothing else lists it.
"""
