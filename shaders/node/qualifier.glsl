// A key, 0..1, of the colours in three ranges of the DaVinci Intermediate signal, any value.

// The soft edge of a range: from 0 to 1 as v * scale + shift is. Clamped because a key is 0..1.
float qualifier_edge(float v, float scale, float shift)
{
    float t = clamp(v * scale + shift, 0.0, 1.0);
    return t * t * (3.0 - 2.0 * t);
}

// range: scale and shift of the lower edge, then of the upper.
float qualifier_range(float v, vec4 range)
{
    return qualifier_edge(v, range.x, range.y) * (1.0 - qualifier_edge(v, range.z, range.w));
}

// hue: middle in turns, scale and shift of its edges either side; a scale of 0 takes in every hue.
// ranges: saturation and luma.
float qualifier(vec3 x, vec3 hue, vec4 ranges[2])
{
    float a = x.r - 0.5 * (x.g + x.b);
    float b = 0.8660254037844386 * (x.g - x.b);
    float chroma = 5.0 * sqrt(a * a + b * b);
    // Grey has no angle: atan(0, 0) is undefined.
    float turn = chroma > 1e-6 ? atan(b, a) / 6.283185307179586 : 0.0;
    float away = abs(fract(turn - hue.x + 0.5) - 0.5);
    float key = 1.0 - qualifier_edge(away, hue.y, hue.z);
    if (hue.y > 0.0)
        key *= smoothstep(0.0, 0.02, chroma); // noise in grey has any hue
    return key * qualifier_range(chroma, ranges[0])
        * qualifier_range(dot(x, vec3(0.21, 0.70, 0.09)), ranges[1]);
}
