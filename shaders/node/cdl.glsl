// The steps of an ASC CDL (version 1.2) on a signal of any value.

vec3 cdl_linear(vec3 x, vec3 slope, vec3 shift)
{
    return x * slope + shift;
}

// Values at or below 0 have no power and stay as they are.
vec3 cdl_power(vec3 x, vec3 power)
{
    return pow(max(x, 0.0), power) + min(x, 0.0);
}

// Luma weights of Rec.709, whatever the signal: ASC CDL 1.2, saturation.
vec3 cdl_saturation(vec3 x, float saturation)
{
    float luma = dot(x, vec3(0.2126, 0.7152, 0.0722));
    return luma + saturation * (x - luma);
}

// The clamp is the standard's.
vec3 cdl_clamp(vec3 x)
{
    return clamp(x, 0.0, 1.0);
}
