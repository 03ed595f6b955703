"""The window: viewer, transport, node graph, inspector, scopes. The one place of Dear ImGui, GLFW.

Panels are functions of the application's state and know of no window, so that the same code runs in
a window, for a screenshot and under scripted input without a display.
"""
