// From display code values to the integers an encoder takes.

// A fixed pattern of -0.5..0.5 with little energy in low frequencies, different for each plane.
// Source: J. Jimenez, "Next generation post processing in Call of Duty", 2014 (gradient noise).
float dither_noise(ivec2 q, float plane)
{
    vec2 p = vec2(q) + 17.0 * plane;
    return fract(52.9829189 * fract(dot(p, vec2(0.06711056, 0.00583715)))) - 0.5;
}

// The code value nearest to v (0..1) * peak, as a 0..1 value of its storage; noise within half a
// code turns rounding steps into texture and leaves whole codes alone. Clamped: codes are 0..peak.
vec4 quantised(vec4 v, float peak, float storage, vec4 noise)
{
    return clamp(floor(v * peak + 0.5 + 0.998 * noise), 0.0, peak) * storage;
}

// The average of a picture over a chroma sample's reach: 1 2 1 across where chroma is halved across
// (sited in line with the left luma sample), both rows where it is halved down; edges repeated.
vec3 chroma_source(sampler2D picture, ivec2 q, ivec2 shift)
{
    ivec2 last = textureSize(picture, 0) - 1;
    ivec2 at = q << shift;
    vec3 sum = vec3(0.0);
    for (int y = 0; y < (1 << shift.y); ++y)
        for (int x = -shift.x; x <= shift.x; ++x)
        {
            ivec2 p = clamp(at + ivec2(x, y), ivec2(0), last);
            sum += texelFetch(picture, p, 0).rgb * (x == 0 ? 2.0 : 1.0);
        }
    return sum / float((shift.x == 0 ? 2 : 4) << shift.y);
}
