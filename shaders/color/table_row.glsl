// A value between two texels of a row of a table: `at` is 0 to 1 over the texture, clamped at
// its ends. Weights are float32, where a GPU's own linear filter has steps of 1/256.
vec4 table_row(sampler2D table, vec2 at)
{
    ivec2 last = textureSize(table, 0) - 1;
    float x = at.x * float(last.x + 1) - 0.5;
    int left = int(floor(x));
    int y = clamp(int(at.y * float(last.y + 1)), 0, last.y);
    vec4 below = texelFetch(table, ivec2(clamp(left, 0, last.x), y), 0);
    vec4 above = texelFetch(table, ivec2(clamp(left + 1, 0, last.x), y), 0);
    return mix(below, above, x - floor(x));
}
