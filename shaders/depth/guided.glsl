// Depth at full resolution from a low-resolution map of lines over the picture's luma; near = 1, not
// clipped. Source of the lines: He and Sun, "Fast Guided Filter", 2015; here each goes through its
// pixel's own depth, so that a map is nowhere blurred.

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

// What a pixel is told by when edges are drawn: luma and two colour differences of the guide (display
// code values), and how sure its depth is, 0..1. In the soft edge of a network, where depth changes by
// `unsure` and more a pixel, it belongs to neither side.
vec4 guided_pixel(sampler2D guide, sampler2D depth, ivec2 q, float unsure)
{
    vec3 rgb = nearest_texel(guide, q).rgb;
    float luma = flow_luma(rgb);
    float across = nearest_texel(depth, q + ivec2(1, 0)).r - nearest_texel(depth, q - ivec2(1, 0)).r;
    float down = nearest_texel(depth, q + ivec2(0, 1)).r - nearest_texel(depth, q - ivec2(0, 1)).r;
    float slope = min(0.5 * max(abs(across), abs(down)) / unsure, 1000.0);
    return vec4(luma, rgb.r - luma, rgb.b - luma, 1.0 / (1.0 + slope * slope));
}

// The depth at a place of two pictures that are not interpolated, weighted, and its weight: how sure it
// is, and by Tukey's biweight how like the pixel `here` it is in colour.
vec2 guided_draw(sampler2D pixels, sampler2D depth, vec4 here, vec2 at, float unlike)
{
    vec4 there = texture(pixels, at);
    float ratio = dot(abs(there.rgb - here.rgb), vec3(1.0)) / unlike;
    float left = max(1.0 - ratio * ratio, 0.0);
    return left * left * there.a * vec2(texture(depth, at).r, 1.0);
}

// The line d = x * luma + y through a pixel's own depth, its slope fitted to the 3 x 3 pixels about
// it; epsilon is the variance of luma from which the slope is believed.
vec4 guided_line(sampler2D guide, sampler2D map, ivec2 q, float epsilon)
{
    vec4 sum = vec4(0.0);
    for (int j = -1; j <= 1; ++j)
        for (int i = -1; i <= 1; ++i)
        {
            float luma = nearest_texel(guide, q + ivec2(i, j)).a;
            float d = nearest_texel(map, q + ivec2(i, j)).r;
            sum += vec4(luma, d, luma * d, luma * luma);
        }
    sum /= 9.0;
    float slope = (sum.b - sum.r * sum.g) / (sum.a - sum.r * sum.r + epsilon);
    float own = nearest_texel(map, q).r - slope * nearest_texel(guide, q).a;
    return vec4(slope, own, 0.0, 1.0);
}
