#version 330 core
// Draws the counts of scope/count.glsl: brighter where more pixels fell. Display code values out.
//! kind: the constant that says which, from gl/scopes.py
uniform float strength;
uniform ivec2 size;
uniform usampler2D counts;
out vec4 shown;

float cell(int channel, int row, int column)
{
    return float(texelFetch(counts, ivec2(clamp(column, 0, 255), channel * 256 + clamp(row, 0, 255)), 0).r);
}

// Between the cells, so that a large scope does not show them.
float density(int channel, vec2 at)
{
    vec2 p = at * 256.0 - 0.5;
    ivec2 i = ivec2(floor(p));
    vec2 f = p - vec2(i);
    float low = mix(cell(channel, i.y, i.x), cell(channel, i.y, i.x + 1), f.x);
    float high = mix(cell(channel, i.y + 1, i.x), cell(channel, i.y + 1, i.x + 1), f.x);
    return mix(low, high, f.y);
}

float lit(float amount)
{
    return 1.0 - exp(-amount * strength);
}

void main()
{
    vec2 at = (floor(gl_FragCoord.xy) + 0.5) / vec2(size);
    at.y = 1.0 - at.y;  // the first row of the texture is the top of the scope
    vec3 colour = vec3(0.0);
    const vec3 tints[3] = vec3[3](vec3(0.92, 0.42, 0.40), vec3(0.45, 0.82, 0.48), vec3(0.45, 0.60, 0.98));
    float margin = 4.0 / float(size.y);
    vec2 inside = vec2(at.x, (at.y - margin) / (1.0 - 2.0 * margin));
    if (kind == 0)
    {
        int channel = min(int(at.x * 3.0), 2);
        float x = fract(at.x * 3.0) * 1.04 - 0.02;
        if (x >= 0.0 && x < 1.0)
            colour = tints[channel] * lit(density(channel, vec2(x, inside.y)));
    }
    else if (kind == 1)
        colour = vec3(0.80) * lit(density(0, inside));
    else if (kind == 2)
    {
        float amount = lit(density(0, at) * 0.5);
        float cb = at.x - 0.5, cr = at.y - 0.5;
        vec3 hue = vec3(0.62) + vec3(1.5748 * cr, -0.1873 * cb - 0.4681 * cr, 1.8556 * cb);
        colour = clamp(hue, 0.25, 1.0) * amount;
    }
    else
        for (int c = 0; c < 3; ++c)
        {
            float p = at.x * 255.0;
            int i = int(p);
            float amount = mix(cell(c, 0, i), cell(c, 0, i + 1), fract(p));
            // 0.25 where all values are as frequent; never full, so that peaks can be told apart.
            float height = strength * amount / 234.0;
            height = height / (1.0 + height);
            if (at.y < height)
                colour += tints[c] * 0.35;
        }
    vec3 ground = vec3(0.075);
    shown = vec4(ground + colour * (1.0 - ground), 1.0);
}
