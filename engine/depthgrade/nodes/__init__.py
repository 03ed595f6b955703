"""The node types: each a frozen declaration of parameters beside its GLSL in shaders/node."""
