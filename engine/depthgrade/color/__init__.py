"""Colour: the OpenColorIO config the project authors, display renderings, YCbCr, and their GLSL."""
