// Optical flow between two small pictures: patches found again by inverse-compositional search,
// coarse to fine, then one vector a pixel. Positions are pixels with texel centres at integers.
// Source: Kroeger, Timofte, Dai, Van Gool, "Fast Optical Flow using Dense Inverse Search", 2016.

// A texture at a pixel position, between texels; edges are repeated.
vec4 flow_read(sampler2D picture, vec2 at)
{
    return texture(picture, (at + 0.5) / vec2(textureSize(picture, 0)));
}

// Luma of display code values, 0..1: what patches are compared by.
float flow_luma(vec3 rgb)
{
    return dot(rgb, vec3(0.2126, 0.7152, 0.0722));
}

// The mean of the 2 x 2 texels of a luma picture under the pixel q of one half its size.
float flow_halve(sampler2D picture, ivec2 q)
{
    float sum = texelFetch(picture, 2 * q, 0).r;
    sum += texelFetch(picture, 2 * q + ivec2(1, 0), 0).r;
    sum += texelFetch(picture, 2 * q + ivec2(0, 1), 0).r;
    sum += texelFetch(picture, 2 * q + ivec2(1, 1), 0).r;
    return 0.25 * sum;
}

// Luma and its gradient by central differences: (luma, d/dx, d/dy, 0).
vec4 flow_gradient(sampler2D luma, ivec2 q)
{
    ivec2 last = textureSize(luma, 0) - 1;
    float left = texelFetch(luma, ivec2(max(q.x - 1, 0), q.y), 0).r;
    float right = texelFetch(luma, ivec2(min(q.x + 1, last.x), q.y), 0).r;
    float above = texelFetch(luma, ivec2(q.x, max(q.y - 1, 0)), 0).r;
    float below = texelFetch(luma, ivec2(q.x, min(q.y + 1, last.y)), 0).r;
    return vec4(texelFetch(luma, q, 0).r, 0.5 * (right - left), 0.5 * (below - above), 0.0);
}

// The motion of the 8 x 8 patch of cell q (one cell to 4 pixels) from picture a, as flow_gradient
// makes it, to the luma b, from a first guess. The mean difference is left out, so that a change of
// exposure is no motion; a search that runs away returns the guess. damping keeps flat patches at
// the guess. The third number says how badly it was found: the deviation that was left, over what a
// quarter of a pixel beside would leave there, and 0.04 of luma for noise and lighting.
vec3 flow_patch(sampler2D a, sampler2D b, ivec2 q, vec2 guess, float damping)
{
    ivec2 first = 4 * q - 2;
    ivec2 last = textureSize(a, 0) - 1;
    float xx = damping, xy = 0.0, yy = damping;
    vec2 slopes = vec2(0.0);
    for (int j = 0; j < 8; ++j)
        for (int i = 0; i < 8; ++i)
        {
            vec2 g = texelFetch(a, clamp(first + ivec2(i, j), ivec2(0), last), 0).gb;
            xx += g.x * g.x;
            xy += g.x * g.y;
            yy += g.y * g.y;
            slopes += g;
        }
    vec2 motion = guess;
    float left = 0.0;
    for (int round = 0; round < 2; ++round)
    {
        vec2 error = vec2(0.0);
        float total = 0.0, squares = 0.0;
        for (int j = 0; j < 8; ++j)
            for (int i = 0; i < 8; ++i)
            {
                ivec2 p = first + ivec2(i, j);
                vec3 here = texelFetch(a, clamp(p, ivec2(0), last), 0).rgb;
                float difference = flow_read(b, vec2(p) + motion).r - here.r;
                error += difference * here.gb;
                total += difference;
                squares += difference * difference;
            }
        error -= total / 64.0 * slopes;
        left = sqrt(max(squares / 64.0 - total * total / 4096.0, 0.0));
        vec2 change = vec2(yy * error.x - xy * error.y, xx * error.y - xy * error.x);
        change /= xx * yy - xy * xy;
        motion -= change / max(1.0, 0.5 * length(change));
    }
    left /= 0.04 + 0.25 * sqrt((xx + yy) / 64.0);
    return vec3(distance(motion, guess) > 4.0 ? guess : motion, left);
}

// The guess for cell q from the cells of a picture half as large.
vec2 flow_guess(sampler2D coarser, ivec2 q)
{
    return 2.0 * flow_read(coarser, 0.5 * vec2(q) - 0.25).rg;
}

// The motion of pixel q from picture a to b (RGB): that of the four patches over it, each weighted
// by how well it finds the pixel again; and how badly the patches were found.
vec3 flow_dense(sampler2D a, sampler2D b, sampler2D patches, ivec2 q)
{
    vec3 here = texelFetch(a, q, 0).rgb;
    ivec2 last = textureSize(patches, 0) - 1;
    ivec2 corner = ivec2(floor((vec2(q) + 0.5) / 4.0 - 0.5));
    vec4 sum = vec4(0.0);
    for (int i = 0; i < 4; ++i)
    {
        ivec2 cell = clamp(corner + ivec2(i & 1, i >> 1), ivec2(0), last);
        vec3 patch_ = texelFetch(patches, cell, 0).rgb;
        float difference = flow_luma(flow_read(b, vec2(q) + patch_.xy).rgb - here);
        // A difference below one code value of 8 bits is none.
        float unlike = max(abs(difference), 0.004);
        sum += vec4(patch_, 1.0) / (unlike * unlike);
    }
    return sum.xyz / sum.w;
}
