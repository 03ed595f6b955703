// The temporal filter: raw nearness of neighbouring frames, moved along the motion, put to the scale
// of one frame and averaged where they show the same thing. A frame's texture holds the picture the
// network saw in RGB and its raw nearness in alpha.

// Tukey's biweight: 1 at no difference, exactly 0 from `reach` on.
float temporal_weight(float difference, float reach)
{
    float ratio = difference / reach;
    float left = max(1.0 - ratio * ratio, 0.0);
    return left * left;
}

// The mean of the 2 x 2 texels under the pixel q of half the size: RGB and raw nearness.
vec4 temporal_frame(sampler2D picture, sampler2D raw, ivec2 q)
{
    ivec2 last = textureSize(picture, 0) - 1;
    vec4 sum = vec4(0.0);
    for (int i = 0; i < 4; ++i)
    {
        ivec2 p = min(2 * q + ivec2(i & 1, i >> 1), last);
        sum += vec4(texelFetch(picture, p, 0).rgb, texelFetch(raw, p, 0).r);
    }
    return 0.25 * sum;
}

// A pair of nearnesses of one point for the fit: (before, now, weight, 0). motion leads from now to
// before.
vec4 temporal_pair(sampler2D now, sampler2D before, sampler2D motion, ivec2 q)
{
    vec4 here = texelFetch(now, q, 0);
    vec3 step_ = texelFetch(motion, q, 0).rgb;
    vec2 at = vec2(q) + step_.xy;
    vec4 there = flow_read(before, at);
    vec2 last = vec2(textureSize(before, 0) - 1);
    bool inside = all(greaterThanEqual(at, vec2(0.0))) && all(lessThanEqual(at, last));
    float unlike = dot(abs(there.rgb - here.rgb), vec3(1.0));
    // Never 0, so that a frame unlike the one before it has a fit as well.
    float weight = temporal_weight(unlike, 0.3) * temporal_weight(step_.z, 1.0);
    return vec4(there.a, here.a, inside ? 1e-6 + weight : 1e-6, 0.0);
}

// The line now = slope * before + shift of a picture of temporal_pair, robust and symmetric: the
// slope is the ratio of the deviations, so that noise does not flatten it and the inverse fit is
// the inverse line. Source: reduced major axis; Geman-McClure weights in three rounds.
vec2 temporal_fit(sampler2D pairs)
{
    ivec2 size = textureSize(pairs, 0);
    vec2 line = vec2(1.0, 0.0);
    float spread = 0.0;
    for (int round = 0; round < 4; ++round)
    {
        float total = 0.0, off = 0.0;
        vec2 sum = vec2(0.0), squares = vec2(0.0);
        vec2 origin = texelFetch(pairs, size / 2, 0).rg;
        for (int y = 0; y < size.y; ++y)
            for (int x = 0; x < size.x; ++x)
            {
                vec3 pair = texelFetch(pairs, ivec2(x, y), 0).rgb;
                float residual = abs(line.x * pair.r + line.y - pair.g);
                float ratio = spread > 0.0 ? residual / spread : 0.0;
                float weight = pair.b / ((1.0 + ratio * ratio) * (1.0 + ratio * ratio));
                vec2 value = pair.rg - origin;
                total += weight;
                off += weight * residual;
                sum += weight * value;
                squares += weight * value * value;
            }
        vec2 mean = sum / total;
        vec2 variance = max(squares / total - mean * mean, vec2(0.0));
        // The first round weighs by the picture alone and sets the line; later ones its spread.
        spread = round == 0 ? 0.0 : 1.5 * off / total;
        float slope = min(variance.x, variance.y) > 0.0 ? sqrt(variance.y / variance.x) : 1.0;
        line = vec2(slope, mean.y + origin.y - slope * (mean.x + origin.x));
    }
    return line;
}

// One neighbour added to (deviations, weights, position): the position moves on along the motion of
// the frame before it; line = (slope, shift, share) puts the neighbour's nearness to this frame's
// scale.
vec4 temporal_add(vec4 state, sampler2D motion, sampler2D neighbour, vec4 here, vec3 line, float span)
{
    ivec2 last = textureSize(neighbour, 0) - 1;
    // The nearest vector: motion hardly changes between texels, and this is the most frequent read.
    ivec2 nearest = clamp(ivec2(floor(state.zw + 0.5)), ivec2(0), last);
    vec3 step_ = texelFetch(motion, nearest, 0).rgb;
    // Where a patch was not found again the point is lost, in all frames beyond as well: what lies
    // there would pass for it here and there, and the map would be speckled.
    float trust = temporal_weight(step_.z, 1.0);
    state.zw = trust > 0.0 ? state.zw + step_.xy : vec2(-1.0e6);
    vec4 there = flow_read(neighbour, state.zw);
    if (any(lessThan(state.zw, vec2(-0.5))) || any(greaterThan(state.zw, vec2(last) + 0.5)))
        return state;
    float deviation = line.x * there.a + line.y - here.a;
    float weight = line.z * trust;
    weight *= temporal_weight(dot(abs(there.rgb - here.rgb), vec3(1.0)), 0.4);
    weight *= temporal_weight(deviation, 0.3 * span);
    return state + vec4(weight * deviation, weight, 0.0, 0.0);
}

// The mean of the 2 x 2 texels (deviations, weights) under the pixel q of half the size.
vec2 temporal_halve(sampler2D sums, ivec2 q)
{
    ivec2 last = textureSize(sums, 0) - 1;
    vec2 sum = vec2(0.0);
    for (int i = 0; i < 4; ++i)
        sum += texelFetch(sums, min(2 * q + ivec2(i & 1, i >> 1), last), 0).rg;
    return 0.25 * sum;
}

// The mean deviation at q of (deviations, weights), drawn to that of the coarser level as by one
// neighbour.
float temporal_mean(sampler2D sums, ivec2 q, float coarser)
{
    vec2 found = texelFetch(sums, q, 0).rg;
    return (found.x + coarser) / (found.y + 1.0);
}
