"""OpenGL through moderngl: contexts, uploads, the compiled passes, read-back."""
