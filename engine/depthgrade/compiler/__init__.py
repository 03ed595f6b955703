"""From a project to shader text: pure functions, no OpenGL."""
