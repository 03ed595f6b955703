// What a key's finesse does with the keys of pixels around; keys are 0..1, in all components.

// One level of an edge-avoiding a-trous filter: 5x5 keys, spacing pixels apart, weighed by a cubic
// B-spline and by how like the colours of the guide (DI signal) are; a difference of 0.04, half a
// stop, weighs 1/e. Edges are repeated.
vec4 key_follow(sampler2D key, sampler2D guide, ivec2 q, float spacing)
{
    ivec2 last = textureSize(key, 0) - 1;
    vec3 own = texelFetch(guide, q, 0).rgb;
    float spline[3] = float[3](6.0, 4.0, 1.0);
    float sum = 0.0;
    float weights = 0.0;
    for (int y = -2; y <= 2; ++y)
    {
        for (int x = -2; x <= 2; ++x)
        {
            ivec2 p = clamp(q + ivec2(x, y) * int(spacing), ivec2(0), last);
            vec3 d = texelFetch(guide, p, 0).rgb - own;
            float weight = spline[abs(x)] * spline[abs(y)] * exp(-625.0 * dot(d, d));
            sum += weight * texelFetch(key, p, 0).r;
            weights += weight;
        }
    }
    return vec4(vec3(sum / weights), 1.0);
}

// A key and what became of it, by a share of the latter.
vec4 key_mixed(sampler2D key, sampler2D other, ivec2 q, float share)
{
    return mix(texelFetch(key, q, 0), texelFetch(other, q, 0), share);
}

// The greatest key (way 1) or least (way -1) on a line through q, reach steps of (x, y) pixels both
// ways; the outermost ones count as far as reach comes near them, so that it moves smoothly.
vec4 key_extreme(sampler2D key, ivec2 q, float x, float y, float reach, float way)
{
    ivec2 last = textureSize(key, 0) - 1;
    ivec2 along = ivec2(x, y);
    float best = way * texelFetch(key, q, 0).r;
    int whole = int(floor(reach));
    for (int i = 1; i <= whole + 1; ++i)
    {
        float ahead = way * texelFetch(key, clamp(q + i * along, ivec2(0), last), 0).r;
        float behind = way * texelFetch(key, clamp(q - i * along, ivec2(0), last), 0).r;
        float more = max(best, max(ahead, behind));
        best = mix(best, more, clamp(reach - float(i - 1), 0.0, 1.0));
    }
    return vec4(vec3(way * best), 1.0);
}
