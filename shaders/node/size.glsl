// Between the picture and smaller ones of a whole scale; edges are repeated.

// The mean of scale x scale pixels.
vec4 shrink(sampler2D image, ivec2 q, float scale)
{
    ivec2 last = textureSize(image, 0) - 1;
    int side = int(scale);
    vec4 sum = vec4(0.0);
    for (int y = 0; y < side; ++y)
    {
        for (int x = 0; x < side; ++x)
            sum += texelFetch(image, min(q * side + ivec2(x, y), last), 0);
    }
    return sum / (scale * scale);
}

// The weights of a uniform cubic B-spline on four texels; t in 0..1 is the place between the
// second and the third.
vec4 spline_weights(float t)
{
    float u = 1.0 - t;
    return vec4(u * u * u, 4.0 + t * t * (3.0 * t - 6.0), 4.0 + u * u * (3.0 * u - 6.0), t * t * t)
           / 6.0;
}

// A smaller picture at full size, through a cubic B-spline: it never overshoots. A scale of 1 is
// no smaller picture.
vec4 enlarge(sampler2D image, ivec2 q, float scale)
{
    if (scale == 1.0)
        return texelFetch(image, q, 0);
    ivec2 last = textureSize(image, 0) - 1;
    vec2 at = (vec2(q) + 0.5) / scale - 0.5;
    ivec2 corner = ivec2(floor(at)) - 1;
    vec4 across = spline_weights(fract(at.x));
    vec4 down = spline_weights(fract(at.y));
    vec4 sum = vec4(0.0);
    for (int y = 0; y < 4; ++y)
    {
        vec4 line = vec4(0.0);
        for (int x = 0; x < 4; ++x)
            line += across[x] * texelFetch(image, clamp(corner + ivec2(x, y), ivec2(0), last), 0);
        sum += down[y] * line;
    }
    return sum;
}
