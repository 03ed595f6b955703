// Noise reduction: a pixel averaged with others whose surroundings look alike.
// Pictures are the DI signal. A difference is split into that of luma and what is left of red and
// blue, chroma. Weights are two and two: luma and chroma towards the one, then towards the other.
// Source: Buades, Coll, Morel, "A non-local algorithm for image denoising", 2005; weights of
// bounded reach in place of an exponential, so that nothing unlike is mixed in.

// Luma and the red and blue parts of chroma of a difference.
vec3 noise_parts(vec3 d)
{
    float luma = dot(d, vec3(0.21, 0.70, 0.09));
    return vec3(luma, d.r - luma, d.b - luma);
}

// The inverse of noise_parts.
vec3 noise_whole(vec3 parts)
{
    vec2 chroma = parts.yz;
    float green = -dot(chroma, vec2(0.21, 0.09)) / 0.70;
    return parts.x + vec3(chroma.x, green, chroma.y);
}

// How far two pixels are apart: luma and chroma.
vec2 noise_apart(vec3 d)
{
    vec3 parts = abs(noise_parts(d));
    return vec2(parts.x, max(parts.y, parts.z));
}

// A picture between its pixels; at is in pixels.
vec3 noise_between(sampler2D image, vec2 at)
{
    ivec2 last = textureSize(image, 0) - 1;
    ivec2 p = ivec2(floor(at));
    vec2 t = at - vec2(p);
    vec3 a = texelFetch(image, clamp(p, ivec2(0), last), 0).rgb;
    if (t == vec2(0.0))
        return a;
    vec3 b = texelFetch(image, clamp(p + ivec2(1, 0), ivec2(0), last), 0).rgb;
    vec3 c = texelFetch(image, clamp(p + ivec2(0, 1), ivec2(0), last), 0).rgb;
    vec3 d = texelFetch(image, clamp(p + ivec2(1, 1), ivec2(0), last), 0).rgb;
    return mix(mix(a, b, t.x), mix(c, d, t.x), t.y);
}

// The vectors at a pixel: between those of the cells around where they agree, as on a floor that
// recedes, else those of its own cell, as at the rim of a thing.
vec4 noise_vectors(sampler2D motion, ivec2 q, float cell)
{
    ivec2 last = textureSize(motion, 0) - 1;
    vec4 own = texelFetch(motion, q / int(cell), 0);
    vec2 at = (vec2(q) + 0.5) / cell - 0.5;
    ivec2 p = ivec2(floor(at));
    vec2 t = at - vec2(p);
    vec4 a = texelFetch(motion, clamp(p, ivec2(0), last), 0);
    vec4 b = texelFetch(motion, clamp(p + ivec2(1, 0), ivec2(0), last), 0);
    vec4 c = texelFetch(motion, clamp(p + ivec2(0, 1), ivec2(0), last), 0);
    vec4 d = texelFetch(motion, clamp(p + ivec2(1, 1), ivec2(0), last), 0);
    vec4 apart = max(max(abs(a - own), abs(b - own)), max(abs(c - own), abs(d - own)));
    vec4 between = mix(mix(a, b, t.x), mix(c, d, t.x), t.y);
    return mix(own, between, lessThan(max(apart, apart.yxwz), vec4(2.0)));
}

// How far a pixel is from where it is in the other frames. What comes from outside the picture is
// as far as can be.
vec4 noise_frames_apart(
    sampler2D now, sampler2D before, sampler2D after, sampler2D motion, ivec2 q, float cell)
{
    vec4 v = noise_vectors(motion, q, cell);
    vec3 x = texelFetch(now, q, 0).rgb;
    vec2 last = vec2(textureSize(now, 0) - 1);
    vec4 at = vec4(q, q) + v;
    vec2 a = noise_apart(noise_between(before, at.xy) - x);
    vec2 b = noise_apart(noise_between(after, at.zw) - x);
    if (any(lessThan(at.xy, vec2(-0.5))) || any(greaterThan(at.xy, last + 0.5)))
        a = vec2(1e3);
    if (any(lessThan(at.zw, vec2(-0.5))) || any(greaterThan(at.zw, last + 0.5)))
        b = vec2(1e3);
    return vec4(a, b);
}

// How far a pixel is from those at two places beside it.
vec4 noise_pixels_apart(sampler2D image, ivec2 q, float ax, float ay, float bx, float by)
{
    ivec2 last = textureSize(image, 0) - 1;
    vec3 x = texelFetch(image, q, 0).rgb;
    ivec2 a = clamp(q + ivec2(ax, ay), ivec2(0), last);
    ivec2 b = clamp(q + ivec2(bx, by), ivec2(0), last);
    return vec4(
        noise_apart(texelFetch(image, a, 0).rgb - x), noise_apart(texelFetch(image, b, 0).rgb - x));
}

// The mean over five pixels across; min because a border is repeated.
vec4 noise_across(sampler2D apart, ivec2 q)
{
    int last = textureSize(apart, 0).x - 1;
    vec4 sum = vec4(0.0);
    for (int x = -2; x <= 2; ++x)
        sum += texelFetch(apart, ivec2(clamp(q.x + x, 0, last), q.y), 0);
    return sum / 5.0;
}

// Weights of 1 where the 5x5 pixels around are alike, half at 0.3 of the tolerances, 0 from them
// on; less where the pixel itself is very unlike, so that a thin line is not lost among its
// surroundings.
vec4 noise_weights(sampler2D across, sampler2D apart, ivec2 q, float luma, float chroma)
{
    int last = textureSize(across, 0).y - 1;
    vec4 sum = vec4(0.0);
    for (int y = -2; y <= 2; ++y)
        sum += texelFetch(across, ivec2(q.x, clamp(q.y + y, 0, last)), 0);
    vec4 tolerance = max(vec2(luma, chroma).xyxy, 1e-6);
    vec4 around = sum / (5.0 * tolerance);
    vec4 own = texelFetch(apart, q, 0) / (4.0 * tolerance);
    // To the power of 8. Measured from 4 to 17: higher ones spare more detail under fine noise, lower
    // ones calm more flicker; from 4 to 9 what stands still gains within 0.7 dB of the most.
    vec4 alike = max(1.0 - around * around, 0.0);
    alike *= alike;
    alike *= alike;
    alike *= alike;
    return alike * max(1.0 - own * own, 0.0);
}

// The same weights, less where a thing moves faster than `fastest` pixels over the frames between.
vec4 noise_moving_weights(
    sampler2D across, sampler2D apart, sampler2D motion, ivec2 q, float cell, float luma,
    float chroma, float fastest)
{
    vec4 v = texelFetch(motion, q / int(cell), 0);
    vec2 speed = vec2(length(v.xy), length(v.zw)) / fastest;
    return noise_weights(across, apart, q, luma, chroma)
           * (1.0 - smoothstep(0.75, 1.0, speed)).xxyy;
}

// Adds what two frames say of a pixel, as weighted differences from it.
vec4 noise_add_frames(
    sampler2D sums, sampler2D now, sampler2D before, sampler2D after, sampler2D motion,
    sampler2D weights, ivec2 q, float cell, float first)
{
    vec4 v = noise_vectors(motion, q, cell);
    vec4 w = texelFetch(weights, q, 0);
    vec3 x = texelFetch(now, q, 0).rgb;
    vec3 sum = w.xyy * noise_parts(noise_between(before, vec2(q) + v.xy) - x)
               + w.zww * noise_parts(noise_between(after, vec2(q) + v.zw) - x);
    return vec4(first == 1.0 ? sum : sum + texelFetch(sums, q, 0).rgb, 1.0);
}

// Adds what the pixels at two places beside a pixel, and at the opposite two, say of it.
// A weight is between two pixels, so that of the opposite one is found there.
vec4 noise_add_pixels(
    sampler2D sums, sampler2D image, sampler2D weights, ivec2 q, float ax, float ay, float bx,
    float by, float first)
{
    ivec2 last = textureSize(image, 0) - 1;
    ivec2 a = ivec2(ax, ay);
    ivec2 b = ivec2(bx, by);
    vec3 x = texelFetch(image, q, 0).rgb;
    vec4 w = texelFetch(weights, q, 0);
    vec2 v = texelFetch(weights, clamp(q - a, ivec2(0), last), 0).xy;
    vec2 u = texelFetch(weights, clamp(q - b, ivec2(0), last), 0).zw;
    vec3 sum = w.xyy * noise_parts(texelFetch(image, clamp(q + a, ivec2(0), last), 0).rgb - x)
               + w.zww * noise_parts(texelFetch(image, clamp(q + b, ivec2(0), last), 0).rgb - x)
               + v.xyy * noise_parts(texelFetch(image, clamp(q - a, ivec2(0), last), 0).rgb - x)
               + u.xyy * noise_parts(texelFetch(image, clamp(q - b, ivec2(0), last), 0).rgb - x);
    return vec4(first == 1.0 ? sum : sum + texelFetch(sums, q, 0).rgb, 1.0);
}

// Adds the weights of two frames: luma in r, chroma in g.
vec4 noise_total_frames(sampler2D total, sampler2D weights, ivec2 q, float first)
{
    vec4 w = texelFetch(weights, q, 0);
    vec2 sum = w.xy + w.zw;
    return vec4(first == 1.0 ? sum : sum + texelFetch(total, q, 0).rg, 0.0, 1.0);
}

// Adds the weights of four pixels: luma in r, chroma in g.
vec4 noise_total_pixels(
    sampler2D total, sampler2D weights, ivec2 q, float ax, float ay, float bx, float by,
    float first)
{
    ivec2 last = textureSize(weights, 0) - 1;
    vec4 w = texelFetch(weights, q, 0);
    vec2 sum = w.xy + w.zw
               + texelFetch(weights, clamp(q - ivec2(ax, ay), ivec2(0), last), 0).xy
               + texelFetch(weights, clamp(q - ivec2(bx, by), ivec2(0), last), 0).zw;
    return vec4(first == 1.0 ? sum : sum + texelFetch(total, q, 0).rg, 0.0, 1.0);
}

// The pixel with the weighted differences added; its own weight is 1. amount 0 leaves it.
vec4 noise_apply(sampler2D image, sampler2D sums, sampler2D total, ivec2 q, float amount)
{
    vec4 x = texelFetch(image, q, 0);
    vec2 w = 1.0 + texelFetch(total, q, 0).rg;
    return vec4(x.rgb + amount * noise_whole(texelFetch(sums, q, 0).rgb / w.xyy), 1.0);
}
