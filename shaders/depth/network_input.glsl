// Helpers of the pass that makes the picture a depth network sees.

// The upright texel at tap (i, j) of n that spread over the pixel q of a smaller picture.
ivec2 tap_texel(ivec2 q, ivec2 tap, ivec2 taps, vec2 scale, ivec2 last)
{
    vec2 position = (vec2(q) + (vec2(tap) + 0.5) / vec2(taps)) * scale;
    return clamp(ivec2(position), ivec2(0), last);
}
