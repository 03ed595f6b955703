"""Clips, image sequences and stills in and out, through PyAV and OpenEXR."""
