// Depth at full resolution from a low-resolution map of guided-filter coefficients.
// Source: He and Sun, "Fast Guided Filter", 2015; near = 1, not clipped.

float depth_guided(sampler2D coefficients, vec2 at, float luma)
{
    vec2 line = texture(coefficients, at).rg;
    return line.r * luma + line.g;
}

// Depth as it is in the map.
float depth_plain(sampler2D map, vec2 at)
{
    return texture(map, at).r;
}

// Sums for the filter at p: guide luma I, depth d, I*d and I*I.
vec4 guided_moments(sampler2D guide, sampler2D map, ivec2 p)
{
    float luma = texelFetch(guide, p, 0).a;
    float d = texelFetch(map, p, 0).r;
    return vec4(luma, d, luma * d, luma * luma);
}

// The line d = a * I + b that fits depth to the guide around a pixel, from mean moments.
vec4 guided_line(vec4 mean, float epsilon)
{
    float slope = (mean.b - mean.r * mean.g) / (mean.a - mean.r * mean.r + epsilon);
    return vec4(slope, mean.g - slope * mean.r, 0.0, 1.0);
}
