// Where blocks of a picture are in another frame: block matching from coarse luma to fine.
// Vectors are in pixels of the whole picture, one for each cell of it; luma is the DI signal.
// `level` is how many pixels of the picture one of the given luma spans both ways.

vec4 noise_luma(sampler2D image, ivec2 q)
{
    return vec4(dot(texelFetch(image, q, 0).rgb, vec3(0.21, 0.70, 0.09)), 0.0, 0.0, 1.0);
}

// The luma of a block on a checkerboard.
void noise_block(sampler2D now, ivec2 corner, int side, out float block[32])
{
    ivec2 last = textureSize(now, 0) - 1;
    int half_side = side / 2;
    for (int i = 0; i < side * half_side; ++i)
    {
        int y = i / half_side;
        ivec2 p = corner + ivec2(2 * (i - half_side * y) + (y & 1), y);
        block[i] = texelFetch(now, clamp(p, ivec2(0), last), 0).r;
    }
}

// The mean square difference of a block and that `shift` beside its corner in another frame. What
// they differ in brightness counts half: light that flickers moves nothing, a slope of light does.
float noise_mismatch(float block[32], sampler2D other, ivec2 corner, int side, ivec2 shift)
{
    ivec2 last = textureSize(other, 0) - 1;
    int half_side = side / 2;
    int count = side * half_side;
    float mean = 0.0;
    float squares = 0.0;
    for (int i = 0; i < count; ++i)
    {
        int y = i / half_side;
        ivec2 p = corner + shift + ivec2(2 * (i - half_side * y) + (y & 1), y);
        float d = block[i] - texelFetch(other, clamp(p, ivec2(0), last), 0).r;
        mean += d;
        squares += d * d;
    }
    mean /= float(count);
    return squares / float(count) - 0.5 * mean * mean;
}

// The corner of the block of luma about the middle of a cell.
ivec2 noise_corner(ivec2 q, int side, float cell, float level)
{
    return ivec2(floor((vec2(q) + 0.5) * (cell / level) - 0.5 * float(side) + 0.5));
}

// Where the least of three errors a step apart lies, from the middle one: a step to one side, or
// by a parabola in quarters of a step. A parabola counts where it gains more than the reluctance,
// so that what stands still is not resampled, and not more than there is: an edge at the rim of a
// block makes the sides unlike though the middle fits.
float noise_least(float before, float middle, float after, float reluctance)
{
    if (min(before, after) + reluctance < middle)
        return before < after ? -1.0 : 1.0;
    float bend = max(before - 2.0 * middle + after, 1e-12);
    float gain = (before - after) * (before - after) / (8.0 * bend);
    if (gain < reluctance || gain > 1.5 * middle)
        return 0.0;
    return clamp(round(2.0 * (before - after) / bend) / 4.0, -0.5, 0.5);
}

// A vector made finer, across and down. least is the error of the one given; reluctance is what a
// step away costs, in mean square difference: flat noise has no motion.
vec2 noise_finer(
    float block[32], sampler2D other, ivec2 corner, int side, float level, ivec2 middle, float least,
    float reluctance)
{
    float left = noise_mismatch(block, other, corner, side, middle - ivec2(1, 0));
    float right = noise_mismatch(block, other, corner, side, middle + ivec2(1, 0));
    float above = noise_mismatch(block, other, corner, side, middle - ivec2(0, 1));
    float below = noise_mismatch(block, other, corner, side, middle + ivec2(0, 1));
    vec2 step = vec2(
        noise_least(left, least, right, reluctance), noise_least(above, least, below, reluctance));
    return (vec2(middle) + step) * level;
}

vec2 noise_found(
    float block[32], sampler2D other, ivec2 corner, int side, float level, int reach,
    float reluctance)
{
    ivec2 best = ivec2(0);
    float least = noise_mismatch(block, other, corner, side, best);
    for (int y = -reach; y <= reach; ++y)
    {
        for (int x = -reach; x <= reach; ++x)
        {
            float error = noise_mismatch(block, other, corner, side, ivec2(x, y));
            if (error + reluctance < least)
            {
                least = error;
                best = ivec2(x, y);
            }
        }
    }
    return noise_finer(block, other, corner, side, level, best, least, reluctance);
}

// The vectors to the frame before (xy) and to the one after (zw), searched `reach` pixels of luma
// around.
vec4 noise_search(
    sampler2D now, sampler2D before, sampler2D after, ivec2 q, float cell, float level, float reach,
    float reluctance)
{
    ivec2 corner = noise_corner(q, 6, cell, level);
    int around = int(reach);
    float block[32];
    noise_block(now, corner, 6, block);
    return vec4(
        noise_found(block, before, corner, 6, level, around, reluctance),
        noise_found(block, after, corner, 6, level, around, reluctance));
}

// The best of a cell's coarse vector, those of two cells beside it and none.
vec2 noise_choice(
    float block[32], sampler2D other, ivec2 corner, int side, float level, vec2 guesses[3],
    float reluctance)
{
    ivec2 best = ivec2(0);
    float least = noise_mismatch(block, other, corner, side, best);
    for (int i = 0; i < 3; ++i)
    {
        ivec2 guess = ivec2(round(guesses[i] / level));
        if (guess == best)
            continue;
        float error = noise_mismatch(block, other, corner, side, guess);
        if (error + reluctance < least)
        {
            least = error;
            best = guess;
        }
    }
    return noise_finer(block, other, corner, side, level, best, least, reluctance);
}

// Vectors made finer from those of coarser cells, `ratio` times as large, that are to be
// lengthened by `longer`.
vec4 noise_refine(
    sampler2D now, sampler2D before, sampler2D after, sampler2D coarse, ivec2 q, float cell,
    float level, float ratio, float longer, float reluctance)
{
    ivec2 last = textureSize(coarse, 0) - 1;
    ivec2 own = min(q / int(ratio), last);
    ivec2 beside = 2 * (q & 1) - 1;
    vec4 a = longer * texelFetch(coarse, own, 0);
    vec4 b = longer * texelFetch(coarse, clamp(own + ivec2(beside.x, 0), ivec2(0), last), 0);
    vec4 c = longer * texelFetch(coarse, clamp(own + ivec2(0, beside.y), ivec2(0), last), 0);
    ivec2 corner = noise_corner(q, 8, cell, level);
    float block[32];
    noise_block(now, corner, 8, block);
    return vec4(
        noise_choice(
            block, before, corner, 8, level, vec2[3](a.xy, b.xy, c.xy), reluctance),
        noise_choice(
            block, after, corner, 8, level, vec2[3](a.zw, b.zw, c.zw), reluctance));
}
