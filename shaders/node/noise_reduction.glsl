// Noise reduction: a pixel averaged with others whose surroundings look alike.
// Pictures are the DI signal. A difference is split into that of luma and what is left of red and
// blue, chroma. Weights are two and two: luma and chroma towards the one, then towards the other.
// Vectors and weights are those of blocks of 2x2 pixels, at half the size.
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

// The vectors of a block: between those of the cells around where they agree, as on a floor that
// recedes, else those of its own cell, as at the rim of a thing. cell is in blocks.
vec4 noise_vectors(sampler2D motion, ivec2 h, float cell)
{
    ivec2 last = textureSize(motion, 0) - 1;
    vec4 own = texelFetch(motion, h / int(cell), 0);
    vec2 at = (vec2(h) + 0.5) / cell - 0.5;
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

// How far a block is from where it is in another frame. What comes from outside the picture is as
// far as can be.
vec2 noise_block_apart(sampler2D now, sampler2D other, ivec2 h, vec2 v)
{
    ivec2 last = textureSize(now, 0) - 1;
    vec2 sum = vec2(0.0);
    for (int i = 0; i < 4; ++i)
    {
        ivec2 q = min(2 * h + ivec2(i & 1, i >> 1), last);
        vec2 at = vec2(q) + v;
        if (any(lessThan(at, vec2(-0.5))) || any(greaterThan(at, vec2(last) + 0.5)))
            return vec2(1e3);
        sum += noise_apart(noise_between(other, at) - texelFetch(now, q, 0).rgb);
    }
    return sum / 4.0;
}

// How far a block is from where it is in the other frames.
vec4 noise_frames_apart(
    sampler2D now, sampler2D before, sampler2D after, sampler2D vectors, ivec2 h)
{
    vec4 v = texelFetch(vectors, h, 0);
    return vec4(noise_block_apart(now, before, h, v.xy), noise_block_apart(now, after, h, v.zw));
}

// How far a block is from those at two places beside it, in pixels.
vec4 noise_pixels_apart(sampler2D image, ivec2 h, float ax, float ay, float bx, float by)
{
    ivec2 last = textureSize(image, 0) - 1;
    ivec2 a = ivec2(ax, ay);
    ivec2 b = ivec2(bx, by);
    vec4 sum = vec4(0.0);
    for (int i = 0; i < 4; ++i)
    {
        ivec2 q = min(2 * h + ivec2(i & 1, i >> 1), last);
        vec3 x = texelFetch(image, q, 0).rgb;
        sum.xy += noise_apart(texelFetch(image, clamp(q + a, ivec2(0), last), 0).rgb - x);
        sum.zw += noise_apart(texelFetch(image, clamp(q + b, ivec2(0), last), 0).rgb - x);
    }
    return sum / 4.0;
}

// Weights of 1 where the 3x3 blocks around are alike, half at 0.3 of the tolerances, 0 from them on.
vec4 noise_alike(sampler2D apart, ivec2 h, vec2 tolerance)
{
    ivec2 last = textureSize(apart, 0) - 1;
    vec4 sum = vec4(0.0);
    for (int y = -1; y <= 1; ++y)
    {
        for (int x = -1; x <= 1; ++x)
            sum += texelFetch(apart, clamp(h + ivec2(x, y), ivec2(0), last), 0);
    }
    vec4 around = sum / (9.0 * max(tolerance.xyxy, 1e-6));
    // To the power of 8. Measured from 4 to 17: higher ones spare more detail under fine noise, lower
    // ones calm more flicker; from 4 to 9 what stands still gains within 0.7 dB of the most.
    vec4 alike = max(1.0 - around * around, 0.0);
    alike *= alike;
    alike *= alike;
    return alike * alike;
}

// The weights of two frames, less where a thing moves faster than `fastest` pixels over the frames
// between.
vec4 noise_frame_weights(
    sampler2D apart, sampler2D vectors, ivec2 h, float luma, float chroma, float fastest)
{
    vec4 v = texelFetch(vectors, h, 0);
    vec2 speed = vec2(length(v.xy), length(v.zw)) / fastest;
    return noise_alike(apart, h, vec2(luma, chroma)) * (1.0 - smoothstep(0.75, 1.0, speed)).xxyy;
}

// The weights of two places beside a block; what time has calmed is held to less.
vec4 noise_pixel_weights(sampler2D apart, sampler2D image, ivec2 h, float luma, float chroma)
{
    return noise_alike(apart, h, vec2(luma, chroma) * texelFetch(image, 2 * h, 0).a);
}

// Adds the weights of two frames: luma in r, chroma in g.
vec4 noise_total(sampler2D weights, sampler2D total, ivec2 h, float first)
{
    vec4 w = texelFetch(weights, h, 0);
    vec2 sum = w.xy + w.zw;
    return vec4(first == 1.0 ? sum : sum + texelFetch(total, h, 0).rg, 0.0, 1.0);
}

// A weighted difference in parts; less where the pixel itself is very unlike, so that a thin line
// is not lost among its surroundings.
vec3 noise_share(vec3 d, vec2 w, vec2 tolerance)
{
    vec2 own = noise_apart(d) / max(tolerance, 1e-6);
    return (w * max(1.0 - own * own, 0.0)).xyy * noise_parts(d);
}

// Adds what two frames say of a pixel, as weighted differences from it.
vec4 noise_add_frames(
    sampler2D sums, sampler2D now, sampler2D before, sampler2D after, sampler2D vectors,
    sampler2D weights, ivec2 q, float luma, float chroma, float first)
{
    vec3 sum = first == 1.0 ? vec3(0.0) : texelFetch(sums, q, 0).rgb;
    vec4 w = texelFetch(weights, q / 2, 0);
    if (w == vec4(0.0))
        return vec4(sum, 1.0);
    vec4 v = texelFetch(vectors, q / 2, 0);
    vec3 x = texelFetch(now, q, 0).rgb;
    vec2 tolerance = vec2(luma, chroma);
    sum += noise_share(noise_between(before, vec2(q) + v.xy) - x, w.xy, tolerance);
    sum += noise_share(noise_between(after, vec2(q) + v.zw) - x, w.zw, tolerance);
    return vec4(sum, 1.0);
}

// The pixel with the weighted differences added; its own weight is 1. amount 0 leaves it. Alpha is
// what is left of the noise, as variance: of equal pictures, one by their number. The greater sum of
// weights counts: where chroma is alike the motion is right, and what luma differs in is detail.
// Measured against the lesser: 0.4 to 1.5 dB more of a scene that moves after both.
vec4 noise_apply(
    sampler2D image, sampler2D sums, sampler2D total, ivec2 q, float amount, float counted)
{
    vec3 x = texelFetch(image, q, 0).rgb;
    vec2 w = 1.0 + texelFetch(total, q / 2, 0).rg;
    vec3 mean = x + amount * noise_whole(texelFetch(sums, q, 0).rgb / w.xyy);
    return vec4(mean, mix(1.0, 1.0 / max(w.x, w.y), counted));
}

// What the pixels at two places beside a pixel, and at the opposite two, say of it, as weighted
// differences; their weights are added to total. A weight is between two pixels, so that of the
// opposite one is found there.
vec3 noise_beside(
    sampler2D image, sampler2D weights, ivec2 q, vec3 x, vec4 places, vec2 tolerance,
    inout vec2 total)
{
    ivec2 last = textureSize(image, 0) - 1;
    vec4 w = texelFetch(weights, q / 2, 0);
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 2; ++i)
    {
        ivec2 place = ivec2(i == 0 ? places.xy : places.zw);
        ivec2 one = clamp(q + place, ivec2(0), last);
        ivec2 other = clamp(q - place, ivec2(0), last);
        vec4 back = texelFetch(weights, other / 2, 0);
        vec2 a = i == 0 ? w.xy : w.zw;
        vec2 b = i == 0 ? back.xy : back.zw;
        sum += noise_share(texelFetch(image, one, 0).rgb - x, a, tolerance);
        sum += noise_share(texelFetch(image, other, 0).rgb - x, b, tolerance);
        total += a + b;
    }
    return sum;
}

// The pixel with the weighted differences of those around added; its own weight is 1.
vec4 noise_apply_pixels(
    sampler2D image, sampler2D w0, sampler2D w1, sampler2D w2, sampler2D w3, ivec2 q,
    vec4 places[4], float luma, float chroma, float amount)
{
    vec4 x = texelFetch(image, q, 0);
    vec2 tolerance = vec2(luma, chroma) * x.a;
    vec2 total = vec2(1.0);
    vec3 sum = noise_beside(image, w0, q, x.rgb, places[0], tolerance, total)
               + noise_beside(image, w1, q, x.rgb, places[1], tolerance, total)
               + noise_beside(image, w2, q, x.rgb, places[2], tolerance, total)
               + noise_beside(image, w3, q, x.rgb, places[3], tolerance, total);
    return vec4(x.rgb + amount * noise_whole(sum / total.xyy), 1.0);
}
