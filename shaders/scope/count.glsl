#version 430 core
// Counts pixels by what a scope plots: 0 parade, 1 waveform, 2 vectorscope, 3 histogram.
// Display code values in; cells of 256 columns and 256 rows for each channel; row 0 is black.
layout(local_size_x = 64, local_size_y = 4) in;
uniform sampler2D picture;
//! kind: the constant that says which, from gl/scopes.py
uniform int every;
layout(r32ui, binding = 0) uniform uimage2D counts;

int level(float value)
{
    return int(clamp(value, 0.0, 1.0) * 255.0 + 0.5);  // beyond the range counts at its end
}

void count(int channel, int row, int column)
{
    imageAtomicAdd(counts, ivec2(column, channel * 256 + row), 1u);
}

void main()
{
    ivec2 size = textureSize(picture, 0);
    ivec2 q = ivec2(gl_GlobalInvocationID.xy) * every;
    if (q.x >= size.x || q.y >= size.y)
        return;
    vec3 rgb = texelFetch(picture, q, 0).rgb;
    float luma = dot(rgb, vec3(0.2126, 0.7152, 0.0722));  // ITU-R BT.709-6
    int column = q.x * 256 / size.x;
    if (kind == 0)
        for (int c = 0; c < 3; ++c)
            count(c, level(rgb[c]), column);
    else if (kind == 1)
        count(0, level(luma), column);
    else if (kind == 2)
    {
        float cb = (rgb.b - luma) / 1.8556, cr = (rgb.r - luma) / 1.5748;
        count(0, level(cr * 0.96 + 0.5), level(cb * 0.96 + 0.5));
    }
    else
        for (int c = 0; c < 3; ++c)
            count(c, 0, level(rgb[c]));
}
