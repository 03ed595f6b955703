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

// A pixel's colour and depth: the guide's RGB (display code values), the map's depth.
vec4 guided_pixel(sampler2D guide, sampler2D map, ivec2 p)
{
    return vec4(texelFetch(guide, p, 0).rgb, texelFetch(map, p, 0).r);
}

// The depth around q along an axis, every other pixel up to `reach`, of those of like colour:
// a bilateral filter, which draws the soft edge of a network to the picture's own.
// `pixels` is a picture of guided_pixel. Source: Pham and van Vliet, "Separable bilateral
// filtering", 2005; Tukey's biweight on the colour.
vec4 guided_draw(sampler2D pixels, ivec2 q, ivec2 along, int reach, float unlike)
{
    vec4 here = nearest_texel(pixels, q);
    vec2 sum = vec2(0.0);
    for (int i = -reach; i <= reach; i += 2)
    {
        vec4 there = nearest_texel(pixels, q + i * along);
        float ratio = dot(abs(there.rgb - here.rgb), vec3(1.0)) / unlike;
        float left = max(1.0 - ratio * ratio, 0.0);
        sum += left * left * vec2(there.a, 1.0);
    }
    return vec4(here.rgb, sum.y > 0.0 ? sum.x / sum.y : here.a);
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
